"""The event log: the truth of "live". Its `seq` is gapless and in commit order, because one writer assigns it."""

from collections.abc import Iterator
from typing import cast

import msgspec
from msgspec import Struct

from agent_tui.wire import EventKind
from backend_stub.store.driver import sqlite3

PRUNE_EVERY = 1_000


class Logged(Struct, frozen=True):
    """One event as stored; `masked` is what everybody but `owner` receives (None: the same as `data`)."""

    seq: int
    kind: EventKind
    centre: str | None
    owner: str | None
    data: bytes
    masked: bytes | None


def append(
    conn: sqlite3.Connection,
    now: float,
    kind: EventKind,
    body: Struct,
    *,
    centre: str | None,
    owner: str | None,
    masked: Struct | None,
) -> int:
    """Append an event in the open transaction and return its seq."""
    encode = msgspec.json.encode
    row = (now, kind, centre, owner, encode(body), None if masked is None else encode(masked))
    sql = "INSERT INTO event_log (at, kind, centre, owner, data, masked) VALUES (?, ?, ?, ?, ?, ?)"
    return cast("int", conn.execute(sql, row).lastrowid)


def head(conn: sqlite3.Connection) -> int:
    """Return the last seq, 0 before the first event."""
    return int(conn.execute("SELECT coalesce(max(seq), 0) FROM event_log").fetchone()[0])


def generation(conn: sqlite3.Connection) -> str:
    """Return the id of this database's log: another one means that every seq starts anew."""
    return str(conn.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


def since(conn: sqlite3.Connection, seq: int, limit: int) -> list[Logged]:
    """Return up to `limit` events after `seq`, in order."""
    sql = "SELECT seq, kind, centre, owner, data, masked FROM event_log WHERE seq > ? ORDER BY seq LIMIT ?"
    return [Logged(*row) for row in _plain(conn).execute(sql, (seq, limit))]


def seen_since(
    conn: sqlite3.Connection, seq: int, limit: int, user_id: str, at_once: int
) -> Iterator[list[tuple[int, EventKind, str | None, bytes]]]:
    """Give lists of (seq, kind, centre, data) of up to `limit` events after `seq`, the data in this user's form."""
    sql = """SELECT seq, kind, centre, CASE WHEN owner = ? OR masked IS NULL THEN data ELSE masked END
             FROM event_log WHERE seq > ? ORDER BY seq LIMIT ?"""
    rows = _plain(conn).execute(sql, (user_id, seq, limit))
    while part := rows.fetchmany(at_once):
        yield part


def _plain(conn: sqlite3.Connection) -> sqlite3.Cursor:
    """Return a cursor of tuples: thousands of rows are read in order, none by name."""
    cursor = conn.cursor()
    cursor.row_factory = None
    return cursor


def prune(conn: sqlite3.Connection, seq: int, keep: int) -> None:
    """Delete what lies more than `keep` events behind `seq`."""
    conn.execute("DELETE FROM event_log WHERE seq <= ?", (seq - keep,))
