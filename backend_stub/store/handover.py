"""The end of a shift: everything one agent has open goes to a colleague, with a note."""

from agent_tui import wire
from backend_stub.domain.agent import can_take
from backend_stub.domain.contact import Trigger
from backend_stub.domain.ticket import LIVE_SQL
from backend_stub.policy import Principal
from backend_stub.store import agents, contact_rows, tickets, users
from backend_stub.store.contact_help import colleague
from backend_stub.store.contact_moves import change, move
from backend_stub.store.contact_offers import Places, offer
from backend_stub.store.engine import Tx


def hand_over(
    tx: Tx, user: Principal, request: wire.HandoverRequest, *, ring_s: float, places: Places
) -> wire.Handover:
    """Offer the contacts in hand to a colleague, pass on promised calls and tickets; raises Invalid.

    A contact for which the colleague has no place goes back to its queue; wrap-ups stay with who talked.
    """
    to = colleague(tx, request.to, user.centre, not_=user.id)
    offered, queued = _contacts(tx, user, to, request.note, ring_s, places)
    return wire.Handover(to, offered, queued, _callbacks(tx, user, to, request.note), _tickets(tx, user, to, request))


def _contacts(tx: Tx, user: Principal, to: str, note: str | None, ring_s: float, places: Places) -> tuple[int, int]:
    offered = queued = 0
    sql = "SELECT * FROM contact WHERE agent = ? AND state IN ('connected', 'held') ORDER BY n"
    for row in tx.conn.execute(sql, (user.id,)).fetchall():
        steps: tuple[Trigger, ...] = ("resume", "transfer") if row["state"] == "held" else ("transfer",)
        free = move(tx, row, steps, {"agent": None}, by=user.id, detail=to)
        if note is not None:
            contact_rows.say(tx, row["id"], "system", note)
        if can_take(agents.load(tx.conn, to), agents.slots(tx.conn, to), row["channel"], places=places):
            offer(tx, free, to, tx.now + ring_s, user.id)
            offered += 1
        else:
            queued += 1
    return offered, queued


def _callbacks(tx: Tx, user: Principal, to: str, note: str | None) -> int:
    sql = """SELECT * FROM contact INDEXED BY contact_promised
        WHERE state = 'callback_waiting' AND callback_by = ? ORDER BY n"""
    rows = tx.conn.execute(sql, (user.id,)).fetchall()
    for row in rows:
        if note is not None:
            contact_rows.say(tx, row["id"], "system", note)
        change(tx, row, {"callback_by": to})
    return len(rows)


def _tickets(tx: Tx, user: Principal, to: str, request: wire.HandoverRequest) -> int:
    target = users.get(tx.conn, to)
    sql = f"SELECT * FROM ticket WHERE assignee = ? AND centre = ? AND {LIVE_SQL} AND merged_into IS NULL ORDER BY n"
    rows = tx.conn.execute(sql, (user.username, user.centre)).fetchall() if target is not None else []
    for row in rows:
        assignee = None if target is None else target.username
        after, _ = tickets.change(tx, row, wire.PatchTicket(assignee=assignee), user.username)
        if request.note is not None:
            tickets.add_note(tx, after, user.username, request.note)
    return len(rows)
