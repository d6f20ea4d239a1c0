"""Handing on and helping: transfer, reassignment, consultation, take-over.

Every function runs inside one writer transaction and returns the new row. Raises Forbidden, Invalid, NotFound, and
Conflict with `illegal_transition`, `not_available`, `nobody_there`, `already_consulting` or `no_consultation`.
"""

from collections.abc import Mapping
from typing import Literal

from agent_tui import wire
from backend_stub.domain.agent import CAPACITY
from backend_stub.domain.contact import Trigger
from backend_stub.errors import Conflict, Forbidden, Invalid
from backend_stub.policy import Principal
from backend_stub.settings import Queue
from backend_stub.store import agents, contact_rows
from backend_stub.store.contact_intake import known_queue
from backend_stub.store.contact_moves import change, check, end_consultation, history, in_hand, move
from backend_stub.store.contact_offers import Places, connect, need_place, offer, withdraw
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx
from backend_stub.store.users import CENTRES

Handed = Literal["handed_over", "taken_over"]


def transfer(
    tx: Tx, row: Row, user: Principal, request: wire.TransferRequest, *, queues: Mapping[str, Queue], ring_s: float,
    places: Places = CAPACITY,
) -> Row:  # fmt: skip
    """Hand a contact to a queue (here or of another centre), or offer it to one agent for `ring_s` seconds."""
    if (request.queue is None and request.centre is None) == (request.agent is None):
        raise Invalid("queue", "one_of", "Name either a queue (or a centre) or an agent.")
    if request.centre is not None and request.centre not in CENTRES:
        raise Invalid("centre", "unknown_centre", f"There is no such centre; there are {', '.join(CENTRES)}.")
    check(row, "transfer")
    in_hand(row, user.id)
    if request.agent is None:
        queue = request.queue or row["queue"]
        there = {"agent": None, "queue": queue, "skill": known_queue(queues, queue).skill}
        centre = request.centre or row["centre"]
        after = move_to(tx, row, ("transfer",), there, centre, by=user.id, detail=queue)
    else:
        target = colleague(tx, request.agent, row["centre"], not_=user.id)
        need_place(tx, target, row, places)
        queued = move(tx, row, ("transfer",), {"agent": None}, by=user.id, detail=target)
        after = offer(tx, queued, target, tx.now + ring_s, user.id)
    if request.note is not None:
        contact_rows.say(tx, row["id"], "system", request.note)
    return after


def move_to(
    tx: Tx, row: Row, triggers: tuple[Trigger, ...], changes: Mapping[str, object], centre: str, *, by: str | None,
    detail: str | None,
) -> Row:  # fmt: skip
    """Move a contact that may change its centre: the old one is told that it is gone."""
    if centre == row["centre"]:
        return move(tx, row, triggers, changes, by=by, detail=detail)
    tx.emit("contact.changed", wire.Gone(row["id"]), centre=row["centre"])
    there = {**changes, "centre": centre, "home_centre": row["home_centre"] or row["centre"], "excluded": "[]"}
    return move(tx, row, triggers, there, by=by, detail=f"{row['centre']} → {centre} {detail or ''}".rstrip())


def colleague(tx: Tx, name_or_id: str, centre: str, *, not_: str) -> str:
    """Return the id of somebody else who works in the centre; raises Invalid."""
    target = agents.find(tx.conn, name_or_id, centre)
    if target is None or target.id == not_:
        raise Invalid("agent", "unknown_agent", "There is no such colleague in this centre.")
    return target.id


def reassign(tx: Tx, row: Row, lead: Principal, name: str, ring_s: float, places: Places = CAPACITY) -> Row:
    """Let a contact, waiting or in somebody's hands, ring at another agent because a lead says so."""
    target = colleague(tx, name, row["centre"], not_=contact_rows.holder(row) or row["offered_to"] or "")
    check(row, "reserve" if row["state"] in ("queued", "callback_waiting") else _leaving(row)[0])
    need_place(tx, target, row, places)
    return offer(tx, _freed(tx, row, lead.id, target), target, tx.now + ring_s, lead.id)


