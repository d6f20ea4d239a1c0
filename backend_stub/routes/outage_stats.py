"""Reliability indices and the storm board."""

from agent_tui import wire
from backend_stub.domain.localtime import day_bounds
from backend_stub.errors import Invalid
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import indices
from backend_stub.store.driver import sqlite3

MOST_S = 400 * 86_400.0


def _read(conn: sqlite3.Connection, call: Call) -> Answer:
    begin, end = call.moment("from"), call.moment("to")
    today = day_bounds(call.now)
    begin = today[0] if begin is None else begin
    end = max(begin, today[1]) if end is None else end
    if not begin < end <= begin + MOST_S:
        raise Invalid("to", "out_of_range", "The period must end after it begins, within 400 days.")
    return Answer(indices.stats(conn, begin, end, call.now))


ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/v1/outage-stats", "outage.stats", "read", _read, answer=wire.OutageStats, query=("from", "to")
    ),
)  # fmt: skip
