"""A transaction of an import: short, and whole or not at all."""

from backend_stub.store.driver import sqlite3


class transaction:
    """One immediate transaction: committed when the block ends, undone when it raises."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn

    def __enter__(self) -> None:
        self.conn.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.conn.in_transaction:
            self.conn.execute("COMMIT" if kind is None else "ROLLBACK")
