"""Tables of the grid, the customers, the name dictionary of the search, and who opened which record."""

# The name dictionary (reference/performance.md 1.1): distinct folded names numbered by falling popularity, so that
# FTS5's row order is the ranking, and a list of customers per name. Names reach FTS5 already folded into plain words:
# its `ascii` tokenizer then splits exactly where `domain.lookup.words` does, which `unicode61` does not promise.
DDL: tuple[str, ...] = (
    """CREATE TABLE device (
        code TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('substation', 'feeder', 'lateral', 'transformer')),
        parent TEXT REFERENCES device (code),
        name TEXT NOT NULL,
        commune TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX device_parent ON device (parent)",
    """CREATE TABLE customer (
        id INTEGER PRIMARY KEY,
        code TEXT NOT NULL UNIQUE,
        code_rev TEXT NOT NULL,
        name TEXT NOT NULL,
        name_f TEXT NOT NULL,
        title TEXT NOT NULL,
        address TEXT NOT NULL,
        commune TEXT NOT NULL,
        old_address TEXT NOT NULL,
        meter_no TEXT NOT NULL,
        contract_no TEXT NOT NULL,
        transformer TEXT REFERENCES device (code),
        tariff TEXT NOT NULL,
        households INTEGER NOT NULL CHECK (households >= 1),
        priority_load TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'closed'))
    ) STRICT""",
    "CREATE INDEX customer_code_rev ON customer (code_rev)",
    "CREATE INDEX customer_name ON customer (name_f)",
    "CREATE INDEX customer_place ON customer (commune, name_f)",
    "CREATE INDEX customer_meter ON customer (meter_no)",
    "CREATE INDEX customer_transformer ON customer (transformer)",
    """CREATE TABLE customer_phone (
        customer INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        phone TEXT NOT NULL,
        phone_rev TEXT NOT NULL,
        PRIMARY KEY (customer, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX customer_phone_number ON customer_phone (phone)",
    "CREATE INDEX customer_phone_tail ON customer_phone (phone_rev)",
    "CREATE TABLE dname (nid INTEGER PRIMARY KEY, name_f TEXT NOT NULL UNIQUE, n INTEGER NOT NULL) STRICT",
    """CREATE TABLE dpost (
        nid INTEGER NOT NULL,
        commune TEXT NOT NULL,
        customer INTEGER NOT NULL,
        PRIMARY KEY (nid, commune, customer)
    ) STRICT, WITHOUT ROWID""",
    """CREATE VIRTUAL TABLE dfts USING fts5 (
        name, content='', detail=none, columnsize=0, prefix='1 2 3 4', tokenize='ascii'
    )""",
    """CREATE TABLE access_log (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        user TEXT NOT NULL,
        customer TEXT NOT NULL,
        reason TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX access_log_customer ON access_log (customer, at)",
    "CREATE INDEX access_log_user ON access_log (user, at)",
)
