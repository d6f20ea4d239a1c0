"""Does the search find every customer? Names, postings and the full-text index, each compared with the customers."""

from collections.abc import Callable, Iterator

from backend_stub.domain.lookup import indexed, street_key
from backend_stub.store.driver import sqlite3

_NAMES = "SELECT name_f, count(*) AS n FROM customer GROUP BY name_f"
_UNLISTED = f"SELECT name_f FROM ({_NAMES} EXCEPT SELECT name_f, n FROM dname) LIMIT 1"
_LEFT = f"SELECT name_f FROM (SELECT name_f, n FROM dname EXCEPT {_NAMES}) LIMIT 1"
_UNPOSTED = """SELECT c.id FROM customer c LEFT JOIN dname d ON d.name_f = c.name_f
    WHERE NOT EXISTS (SELECT 1 FROM dpost p WHERE p.nid = d.nid AND p.commune = c.commune AND p.customer = c.id)
    LIMIT 1"""
_INDEXED = "SELECT doc, group_concat(term, ' ') FROM temp.indexed GROUP BY doc"
_COMMUNES = "SELECT commune, count(*) AS n FROM customer WHERE status <> 'closed' GROUP BY commune"


def problems(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield what the search would not find or finds for nobody; customers are named by number, never by name."""
    for sql, said in ((_UNLISTED, "lacks a name of"), (_LEFT, "holds a name of no")):
        row = conn.execute(sql).fetchone()
        if row is not None:
            holder = conn.execute("SELECT id FROM customer WHERE name_f = ? LIMIT 1", (row[0],)).fetchone()
            yield f"the dictionary {said} customer" + ("" if holder is None else f" {holder[0]}, or miscounts it")
    customers, posted = (conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("customer", "dpost"))
    if customers != posted:
        yield f"the dictionary leads to {posted} customers, there are {customers}"
    row = conn.execute(_UNPOSTED).fetchone()
    if row is not None:
        yield f"the dictionary does not lead to customer {row[0]}"
    # A backup of an older program is checked by what it was made with.
    today = _there(conn, "street")
    yield from _full_text(conn, indexed if today else str)
    if today:
        yield from _streets(conn)
    if _there(conn, "commune_customers"):
        counted = "SELECT commune, n FROM commune_customers WHERE n <> 0"
        wrong = conn.execute(f"SELECT commune FROM ({_COMMUNES} EXCEPT {counted}) LIMIT 1").fetchone()
        if wrong is not None:
            yield f"the customers of commune {wrong[0]} are miscounted"


def _there(conn: sqlite3.Connection, table: str) -> bool:
    return conn.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None


def _full_text(conn: sqlite3.Connection, text_of: Callable[[str], str]) -> Iterator[str]:
    """Compare every word of every name with the full-text index, both ways."""
    conn.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab (main, dfts, instance)")
    try:
        held = {row[0]: frozenset(row[1].split()) for row in conn.execute(_INDEXED)}
    finally:
        conn.execute("DROP TABLE temp.indexed")
    for row in conn.execute("SELECT nid, name_f FROM dname"):
        if held.pop(row[0], frozenset()) != frozenset(text_of(row[1]).split()):
            yield f"the full-text index does not hold name {row[0]} as it is"
            return
    if held:
        yield f"the full-text index holds name {min(held)}, which is gone"


def _streets(conn: sqlite3.Connection) -> Iterator[str]:
    """Compare every customer's street and house with the address, and every street with its full text."""
    sql = """SELECT c.id, c.address, c.house, coalesce(s.street_f, '') FROM customer c
        LEFT JOIN street s ON s.sid = c.street"""
    for customer, address, house, street in conn.execute(sql):
        wanted = street_key(address)
        if (house, street) != (wanted if wanted[1] else ("", "")):
            yield f"the address of customer {customer} is not found under its street"
            return
    conn.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab (main, dfts_street, instance)")
    try:
        held = {row[0]: frozenset(row[1].split()) for row in conn.execute(_INDEXED)}
    finally:
        conn.execute("DROP TABLE temp.indexed")
    for sid, street in conn.execute("SELECT sid, street_f FROM street"):
        if held.pop(sid, frozenset()) != frozenset(street.split()):
            yield f"the full-text index does not hold street {sid} as it is"
            return
