"""Tickets and their notes."""

DDL: tuple[str, ...] = (
    """CREATE TABLE ticket (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        number TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        status TEXT NOT NULL,
        priority TEXT NOT NULL,
        title TEXT NOT NULL,
        customer TEXT,
        contact TEXT REFERENCES contact (id),
        outage TEXT REFERENCES outage (id),
        centre TEXT NOT NULL,
        assignee TEXT,
        due_at REAL,
        created_at REAL NOT NULL,
        created_by TEXT NOT NULL,
        updated_at REAL NOT NULL,
        done_at REAL,
        fields TEXT NOT NULL DEFAULT '{}',
        version INTEGER NOT NULL DEFAULT 1
    ) STRICT""",
    "CREATE INDEX ticket_by_customer ON ticket (customer, n) WHERE customer IS NOT NULL",
    "CREATE INDEX ticket_by_outage ON ticket (outage) WHERE outage IS NOT NULL",
    "CREATE INDEX ticket_by_centre ON ticket (centre, status, n)",
    "CREATE INDEX ticket_by_assignee ON ticket (assignee, n)",
    "CREATE INDEX ticket_by_due ON ticket (due_at) WHERE due_at IS NOT NULL",
    "CREATE TABLE ticket_number (year INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT",
    """CREATE TABLE ticket_note (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        ticket TEXT NOT NULL REFERENCES ticket (id),
        author TEXT NOT NULL,
        at REAL NOT NULL,
        text TEXT NOT NULL,
        kind TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX ticket_note_by_ticket ON ticket_note (ticket, n)",
    """CREATE TRIGGER ticket_note_stays BEFORE UPDATE ON ticket_note
       BEGIN SELECT RAISE(ABORT, 'a note is never changed'); END""",
    """CREATE TRIGGER ticket_note_never_goes BEFORE DELETE ON ticket_note
       BEGIN SELECT RAISE(ABORT, 'a note is never deleted'); END""",
)
