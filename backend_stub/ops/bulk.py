"""The first load of customers by an import that has the directory to itself: indexes are made once, at the end.

Kept up row by row, the indexes of a million customers cost five times as much, and a third more of the disk. What is
left undone is noted in the database: the same import continues it, and `serve` completes it before it serves.
"""

from backend_stub.store import customers, dictionary, grid, migrations
from backend_stub.store.driver import sqlite3

UNFINISHED = "bulk_load_unfinished"
GROUPS = ("customers", "search", "search2", "search3")
LATER = frozenset((
    "customer_code_end", "customer_place", "customer_meter", "customer_transformer", "customer_street",
    "customer_first_phone", "customer_first_phone_end", "customer_phone_number", "customer_phone_end",
))  # fmt: skip
CACHE_KIB = 262_144
LOG_PAGES = 32_768


def is_under_way(conn: sqlite3.Connection) -> bool:
    """Say whether a load without indexes was begun and not completed."""
    return conn.execute("SELECT 1 FROM meta WHERE key = ?", (UNFINISHED,)).fetchone() is not None


def begin(conn: sqlite3.Connection) -> bool:
    """Put the indexes off where that is worth it: nobody is on file yet, or such a load was interrupted."""
    if not is_under_way(conn):
        if customers.count(conn) > 0:
            return False
        conn.execute("BEGIN IMMEDIATE")
        for name in LATER:
            conn.execute(f"DROP INDEX {name}")
        conn.execute("INSERT INTO meta (key, value) VALUES (?, '1')", (UNFINISHED,))
        conn.execute("COMMIT")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    conn.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    return True


def finish(conn: sqlite3.Connection) -> None:
    """Make what was put off, if anything was; one transaction each, so that an interruption loses little."""
    if not is_under_way(conn):
        return
    there = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    for group in GROUPS:
        for statement in migrations.statements(group):
            name = statement.split()[2]
            if statement.startswith("CREATE INDEX") and name in LATER - there:
                conn.execute(statement)
    conn.execute("BEGIN IMMEDIATE")
    try:
        dictionary.rebuild(conn)
        grid.recount(conn)
        conn.execute("DELETE FROM meta WHERE key = ?", (UNFINISHED,))
        conn.execute("COMMIT")
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
