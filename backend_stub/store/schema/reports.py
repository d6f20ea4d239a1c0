"""What the reports keep: times of agents, usual days, callers served before a queue, surge mode, the feed's health."""

DDL: tuple[str, ...] = (
    # A call back's stay: the customer waited from the first joining, and it is in no service level.
    "ALTER TABLE segment ADD COLUMN callback INTEGER NOT NULL DEFAULT 0",
    "DROP TRIGGER segment_closed_stays",
    """UPDATE segment SET callback = 1 WHERE EXISTS (SELECT 1 FROM segment before WHERE before.contact = segment.contact
        AND before.n < segment.n AND before.outcome IN ('withdrawn', 'exit_key'))""",
    """CREATE TRIGGER segment_closed_stays BEFORE UPDATE ON segment WHEN OLD.outcome IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a closed segment never changes'); END""",
    "CREATE INDEX csat_by_time ON csat (at)",
    "CREATE INDEX contact_promise_open ON contact (centre) WHERE callback = 1",
    "CREATE INDEX trouble_call_by_time ON trouble_call (at)",
    # What an agent did from when to when, written as the state changes; the present one is in agent_state.
    """CREATE TABLE agent_spell (
        n INTEGER PRIMARY KEY,
        user_id TEXT NOT NULL,
        intent TEXT NOT NULL,
        activity TEXT NOT NULL,
        reason TEXT,
        began REAL NOT NULL,
        ended REAL NOT NULL
    ) STRICT""",
    "CREATE INDEX agent_spell_by_end ON agent_spell (ended)",
    """CREATE TRIGGER agent_spell_ends AFTER UPDATE OF since ON agent_state WHEN NEW.since > OLD.since BEGIN
        INSERT INTO agent_spell (user_id, intent, activity, reason, began, ended)
        VALUES (OLD.user_id, OLD.intent, OLD.activity, OLD.reason, OLD.since, NEW.since);
    END""",
    # Offered in each half-hour and callers of each feeder in each day, kept as they end: what is usual.
    """CREATE TABLE half_hour (
        centre TEXT NOT NULL,
        start REAL NOT NULL,
        offered INTEGER NOT NULL,
        PRIMARY KEY (start, centre)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE feeder_day (
        feeder TEXT NOT NULL,
        day REAL NOT NULL,
        callers INTEGER NOT NULL,
        PRIMARY KEY (day, feeder)
    ) STRICT, WITHOUT ROWID""",
    # No phone and no name: only that somebody was served by the announcement.
    """CREATE TABLE contained (
        n INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        centre TEXT NOT NULL,
        reason TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX contained_by_time ON contained (at)",
    """CREATE TABLE feed (
        centre TEXT PRIMARY KEY,
        heard_at REAL NOT NULL,
        gap_since REAL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE surge (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        "on" INTEGER NOT NULL CHECK ("on" IN (0, 1)),
        announcement TEXT,
        callback_offer INTEGER NOT NULL CHECK (callback_offer IN (0, 1)),
        since REAL NOT NULL,
        by TEXT NOT NULL
    ) STRICT""",
)
