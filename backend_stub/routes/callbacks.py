"""Promised calls back: all of them in one list, claimed one by one, reported on."""

from datetime import datetime

import msgspec

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.errors import Invalid
from backend_stub.routes.contact_actions import places
from backend_stub.routes.contacts import answer, fetch
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import callbacks
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx


def listing(conn: sqlite3.Connection, call: Call) -> Answer:
    """List promised calls, the oldest promise first; `due` is `now` or a time the promise must not lie after."""
    limit, start = call.limit(), call.place() or 0
    found = callbacks.page(conn, call.user, _until(call), call.now, start, limit + 1)
    return Answer(wire.Page(found[:limit], str(start + limit) if len(found) > limit else None))


def dial(tx: Tx, call: Call) -> Answer:
    """Claim a call and learn its number; nobody else can claim it meanwhile."""
    row = fetch(tx.conn, call, "callback.dial")
    return Answer(callbacks.dial(tx, row, call.user, call.settings.routing, places(call)))


def result(tx: Tx, call: Call) -> Answer:
    """Report on a claimed call."""
    row = fetch(tx.conn, call, "callback.result")
    outcome = call.body_as(wire.DialResult).result
    return answer(callbacks.result(tx, row, call.user, outcome, call.settings.routing), call)


def _until(call: Call) -> float | None:
    text = call.query.get("due")
    if text in (None, "", "all"):
        return None
    if text in ("now", "1"):
        return call.now
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("due", "bad_time", "due must be now, all, or a time such as 2026-11-22T07:00:00Z.")
    return from_wire(moment)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET", "/v1/callbacks", "callback.list", "read", listing, answer=wire.Page[wire.Callback],
        query=("due", "limit", "after"),
    ),
    Route("POST", "/v1/callbacks/{id}/dial", "callback.dial", "write", dial, None, wire.Callback),
    Route("POST", "/v1/callbacks/{id}/result", "callback.result", "write", result, wire.DialResult, wire.Contact),
)  # fmt: skip
