"""The event log: the truth of "live". Its `seq` is gapless and in commit order, because one writer assigns it."""

from collections.abc import Callable, Iterator
from typing import cast

import msgspec
from msgspec import Struct

from agent_tui.wire import EventKind
from backend_stub.store.driver import sqlite3

PRUNE_EVERY = 1_000
# So many events are one write: small enough for memory that is there, a larger block is mapped anew page by page.
AT_ONCE = 128
# The number is written out: with a bound LIMIT SQLite prepares the statement anew each time.
_FRAMES = f"""SELECT min(seq), max(seq), count(*), CAST(group_concat(
    CASE WHEN kind || ' ' || coalesce(centre, '') IN (SELECT value FROM json_each(?1)) THEN
    'id: ' || seq || x'0a' || 'event: ' || kind || x'0a' || 'data: '
    || iif(owner = ?2 OR masked IS NULL, data, masked) || x'0a0a'
    ELSE ': ' || seq || x'0a0a' END, '') AS BLOB)
    FROM (SELECT * FROM event_log WHERE seq > ?3 ORDER BY seq LIMIT {AT_ONCE})"""
_encode = msgspec.json.Encoder().encode


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
) -> Logged:
    """Append an event in the open transaction and return it as stored."""
    data, hidden = _encode(body), None if masked is None else _encode(masked)
    sql = "INSERT INTO event_log (at, kind, centre, owner, data, masked) VALUES (?, ?, ?, ?, ?, ?)"
    seq = conn.execute(sql, (now, kind, centre, owner, data, hidden)).lastrowid
    return Logged(cast("int", seq), kind, centre, owner, data, hidden)


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


def frames_since(
    conn: sqlite3.Connection, seq: int, user_id: str, may: Callable[[EventKind, str | None], bool]
) -> Iterator[tuple[int, int, int, bytes]]:
    """Give the events after `seq` as (first seq, last seq, how many, text/event-stream frames), in order.

    `may` says of which kinds and centres the user reads; of what else there is only the number goes out. SQLite puts
    the frames together: a row at a time through Python, with its lock given up and taken for each, costs twice that.
    """
    plain = _plain(conn)
    there = plain.execute("SELECT DISTINCT kind, centre FROM event_log WHERE seq > ?", (seq,)).fetchall()
    seen = msgspec.json.encode([f"{kind} {centre or ''}" for kind, centre in there if may(kind, centre)]).decode()
    while (part := plain.execute(_FRAMES, (seen, user_id, seq)).fetchone())[2]:
        yield part
        seq = part[1]


def _plain(conn: sqlite3.Connection) -> sqlite3.Cursor:
    """Return a cursor of tuples: thousands of rows are read in order, none by name."""
    cursor = conn.cursor()
    cursor.row_factory = None
    return cursor


def prune(conn: sqlite3.Connection, seq: int, keep: int) -> None:
    """Delete what lies more than `keep` events behind `seq`."""
    conn.execute("DELETE FROM event_log WHERE seq <= ?", (seq - keep,))
