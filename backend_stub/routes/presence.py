"""Who else has this ticket on screen."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Job, Route
from backend_stub.routes.tickets import need
from backend_stub.settings import Settings
from backend_stub.store import presence
from backend_stub.store.engine import Tx


def hold(tx: Tx, call: Call) -> Answer:
    """Say that the ticket is on my screen for the next 30 seconds."""
    ticket = need(tx.conn, call, "ticket.presence")
    return Answer(presence.hold(tx, ticket, call.user.username, call.body_as(wire.PresenceRequest)))


def leave(tx: Tx, call: Call) -> Answer:
    """Say that I left the ticket."""
    return Answer(presence.leave(tx, need(tx.conn, call, "ticket.presence"), call.user.username))


def _expire(tx: Tx, settings: Settings) -> None:
    presence.expire(tx)


WHERE = "/v1/tickets/{id}/presence"
ROUTES: tuple[Route, ...] = (
    Route("PUT", WHERE, "ticket.presence", "write", hold, wire.PresenceRequest, wire.TicketPresence),
    Route("DELETE", WHERE, "ticket.presence", "write", leave, answer=wire.TicketPresence),
)
JOBS: tuple[Job, ...] = (Job("end presence", 1.0, _expire),)
