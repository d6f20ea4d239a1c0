"""A fuller index of names, streets for the look-up by address, and how far an import came."""

# As with names, the distinct folded streets are few and the full text is over them; a customer's place among them is
# two columns and one index of its own row, so that whatever changes or removes the customer keeps it right.
# The index over folded names goes: the dictionary has them in order of popularity, and once each.
# A half-typed word costs what it finds only where its length has an index: syllables have up to seven letters.
DDL: tuple[str, ...] = (
    "DROP INDEX customer_name",
    "DROP TABLE dfts",
    """CREATE VIRTUAL TABLE dfts USING fts5 (
        name, content='', detail=none, columnsize=0, prefix='1 2 3 4 5 6 7', tokenize='ascii'
    )""",
    # Small leaves: a rare word skips through the list of a common one.
    "INSERT INTO dfts (dfts, rank) VALUES ('pgsz', 512)",
    "ALTER TABLE customer ADD COLUMN street INTEGER",
    "ALTER TABLE customer ADD COLUMN house TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX customer_street ON customer (street, commune, house) WHERE street IS NOT NULL",
    "CREATE TABLE street (sid INTEGER PRIMARY KEY, street_f TEXT NOT NULL UNIQUE) STRICT",
    """CREATE VIRTUAL TABLE dfts_street USING fts5 (
        name, content='', detail=none, columnsize=0, prefix='1 2 3 4 5 6 7', tokenize='ascii'
    )""",
    """CREATE TABLE import_progress (
        kind TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        line INTEGER NOT NULL
    ) STRICT""",
)
