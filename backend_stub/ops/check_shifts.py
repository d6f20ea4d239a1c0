"""Does every shift plan hold together? Nobody is planned for two things at once."""

from collections.abc import Iterator

from backend_stub.store.driver import sqlite3

MOST_SHOWN = 20
_OVERLAPS = """SELECT DISTINCT u.username FROM shift a JOIN shift b ON b.user_id = a.user_id AND b.begins > a.begins
    AND b.begins < a.ends JOIN user u ON u.id = a.user_id ORDER BY 1 LIMIT ?"""


def problems(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield the agents planned for two things at once."""
    if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'shift'").fetchone() is None:
        return
    for row in conn.execute(_OVERLAPS, (MOST_SHOWN,)):
        yield f"the plan of {row[0]} overlaps itself"
