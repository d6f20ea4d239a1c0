"""Contacts: reported by a channel, listed, opened, scored."""

from agent_tui import wire
from backend_stub.domain.contact import LIVE, TERMINAL
from backend_stub.policy import Row as Place
from backend_stub.routes.table import Answer, Call, Route, page
from backend_stub.store import contact_commands, contact_intake, contact_rows
from backend_stub.store.contact_rows import Row
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx


def place(row: Row) -> Place:
    """Return what the policy needs to know of a contact."""
    return Place(centre=row["centre"], owner=contact_rows.holder(row), channel_user=row["source"])


def fetch(conn: sqlite3.Connection, call: Call, verb: str) -> Row:
    """Return the contact of the path, if the caller may; raises NotFound, Forbidden."""
    row = contact_rows.need(conn, call.path["id"])
    call.allow(verb, place(row), "contact")
    return row


def answer(row: Row, call: Call, status: int | None = None) -> Answer:
    """Return a contact as the caller may see it, with its version."""
    return Answer(contact_rows.seen_by(row, call.user.id), status=status, etag=row["version"])


def changed(tx: Tx, row: Row, call: Call) -> Answer:
    """Return a contact that was just changed: the bytes the streams received are the answer too."""
    return Answer(contact_rows.sent_to(tx, row, call.user.id), etag=row["version"])


def create(tx: Tx, call: Call) -> Answer:
    """Queue a customer's attempt to reach us; the same `external_id` again is the same contact."""
    new = call.body_as(wire.NewContact)
    user = call.user
    row, created = contact_intake.create(
        tx, new, source=user.id, centre=user.centre, queues=call.settings.queues,
        redial_s=call.settings.routing.redial_s,
    )  # fmt: skip
    return answer(row, call, 201 if created else 200)


def listing(conn: sqlite3.Connection, call: Call) -> Answer:
    """List contacts, newest first."""
    limit = call.limit()
    rows = contact_rows.page(
        conn,
        centre=None if call.user.role == "admin" else call.user.centre,
        state=call.choice("state", (*LIVE, *TERMINAL)),
        agent=call.user.id if call.choice("mine", ("1",)) else None,
        customer=call.query.get("customer"),
        after=call.place(),
        limit=limit,
    )
    cut: wire.Page[Row] = page(rows, limit, lambda row: str(row["n"]))
    return Answer(wire.Page([contact_rows.seen_by(row, call.user.id) for row in cut.items], cut.next))


def read(tx: Tx, call: Call) -> Answer:
    """Open one contact with transcript and history: what a person wrote, so it is on record, hence a write."""
    row = fetch(tx.conn, call, "contact.read")
    return Answer(contact_rows.detail(tx.conn, row, call.user.id), etag=row["version"])


def csat(tx: Tx, call: Call) -> Answer:
    """Store the customer's score."""
    row = fetch(tx.conn, call, "contact.csat")
    return answer(contact_commands.csat(tx, row, call.body_as(wire.CsatRequest)), call)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/contacts", "contact.create", "write", create, wire.NewContact, wire.Contact, 201),
    Route(
        "GET", "/v1/contacts", "contact.list", "read", listing, answer=wire.Page[wire.Contact],
        query=("state", "mine", "customer", "limit", "after"),
    ),
    Route("GET", "/v1/contacts/{id}", "contact.read", "write", read, None, answer=wire.ContactDetail),
    Route("POST", "/v1/contacts/{id}/csat", "contact.csat", "write", csat, wire.CsatRequest, wire.Contact),
)  # fmt: skip