def take_over(tx: Tx, row: Row, user: Principal, places: Places = CAPACITY, how: Handed = "taken_over") -> Row:
    """Connect a contact with `user` who takes it out of a colleague's hands, or out of the queue."""
    if contact_rows.holder(row) == user.id:
        raise Conflict("already_taken", "You have this contact.", by=user.id)
    return _give(tx, row, user.id, user.id, how, places)


def _give(tx: Tx, row: Row, to: str, by: str, how: Handed, places: Places) -> Row:
    check(row, "reserve" if row["state"] in ("queued", "callback_waiting") else _leaving(row)[0])
    if not (row["state"] == "offered" and row["offered_to"] == to):
        need_place(tx, to, row, places, by_hand=to == by)
    end_consultation(tx, row["id"], how)
    return connect(tx, _freed(tx, row, by, to), to, by, places)


def _leaving(row: Row) -> tuple[Trigger, ...]:
    """Return the steps by which a contact leaves its agent: from hold it is taken back first."""
    if row["state"] == "offered":
        return ("withdraw",)
    return ("resume", "transfer") if row["state"] == "held" else ("transfer",)


def _freed(tx: Tx, row: Row, by: str, target: str) -> Row:
    if row["state"] in ("queued", "callback_waiting"):
        return row
    if row["state"] == "offered":
        return withdraw(tx, row, by)
    return move(tx, row, _leaving(row), {"agent": None, "consulted": None}, by=by, detail=target)


def consult(tx: Tx, row: Row, user: Principal, request: wire.ConsultRequest) -> Row:
    """Ask a colleague or the lead in: both see the whole contact, the agent keeps it."""
    if (request.agent is None) == (not request.lead):
        raise Invalid("agent", "one_of", "Name either an agent or the lead.")
    in_hand(row, user.id)
    check(row, "end")
    if row["consulted"] is not None:
        raise Conflict("already_consulting", "Somebody is being consulted already.", by=row["consulted"])
    asked = _lead(tx, row["centre"], user.id) if request.agent is None else colleague(
        tx, request.agent, row["centre"], not_=user.id
    )  # fmt: skip
    sql = "INSERT INTO consultation (contact, asked_by, asked, at) VALUES (?, ?, ?, ?)"
    tx.conn.execute(sql, (row["id"], user.id, asked, tx.now))
    history(tx, row["id"], row["state"], "consult", user.id, asked)
    return change(tx, row, {"consulted": asked})


def _lead(tx: Tx, centre: str, not_: str) -> str:
    """Return the lead to ask: one who is there, idle before busy, the longest in that state first."""
    found = tx.conn.execute(
        """SELECT u.id FROM user u JOIN agent_state s ON s.user_id = u.id
           WHERE u.role = 'lead' AND u.centre = ? AND u.id <> ? AND NOT u.disabled AND s.intent <> 'logged_out'
           ORDER BY s.activity <> 'idle', s.since LIMIT 1""",
        (centre, not_),
    ).fetchone()
    if found is None:
        raise Conflict("nobody_there", "No lead of this centre is logged in as working.")
    return str(found[0])


def end_consult(tx: Tx, row: Row, user: Principal) -> Row:
    """End the consultation; the contact stays where it is."""
    _partner(row, user)
    end_consultation(tx, row["id"], "ended")
    history(tx, row["id"], row["state"], "consult_end", user.id, row["consulted"])
    return change(tx, row, {"consulted": None})


def complete_consult(tx: Tx, row: Row, user: Principal, places: Places = CAPACITY) -> Row:
    """Leave the contact to the consulted colleague: the agent hands over, or the colleague takes over."""
    _partner(row, user)
    how: Handed = "taken_over" if row["consulted"] == user.id else "handed_over"
    return _give(tx, row, row["consulted"], user.id, how, places)


def _partner(row: Row, user: Principal) -> None:
    if row["consulted"] is None:
        raise Conflict("no_consultation", "Nobody is being consulted about this contact.")
    if user.id not in (contact_rows.holder(row), row["consulted"]):
        raise Forbidden("Only the two who talk about this contact may do that.")
