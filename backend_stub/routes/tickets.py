"""Tickets: list, search, one, open, change, note; and the request catalogue."""

from typing import get_args

import msgspec

from agent_tui import wire
from backend_stub import policy
from backend_stub.domain import ticket_kind
from backend_stub.errors import NotFound, VersionConflict
from backend_stub.policy import Row
from backend_stub.reference.catalogue import corporations, request_types
from backend_stub.routes.table import Answer, Call, Job, Route, page
from backend_stub.settings import Settings
from backend_stub.store import presence, ticket_history, ticket_index, ticket_lists, ticket_rows, tickets
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ticket_lists import Filter

MOST_SINCE = 20


def _list(conn: sqlite3.Connection, call: Call) -> Answer:
    wanted = Filter(
        centres=_centres(call, "ticket.list"),
        status=call.choice("status", get_args(wire.TicketList)),
        assignee=_assignee(call, call.query.get("assignee")),
        due=call.choice("due", tuple(ticket_lists.DUE)),
        type=call.query.get("type"),
        outage=call.query.get("outage"),
        customer=call.query.get("customer"),
    )
    return _page(conn, call, wanted, call.after(), call.limit())


def _search(conn: sqlite3.Connection, call: Call) -> Answer:
    asked = call.body_as(wire.TicketSearch)
    wanted = Filter(
        centres=_centres(call, "ticket.search"),
        status=asked.status,
        assignee=_assignee(call, asked.assignee),
        due=asked.due,
        type=asked.type,
        outage=asked.outage,
        customer=asked.customer,
        q=asked.q,
    )
    return _page(conn, call, wanted, asked.after, asked.limit)


def _page(conn: sqlite3.Connection, call: Call, wanted: Filter, after: str | None, limit: int) -> Answer:
    rows = ticket_lists.page(conn, wanted, after, limit + 1, call.now)
    at_them = presence.of_many(conn, [row["id"] for row in rows], call.now)
    found = [ticket_rows.to_wire(row, call.now, at_them.get(row["id"], ())) for row in rows]
    return Answer(page(found, limit, lambda ticket: ticket.id))


def _centres(call: Call, verb: str) -> list[str]:
    return [c for c in corporations() if policy.can(call.user, verb, Row(centre=c))]


def _assignee(call: Call, name: str | None) -> str | None:
    """Return the login name meant, the empty text for nobody."""
    return {"me": call.user.username, "none": ""}.get(name or "", name)


def _get(conn: sqlite3.Connection, call: Call) -> Answer:
    return _answer(conn, need(conn, call, "ticket.read"), call.now)


def _create(tx: Tx, call: Call) -> Answer:
    row = tickets.create(tx, call.body_as(wire.NewTicket), call.user.username, call.user.centre)
    return _answer(tx.conn, row, tx.now)


def _patch(tx: Tx, call: Call) -> Answer:
    row = need(tx.conn, call, "ticket.patch")
    if call.if_match != row["version"]:
        stale = VersionConflict(tickets.detail(tx.conn, row, tx.now), row["version"])
        # Who changed which field since the version the caller has: enough to merge field by field, and to name them.
        since = ticket_history.page(tx.conn, row["id"], call.if_match or 0, MOST_SINCE)
        stale.extra["since"] = msgspec.to_builtins(since)
        raise stale
    saved, undo = tickets.change(tx, row, call.body_as(wire.PatchTicket), call.user.username)
    return _answer(tx.conn, saved, tx.now, undo)


def _note(tx: Tx, call: Call) -> Answer:
    row = need(tx.conn, call, "ticket.note")
    return Answer(tickets.add_note(tx, row, call.user.username, call.body_as(wire.NewNote).text))


def _kinds(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(wire.Page([wire.RequestType(kind.code, kind.vi, kind.en) for kind in request_types().values()]))


def _types(conn: sqlite3.Connection, call: Call) -> Answer:
    kinds = [
        wire.TicketType(
            kind.code, kind.vi, kind.en, list(kind.fields),
            ticket_kind.deadline_words(kind.deadline, dict(kind.site)), kind.groupable, kind.priority,
        )
        for kind in request_types().values()
    ]  # fmt: skip
    return Answer(wire.Page(kinds))


def need(conn: sqlite3.Connection, call: Call, verb: str) -> sqlite3.Row:
    """Return the ticket of the path, if the caller may; raises NotFound, Forbidden."""
    row = tickets.get(conn, call.path["id"])
    if row is None:
        raise NotFound("ticket")
    call.allow(verb, Row(centre=row["centre"]), "ticket")
    return row


def _answer(conn: sqlite3.Connection, row: sqlite3.Row, now: float, undo: str | None = None) -> Answer:
    return Answer(tickets.detail(conn, row, now, undo), etag=row["version"])


def _renew(tx: Tx, settings: Settings) -> None:
    ticket_index.renew_stale(tx.conn)


LIST_QUERY = ("status", "assignee", "due", "type", "outage", "customer", "limit", "after")
ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/tickets", "ticket.list", "read", _list, answer=wire.Page[wire.Ticket], query=LIST_QUERY),
    Route("POST", "/v1/tickets", "ticket.create", "write", _create, wire.NewTicket, wire.TicketDetail, status=201),
    Route(
        "POST", "/v1/tickets/search", "ticket.search", "read", _search, wire.TicketSearch, wire.Page[wire.Ticket]
    ),
    Route("GET", "/v1/tickets/{id}", "ticket.read", "read", _get, answer=wire.TicketDetail),
    Route("PATCH", "/v1/tickets/{id}", "ticket.patch", "write", _patch, wire.PatchTicket, wire.TicketDetail),
    Route("POST", "/v1/tickets/{id}/notes", "ticket.note", "write", _note, wire.NewNote, wire.TicketNote, status=201),
    Route("GET", "/v1/request-types", "catalogue.list", "read", _kinds, answer=wire.Page[wire.RequestType]),
    Route("GET", "/v1/ticket-types", "catalogue.list", "read", _types, answer=wire.Page[wire.TicketType]),
)  # fmt: skip
JOBS: tuple[Job, ...] = (Job("renew the search of tickets", 1.0, _renew),)
