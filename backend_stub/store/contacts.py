"""Contacts for the rest of the service: reading one and telling of a change."""

from backend_stub.store import contact_moves
from backend_stub.store.contact_rows import emit_changed, get, holder, recent_for_customer, seen_by, to_wire
from backend_stub.store.engine import Tx


def set_ticket(tx: Tx, contact_id: str, ticket_id: str) -> None:
    """Remember the ticket that came out of a contact; an unknown contact is left alone."""
    row = get(tx.conn, contact_id)
    if row is not None and row["ticket"] != ticket_id:
        contact_moves.change(tx, row, {"ticket": ticket_id})


__all__ = [
    "emit_changed", "get", "holder", "recent_for_customer", "seen_by", "set_ticket", "to_wire",
]  # fmt: skip
