"""The router's order of the queue, ready agents, wrap-up limits, call backs, consultations and offered self-service."""

# The order of the queue does not change as time goes by (everybody ages alike), so an index can hold it: absolute
# classes first, then by `joined_at - boost - adjustment`. The boosts are those of domain/routing.py; a test compares.
_RANK = "priority_class NOT IN ('danger', 'life_support')"
_KEY = "joined_at - score_adj - CASE priority_class WHEN 'hospital' THEN 300.0 WHEN 'repeat' THEN 90.0 ELSE 0.0 END"
_WAITS = "CASE state WHEN 'queued' THEN 1 WHEN 'callback_waiting' THEN due ELSE 0 END"

DDL: tuple[str, ...] = (
    # `due` is a promised call whose time has come; `offered_by` who directed an offer at one agent (null: the router).
    "ALTER TABLE contact ADD COLUMN due INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contact ADD COLUMN offered_by TEXT",
    "ALTER TABLE contact ADD COLUMN acw_until REAL",
    "ALTER TABLE contact ADD COLUMN more_time INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contact ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contact ADD COLUMN callback_by TEXT",
    "ALTER TABLE contact ADD COLUMN consulted TEXT",
    "ALTER TABLE contact ADD COLUMN home_centre TEXT",
    "ALTER TABLE contact ADD COLUMN redial_of TEXT",
    "ALTER TABLE contact ADD COLUMN voice INTEGER GENERATED ALWAYS AS (channel = 'hotline') VIRTUAL",
    f"ALTER TABLE contact ADD COLUMN route_rank INTEGER GENERATED ALWAYS AS ({_RANK}) VIRTUAL",
    f"ALTER TABLE contact ADD COLUMN route_key REAL GENERATED ALWAYS AS ({_KEY}) VIRTUAL",
    f"ALTER TABLE contact ADD COLUMN waits INTEGER GENERATED ALWAYS AS ({_WAITS}) VIRTUAL",
    "UPDATE contact SET due = 1 WHERE state = 'callback_waiting' AND callback_at IS NULL",
    "DROP INDEX contact_waiting",
    "CREATE INDEX contact_route ON contact (centre, skill, voice, route_rank, route_key, id) WHERE waits = 1",
    "CREATE INDEX contact_queued ON contact (queue, joined_at) WHERE state = 'queued'",
    "CREATE INDEX contact_promised ON contact (due, callback_at) WHERE state = 'callback_waiting'",
    "CREATE INDEX contact_wrapping ON contact (acw_until) WHERE state = 'wrap_up'",
    "CREATE INDEX contact_left ON contact (address, state_since) WHERE state = 'abandoned'",
    "CREATE INDEX contact_by_address ON contact (address, joined_at)",
    "CREATE UNIQUE INDEX contact_redial ON contact (redial_of) WHERE redial_of IS NOT NULL",
    # The centre again, so that one index finds a centre's idle agents in the order of their waiting.
    "ALTER TABLE agent_state ADD COLUMN centre TEXT",
    "UPDATE agent_state SET centre = (SELECT centre FROM user WHERE id = agent_state.user_id)",
    """CREATE INDEX agent_ready ON agent_state (centre, since)
       WHERE intent = 'available' AND pending IS NULL AND activity = 'idle'""",
    """CREATE INDEX contact_texts ON contact (centre, agent)
       WHERE state IN ('connected', 'held', 'wrap_up') AND channel <> 'hotline'""",
    "CREATE INDEX user_skill_by_level ON user_skill (skill, level)",
    """CREATE TABLE consultation (
        n INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contact (id),
        asked_by TEXT NOT NULL,
        asked TEXT NOT NULL,
        at REAL NOT NULL,
        ended_at REAL,
        result TEXT CHECK (result IN ('ended', 'handed_over', 'taken_over', 'contact_over'))
    ) STRICT""",
    "CREATE INDEX consultation_by_contact ON consultation (contact, n)",
    """CREATE TABLE self_service (
        n INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contact (id),
        offered TEXT NOT NULL CHECK (offered IN ('app', 'web', 'zalo', 'sms')),
        accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
        at REAL NOT NULL
    ) STRICT""",
    "CREATE INDEX self_service_by_time ON self_service (at)",
    "CREATE INDEX self_service_by_contact ON self_service (contact)",
)
