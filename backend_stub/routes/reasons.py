"""Why a customer's record is opened: a reason the caller may use, or no record."""

from backend_stub import policy
from backend_stub.errors import Invalid
from backend_stub.policy import Row
from backend_stub.routes.audited import REASON
from backend_stub.routes.table import Call
from backend_stub.store import contact_rows, outages, tickets
from backend_stub.store.driver import sqlite3


def check(conn: sqlite3.Connection, call: Call) -> None:
    """Refuse a missing reason, and one that is not the caller's to use; raises Invalid."""
    if call.reason is None or not REASON.fullmatch(call.reason):
        raise Invalid(
            "Access-Reason",
            "reason_required",
            "Say why in the header Access-Reason: contact:ID, ticket:ID, outage:ID or search.",
        )
    kind, _, thing = call.reason.partition(":")
    if kind != "search" and not _USABLE[kind](conn, call, thing):
        raise Invalid("Access-Reason", "reason_invalid", f"There is no such {kind} of yours to open a record for.")


def _contact(conn: sqlite3.Connection, call: Call, contact_id: str) -> bool:
    """A contact in the caller's hand, or ringing at the caller's desk."""
    row = contact_rows.get(conn, contact_id)
    if row is None:
        return False
    offered = row["state"] == "offered" and row["offered_to"] == call.user.id
    return offered or contact_rows.holder(row) == call.user.id


def _ticket(conn: sqlite3.Connection, call: Call, ticket_id: str) -> bool:
    row = tickets.get(conn, ticket_id)
    return row is not None and policy.can(call.user, "ticket.read", Row(centre=row["centre"]))


def _outage(conn: sqlite3.Connection, call: Call, outage_id: str) -> bool:
    return outages.get(conn, outage_id) is not None and policy.can(call.user, "outage.read", Row())


_USABLE = {"contact": _contact, "ticket": _ticket, "outage": _outage}
