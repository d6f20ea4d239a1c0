"""The name dictionary behind the search: distinct folded names, their customers, and FTS5 over the names.

Its order is popularity, because names are numbered by falling number of customers at `rebuild`; names that come later
get the next numbers. `move` keeps it exact for every single change, `rebuild` only restores the order.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend_stub.domain.lookup import indexed
from backend_stub.store.driver import sqlite3

# So many names hold a fifth of a million customers; beyond them every name is about as rare as the next.
FRONT = 1_000
# What FTS5 collects in memory before it writes a segment, while all names are indexed and otherwise (bytes).
HEAP, USUAL_HEAP = 1 << 26, 1 << 20


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a customer stands in the dictionary: under a name, in a commune."""

    name_f: str
    commune: str


@dataclass(frozen=True, slots=True)
class Move:
    """One customer's change of place; `old` is None for a new customer, `new` for a removed one."""

    customer: int
    old: Posting | None
    new: Posting | None


def move(conn: sqlite3.Connection, moves: Sequence[Move]) -> None:
    """Carry changes of names and communes into the dictionary, in the open transaction."""
    changed = [m for m in moves if m.old != m.new]
    if not changed:
        return
    gained = Counter(m.new.name_f for m in changed if m.new)
    lost = Counter(m.old.name_f for m in changed if m.old)
    nids = _nids(conn, gained | lost)
    nids.update(_add_names(conn, [name for name, _ in gained.most_common() if name not in nids]))
    conn.executemany(
        "DELETE FROM dpost WHERE nid = ? AND commune = ? AND customer = ?",
        [(nids[m.old.name_f], m.old.commune, m.customer) for m in changed if m.old and m.old.name_f in nids],
    )
    conn.executemany(
        "INSERT OR IGNORE INTO dpost (nid, commune, customer) VALUES (?, ?, ?)",
        [(nids[m.new.name_f], m.new.commune, m.customer) for m in changed if m.new],
    )
    conn.executemany(
        "UPDATE dname SET n = n + ? WHERE nid = ?",
        [(gained[name] - lost[name], nid) for name, nid in nids.items() if gained[name] != lost[name]],
    )
    _drop_unused(conn, [nid for name, nid in nids.items() if lost[name]])


def rebuild(conn: sqlite3.Connection) -> None:
    """Number all names anew by falling popularity, in the open transaction (about 8 s a million customers)."""
    conn.create_function("indexed", 1, indexed, deterministic=True)
    conn.execute("DELETE FROM dpost")
    conn.execute("DELETE FROM dname")
    conn.execute("INSERT INTO dfts (dfts) VALUES ('delete-all')")
    conn.execute("INSERT INTO dname (name_f, n) SELECT name_f, count(*) FROM customer GROUP BY 1 ORDER BY 2 DESC, 1")
    # A larger heap than FTS5's own makes fewer segments to merge: a fifth of this statement and the next.
    conn.execute("INSERT INTO dfts (dfts, rank) VALUES ('hashsize', ?)", (HEAP,))
    # In rowid order: any other order costs FTS5 about ten times the work (reference/performance.md 1.0).
    conn.execute("INSERT INTO dfts (rowid, name) SELECT nid, indexed(name_f) FROM dname NOT INDEXED ORDER BY nid")
    conn.execute("INSERT INTO dfts (dfts) VALUES ('optimize')")
    conn.execute("INSERT INTO dfts (dfts, rank) VALUES ('hashsize', ?)", (USUAL_HEAP,))
    conn.execute(
        "INSERT INTO dpost (nid, commune, customer)"
        " SELECT d.nid, c.commune, c.id FROM customer c JOIN dname d ON d.name_f = c.name_f ORDER BY 1, 2, 3"
    )


def out_of_place(conn: sqlite3.Connection, most: int = FRONT) -> list[tuple[int, str]]:
    """Return number and name of the most popular names, least popular first, where their numbers do not say so.

    Answers show names by number, so only the front of the order is ever seen; empty when it is right.
    """
    top = conn.execute("SELECT nid, name_f FROM dname ORDER BY n DESC, nid LIMIT ?", (most,)).fetchall()
    nids = [row[0] for row in top]
    before = conn.execute("SELECT count(*) FROM dname WHERE nid <= ?", (nids[-1] if nids else 0,)).fetchone()[0]
    if nids == sorted(nids) and before == len(nids):
        return []
    return [(row[0], row[1]) for row in reversed(top)]


def promote(conn: sqlite3.Connection, nid: int, name: str) -> None:
    """Put a name before all others, in the open transaction; one that is gone meanwhile stays gone."""
    if conn.execute("SELECT 1 FROM dname WHERE nid = ? AND name_f = ?", (nid, name)).fetchone() is None:
        return
    first = int(conn.execute("SELECT min(nid) - 1 FROM dname").fetchone()[0])
    conn.execute("UPDATE dname SET nid = ? WHERE nid = ?", (first, nid))
    conn.execute("UPDATE dpost SET nid = ? WHERE nid = ?", (first, nid))
    text = indexed(name)
    conn.execute("INSERT INTO dfts (dfts, rowid, name) VALUES ('delete', ?, ?)", (nid, text))
    conn.execute("INSERT INTO dfts (rowid, name) VALUES (?, ?)", (first, text))


def _nids(conn: sqlite3.Connection, names: Iterable[str]) -> dict[str, int]:
    sql = "SELECT name_f, nid FROM dname WHERE name_f IN (SELECT value FROM json_each(?))"
    return {row[0]: row[1] for row in conn.execute(sql, (json.dumps(list(names)),))}


def _add_names(conn: sqlite3.Connection, names: list[str]) -> dict[str, int]:
    first = int(conn.execute("SELECT coalesce(max(nid), 0) + 1 FROM dname").fetchone()[0])
    added = {name: first + i for i, name in enumerate(names)}
    rows = [(nid, name) for name, nid in added.items()]
    conn.executemany("INSERT INTO dname (nid, name_f, n) VALUES (?, ?, 0)", rows)
    conn.executemany("INSERT INTO dfts (rowid, name) VALUES (?, ?)", [(nid, indexed(name)) for nid, name in rows])
    return added


def _drop_unused(conn: sqlite3.Connection, nids: list[int]) -> None:
    sql = "SELECT nid, name_f FROM dname WHERE n <= 0 AND nid IN (SELECT value FROM json_each(?))"
    unused = [(row[0], indexed(row[1])) for row in conn.execute(sql, (json.dumps(nids),))]
    # A contentless index forgets a row only when it is told the text it was given.
    conn.executemany("INSERT INTO dfts (dfts, rowid, name) VALUES ('delete', ?, ?)", unused)
    conn.executemany("DELETE FROM dname WHERE nid = ?", [(nid,) for nid, _ in unused])
