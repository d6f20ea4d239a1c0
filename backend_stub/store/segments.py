"""Segments as rows: they follow every step of their contact, and only here."""

from collections.abc import Iterable
from typing import cast

from msgspec.structs import asdict, replace

from agent_tui import wire
from backend_stub.clock import opt_to_wire, to_wire
from backend_stub.domain.segments import Segment, Step, follow
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_COLUMNS = (
    "queue, joined_at, agent, offered_at, answered_at, held_since, ended_at, hold_s, acw_s, outcome, transferred_to"
)


def record(tx: Tx, contact: sqlite3.Row, steps: Iterable[Step]) -> None:
    """Bring the contact's segments up to date with steps that are one change of it."""
    n, stored = _open(tx, contact["id"])
    current = stored
    for step in steps:
        current, following = follow(current, step)
        if following is not None or (current is not None and current.outcome is not None):
            _save(tx, n, stored, current)
            n = None if following is None else _insert(tx, contact, following)
            current = stored = following if following is not None and following.outcome is None else None
    _save(tx, n, stored, current)


def _open(tx: Tx, contact_id: str) -> tuple[int | None, Segment | None]:
    sql = f"SELECT {_COLUMNS}, n FROM segment WHERE contact = ? AND outcome IS NULL"
    found = tx.conn.execute(sql, (contact_id,)).fetchone()
    return (None, None) if found is None else (found["n"], Segment(*tuple(found)[:-1]))


def _save(tx: Tx, n: int | None, stored: Segment | None, current: Segment | None) -> None:
    if n is None or stored is None or current is None:
        return
    before = asdict(stored)
    changes = {name: value for name, value in asdict(current).items() if value != before[name]}
    if changes:
        # Only what changed, so that an index over an unchanged column is left alone.
        columns = ", ".join(f"{name} = ?" for name in changes)
        tx.conn.execute(f"UPDATE segment SET {columns} WHERE n = ?", (*changes.values(), n))


def _insert(tx: Tx, contact: sqlite3.Row, segment: Segment) -> int:
    place = {"contact": contact["id"], "centre": contact["centre"], "channel": contact["channel"]}
    stored = tx.conn.execute(
        f"""INSERT INTO segment (contact, centre, channel, {_COLUMNS}) VALUES (:contact, :centre, :channel,
        :queue, :joined_at, :agent, :offered_at, :answered_at, :held_since, :ended_at, :hold_s, :acw_s, :outcome,
        :transferred_to)""",
        {**asdict(segment), **place},
    )
    return cast("int", stored.lastrowid)


def page(
    conn: sqlite3.Connection, *, start: float, end: float, after: int, limit: int
) -> list[tuple[int, wire.Segment]]:
    """Return (cursor, segment) of the stays begun in [start, end), in order; one more than `limit` if there are."""
    sql = f"""SELECT contact, channel, n, {_COLUMNS} FROM segment WHERE joined_at >= ? AND joined_at < ? AND n > ?
              ORDER BY n LIMIT ?"""
    rows = conn.execute(sql, (start, end, after, limit + 1))
    return [(row["n"], _to_wire(row, Segment(*tuple(row)[3:]))) for row in rows]


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
    )
