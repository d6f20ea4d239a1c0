"""How far the import of a file came: a killed import of the same bytes goes on behind its last batch."""

from backend_stub.store.driver import sqlite3

_KEEP = """INSERT INTO import_progress (kind, fingerprint, line) VALUES (?, ?, ?)
    ON CONFLICT (kind) DO UPDATE SET fingerprint = excluded.fingerprint, line = excluded.line"""


class Progress:
    """The mark of one file; an empty fingerprint is that of rows that are no file and leave none."""

    def __init__(self, conn: sqlite3.Connection, kind: str, fingerprint: str = "") -> None:
        self.conn = conn
        self.kind = kind
        self.fingerprint = fingerprint
        sql = "SELECT line FROM import_progress WHERE kind = ? AND fingerprint = ?"
        row = conn.execute(sql, (kind, fingerprint)).fetchone()
        self.done = 0 if row is None else int(row[0])

    def keep(self, line: int) -> None:
        """Note, in the transaction of a batch, that it reached to this line."""
        if self.fingerprint:
            self.conn.execute(_KEEP, (self.kind, self.fingerprint, line))

    def clear(self) -> None:
        """Forget the mark: the file is in."""
        if self.fingerprint:
            self.conn.execute("DELETE FROM import_progress WHERE kind = ?", (self.kind,))
