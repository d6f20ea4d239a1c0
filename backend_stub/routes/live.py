"""The live state in one read."""

from agent_tui import wire
from backend_stub.clock import to_wire
from backend_stub.routes.agents import scope
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import agents, announcements, contact_rows, events, outages
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
            banner=announcements.banner(conn, call.now),
            surge=announcements.surge(conn),
        )
    )


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/snapshot", "snapshot.read", "read", snapshot, answer=wire.Snapshot),
)  # fmt: skip
