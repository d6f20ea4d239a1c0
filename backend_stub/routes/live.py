"""The live state in one read, and the segments behind every figure."""

import math
from datetime import datetime

import msgspec

from agent_tui import wire
from backend_stub.clock import from_wire, to_wire
from backend_stub.errors import Invalid
from backend_stub.routes.agents import scope
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import agents, contact_rows, events, outages, segments
from backend_stub.store.driver import sqlite3


def snapshot(conn: sqlite3.Connection, call: Call) -> Answer:
    """Read everything a desk shows, as of one seq: the events after it continue exactly here."""
    seq = events.head(conn)
    centre = None if call.user.role == "admin" else call.user.centre
    return Answer(
        wire.Snapshot(
            seq=seq,
            generation=events.generation(conn),
            now=to_wire(call.now),
            me=agents.wire_state(conn, call.user.id),
            contacts=[contact_rows.seen_by(row, call.user.id) for row in contact_rows.live(conn, centre)],
            agents=agents.everybody(conn, scope(call)),
            outages=[outages.to_wire(conn, row, call.now) for row in outages.open_all(conn, call.now)],
        )
    )


def raw_segments(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the stays in queues begun in [from, to), in order of storing."""
    limit = call.limit()
    after = call.after() or "0"
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise Invalid("after", "unknown_cursor", "This is not a cursor of this list.")
    rows = segments.page(
        conn,
        start=_time(call, "from", -math.inf),
        end=_time(call, "to", math.inf),
        after=int(after),
        limit=limit,
    )
    following = str(rows[limit - 1][0]) if len(rows) > limit else None
    return Answer(wire.Page([segment for _, segment in rows[:limit]], following))


def _time(call: Call, name: str, otherwise: float) -> float:
    text = call.query.get(name)
    if text is None:
        return otherwise
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(name, "bad_time", f"{name} must be a time such as 2026-11-22T07:00:00Z.")
    return from_wire(moment)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/snapshot", "snapshot.read", "read", snapshot, answer=wire.Snapshot),
    Route(
        "GET", "/v1/segments", "segment.list", "read", raw_segments, answer=wire.Page[wire.Segment],
        query=("from", "to", "limit", "after"),
    ),
)  # fmt: skip
