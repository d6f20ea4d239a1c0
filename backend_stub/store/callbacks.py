"""Promised calls back in one view, from agents and from outages, and the calls themselves: claimed, reported on.

A call is claimed by one agent at a time, in the transaction that gives out the number: nobody is dialled twice.
Raises NotFound, Forbidden, and Conflict with `already_claimed`, `not_available`, `not_promised` or
`illegal_transition`.
"""

from typing import Final

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import outage as rules
from backend_stub.domain.agent import CAPACITY
from backend_stub.domain.contact import mask_address
from backend_stub.domain.masking import mask_numbers
from backend_stub.errors import Conflict, Forbidden, NotFound
from backend_stub.policy import Principal
from backend_stub.settings import Routing
from backend_stub.store import contact_rows, outage_callbacks, outages
from backend_stub.store.contact_moves import check, move
from backend_stub.store.contact_offers import NO_OFFER, Places, need_place, offer, withdraw
from backend_stub.store.contact_rows import Row
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_SHOWN: Final = """c.id, c.centre, c.channel, c.queue, coalesce(c.callback_phone, c.address) AS address, c.name,
    c.customer, c.place, c.outage, c.joined_at"""
# A promise without a time was for as soon as possible, which was when the contact left the queue.
# What the router rings is claimed by nobody: its number is given out with the call, not with the ringing.
_AGENTS: Final = f"""SELECT 'agent' AS kind, {_SHOWN}, coalesce(c.callback_at, c.state_since) AS due_at, c.attempts,
    c.callback_by AS promised_by, CASE WHEN c.offered_by = c.offered_to THEN c.offered_to END AS claimed_by"""
_WAITING: Final = f"{_AGENTS} FROM contact c WHERE c.state = 'callback_waiting'"
_DIALLED: Final = f"""{_AGENTS} FROM contact c INDEXED BY contact_offers
    WHERE c.offered_to IS NOT NULL AND c.state = 'offered' AND c.direction = 'out'"""
# However an outage ended, also called off, who was promised a call hears of it; a plan called off never began.
_ENDED: Final = ", ".join(f"'{status}'" for status in sorted(rules.ENDED))
_ENDED_AT: Final = """coalesce(o.restored_at, (SELECT max(restored_at) FROM outage_step s WHERE s.outage = o.id),
    c.joined_at)"""
_OUTAGES: Final = f"""SELECT 'outage' AS kind, {_SHOWN}, {_ENDED_AT} AS due_at, coalesce(p.attempts, 0) AS attempts,
    NULL AS promised_by, CASE WHEN p.claimed_at > :now - {outage_callbacks.CLAIM_S} THEN p.claimed_by END AS claimed_by
    FROM outage o JOIN contact c ON c.outage = o.id AND c.callback = 1
    LEFT JOIN outage_callback p ON p.outage = o.id AND p.contact = c.id
    WHERE o.status IN ({_ENDED}) AND c.state <> 'callback_waiting'
    AND NOT (c.state = 'offered' AND c.direction = 'out')"""
# From the promises that are open, not from every outage there ever was.
_EVERY_OUTAGES: Final = _OUTAGES.replace("JOIN contact c ON", "JOIN contact c INDEXED BY contact_promise_open ON")


def page(
    conn: sqlite3.Connection, user: Principal, until: float | None, now: float, offset: int, limit: int
) -> list[wire.Callback]:
    """Return promised calls of the user's centre (an admin: of all), oldest promise first; `until` is the latest."""
    rows = conn.execute(
        f"""SELECT * FROM ({_WAITING} UNION ALL {_DIALLED} UNION ALL {_EVERY_OUTAGES})
            WHERE (:centre IS NULL OR centre = :centre) AND (:until IS NULL OR due_at <= :until)
            ORDER BY due_at, id LIMIT :limit OFFSET :offset""",
        {"centre": None if user.role == "admin" else user.centre, "until": until, "now": now, "limit": limit,
         "offset": offset},
    )  # fmt: skip
    return [_to_wire(row, user.id, now) for row in rows]


def _to_wire(row: Row, user_id: str, now: float) -> wire.Callback:
    mine = row["claimed_by"] == user_id
    return wire.Callback(
        contact=row["id"], kind=row["kind"], centre=row["centre"], channel=row["channel"], queue=row["queue"],
        address=row["address"] if mine else mask_address(row["address"]),
        name=row["name"] if mine or row["name"] is None else mask_numbers(row["name"]),
        customer=row["customer"], place=row["place"], outage=row["outage"], joined_at=at(row["joined_at"]),
        due_at=at(row["due_at"]), due=row["due_at"] <= now, attempts=row["attempts"],
        promised_by=row["promised_by"], claimed_by=row["claimed_by"],
    )  # fmt: skip


