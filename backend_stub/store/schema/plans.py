"""Planned works, their notices, and the messages sent about outages."""

DDL: tuple[str, ...] = (
    # A planned work is an outage of kind `planned`; here is what only a plan has. Its times are the outage's.
    """CREATE TABLE plan (
        outage TEXT PRIMARY KEY REFERENCES outage (id),
        reason TEXT NOT NULL,
        area TEXT NOT NULL DEFAULT '',
        notified_at REAL,
        changed_at REAL,
        renotified_at REAL,
        written_at REAL,
        large INTEGER NOT NULL DEFAULT 0 CHECK (large >= 0)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE plan_change (
        n INTEGER PRIMARY KEY,
        outage TEXT NOT NULL REFERENCES outage (id),
        at REAL NOT NULL,
        author TEXT NOT NULL,
        status TEXT NOT NULL,
        begins_at REAL NOT NULL,
        ends_at REAL,
        note TEXT
    ) STRICT""",
    "CREATE INDEX plan_change_by_outage ON plan_change (outage, n)",
    "CREATE INDEX outage_planned ON outage (started_at) WHERE kind = 'planned'",
    "CREATE INDEX outage_by_start ON outage (started_at)",
    # Written in the transaction of the request, handed to the channel after it: nothing is sent that is not on record.
    """CREATE TABLE notice (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        outage TEXT NOT NULL REFERENCES outage (id),
        at REAL NOT NULL,
        by TEXT NOT NULL,
        channel TEXT NOT NULL,
        text TEXT NOT NULL,
        parts INTEGER NOT NULL,
        recipients TEXT NOT NULL,
        people INTEGER NOT NULL,
        sent_at REAL
    ) STRICT""",
    "CREATE INDEX notice_by_outage ON notice (outage, n)",
    "CREATE INDEX notice_unsent ON notice (n) WHERE sent_at IS NULL",
)
