"""Is every ticket found as it is, does its history end where it stands, and do its merges and undo steps hold?"""

from collections.abc import Iterator

from backend_stub.store import ticket_index
from backend_stub.store.driver import sqlite3

_INDEXED = "SELECT doc, group_concat(term, ' ') FROM temp.indexed GROUP BY doc"
_AHEAD = """SELECT c.ticket FROM ticket_change c JOIN ticket t ON t.id = c.ticket
    WHERE c.version > t.version LIMIT 1"""
# Each ticket is merged into at most one: going round means coming back to where it began.
_ROUND = """WITH RECURSIVE up (start, id, steps) AS (
    SELECT id, merged_into, 1 FROM ticket WHERE merged_into IS NOT NULL
    UNION ALL SELECT up.start, t.merged_into, steps + 1 FROM up JOIN ticket t ON t.id = up.id
      WHERE t.merged_into IS NOT NULL AND up.id <> up.start AND steps < 100)
    SELECT start FROM up WHERE id = start OR steps = 100 LIMIT 1"""


def problems(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield what is wrong with the tickets' search, history and merges; tickets are named by id."""
    if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'tfts'").fetchone() is None:
        return
    yield from _search(conn)
    for sql, said in ((_AHEAD, "its history knows a later version"), (_ROUND, "it is merged into itself")):
        row = conn.execute(sql).fetchone()
        if row is not None:
            yield f"ticket {row[0]}: {said}"


def _search(conn: sqlite3.Connection) -> Iterator[str]:
    """Compare every word of every ticket with the full-text index, both ways."""
    conn.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab (main, tfts, instance)")
    try:
        held = {row[0]: frozenset(row[1].split()) for row in conn.execute(_INDEXED)}
    finally:
        conn.execute("DROP TABLE temp.indexed")
    stale = {row[0] for row in conn.execute("SELECT n FROM ticket_stale")}
    for entry in ticket_index.entries(conn):
        words = held.pop(entry.n, frozenset())
        if entry.n not in stale and words != frozenset(ticket_index.document(conn, entry).split()):
            yield f"the search does not hold ticket {entry.id} as it is"
            return
    if held:
        yield f"the search holds ticket number {min(held)}, which is gone"
