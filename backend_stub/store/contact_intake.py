"""A contact's beginning: reported by a channel, recognised by its phone, put into its queue."""

from collections.abc import Mapping

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.domain import contact as rules
from backend_stub.domain import routing
from backend_stub.domain.segments import Step
from backend_stub.errors import Invalid
from backend_stub.settings import Queue
from backend_stub.store import contact_moves, contact_rows, customers, segments, trouble_calls
from backend_stub.store.contact_rows import Row
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ids import new_id

MOST_CANDIDATES = 20


def recognise(conn: sqlite3.Connection, address: str) -> tuple[str | None, list[str], str | None]:
    """Return (customer, [], None) for the phone of exactly one customer, (None, candidates, proposed) for a shared one.

    `proposed` is the candidate whom the last contact from this number was about; it then leads the candidates.
    """
    codes = [] if "@" in address else customers.codes_by_phone(conn, address)
    if len(codes) == 1:
        return codes[0], [], None
    last = {code: contact_rows.last_from(conn, code, address) for code in codes}
    proposed = max(codes, key=lambda code: last[code], default=None)
    if proposed is None or not last[proposed]:
        return None, codes[:MOST_CANDIDATES], None
    return None, sorted(codes, key=lambda code: code != proposed)[:MOST_CANDIDATES], proposed


def known_queue(queues: Mapping[str, Queue], name: str) -> Queue:
    """Return the queue's settings; raises Invalid."""
    if name not in queues:
        raise Invalid("queue", "unknown_queue", f"There is no such queue; there are {', '.join(queues)}.")
    return queues[name]


def _redialled(tx: Tx, new: wire.NewContact, centre: str, redial_s: float) -> Row | None:
    """Return the contact of somebody who hung up a moment ago and calls again: once, and in the same queue."""
    sql = """SELECT id, joined_at, score_adj FROM contact c INDEXED BY contact_left
             WHERE address = ? AND state = 'abandoned' AND state_since >= ? AND centre = ? AND queue = ? AND channel = ?
             AND NOT EXISTS (SELECT 1 FROM contact WHERE redial_of = c.id) ORDER BY state_since DESC LIMIT 1"""
    values = (new.address, tx.now - redial_s, centre, new.queue, new.channel)
    found: Row | None = tx.conn.execute(sql, values).fetchone() if redial_s else None
    return found


def _last_s(tx: Tx, address: str, left: Row | None) -> float | None:
    """Return how long ago this number called; whoever only got the old place back has not called before."""
    sql = "SELECT max(joined_at) FROM contact WHERE address = ? AND id IS NOT ? AND direction = 'in'"
    last = tx.conn.execute(sql, (address, None if left is None else left["id"])).fetchone()[0]
    return None if last is None else tx.now - float(last)


def _who(conn: sqlite3.Connection, new: wire.NewContact) -> tuple[dict[str, str | None], str]:
    """Return the columns that tell who it is, and what kind of load the customer is."""
    customer, candidates, proposed = recognise(conn, new.address)
    brief = None if customer is None else customers.brief(conn, customer)
    columns = {
        "name": new.name or (brief.name if brief else None),
        "customer": customer,
        "candidates": contact_rows.pack(candidates),
        "proposed": proposed,
        "place": brief.commune_name if brief else None,
    }
    return columns, brief.priority_load if brief else ""


def create(
    tx: Tx, new: wire.NewContact, *, source: str, centre: str, queues: Mapping[str, Queue], redial_s: float = 60.0
) -> tuple[Row, bool]:
    """Queue what a channel user reports and return (row, True), or (the row already there, False); raises Invalid.

    Who left the queue within `redial_s` seconds before gets the old place back; the wait that counts is the new one.
    """
    known = contact_rows.by_external_id(tx.conn, source, new.external_id)
    if known is not None:
        return known, False
    queue = known_queue(queues, new.queue)
    # A channel's clock may run ahead: nobody has waited less than nothing.
    joined_at = tx.now if new.joined_at is None else min(tx.now, from_wire(new.joined_at))
    who, load = _who(tx.conn, new)
    trouble = trouble_calls.begin(tx.conn, new.queue, who["customer"])
    left = _redialled(tx, new, centre, redial_s)
    priority = routing.classify(new.priority_class, new.queue, load, _last_s(tx, new.address, left))
    contact_id = new_id("c")
    contact_rows.insert(tx, {
        "id": contact_id, "source": source, "external_id": new.external_id,
        "centre": centre, "channel": new.channel, "state": rules.step(None, "join"),
        "queue": new.queue, "skill": new.skill or queue.skill, "priority_class": priority,
        "joined_at": joined_at,
        "score_adj": 0.0 if left is None else joined_at - left["joined_at"] + left["score_adj"],
        "redial_of": left and left["id"],
        "address": new.address,
        **who,
        "text_preview": rules.preview(new.text) if new.text else None,
        "state_since": tx.now,
        "trouble": trouble and trouble.shown,
    })  # fmt: skip
    if trouble is not None:
        trouble_calls.store_new(tx, contact_id, trouble, priority, joined_at)
    if new.text:
        contact_rows.say(tx, contact_id, "customer", new.text)
    contact_moves.history(tx, contact_id, "queued", "join", source, None)
    row = contact_rows.emit_changed(tx, contact_id)
    segments.record(tx, row, [Step("join", tx.now, new.queue, joined_at)])
    return row, True
