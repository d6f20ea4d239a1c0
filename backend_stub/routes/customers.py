"""Customers: the look-up as it is typed, and the record, which is opened for a reason and on record."""

from datetime import date

from agent_tui import wire
from backend_stub import policy
from backend_stub.domain.bills import owed
from backend_stub.errors import NotFound
from backend_stub.policy import Row
from backend_stub.reference.catalogue import corporations
from backend_stub.reference.prices import prices
from backend_stub.routes import reasons
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import bills, contacts, customers, outages, search, tickets
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx


def find(conn: sqlite3.Connection, call: Call) -> Answer:
    """Answer a look-up; every text is acceptable."""
    wanted = call.body_as(wire.CustomerSearch)
    return Answer(search.find(conn, wanted.q, commune=wanted.commune, limit=wanted.limit))


def record(tx: Tx, call: Call) -> Answer:
    """Open a record; who, which, why and when go into the audit log in the same transaction, hence a write."""
    reasons.check(tx.conn, call)
    customer = customers.brief(tx.conn, call.path["code"].upper())
    if customer is None:
        raise NotFound("customer")
    network = customers.network_path(tx.conn, customer.transformer)
    return Answer(
        customers.to_record(
            customer,
            network,
            tickets.open_for_customer(tx.conn, customer.code, _centres(call, "ticket.list")),
            contacts.recent_for_customer(tx.conn, customer.code, _centres(call, "contact.list")),
            _owed(tx.conn, customer.id),
            outages.touching(tx.conn, [device.code for device in network]),
        )
    )


def _owed(conn: sqlite3.Connection, customer: int) -> tuple[int, date | None] | None:
    unpaid = bills.unpaid(conn, customer)
    return None if unpaid is None else owed(unpaid, prices())


def _centres(call: Call, verb: str) -> list[str]:
    """Name the centres whose work the caller may see: a customer is everybody's, what was done for it is not."""
    return [centre for centre in corporations() if policy.can(call.user, verb, Row(centre=centre))]


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/customers/search", "customer.search", "read", find, wire.CustomerSearch, wire.CustomerHits),
    Route("GET", "/v1/customers/{code}", "customer.read", "write", record, None, wire.CustomerRecord),
)
