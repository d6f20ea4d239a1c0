"""Tickets: list, one, open, change, note; and the request catalogue."""

from typing import get_args

from agent_tui import wire
from backend_stub import policy
from backend_stub.errors import NotFound, VersionConflict
from backend_stub.policy import Row
from backend_stub.reference.catalogue import corporations, request_types
from backend_stub.routes.table import Answer, Call, Route, page
from backend_stub.store import presence, tickets
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.tickets import Filter


def _list(conn: sqlite3.Connection, call: Call) -> Answer:
    wanted = Filter(
        centres=[c for c in corporations() if policy.can(call.user, "ticket.list", Row(centre=c))],
        status=call.choice("status", get_args(wire.TicketStatus)),
        assignee={"me": call.user.username, "none": ""}.get(call.query.get("assignee", ""), call.query.get("assignee")),
        due=call.choice("due", tuple(tickets.DUE)),
        type=call.query.get("type"),
    )
    limit = call.limit()
    rows = tickets.page(conn, wanted, call.after(), limit + 1, call.now)
    at_them = presence.of_many(conn, [row["id"] for row in rows], call.now)
    found = [tickets.to_wire(row, call.now, at_them.get(row["id"], ())) for row in rows]
    return Answer(page(found, limit, lambda ticket: ticket.id))


def _get(conn: sqlite3.Connection, call: Call) -> Answer:
    return _answer(conn, need(conn, call, "ticket.read"), call.now)


def _create(tx: Tx, call: Call) -> Answer:
    row = tickets.create(tx, call.body_as(wire.NewTicket), call.user.username, call.user.centre)
    return _answer(tx.conn, row, tx.now)


def _patch(tx: Tx, call: Call) -> Answer:
    row = need(tx.conn, call, "ticket.patch")
    if call.if_match != row["version"]:
        raise VersionConflict(tickets.detail(tx.conn, row, tx.now), row["version"])
    return _answer(tx.conn, tickets.change(tx, row, call.body_as(wire.PatchTicket)), tx.now)


def _note(tx: Tx, call: Call) -> Answer:
    row = need(tx.conn, call, "ticket.note")
    return Answer(tickets.add_note(tx, row, call.user.username, call.body_as(wire.NewNote).text))


def _types(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(wire.Page([wire.RequestType(kind.code, kind.vi, kind.en) for kind in request_types().values()]))


def need(conn: sqlite3.Connection, call: Call, verb: str) -> sqlite3.Row:
    """Return the ticket of the path, if the caller may; raises NotFound, Forbidden."""
    row = tickets.get(conn, call.path["id"])
    if row is None:
        raise NotFound("ticket")
    call.allow(verb, Row(centre=row["centre"]), "ticket")
    return row


def _answer(conn: sqlite3.Connection, row: sqlite3.Row, now: float) -> Answer:
    return Answer(tickets.detail(conn, row, now), etag=row["version"])


LIST_QUERY = ("status", "assignee", "due", "type", "limit", "after")
ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/tickets", "ticket.list", "read", _list, answer=wire.Page[wire.Ticket], query=LIST_QUERY),
    Route("POST", "/v1/tickets", "ticket.create", "write", _create, wire.NewTicket, wire.TicketDetail, status=201),
    Route("GET", "/v1/tickets/{id}", "ticket.read", "read", _get, answer=wire.TicketDetail),
    Route("PATCH", "/v1/tickets/{id}", "ticket.patch", "write", _patch, wire.PatchTicket, wire.TicketDetail),
    Route("POST", "/v1/tickets/{id}/notes", "ticket.note", "write", _note, wire.NewNote, wire.TicketNote, status=201),
    Route("GET", "/v1/request-types", "catalogue.list", "read", _types, answer=wire.Page[wire.RequestType]),
)