def dial(tx: Tx, row: Row, user: Principal, routing: Routing, places: Places = CAPACITY) -> wire.Callback:
    """Claim a call and learn its number; claiming one's own again only shows it."""
    if _of_outage(row):
        outage_callbacks.claim(tx, row["outage"], row["id"], user)
        return _one(tx, row["id"], user)
    if row["state"] == "offered" and row["direction"] == "out":
        if row["offered_by"] is not None and row["offered_to"] != user.id:
            raise Conflict("already_claimed", "A colleague is making this call.", by=row["offered_to"])
        if row["offered_by"] == row["offered_to"] == user.id:
            return _one(tx, row["id"], user)
        row = withdraw(tx, row, user.id)
    if row["state"] != "callback_waiting":
        raise Conflict("not_promised", "This contact waits for no call.", state=row["state"])
    need_place(tx, user.id, row, places, by_hand=True)
    claimed = contact_rows.save(tx, row, {"attempts": row["attempts"] + 1})
    offer(tx, claimed, user.id, tx.now + routing.dial_s, user.id)
    return _one(tx, row["id"], user)


def result(tx: Tx, row: Row, user: Principal, outcome: str, routing: Routing) -> Row:
    """Report on a claimed call: reached is a conversation; no answer is tried again, up to the settings' number.

    A wrong number is not dialled again. What an outage's customer says is reported to the outage.
    """
    if _of_outage(row):
        _of_an_outage(tx, row, user, outcome)
        return contact_rows.need(tx.conn, row["id"])
    check(row, "outbound_failed")
    if row["direction"] != "out" or not row["offered_by"] == row["offered_to"] == user.id:
        raise Forbidden("Only the agent who claimed this call may do that.")
    if outcome == "reached":
        return move(tx, row, ("answer",), {"agent": user.id, **NO_OFFER}, by=user.id)
    return _failed(tx, row, user.id, routing, outcome)


def lapse(tx: Tx, routing: Routing) -> None:
    """Free the calls that were claimed and never reported on; each counts as tried."""
    sql = """SELECT * FROM contact INDEXED BY contact_offers WHERE offered_to IS NOT NULL AND state = 'offered'
             AND offer_until <= ? AND offered_by = offered_to"""
    for row in tx.conn.execute(sql, (tx.now,)).fetchall():
        _failed(tx, row, None, routing, "lapsed")


def _failed(tx: Tx, row: Row, by: str | None, routing: Routing, why: str) -> Row:
    if why == "wrong_number" or row["attempts"] >= routing.callback_attempts:
        return move(tx, row, ("outbound_given_up",), NO_OFFER, by=by, detail=why)
    again = tx.now + (routing.callback_retry_s if why == "no_answer" else 0.0)
    later = {**NO_OFFER, "callback_at": again, "due": int(again <= tx.now)}
    return move(tx, row, ("outbound_failed",), later, by=by, detail=why)


def _of_outage(row: Row) -> bool:
    promised = row["state"] == "callback_waiting" or (row["state"] == "offered" and row["direction"] == "out")
    return bool(row["callback"]) and row["outage"] is not None and not promised


def _of_an_outage(tx: Tx, row: Row, user: Principal, outcome: str) -> None:
    if outcome == "reached":
        detail = "Say whether the power is on: report this call to its outage."
        raise Conflict("report_to_outage", detail, outage=row["outage"])
    outage = outages.get(tx.conn, row["outage"])
    if outage is None:
        raise NotFound("outage")
    request = wire.CallbackResultRequest("no_answer" if outcome == "no_answer" else "wrong_number")
    outage_callbacks.report(tx, outage, row["id"], request, user)


def _one(tx: Tx, contact_id: str, user: Principal) -> wire.Callback:
    only = " AND c.id = :contact"
    found = tx.conn.execute(
        f"{_WAITING}{only} UNION ALL {_DIALLED}{only} UNION ALL {_OUTAGES}{only}",
        {"contact": contact_id, "now": tx.now},
    ).fetchone()
    if found is None:
        raise NotFound("callback")
    return _to_wire(found, user.id, tx.now)
