"""Outages with their steps, notes and restoration times, and the customers of each commune."""

DDL: tuple[str, ...] = (
    # What hangs below the device (path, customers by commune, priority loads) is worked out once, when the outage is
    # reported or changed, and kept on the row: lists and maps then read rows only.
    """CREATE TABLE outage (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('planned', 'unplanned')),
        status TEXT NOT NULL,
        device TEXT NOT NULL REFERENCES device (code),
        device_name TEXT NOT NULL,
        device_kind TEXT NOT NULL,
        device_path TEXT NOT NULL,
        below TEXT NOT NULL,
        provinces TEXT NOT NULL,
        priority_loads TEXT NOT NULL,
        customers_total INTEGER NOT NULL CHECK (customers_total >= 0),
        customers_out INTEGER NOT NULL DEFAULT 0 CHECK (customers_out >= 0),
        cause TEXT,
        started_at REAL NOT NULL,
        etr REAL,
        etr_source TEXT NOT NULL,
        etr_set_at REAL,
        crew TEXT NOT NULL DEFAULT 'none',
        restored_at REAL,
        calls INTEGER NOT NULL DEFAULT 0,
        callbacks_open INTEGER NOT NULL DEFAULT 0,
        tickets INTEGER NOT NULL DEFAULT 0,
        reported_by TEXT NOT NULL,
        created_at REAL NOT NULL,
        version INTEGER NOT NULL DEFAULT 1
    ) STRICT""",
    "CREATE INDEX outage_by_device ON outage (device, status)",
    "CREATE INDEX outage_by_status ON outage (status, n)",
    """CREATE TABLE outage_step (
        outage TEXT NOT NULL REFERENCES outage (id),
        position INTEGER NOT NULL,
        customers INTEGER NOT NULL CHECK (customers >= 0),
        out_at REAL NOT NULL,
        restored_at REAL,
        PRIMARY KEY (outage, position)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE outage_note (
        n INTEGER PRIMARY KEY,
        outage TEXT NOT NULL REFERENCES outage (id),
        at REAL NOT NULL,
        author TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX outage_note_by_outage ON outage_note (outage, n)",
    """CREATE TABLE etr_history (
        n INTEGER PRIMARY KEY,
        outage TEXT NOT NULL REFERENCES outage (id),
        set_at REAL NOT NULL,
        set_by TEXT NOT NULL,
        etr REAL,
        source TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX etr_history_by_outage ON etr_history (outage, n)",
    # Counted by triggers: the map of the provinces is asked for all the time and must not count a million rows.
    "CREATE TABLE commune_customers (commune TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TRIGGER commune_customers_in AFTER INSERT ON customer WHEN NEW.status <> 'closed' BEGIN
        INSERT INTO commune_customers (commune, n) VALUES (NEW.commune, 1)
        ON CONFLICT (commune) DO UPDATE SET n = n + 1;
    END""",
    """CREATE TRIGGER commune_customers_out AFTER DELETE ON customer WHEN OLD.status <> 'closed' BEGIN
        UPDATE commune_customers SET n = n - 1 WHERE commune = OLD.commune;
    END""",
    """CREATE TRIGGER commune_customers_moved AFTER UPDATE OF commune, status ON customer
        WHEN OLD.commune <> NEW.commune OR (OLD.status = 'closed') <> (NEW.status = 'closed') BEGIN
        UPDATE commune_customers SET n = n - 1 WHERE commune = OLD.commune AND OLD.status <> 'closed';
        INSERT INTO commune_customers (commune, n) SELECT NEW.commune, 1 WHERE NEW.status <> 'closed'
        ON CONFLICT (commune) DO UPDATE SET n = n + 1;
    END""",
)
