"""Users, sessions, the event log and stored answers."""

DDL: tuple[str, ...] = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE user (
        id TEXT PRIMARY KEY,
        username TEXT NOT NULL UNIQUE COLLATE NOCASE,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('agent', 'lead', 'admin', 'channel')),
        centre TEXT NOT NULL,
        extension TEXT,
        password_hash TEXT NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0,
        created_at REAL NOT NULL
    ) STRICT""",
    """CREATE TABLE user_skill (
        user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        skill TEXT NOT NULL,
        level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
        PRIMARY KEY (user_id, skill)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE session (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        created_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        seen_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX session_by_user ON session (user_id)",
    """CREATE TABLE event_log (
        seq INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        centre TEXT,
        owner TEXT,
        data BLOB NOT NULL,
        masked BLOB
    ) STRICT""",
    """CREATE TABLE idempotency (
        user_id TEXT NOT NULL,
        key TEXT NOT NULL,
        fingerprint BLOB NOT NULL,
        status INTEGER NOT NULL,
        body BLOB NOT NULL,
        headers TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (user_id, key)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idempotency_by_age ON idempotency (at)",
)
