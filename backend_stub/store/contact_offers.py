"""Who gets a contact: taking, the next one, offers and what becomes of them.

The router's offers are soft: whoever takes by hand goes before a ringing, the agent's own or a colleague's. An offer
directed at one agent (a transfer, a lead, a call back being dialled) is theirs until it is answered or runs out.
Raises Forbidden, and Conflict with `already_taken`, `not_available` or `illegal_transition`.
"""

from collections.abc import Mapping

from backend_stub.domain import agent as rules
from backend_stub.domain import routing
from backend_stub.domain.agent import CAPACITY
from backend_stub.domain.contact import ChannelClass, Trigger, back
from backend_stub.errors import Conflict, Forbidden
from backend_stub.policy import Principal
from backend_stub.store import agents, contact_queue, contact_rows
from backend_stub.store.contact_moves import check, move
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx

Places = Mapping[ChannelClass, int]
NO_OFFER: Mapping[str, object] = {"offered_to": None, "offer_until": None, "offered_by": None}
_RINGING = "SELECT * FROM contact WHERE offered_to = ? AND state = 'offered' ORDER BY offer_until"


def take(tx: Tx, row: Row, user: Principal, places: Places = CAPACITY) -> Row:
    """Connect a waiting contact, or one that rings: the first who asks wins."""
    owner = contact_rows.holder(row) or row["offered_to"]
    ringing = row["state"] == "offered"
    if owner == user.id and ringing:
        return move(tx, row, ("answer",), {"agent": user.id, **NO_OFFER}, by=user.id)
    if ringing and row["offered_by"] is None:
        row = withdraw(tx, row, by=user.id)
    elif owner is not None:
        raise Conflict("already_taken", "Somebody else has this contact.", by=owner, by_name=_display(tx, owner))
    check(row, "reserve")
    return connect(tx, row, user.id, user.id, places)


def connect(tx: Tx, row: Row, agent_id: str, by: str, places: Places = CAPACITY) -> Row:
    """Connect a waiting contact with an agent who has a place for it; raises Conflict `not_available`."""
    agent, slots = need_place(tx, agent_id, row, places, by_hand=agent_id == by)
    known = (agent, [*slots, rules.Slot(row["channel"], "connected")])
    dialled = {"attempts": row["attempts"] + 1} if row["state"] == "callback_waiting" else {}
    changes = {"agent": agent_id, **dialled}
    detail = None if by == agent_id else agent_id
    return move(tx, row, ("reserve", "answer"), changes, by=by, detail=detail, slot_of=agent_id, known=known)


def _display(tx: Tx, user_id: str) -> str | None:
    found = tx.conn.execute("SELECT name FROM user WHERE id = ?", (user_id,)).fetchone()
    return None if found is None else str(found["name"])


def take_next(tx: Tx, user: Principal, places: Places = CAPACITY) -> Row | None:
    """Connect the best contact for this agent, an offer directed at the agent first; None when nobody waits."""
    ringing = tx.conn.execute(_RINGING, (user.id,)).fetchall()
    directed = next((row for row in ringing if row["offered_by"] is not None), None)
    if directed is not None:
        return take(tx, directed, user, places)
    _return(tx, user.id)
    contact_queue.mark_due(tx)
    agent = agents.load(tx.conn, user.id)
    # What rings here may give way to something better, so it takes no place yet.
    slots = [slot for slot in agents.slots(tx.conn, user.id) if slot.state != "offered"]
    kinds: dict[ChannelClass, bool] = {
        "voice": rules.can_take(agent, slots, "hotline", places=places),
        "text": rules.can_take(agent, slots, "webchat", places=places),
    }
    if not any(kinds.values()):
        raise _not_available("You are not available, or have no free place for another contact.")
    best = contact_queue.best_for(tx.conn, user.centre, user.id, kinds, tx.now)
    candidates = [contact_queue.waiting_of(row) for row in ringing] + ([] if best is None else [best])
    if not candidates:
        return None
    return take(tx, contact_rows.need(tx.conn, min(candidates, key=routing.order_key).id), user, places)


def decline(tx: Tx, row: Row, user: Principal) -> Row:
    """Give an offer back to where it came from; this agent is not offered the contact again for a while."""
    check(row, "decline")
    if row["offered_to"] != user.id:
        raise Forbidden("This contact is not offered to you.")
    return move(tx, row, (_back("decline", row),), _given_back(row), by=user.id)


def withdraw(tx: Tx, row: Row, by: str | None) -> Row:
    """Take an offer back: nobody missed anything."""
    return move(tx, row, (_back("withdraw", row),), NO_OFFER, by=by, detail=row["offered_to"])


def quiet(tx: Tx, user_id: str) -> None:
    """Take back what the router rings at an agent who stops waiting for it."""
    for row in tx.conn.execute(_RINGING, (user_id,)).fetchall():
        if row["offered_by"] is None:
            withdraw(tx, row, by=user_id)


def offer(tx: Tx, row: Row, agent_id: str, until: float, by: str | None) -> Row:
    """Let a waiting contact ring at an agent until then; `by` directs it, None is the router."""
    ringing = {"offered_to": agent_id, "offer_until": until, "offered_by": by}
    return move(tx, row, ("reserve",), ringing, by=by, detail=agent_id, slot_of=agent_id)


def expire_offers(tx: Tx) -> None:
    """Return every offer that rang too long; its agent is not responding until the agent says so.

    A call back that was claimed and never reported on is only free again.
    """
    sql = """SELECT * FROM contact WHERE offered_to IS NOT NULL AND state = 'offered' AND offer_until <= ?
             AND offered_by IS NOT offered_to"""
    for row in tx.conn.execute(sql, (tx.now,)).fetchall():
        move(tx, row, (_back("no_answer", row),), _given_back(row), by=None, detail=row["offered_to"])


def _back(trigger: Trigger, row: Row) -> Trigger:
    return back(trigger, row["direction"] == "out")


def _given_back(row: Row) -> dict[str, object]:
    missed = {*contact_rows.strings(row["excluded"]), row["offered_to"]}
    return {**NO_OFFER, "excluded": contact_rows.pack(sorted(missed))}


def _return(tx: Tx, user_id: str) -> None:
    agent = agents.load(tx.conn, user_id)
    if agent.activity == "not_responding" and agent.intent == "available":
        agents.ask(tx, user_id, "available", None)


def need_place(
    tx: Tx, user_id: str, row: Row, places: Places = CAPACITY, *, by_hand: bool = False
) -> tuple[rules.Agent, list[rules.Slot]]:
    """Return the agent and what they have; raises Conflict `not_available` without a place for this contact.

    Of somebody who takes `by_hand` the ringing stops, and whoever did not respond is back.
    """
    agent, slots = agents.load(tx.conn, user_id), agents.slots(tx.conn, user_id)
    if by_hand and (agent.activity == "not_responding" or any(slot.state == "offered" for slot in slots)):
        _return(tx, user_id)
        quiet(tx, user_id)
        agent, slots = agents.load(tx.conn, user_id), agents.slots(tx.conn, user_id)
    if not rules.can_take(agent, slots, row["channel"], places=places):
        raise _not_available("The agent is not available, or has no free place for this channel.")
    return agent, slots


def _not_available(detail: str) -> Conflict:
    return Conflict("not_available", detail)
