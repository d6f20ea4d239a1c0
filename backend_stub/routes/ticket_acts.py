"""Acts on tickets: bulk changes and merges; and a ticket's history."""

from agent_tui import wire
from backend_stub import policy
from backend_stub.errors import Invalid
from backend_stub.policy import Row
from backend_stub.routes.table import Answer, Call, Route, page
from backend_stub.routes.tickets import need
from backend_stub.store import ticket_acts, ticket_history, tickets
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

MOST = 200


def _bulk(tx: Tx, call: Call) -> Answer:
    def may(row: sqlite3.Row) -> bool:
        return policy.can(call.user, "ticket.bulk", Row(centre=row["centre"]))

    return Answer(ticket_acts.bulk(tx, call.body_as(wire.TicketBulk), call.user.username, may))


def _merge(tx: Tx, call: Call) -> Answer:
    row = need(tx.conn, call, "ticket.merge")
    into = tickets.get(tx.conn, call.body_as(wire.MergeRequest).into)
    if into is None or into["centre"] != row["centre"]:
        raise Invalid("into", "unknown_ticket", "There is no such ticket in this ticket's centre.")
    kept, undo = ticket_acts.merge(tx, row, into, call.user.username)
    return Answer(tickets.detail(tx.conn, kept, tx.now, undo), etag=kept["version"])


def _history(conn: sqlite3.Connection, call: Call) -> Answer:
    row = need(conn, call, "ticket.history")
    limit = call.limit(MOST)
    found = ticket_history.page(conn, row["id"], call.place() or 0, limit + 1)
    return Answer(page(found, limit, lambda change: str(change.version)))


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/tickets/bulk", "ticket.bulk", "write", _bulk, wire.TicketBulk, wire.BulkAnswer),
    Route("POST", "/v1/tickets/{id}/merge", "ticket.merge", "write", _merge, wire.MergeRequest, wire.TicketDetail),
    Route(
        "GET", "/v1/tickets/{id}/history", "ticket.history", "read", _history,
        answer=wire.Page[wire.TicketChange], query=("limit", "after"),
    ),
)  # fmt: skip
