"""Segments as rows: they follow every step of their contact, and only here."""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, cast

import msgspec
from msgspec.structs import asdict, astuple, replace

from agent_tui import wire
from backend_stub.clock import opt_to_wire, to_wire
from backend_stub.domain.segments import Segment, Step, follow
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_COLUMNS = (
    "queue, joined_at, agent, offered_at, answered_at, held_since, ended_at, hold_s, acw_s, outcome, transferred_to,"
    " callback"
)
FILTERS: Final = ("centre", "queue", "channel", "outcome")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def record(tx: Tx, contact: sqlite3.Row, steps: Iterable[Step], centre: str | None = None) -> None:
    """Bring the contact's segments up to date with steps that are one change of it, which ends in `centre`."""
    n, stored = _open(tx, contact["id"])
    current = stored
    for step in steps:
        current, following = follow(current, step)
        if following is not None or (current is not None and current.outcome is not None):
            _save(tx, n, stored, current)
            n = None if following is None else _insert(tx, contact, following, centre or contact["centre"])
            current = stored = following if following is not None and following.outcome is None else None
    _save(tx, n, stored, current)


def _open(tx: Tx, contact_id: str) -> tuple[int | None, Segment | None]:
    sql = f"SELECT {_COLUMNS}, n FROM segment WHERE contact = ? AND outcome IS NULL"
    found = tx.conn.execute(sql, (contact_id,)).fetchone()
    return (None, None) if found is None else (found["n"], Segment(*tuple(found)[:-1]))


def _save(tx: Tx, n: int | None, stored: Segment | None, current: Segment | None) -> None:
    if n is None or stored is None or current is None:
        return
    pairs = zip(Segment.__struct_fields__, astuple(stored), astuple(current), strict=True)
    changes = {name: after for name, before, after in pairs if before != after}
    if changes:
        tx.conn.execute(_update(tuple(changes)), (*changes.values(), n))


@cache
def _update(columns: tuple[str, ...]) -> str:
    # Only what changed, so that an index over an unchanged column is left alone.
    return f"UPDATE segment SET {', '.join(f'{name} = ?' for name in columns)} WHERE n = ?"


def _insert(tx: Tx, contact: sqlite3.Row, segment: Segment, centre: str) -> int:
    place = {"contact": contact["id"], "centre": centre, "channel": contact["channel"]}
    stored = tx.conn.execute(
        f"""INSERT INTO segment (contact, centre, channel, {_COLUMNS}) VALUES (:contact, :centre, :channel,
        :queue, :joined_at, :agent, :offered_at, :answered_at, :held_since, :ended_at, :hold_s, :acw_s, :outcome,
        :transferred_to, :callback)""",
        {**asdict(segment), **place},
    )
    return cast("int", stored.lastrowid)


def page(
    conn: sqlite3.Connection, *, start: float, end: float, after: int, limit: int, only: Mapping[str, str] = NOTHING
) -> list[tuple[int, wire.Segment]]:
    """Return (cursor, segment) of the stays begun in [start, end), in order; one more than `limit` if there are.

    `only` holds values of the columns in FILTERS; the outcome `open` is that of a stay that lasts.
    """
    asked = {name: only[name] for name in FILTERS if name in only}
    where = "".join(f" AND coalesce({name}, 'open') = :{name}" for name in asked)
    sql = f"""SELECT contact, channel, n, {_COLUMNS}, centre FROM segment WHERE joined_at >= :start
              AND joined_at < :end AND n > :after{where} ORDER BY n LIMIT :limit"""
    rows = conn.execute(sql, {"start": start, "end": end, "after": after, "limit": limit + 1, **asked})
    return [(row["n"], _to_wire(row, Segment(*tuple(row)[3:-1]))) for row in rows]


def numbered(conn: sqlite3.Connection, numbers: Iterable[int]) -> list[wire.Segment]:
    """Return the stays of these numbers, in order of storing."""
    sql = f"""SELECT contact, channel, n, {_COLUMNS}, centre FROM segment
              WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n"""
    rows = conn.execute(sql, (msgspec.json.encode(list(numbers)).decode(),))
    return [_to_wire(row, Segment(*tuple(row)[3:-1])) for row in rows]


def _to_wire(row: sqlite3.Row, segment: Segment) -> wire.Segment:
    done = segment if segment.outcome is not None else replace(segment, ended_at=None)
    return wire.Segment(
        contact=row["contact"],
        queue=segment.queue,
        agent=segment.agent,
        channel=row["channel"],
        joined_at=to_wire(segment.joined_at),
        offered_at=opt_to_wire(segment.offered_at),
        answered_at=opt_to_wire(segment.answered_at),
        ended_at=opt_to_wire(done.ended_at),
        outcome=segment.outcome,
        wait_s=segment.wait_s,
        talk_s=segment.talk_s,
        hold_s=segment.hold_s,
        acw_s=segment.acw_s,
        transferred_to=segment.transferred_to,
        centre=row["centre"],
        callback=bool(segment.callback),
    )
