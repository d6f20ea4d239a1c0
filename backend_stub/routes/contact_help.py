"""Help with a contact: consult, take over, reassign."""

from collections.abc import Callable

from agent_tui import wire
from backend_stub.policy import Principal
from backend_stub.routes.contact_actions import places
from backend_stub.routes.contacts import answer, fetch
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import contact_help as store
from backend_stub.store.contact_offers import Places
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx


def consult(tx: Tx, call: Call) -> Answer:
    """Ask a colleague or the lead in; the contact stays."""
    row = fetch(tx.conn, call, "contact.consult")
    return answer(store.consult(tx, row, call.user, call.body_as(wire.ConsultRequest)), call)


def end_consult(tx: Tx, call: Call) -> Answer:
    """End the consultation."""
    return answer(store.end_consult(tx, fetch(tx.conn, call, "contact.consult_end"), call.user), call)


def reassign(tx: Tx, call: Call) -> Answer:
    """Let it ring at another agent."""
    row = fetch(tx.conn, call, "contact.reassign")
    request = call.body_as(wire.ReassignRequest)
    ring_s = call.settings.routing.offer_s
    return answer(store.reassign(tx, row, call.user, request.agent, ring_s, places(call)), call)


def _moving(path: str, verb: str, command: Callable[[Tx, Row, Principal, Places], Row]) -> Route:
    def handler(tx: Tx, call: Call) -> Answer:
        return answer(command(tx, fetch(tx.conn, call, verb), call.user, places(call)), call)

    handler.__doc__ = command.__doc__
    handler.__name__ = verb.replace(".", "_")
    return Route("POST", f"/v1/contacts/{{id}}/{path}", verb, "write", handler, None, wire.Contact)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/contacts/{id}/consult", "contact.consult", "write", consult, wire.ConsultRequest, wire.Contact),
    Route("POST", "/v1/contacts/{id}/consult/end", "contact.consult_end", "write", end_consult, None, wire.Contact),
    _moving("consult/complete", "contact.consult_complete", store.complete_consult),
    _moving("takeover", "contact.takeover", store.take_over),
    Route(
        "POST", "/v1/contacts/{id}/reassign", "contact.reassign", "write", reassign, wire.ReassignRequest, wire.Contact
    ),
)
