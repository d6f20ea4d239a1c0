"""A contact's beginning: reported by a channel, recognised by its phone, put into its queue."""

from collections.abc import Mapping

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.domain import contact as rules
from backend_stub.domain.segments import Step
from backend_stub.errors import Invalid
from backend_stub.settings import Queue
from backend_stub.store import contact_moves, contact_rows, customers, segments
from backend_stub.store.contact_rows import Row
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ids import new_id

MOST_CANDIDATES = 20


def recognise(conn: sqlite3.Connection, address: str) -> tuple[str | None, list[str]]:
    """Return (customer, []) for the phone of exactly one customer, (None, candidates) for a shared one."""
    codes = [] if "@" in address else customers.codes_by_phone(conn, address)
    return (codes[0], []) if len(codes) == 1 else (None, codes[:MOST_CANDIDATES])


def known_queue(queues: Mapping[str, Queue], name: str) -> Queue:
    """Return the queue's settings; raises Invalid."""
    if name not in queues:
        raise Invalid("queue", "unknown_queue", f"There is no such queue; there are {', '.join(queues)}.")
    return queues[name]


def create(tx: Tx, new: wire.NewContact, *, source: str, centre: str, queues: Mapping[str, Queue]) -> tuple[Row, bool]:
    """Queue what a channel user reports and return (row, True), or (the row already there, False); raises Invalid."""
    known = contact_rows.by_external_id(tx.conn, source, new.external_id)
    if known is not None:
        return known, False
    queue = known_queue(queues, new.queue)
    # A channel's clock may run ahead: nobody has waited less than nothing.
    joined_at = tx.now if new.joined_at is None else min(tx.now, from_wire(new.joined_at))
    customer, candidates = recognise(tx.conn, new.address)
    brief = None if customer is None else customers.brief(tx.conn, customer)
    contact_id = new_id("c")
    contact_rows.insert(tx, {
        "id": contact_id,
        "source": source,
        "external_id": new.external_id,
        "centre": centre,
        "channel": new.channel,
        "state": rules.step(None, "join"),
        "queue": new.queue,
        "skill": new.skill or queue.skill,
        "priority_class": new.priority_class,
        "joined_at": joined_at,
        "address": new.address,
        "name": new.name or (brief.name if brief else None),
        "customer": customer,
        "candidates": contact_rows.pack(candidates),
        "place": brief.commune_name if brief else None,
        "text_preview": rules.preview(new.text) if new.text else None,
        "state_since": tx.now,
    })  # fmt: skip
    if new.text:
        contact_rows.say(tx, contact_id, "customer", new.text)
    contact_moves.history(tx, contact_id, "queued", "join", source, None)
    row = contact_rows.emit_changed(tx, contact_id)
    segments.record(tx, row, [Step("join", tx.now, new.queue, joined_at)])
    return row, True
