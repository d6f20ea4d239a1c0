"""Undo, ticket history, drafts, merges and full-text search."""

# Lists are read newest first (n is the rowid): each index holds one filter's tickets in that order.
DDL: tuple[str, ...] = (
    """CREATE TABLE undo_step (
        token TEXT PRIMARY KEY,
        author TEXT NOT NULL,
        at REAL NOT NULL,
        until REAL NOT NULL,
        done_at REAL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX undo_step_by_age ON undo_step (at)",
    """CREATE TABLE undo_row (
        n INTEGER PRIMARY KEY,
        token TEXT NOT NULL REFERENCES undo_step (token) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        before TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX undo_row_by_step ON undo_row (token)",
    "CREATE INDEX undo_row_by_thing ON undo_row (kind, id, version)",
    "ALTER TABLE ticket ADD COLUMN merged_into TEXT REFERENCES ticket (id)",
    "CREATE INDEX ticket_by_merge ON ticket (merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX ticket_newest ON ticket (centre, n)",
    "CREATE INDEX ticket_live ON ticket (centre, n) WHERE status IN ('new', 'open', 'waiting')",
    "CREATE INDEX ticket_free ON ticket (centre, n) WHERE assignee IS NULL AND status IN ('new', 'open', 'waiting')",
    "CREATE INDEX ticket_by_type ON ticket (type, n)",
    """CREATE INDEX ticket_due ON ticket (centre, due_at)
       WHERE due_at IS NOT NULL AND status IN ('new', 'open', 'waiting')""",
    """CREATE TABLE ticket_change (
        n INTEGER PRIMARY KEY,
        ticket TEXT NOT NULL REFERENCES ticket (id),
        version INTEGER NOT NULL,
        at REAL NOT NULL,
        author TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('created', 'changed', 'bulk', 'merged', 'undone')),
        changes TEXT NOT NULL,
        UNIQUE (ticket, version)
    ) STRICT""",
    # A note stays as it was written; that its change was taken back stands beside it.
    """CREATE TABLE note_withdrawn (
        note TEXT PRIMARY KEY REFERENCES ticket_note (id),
        author TEXT NOT NULL,
        at REAL NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE draft (
        user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        ticket TEXT,
        label TEXT NOT NULL,
        content TEXT NOT NULL,
        base_version INTEGER,
        at REAL NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (user, key)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX draft_by_ticket ON draft (ticket) WHERE ticket IS NOT NULL",
    """CREATE VIRTUAL TABLE tfts USING fts5 (
        text, content='', contentless_delete=1, detail=none, prefix='1 2 3 4', tokenize='ascii'
    )""",
    # Merging is put off: with four parts allowed, an undo of 500 tickets would wait for a rewrite of the whole index.
    "INSERT INTO tfts (tfts, rank) VALUES ('automerge', 16)",
    # Whose customer has another name since: their place in the search is renewed by a job, not by an import.
    "CREATE TABLE ticket_stale (n INTEGER PRIMARY KEY) STRICT",
    """CREATE TRIGGER ticket_name_changed AFTER UPDATE OF name ON customer WHEN OLD.name IS NOT NEW.name
       BEGIN INSERT OR IGNORE INTO ticket_stale SELECT n FROM ticket WHERE customer = NEW.code; END""",
)
