"""What comes round by itself: the router's offers, and the limits of ringing, waiting, wrapping up and calling back."""

from backend_stub.domain import agent as rules
from backend_stub.settings import Queue, Settings
from backend_stub.store import agents, callbacks, contact_queue, contact_rows, users
from backend_stub.store.contact_help import move_to
from backend_stub.store.contact_moves import move
from backend_stub.store.contact_offers import NO_OFFER, expire_offers, offer
from backend_stub.store.contact_queue import MOST_A_ROUND
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx


def limits(tx: Tx, settings: Settings) -> None:
    """Carry out every limit that was reached: offers, claimed call backs, promises, queues, wrap-ups."""
    expire_offers(tx)
    callbacks.lapse(tx, settings.routing)
    contact_queue.mark_due(tx)
    for name, queue in settings.queues.items():
        if queue.overflow_s and queue.overflow_to:
            _overflow(tx, name, queue)
        if queue.max_wait_s:
            _give_up(tx, name, queue.max_wait_s)
    _end_wrap_ups(tx)


def route(tx: Tx, settings: Settings) -> int:
    """Let waiting contacts ring at ready agents and return how many do now."""
    routing = settings.routing
    if not routing.offers:
        return 0
    contact_queue.mark_due(tx)
    made = 0
    for centre in users.CENTRES:
        pairs = contact_queue.plan(tx.conn, centre, rules.capacity(routing.chats), tx.now)[: MOST_A_ROUND - made]
        for waiting, agent in pairs:
            # Somebody disabled meanwhile is still in the state they were in.
            if agents.find(tx.conn, agent.id, centre) is None:
                continue
            offer(tx, contact_rows.need(tx.conn, waiting.id), agent.id, tx.now + routing.offer_s, None)
        made += len(pairs)
    return made


def _longest(tx: Tx, queue: str, before: float, and_where: str = "") -> list[Row]:
    sql = f"""SELECT * FROM contact INDEXED BY contact_queued WHERE state = 'queued' AND queue = ? AND joined_at <= ?
             AND voice = 1 AND direction = 'in'{and_where} ORDER BY joined_at LIMIT ?"""
    return tx.conn.execute(sql, (queue, before, MOST_A_ROUND)).fetchall()


def _give_up(tx: Tx, queue: str, max_wait_s: float) -> None:
    for row in _longest(tx, queue, tx.now - max_wait_s):
        move(tx, row, ("timeout",), NO_OFFER, by=None)


def _overflow(tx: Tx, queue: str, settings: Queue) -> None:
    """Move who waited too long to the centre where the fewest wait; once only, and never behind a longer queue."""
    rows = _longest(tx, queue, tx.now - settings.overflow_s, " AND home_centre IS NULL")
    if not rows:
        return
    sql = (
        "SELECT centre, count(*) FROM contact INDEXED BY contact_queued WHERE state = 'queued' AND queue = ? GROUP BY 1"
    )
    waiting: dict[str, int] = dict(tx.conn.execute(sql, (queue,)).fetchall())
    for row in rows:
        here = row["centre"]
        there = min((c for c in settings.overflow_to if c != here), key=lambda c: waiting.get(c, 0), default=None)
        if there is None or waiting.get(there, 0) + 1 >= waiting.get(here, 0):
            continue
        waiting[here], waiting[there] = waiting[here] - 1, waiting.get(there, 0) + 1
        move_to(tx, row, ("overflow",), {}, there, by=None, detail=None)


def _end_wrap_ups(tx: Tx) -> None:
    sql = "SELECT * FROM contact INDEXED BY contact_wrapping WHERE state = 'wrap_up' AND acw_until <= ?"
    for row in tx.conn.execute(sql, (tx.now,)).fetchall():
        move(tx, row, ("acw_limit",), by=None)
