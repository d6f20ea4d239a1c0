"""Who is planned to do what and when, and how often an agent's skills and asked state were changed."""

DDL: tuple[str, ...] = (
    """CREATE TABLE shift (
        n INTEGER PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
        begins REAL NOT NULL,
        ends REAL NOT NULL CHECK (ends > begins),
        activity TEXT NOT NULL
            CHECK (activity IN ('work', 'break', 'meal', 'training', 'meeting', 'paperwork')),
        UNIQUE (user_id, begins)
    ) STRICT""",
    "CREATE INDEX shift_by_begin ON shift (begins)",
    # Versions only an undo reads: apart, for an agent's pause says nothing about new skills.
    "ALTER TABLE user ADD COLUMN skills_version INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE user ADD COLUMN wish_version INTEGER NOT NULL DEFAULT 0",
)
