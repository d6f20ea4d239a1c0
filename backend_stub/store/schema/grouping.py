"""Trouble calls, what the engine predicted from them, and the grid's paths and counts."""

_PATHS = """WITH RECURSIVE tree (code, path, depth) AS (
    SELECT code, json_array(code), 1 FROM device WHERE parent IS NULL
    UNION ALL SELECT d.code, '[' || json_quote(d.code) || ',' || substr(tree.path, 2), depth + 1
    FROM device d JOIN tree ON d.parent = tree.code WHERE depth < 40
)"""

# A first load counts once, at its end (ops/bulk.py).
_COUNTED = "NOT EXISTS (SELECT 1 FROM meta WHERE key = 'bulk_load_unfinished')"

DDL: tuple[str, ...] = (
    # The way up (codes, device first) and how many customers (not closed) and transformers hang below: one row to read.
    """CREATE TABLE device_node (
        device TEXT PRIMARY KEY REFERENCES device (code),
        path TEXT NOT NULL,
        customers INTEGER NOT NULL DEFAULT 0,
        transformers INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    f"INSERT INTO device_node (device, path) {_PATHS} SELECT code, path FROM tree",
    """UPDATE device_node SET customers = got.n FROM (
        SELECT above.value AS device, sum(fed.n) AS n FROM (
            SELECT transformer, count(*) AS n FROM customer WHERE status <> 'closed' AND transformer IS NOT NULL
            GROUP BY transformer
        ) fed JOIN device_node node ON node.device = fed.transformer JOIN json_each(node.path) above GROUP BY 1
    ) got WHERE got.device = device_node.device""",
    """UPDATE device_node SET transformers = got.n FROM (
        SELECT above.value AS device, count(*) AS n FROM device JOIN device_node node ON node.device = device.code
        JOIN json_each(node.path) above WHERE device.kind = 'transformer' GROUP BY 1
    ) got WHERE got.device = device_node.device""",
    f"""CREATE TRIGGER device_customers_in AFTER INSERT ON customer
        WHEN NEW.status <> 'closed' AND NEW.transformer IS NOT NULL AND {_COUNTED} BEGIN
        UPDATE device_node SET customers = customers + 1 WHERE device IN (
            SELECT value FROM json_each((SELECT path FROM device_node WHERE device = NEW.transformer)));
    END""",
    f"""CREATE TRIGGER device_customers_out AFTER DELETE ON customer
        WHEN OLD.status <> 'closed' AND OLD.transformer IS NOT NULL AND {_COUNTED} BEGIN
        UPDATE device_node SET customers = customers - 1 WHERE device IN (
            SELECT value FROM json_each((SELECT path FROM device_node WHERE device = OLD.transformer)));
    END""",
    f"""CREATE TRIGGER device_customers_moved AFTER UPDATE OF transformer, status ON customer
        WHEN (OLD.transformer IS NOT NEW.transformer OR (OLD.status = 'closed') <> (NEW.status = 'closed'))
        AND {_COUNTED} BEGIN
        UPDATE device_node SET customers = customers - 1 WHERE OLD.status <> 'closed' AND device IN (
            SELECT value FROM json_each((SELECT path FROM device_node WHERE device = OLD.transformer)));
        UPDATE device_node SET customers = customers + 1 WHERE NEW.status <> 'closed' AND device IN (
            SELECT value FROM json_each((SELECT path FROM device_node WHERE device = NEW.transformer)));
    END""",
    """CREATE TABLE trouble_call (
        n INTEGER PRIMARY KEY,
        contact TEXT NOT NULL UNIQUE REFERENCES contact (id),
        customer TEXT,
        device TEXT REFERENCES device (code),
        transformer TEXT,
        lateral TEXT,
        feeder TEXT,
        commune TEXT,
        scope TEXT NOT NULL CHECK (scope IN ('A', 'P', 'N')),
        sign TEXT NOT NULL CHECK (sign IN ('L', 'F', 'D', 'X')),
        danger INTEGER NOT NULL CHECK (danger BETWEEN 0 AND 4),
        place TEXT NOT NULL CHECK (place IN ('m', 's', 'i', '')),
        grouped INTEGER NOT NULL,
        class_before TEXT,
        said INTEGER NOT NULL DEFAULT 0,
        at REAL NOT NULL,
        outage TEXT REFERENCES outage (id),
        active INTEGER NOT NULL DEFAULT 1
    ) STRICT""",
    "CREATE INDEX trouble_call_by_outage ON trouble_call (outage) WHERE outage IS NOT NULL",
    "CREATE INDEX trouble_call_waiting ON trouble_call (at) WHERE active = 1 AND outage IS NULL",
    "CREATE INDEX trouble_call_by_transformer ON trouble_call (transformer, at) WHERE active = 1",
    "CREATE INDEX trouble_call_by_customer ON trouble_call (customer, at) WHERE active = 1",
    "CREATE INDEX trouble_call_by_lateral ON trouble_call (lateral, at) WHERE active = 1",
    # What a guess rests on; the row stays when people take the outage over.
    """CREATE TABLE prediction (
        outage TEXT PRIMARY KEY REFERENCES outage (id),
        device TEXT NOT NULL,
        kind TEXT NOT NULL,
        calls INTEGER NOT NULL,
        transformers INTEGER NOT NULL,
        laterals INTEGER NOT NULL,
        first_at REAL NOT NULL,
        last_at REAL NOT NULL,
        made_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # What the engine has not looked at yet, whoever wrote it (another process too), and how often it has run: memory
    # that is ahead of the database or behind it is thrown away.
    "CREATE TABLE grouping_news (n INTEGER PRIMARY KEY, contact TEXT, outage TEXT) STRICT",
    "CREATE TABLE grouping_run (id INTEGER PRIMARY KEY CHECK (id = 1), runs INTEGER NOT NULL) STRICT",
    "INSERT INTO grouping_run (id, runs) VALUES (1, 0)",
    """CREATE TRIGGER grouping_call AFTER INSERT ON trouble_call BEGIN
        INSERT INTO grouping_news (contact) VALUES (NEW.contact); END""",
    """CREATE TRIGGER grouping_call_changed AFTER UPDATE OF device, scope, sign, place, grouped, active, customer
        ON trouble_call BEGIN INSERT INTO grouping_news (contact) VALUES (NEW.contact); END""",
    """CREATE TRIGGER grouping_attached AFTER UPDATE OF outage ON contact WHEN OLD.outage IS NOT NEW.outage BEGIN
        INSERT INTO grouping_news (contact) VALUES (NEW.id); END""",
    """CREATE TRIGGER grouping_outage AFTER INSERT ON outage BEGIN
        INSERT INTO grouping_news (outage) VALUES (NEW.id); END""",
    """CREATE TRIGGER grouping_outage_changed AFTER UPDATE OF status, device ON outage
        WHEN OLD.status <> NEW.status OR OLD.device <> NEW.device BEGIN
        INSERT INTO grouping_news (outage) VALUES (NEW.id); END""",
    "ALTER TABLE contact ADD COLUMN trouble TEXT",
)
