"""Steps with their devices, call backs after an outage, dispatches of dangerous contacts, nested outages."""

DDL: tuple[str, ...] = (
    "ALTER TABLE outage ADD COLUMN parent TEXT REFERENCES outage (id)",
    "CREATE INDEX outage_by_parent ON outage (parent) WHERE parent IS NOT NULL",
    # Customers by commune below the devices that are not back yet; null as long as no device is known to be back.
    "ALTER TABLE outage ADD COLUMN below_out TEXT",
    # The latest hand-over to a field unit as the wire shows it, so that a contact's event needs no second query.
    "ALTER TABLE contact ADD COLUMN dispatch TEXT",
    # Dangers that no unit has: a handful, on the lead's list until somebody deals with them.
    "CREATE INDEX contact_danger ON contact (joined_at) WHERE priority_class = 'danger' AND dispatch IS NULL",
    """CREATE TABLE outage_step_device (
        outage TEXT NOT NULL REFERENCES outage (id),
        position INTEGER NOT NULL,
        device TEXT NOT NULL,
        PRIMARY KEY (outage, position, device)
    ) STRICT, WITHOUT ROWID""",
    # A promise without a row was never tried; one with a row stays, whatever became of it.
    """CREATE TABLE outage_callback (
        outage TEXT NOT NULL REFERENCES outage (id),
        contact TEXT NOT NULL REFERENCES contact (id),
        state TEXT NOT NULL CHECK (state IN ('open', 'done')),
        attempts INTEGER NOT NULL DEFAULT 0,
        claimed_by TEXT,
        claimed_at REAL,
        nested TEXT REFERENCES outage (id),
        PRIMARY KEY (outage, contact)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE outage_callback_attempt (
        n INTEGER PRIMARY KEY,
        outage TEXT NOT NULL REFERENCES outage (id),
        contact TEXT NOT NULL REFERENCES contact (id),
        at REAL NOT NULL,
        by TEXT NOT NULL,
        result TEXT NOT NULL CHECK (result IN ('on', 'still_out', 'no_answer', 'wrong_number')),
        note TEXT
    ) STRICT""",
    "CREATE INDEX outage_callback_attempt_by_promise ON outage_callback_attempt (outage, contact, n)",
    """CREATE TABLE contact_dispatch (
        n INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contact (id),
        unit TEXT NOT NULL,
        note TEXT,
        read_back INTEGER NOT NULL,
        at REAL NOT NULL,
        by TEXT NOT NULL,
        acked_at REAL,
        acked_by TEXT,
        escalated_at REAL,
        closed_at REAL,
        closed_by TEXT
    ) STRICT""",
    "CREATE INDEX contact_dispatch_by_contact ON contact_dispatch (contact, n)",
    "CREATE INDEX contact_dispatch_open ON contact_dispatch (at) WHERE closed_at IS NULL",
)
