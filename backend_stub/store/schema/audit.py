"""The audit log: rows that are only ever appended, each sealed with the one before; customers stand in it by number."""

DDL: tuple[str, ...] = (
    """CREATE TABLE audit (
        n INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        who TEXT NOT NULL,
        verb TEXT NOT NULL,
        object TEXT NOT NULL,
        reason TEXT NOT NULL,
        request TEXT NOT NULL,
        change TEXT NOT NULL,
        mac BLOB NOT NULL CHECK (length(mac) = 32)
    ) STRICT""",
    "CREATE INDEX audit_by_who ON audit (who, at)",
    "CREATE INDEX audit_by_object ON audit (object, at)",
    # The few changes that name a customer: what a ticket or contact once belonged to is found by them.
    """CREATE INDEX audit_naming ON audit (at) WHERE instr(change, '"~') > 0""",
    # INSERT OR REPLACE deletes without asking the delete trigger; a row with a number of the past stops here.
    """CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
       WHEN NEW.n IS NOT (SELECT coalesce(max(n), 0) + 1 FROM audit)
       BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END""",
    """CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END""",
    """CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is never deleted'); END""",
    # How many rows there are and the last one's seal, signed: without it a cut-off tail would leave a whole chain.
    """CREATE TABLE audit_head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        n INTEGER NOT NULL,
        mac BLOB NOT NULL,
        seal BLOB NOT NULL
    ) STRICT""",
    # A customer's number in the log and the code behind it: an erasure changes the code, never the log.
    """CREATE TABLE audit_subject (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        code TEXT NOT NULL UNIQUE,
        mac BLOB NOT NULL
    ) STRICT""",
    """CREATE TRIGGER audit_subject_stays BEFORE UPDATE ON audit_subject
       WHEN NEW.id <> OLD.id OR NEW.code NOT GLOB 'erased-*'
       BEGIN SELECT RAISE(ABORT, 'a customer of the audit log is only ever erased'); END""",
    """CREATE TRIGGER audit_subject_never_goes BEFORE DELETE ON audit_subject
       BEGIN SELECT RAISE(ABORT, 'a customer of the audit log is never deleted'); END""",
    # What it held is carried into the log above by the step that runs this.
    "DROP TABLE access_log",
)
