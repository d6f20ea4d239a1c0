"""Outages: list, one, report, change."""

from msgspec import structs

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.domain import outage as rules
from backend_stub.errors import Forbidden, Invalid, NotFound, VersionConflict
from backend_stub.routes.table import Answer, Call, Route, page
from backend_stub.store import commune_calls, outage_life, outage_search, outages, plans
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.outages import Report


def _list(conn: sqlite3.Connection, call: Call) -> Answer:
    status = call.choice("status", tuple(outages.FILTERS)) or "open"
    limit = call.limit()
    rows = outages.page(conn, status, call.query.get("province"), call.query.get("feeder"), call.after(), limit + 1)
    found = [outages.to_wire(conn, row, call.now) for row in rows]
    return Answer(page(found, limit, lambda outage: outage.id))


def _search(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(outage_search.find(conn, call.body_as(wire.OutageSearch).q))


def _get(conn: sqlite3.Connection, call: Call) -> Answer:
    row = need(conn, call)
    # Worked out anew for whoever looks at one: in a list or an event it would be old at once.
    possible = commune_calls.possible(conn, call.settings.grouping, call.now)[row["id"]]
    return Answer(structs.replace(outages.to_wire(conn, row, call.now), possible=possible), etag=row["version"])


def _create(tx: Tx, call: Call) -> Answer:
    wanted = call.body_as(wire.NewOutage)
    status = wanted.status or rules.default_status(wanted.kind)
    if call.user.role == "agent" and status != "predicted":
        raise Forbidden("An agent reports an outage as predicted; a team lead sets any other status.")
    parent = None if wanted.parent is None else outage_life.check_nested(tx.conn, wanted.parent, wanted.device)
    began = tx.now if parent is None else parent["started_at"]
    started = began if wanted.started_at is None else from_wire(wanted.started_at)
    if wanted.kind == "unplanned" and started > tx.now + outage_life.CLOCK_SLACK_S:
        raise Invalid("started_at", "in_the_future", "An outage cannot have begun in the future.")
    report = Report(
        wanted.device, wanted.kind, status, started, call.user.username, cause=wanted.cause,
        etr=None if wanted.etr is None else from_wire(wanted.etr), etr_source=wanted.etr_source, note=wanted.note,
        parent=wanted.parent,
    )  # fmt: skip
    return answer(tx.conn, outages.create(tx, report), tx.now)


def _patch(tx: Tx, call: Call) -> Answer:
    row = need(tx.conn, call)
    if call.if_match != row["version"]:
        raise VersionConflict(outages.to_wire(tx.conn, row, tx.now), row["version"])
    wanted = call.body_as(wire.PatchOutage)
    if call.user.role == "agent" and wanted != wire.PatchOutage(note=wanted.note):
        raise Forbidden("An agent adds notes to an outage; a team lead changes it.")
    after = outages.change(tx, row, wanted, call.user.username)
    plans.follow(tx, row, call.user.username)
    return answer(tx.conn, after, tx.now)


def need(conn: sqlite3.Connection, call: Call) -> sqlite3.Row:
    """Return the outage of the path; raises NotFound."""
    row = outages.get(conn, call.path["id"])
    if row is None:
        raise NotFound("outage")
    return row


def answer(conn: sqlite3.Connection, row: sqlite3.Row, now: float) -> Answer:
    """Return an outage with its version."""
    return Answer(outages.to_wire(conn, row, now), etag=row["version"])


LIST_QUERY = ("status", "province", "feeder", "limit", "after")
ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/outages", "outage.list", "read", _list, answer=wire.Page[wire.Outage], query=LIST_QUERY),
    Route("POST", "/v1/outages", "outage.create", "write", _create, wire.NewOutage, wire.Outage, status=201),
    Route("POST", "/v1/outages/search", "outage.search", "read", _search, wire.OutageSearch, wire.OutageHits),
    Route("GET", "/v1/outages/{id}", "outage.read", "read", _get, answer=wire.Outage),
    Route("PATCH", "/v1/outages/{id}", "outage.patch", "write", _patch, wire.PatchOutage, wire.Outage),
)
