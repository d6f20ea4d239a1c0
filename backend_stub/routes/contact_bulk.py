"""One change for many contacts."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import contact_bulk
from backend_stub.store.engine import Tx


def bulk(tx: Tx, call: Call) -> Answer:
    """Change up to 500 contacts in one transaction."""
    return Answer(contact_bulk.apply(tx, call.body_as(wire.BulkRequest), call.user, call.settings.queues))


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/contacts/bulk", "contact.bulk", "write", bulk, wire.BulkRequest, wire.BulkAnswer),
)
