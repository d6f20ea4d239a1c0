"""Who sits where: the terminal of a session, and leases on tickets that run out by themselves."""

DDL: tuple[str, ...] = (
    "ALTER TABLE session ADD COLUMN terminal TEXT",
    "CREATE INDEX session_by_terminal ON session (terminal) WHERE terminal IS NOT NULL",
    """CREATE TABLE presence (
        n INTEGER PRIMARY KEY,
        ticket TEXT NOT NULL REFERENCES ticket (id),
        user TEXT NOT NULL,
        doing TEXT NOT NULL CHECK (doing IN ('viewing', 'editing')),
        field TEXT,
        until REAL NOT NULL,
        UNIQUE (ticket, user)
    ) STRICT""",
    "CREATE INDEX presence_by_user ON presence (user)",
    "CREATE INDEX presence_by_end ON presence (until)",
)
