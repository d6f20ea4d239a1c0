"""Planned works, and what is written to customers about them and about outages."""

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.domain.localtime import day_bounds
from backend_stub.errors import NotFound, VersionConflict
from backend_stub.routes.outages import need
from backend_stub.routes.table import Answer, Call, Job, Route, page
from backend_stub.settings import Settings
from backend_stub.store import notices, plans
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

DAYS_AHEAD_S = 14 * 86_400.0
BEGIN_S = 10.0
SEND_S = 1.0


def _list(conn: sqlite3.Connection, call: Call) -> Answer:
    begin, end = call.moment("from"), call.moment("to")
    begin = day_bounds(call.now)[0] if begin is None else begin
    end = begin + DAYS_AHEAD_S if end is None else end
    limit = call.limit()
    cut = page(plans.page(conn, begin, end, call.place() or 0, limit + 1), limit, lambda row: str(row["n"]))
    quiet = call.settings.plans.periods()
    return Answer(wire.Page([plans.to_wire(conn, row, call.now, quiet) for row in cut.items], cut.next))


def _create(tx: Tx, call: Call) -> Answer:
    new = call.body_as(wire.NewPlan)
    told = None if new.notified_at is None else from_wire(new.notified_at)
    status = "draft" if told is None else "notified"
    begins, ends = from_wire(new.begins), from_wire(new.ends)
    made = plans.NewPlan(new.device, begins, ends, new.reason, new.area, status, told)
    return _answer(tx.conn, plans.create(tx, made, call.user.username), call)


def _patch(tx: Tx, call: Call) -> Answer:
    row = plans.get(tx.conn, call.path["id"])
    if row is None:
        raise NotFound("plan")
    if call.if_match != row["version"]:
        raise VersionConflict(plans.to_wire(tx.conn, row, call.now, call.settings.plans.periods()), row["version"])
    return _answer(tx.conn, plans.change(tx, row, call.body_as(wire.PatchPlan), call.user.username), call)


def _message(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(notices.draft(conn, need(conn, call), call.user.centre, call.now))


def _notify(tx: Tx, call: Call) -> Answer:
    row = need(tx.conn, call)
    return Answer(notices.order(tx, row, call.body_as(wire.NotifyRequest), call.user))


def _answer(conn: sqlite3.Connection, row: sqlite3.Row, call: Call) -> Answer:
    return Answer(plans.to_wire(conn, row, call.now, call.settings.plans.periods()), etag=row["version"])


def _begin(tx: Tx, _: Settings) -> None:
    plans.begin_due(tx)


def _send(tx: Tx, _: Settings) -> None:
    notices.send(tx)


_QUERY = ("from", "to", "limit", "after")
ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/plans", "plan.list", "read", _list, answer=wire.Page[wire.Plan], query=_QUERY),
    Route("POST", "/v1/plans", "plan.create", "write", _create, wire.NewPlan, wire.Plan, status=201),
    Route("PATCH", "/v1/plans/{id}", "plan.patch", "write", _patch, wire.PatchPlan, wire.Plan),
    Route("GET", "/v1/outages/{id}/message", "outage.message", "read", _message, answer=wire.OutageMessage),
    Route(
        "POST", "/v1/outages/{id}/notify", "outage.notify", "write", _notify, wire.NotifyRequest, wire.SentNotice,
        status=201,
    ),
)  # fmt: skip
JOBS: tuple[Job, ...] = (Job("begin planned works", BEGIN_S, _begin), Job("send notices", SEND_S, _send))
