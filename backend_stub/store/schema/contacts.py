"""Contacts, their history and transcript, segments, agents' states and customers' scores."""

_LIVE = "state IN ('queued', 'offered', 'connected', 'held', 'wrap_up', 'callback_waiting')"

DDL: tuple[str, ...] = (
    """CREATE TABLE contact (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        source TEXT NOT NULL,
        external_id TEXT NOT NULL,
        centre TEXT NOT NULL,
        channel TEXT NOT NULL,
        direction TEXT NOT NULL DEFAULT 'in',
        state TEXT NOT NULL,
        queue TEXT NOT NULL,
        skill TEXT NOT NULL,
        skill_level INTEGER NOT NULL DEFAULT 1,
        priority_class TEXT NOT NULL,
        joined_at REAL NOT NULL,
        score_adj REAL NOT NULL DEFAULT 0,
        address TEXT NOT NULL,
        name TEXT,
        customer TEXT,
        candidates TEXT NOT NULL DEFAULT '[]',
        place TEXT,
        agent TEXT,
        offered_to TEXT,
        offer_until REAL,
        excluded TEXT NOT NULL DEFAULT '[]',
        outage TEXT,
        callback INTEGER NOT NULL DEFAULT 0,
        callback_at REAL,
        callback_phone TEXT,
        ticket TEXT,
        text_preview TEXT,
        disposition TEXT,
        note TEXT,
        csat_invite INTEGER NOT NULL DEFAULT 0,
        state_since REAL NOT NULL,
        version INTEGER NOT NULL DEFAULT 1,
        UNIQUE (source, external_id)
    ) STRICT""",
    f"CREATE INDEX contact_live ON contact (centre, state) WHERE {_LIVE}",
    "CREATE INDEX contact_waiting ON contact (centre) WHERE state IN ('queued', 'callback_waiting')",
    "CREATE INDEX contact_in_hand ON contact (agent) WHERE state IN ('connected', 'held', 'wrap_up')",
    "CREATE INDEX contact_offers ON contact (offered_to) WHERE offered_to IS NOT NULL",
    "CREATE INDEX contact_by_agent ON contact (agent, n) WHERE agent IS NOT NULL",
    "CREATE INDEX contact_by_customer ON contact (customer, n) WHERE customer IS NOT NULL",
    "CREATE INDEX contact_by_outage ON contact (outage, callback) WHERE outage IS NOT NULL",
    "CREATE INDEX contact_by_centre ON contact (centre, n)",
    """CREATE TABLE contact_event (
        n INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contact (id),
        at REAL NOT NULL,
        state TEXT NOT NULL,
        "trigger" TEXT NOT NULL,
        by TEXT,
        detail TEXT
    ) STRICT""",
    "CREATE INDEX contact_event_by_contact ON contact_event (contact, n)",
    """CREATE TABLE message (
        n INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contact (id),
        at REAL NOT NULL,
        author TEXT NOT NULL CHECK (author IN ('customer', 'agent', 'system')),
        text TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX message_by_contact ON message (contact, n)",
    """CREATE TABLE segment (
        n INTEGER PRIMARY KEY,
        contact TEXT NOT NULL REFERENCES contact (id),
        centre TEXT NOT NULL,
        channel TEXT NOT NULL,
        queue TEXT NOT NULL,
        joined_at REAL NOT NULL,
        agent TEXT,
        offered_at REAL,
        answered_at REAL,
        held_since REAL,
        ended_at REAL,
        hold_s REAL NOT NULL DEFAULT 0 CHECK (hold_s >= 0),
        acw_s REAL NOT NULL DEFAULT 0 CHECK (acw_s >= 0),
        outcome TEXT,
        transferred_to TEXT
    ) STRICT""",
    # The metrics rest on these two: at most one open segment a contact, and a closed one is history.
    "CREATE UNIQUE INDEX segment_one_open ON segment (contact) WHERE outcome IS NULL",
    "CREATE INDEX segment_by_time ON segment (joined_at)",
    "CREATE INDEX segment_by_contact ON segment (contact, n)",
    """CREATE TRIGGER segment_closed_stays BEFORE UPDATE ON segment WHEN OLD.outcome IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a closed segment never changes'); END""",
    """CREATE TRIGGER segment_never_goes BEFORE DELETE ON segment
       BEGIN SELECT RAISE(ABORT, 'a segment is never deleted'); END""",
    """CREATE TABLE agent_state (
        user_id TEXT PRIMARY KEY REFERENCES user (id),
        intent TEXT NOT NULL,
        activity TEXT NOT NULL,
        since REAL NOT NULL,
        pending TEXT,
        reason TEXT,
        pending_reason TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE csat (
        contact TEXT PRIMARY KEY REFERENCES contact (id),
        at REAL NOT NULL,
        score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),
        comment TEXT
    ) STRICT, WITHOUT ROWID""",
)
