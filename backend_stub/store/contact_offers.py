"""Who gets a contact: taking, the next one, offers to one agent, and what becomes of them.

Raises Forbidden, Invalid, and Conflict with `already_taken`, `not_available` or `illegal_transition`.
"""

from collections.abc import Mapping

from agent_tui import wire
from backend_stub.domain import agent as rules
from backend_stub.domain import routing
from backend_stub.errors import Conflict, Forbidden, Invalid
from backend_stub.policy import Principal
from backend_stub.settings import Queue
from backend_stub.store import agents, contact_rows
from backend_stub.store.contact_intake import known_queue
from backend_stub.store.contact_moves import check, in_hand, move
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx


def take(tx: Tx, row: Row, user: Principal) -> Row:
    """Connect a waiting contact, or one offered to this agent: the first who asks wins."""
    owner = contact_rows.holder(row) or row["offered_to"]
    mine = row["state"] == "offered" and owner == user.id
    if owner is not None and not mine:
        raise Conflict("already_taken", "Somebody else has this contact.", by=owner, by_name=_display(tx, owner))
    if mine:
        return move(tx, row, ("answer",), {"agent": user.id, "offered_to": None, "offer_until": None}, by=user.id)
    check(row, "reserve")
    agent, slots = _need_place(tx, user.id, row)
    known = (agent, [*slots, rules.Slot(row["channel"], "connected")])
    return move(tx, row, ("reserve", "answer"), {"agent": user.id}, by=user.id, slot_of=user.id, known=known)


def _display(tx: Tx, user_id: str) -> str | None:
    found = tx.conn.execute("SELECT name FROM user WHERE id = ?", (user_id,)).fetchone()
    return None if found is None else str(found["name"])


def take_next(tx: Tx, user: Principal) -> Row | None:
    """Connect the best contact for this agent, an offer to the agent first; None when nobody waits."""
    offer = tx.conn.execute(
        "SELECT * FROM contact WHERE offered_to = ? AND state = 'offered' ORDER BY offer_until LIMIT 1", (user.id,)
    ).fetchone()
    if offer is not None:
        return take(tx, offer, user)
    agent, slots = agents.load(tx.conn, user.id), agents.slots(tx.conn, user.id)
    voice, text = rules.can_take(agent, slots, "hotline"), rules.can_take(agent, slots, "webchat")
    if not voice and not text:
        raise _not_available("You are not available, or have no free place for another contact.")
    waiting = contact_rows.waiting(tx.conn, user.centre, voice, text, tx.now)
    best = routing.best_for(user.id, user.skills, waiting, tx.now)
    return None if best is None else take(tx, contact_rows.need(tx.conn, best.id), user)


def decline(tx: Tx, row: Row, user: Principal) -> Row:
    """Give an offer back to the queue; this agent is not offered the contact again."""
    check(row, "decline")
    if row["offered_to"] != user.id:
        raise Forbidden("This contact is not offered to you.")
    return move(tx, row, ("decline",), _given_back(row), by=user.id)


def expire_offers(tx: Tx) -> None:
    """Return every offer that rang too long to its queue; its agent is not responding until the agent says so."""
    sql = "SELECT * FROM contact WHERE offered_to IS NOT NULL AND state = 'offered' AND offer_until <= ?"
    for row in tx.conn.execute(sql, (tx.now,)).fetchall():
        move(tx, row, ("no_answer",), _given_back(row), by=None, detail=row["offered_to"])


def transfer(
    tx: Tx, row: Row, user: Principal, request: wire.TransferRequest, *, queues: Mapping[str, Queue], ring_s: float
) -> Row:
    """Hand a contact to a queue, or offer it to one agent for `ring_s` seconds."""
    if (request.queue is None) == (request.agent is None):
        raise Invalid("queue", "one_of", "Name either a queue or an agent.")
    check(row, "transfer")
    in_hand(row, user.id)
    if request.queue is not None:
        there = {"agent": None, "queue": request.queue, "skill": known_queue(queues, request.queue).skill}
        after = move(tx, row, ("transfer",), there, by=user.id, detail=request.queue)
    else:
        after = _offer_to(tx, row, user, request.agent or "", ring_s)
    if request.note is not None:
        contact_rows.say(tx, row["id"], "system", request.note)
    return after


def _offer_to(tx: Tx, row: Row, user: Principal, name_or_id: str, ring_s: float) -> Row:
    target = agents.find(tx.conn, name_or_id, row["centre"])
    if target is None or target.id == user.id:
        raise Invalid("agent", "unknown_agent", "There is no such colleague in this centre.")
    _need_place(tx, target.id, row)
    queued = move(tx, row, ("transfer",), {"agent": None}, by=user.id, detail=target.id)
    offer = {"offered_to": target.id, "offer_until": tx.now + ring_s}
    return move(tx, queued, ("reserve",), offer, by=user.id, slot_of=target.id)


def _given_back(row: Row) -> dict[str, object]:
    missed = {*contact_rows.strings(row["excluded"]), row["offered_to"]}
    return {"offered_to": None, "offer_until": None, "excluded": contact_rows.pack(sorted(missed))}


def _need_place(tx: Tx, user_id: str, row: Row) -> tuple[rules.Agent, list[rules.Slot]]:
    agent, slots = agents.load(tx.conn, user_id), agents.slots(tx.conn, user_id)
    if not rules.can_take(agent, slots, row["channel"]):
        raise _not_available("The agent is not available, or has no free place for this channel.")
    return agent, slots


def _not_available(detail: str) -> Conflict:
    return Conflict("not_available", detail)
