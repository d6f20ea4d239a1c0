"""The distinct streets behind the look-up by address; a customer's row holds the street's number and the house."""

import json
from collections.abc import Iterable

from backend_stub.domain.lookup import street_key
from backend_stub.store.driver import sqlite3

BATCH = 5_000


def numbers(conn: sqlite3.Connection, streets: Iterable[str]) -> dict[str, int]:
    """Return the number of each folded street, new ones added, in the open transaction; an empty one has none."""
    wanted = {street for street in streets if street}
    sql = "SELECT street_f, sid FROM street WHERE street_f IN (SELECT value FROM json_each(?))"
    known = {str(row[0]): int(row[1]) for row in conn.execute(sql, (json.dumps(list(wanted)),))}
    fresh = sorted(wanted - known.keys())
    if fresh:
        first = int(conn.execute("SELECT coalesce(max(sid), 0) + 1 FROM street").fetchone()[0])
        rows = [(first + i, street) for i, street in enumerate(fresh)]
        conn.executemany("INSERT INTO street (sid, street_f) VALUES (?, ?)", rows)
        conn.executemany("INSERT INTO dfts_street (rowid, name) VALUES (?, ?)", rows)
        known.update((street, sid) for sid, street in rows)
    return known


def fill(conn: sqlite3.Connection) -> None:
    """Give every customer their street, in the open transaction: for an upgrade."""
    last = 0
    sql = "SELECT id, address FROM customer WHERE id > ? ORDER BY id LIMIT ?"
    while rows := conn.execute(sql, (last, BATCH)).fetchall():
        keys = [(row[0], *street_key(row[1])) for row in rows]
        known = numbers(conn, (street for _, _, street in keys))
        values = [(known.get(street), house, customer) for customer, house, street in keys if street]
        conn.executemany("UPDATE customer SET street = ?, house = ? WHERE id = ?", values)
        last = int(rows[-1][0])


def sweep(conn: sqlite3.Connection, sid: int | None) -> None:
    """Forget a street where nobody lives any more, in the open transaction: for an erasure."""
    used = "SELECT street_f FROM street WHERE sid = ? AND NOT EXISTS (SELECT 1 FROM customer WHERE street = sid)"
    row = conn.execute(used, (sid,)).fetchone()
    if row is not None:
        conn.execute("INSERT INTO dfts_street (dfts_street, rowid, name) VALUES ('delete', ?, ?)", (sid, row[0]))
        conn.execute("DELETE FROM street WHERE sid = ?", (sid,))
    conn.execute("INSERT INTO dfts_street (dfts_street) VALUES ('optimize')")
