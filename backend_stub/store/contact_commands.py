"""What is done with a contact once it is there: conversation, customer, outage, promise and end.

Every function runs inside one writer transaction and returns the new row. Raises NotFound, Forbidden, Invalid, and
Conflict with `illegal_transition`, `contact_over`, `danger_not_grouped`, `not_a_text_channel`, `not_over` or
`already_scored`.
"""

from collections.abc import Collection, Mapping
from typing import Final

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.domain.contact import TERMINAL, Trigger, channel_class, finish_steps
from backend_stub.errors import Conflict, Forbidden, Invalid, NotFound
from backend_stub.policy import Principal
from backend_stub.store import contact_rows, customers, outages, trouble_calls
from backend_stub.store.contact_moves import NOTHING, change, check, history, in_hand, move, note_identified
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx

DISPOSITIONS: Final[tuple[str, ...]] = (
    "outage_attached", "outage_reported", "bill_explained", "ticket_created", "information", "transferred",
    "callback_promised", "wrong_number", "nuisance", "other",
)  # fmt: skip


def hold(tx: Tx, row: Row, user: Principal) -> Row:
    """Put the customer on hold."""
    return _by_holder(tx, row, user, "hold")


def resume(tx: Tx, row: Row, user: Principal) -> Row:
    """Take the customer back from hold."""
    return _by_holder(tx, row, user, "resume")


def release(tx: Tx, row: Row, user: Principal) -> Row:
    """Put a taken contact back into its queue, its place kept; a called one among the promised calls."""
    if row["direction"] == "out":
        return callback(tx, row, user, wire.CallbackRequest(phone=row["callback_phone"]), attempts=row["attempts"])
    return _by_holder(tx, row, user, "release", {"agent": None})


def end(tx: Tx, row: Row, user: Principal, acw_s: float = 0.0) -> Row:
    """End the conversation: the agent does, or the channel says the customer hung up; `acw_s` 0 is no limit."""
    check(row, "end")
    if user.role != "channel":
        in_hand(row, user.id)
    return move(tx, row, ("end",), {"acw_until": tx.now + acw_s if acw_s else None}, by=user.id)


def more_time(tx: Tx, row: Row, user: Principal, seconds: float) -> Row:
    """Extend a wrap-up that has a limit, once; raises Conflict `illegal_transition`, `no_limit`, `already_extended`."""
    check(row, "finish")
    in_hand(row, user.id)
    if row["acw_until"] is None:
        raise Conflict("no_limit", "This wrap-up does not end by itself.")
    if row["more_time"]:
        raise Conflict("already_extended", "More time is given once.")
    history(tx, row["id"], row["state"], "more_time", user.id, None)
    return change(tx, row, {"more_time": 1, "acw_until": row["acw_until"] + seconds})


def abandon(tx: Tx, row: Row, user: Principal) -> Row:
    """The customer left before an answer: said by the channel, the agent it is offered to, or a lead."""
    check(row, "abandon")
    if user.role == "agent" and row["offered_to"] != user.id:
        raise Forbidden("This contact is not offered to you.")
    return move(tx, row, ("abandon",), {"offered_to": None, "offer_until": None, "offered_by": None}, by=user.id)


def callback(tx: Tx, row: Row, user: Principal, request: wire.CallbackRequest, attempts: int = 0) -> Row:
    """Promise a call back: the contact leaves the queue and keeps its `joined_at`.

    From a conversation that is two steps of the table: back to the queue, and out of it.
    """
    promised_at = None if request.at is None else from_wire(request.at)
    promise: dict[str, object] = {
        "callback_at": promised_at,
        "callback_phone": request.phone,
        "callback_by": user.id,
        "attempts": attempts,
        "direction": "out",
        "due": int(promised_at is None or promised_at <= tx.now),
    }
    if row["state"] != "connected":
        return move(tx, row, ("callback",), promise, by=user.id)
    in_hand(row, user.id)
    return move(tx, row, ("release", "callback"), {**promise, "agent": None}, by=user.id)


def identify(tx: Tx, row: Row, user: Principal, code: str) -> Row:
    """Say which customer the contact is about; said again of another, the history keeps who it was thought to be."""
    _reachable(row, user)
    customer = customers.brief(tx.conn, code)
    if customer is None:
        raise NotFound("customer")
    if row["customer"] == customer.code:
        return row
    wrong = None if row["customer"] is None else customers.brief(tx.conn, row["customer"])
    told = row["name"] if wrong is None or row["name"] != wrong.name else None
    note_identified(tx, row, customer.code, user.id)
    # The candidates stay: whoever was chosen by mistake is corrected from the same list.
    return change(tx, row, {"customer": customer.code, "place": customer.commune_name, "name": told or customer.name})


def trouble(tx: Tx, row: Row, user: Principal, request: wire.TroubleRequest) -> Row:
    """Set the trouble codes and the place: a danger raises the contact above every queue and is never grouped."""
    _reachable(row, user)
    return change(tx, row, trouble_calls.say(tx, row, request))


def attach(tx: Tx, row: Row, user: Principal, request: wire.AttachRequest) -> Row:
    """Join the contact to an outage; doing it again changes nothing."""
    _reachable(row, user)
    never_grouped(row)
    if outages.get(tx.conn, request.outage) is None:
        raise NotFound("outage")
    if (row["outage"], bool(row["callback"])) == (request.outage, request.callback):
        return row
    after = change(tx, row, {"outage": request.outage, "callback": int(request.callback)})
    for outage in {request.outage, row["outage"]} - {None}:
        outages.touch(tx, outage)
    return after


def never_grouped(row: Row) -> None:
    """Raise Conflict for a danger: in an outage's pile it would wait for the repair (a danger code makes the class)."""
    if row["priority_class"] == "danger":
        raise Conflict("danger_not_grouped", "A danger is dispatched by itself, never grouped with an outage.")


def message(tx: Tx, row: Row, user: Principal, text: str) -> Row:
    """Append a line: the agent's to the customer, or (from the channel) the customer's own."""
    if channel_class(row["channel"]) != "text":
        raise Conflict("not_a_text_channel", "This contact is a call: there is nobody to read a message.")
    if user.role == "channel":
        _alive(row)
    else:
        check(row, "end")
        in_hand(row, user.id)
    contact_rows.say(tx, row["id"], "customer" if user.role == "channel" else "agent", text)
    return change(tx, row)


def finish(
    tx: Tx, row: Row, user: Principal, request: wire.FinishRequest, *, more_dispositions: Collection[str] = ()
) -> Row:
    """End conversation and wrap-up at once, with a known disposition."""
    known = (*DISPOSITIONS, *more_dispositions)
    if request.disposition not in known:
        raise Invalid("disposition", "unknown_disposition", f"The disposition must be one of: {', '.join(known)}.")
    steps = finish_steps(row["state"])
    check(row, steps[0])
    in_hand(row, user.id)
    result = {
        "disposition": request.disposition, "note": request.note, "csat_invite": int(request.csat_invite)
    }  # fmt: skip
    suggested = request.self_service
    if suggested is not None:
        sql = "INSERT INTO self_service (contact, offered, accepted, at) VALUES (?, ?, ?, ?)"
        tx.conn.execute(sql, (row["id"], suggested.offered, int(suggested.accepted), tx.now))
    return move(tx, row, steps, result, by=user.id)


def csat(tx: Tx, row: Row, request: wire.CsatRequest) -> Row:
    """Store the customer's score of a contact that is over; one each."""
    if row["state"] not in ("wrap_up", "closed"):
        raise Conflict("not_over", "The conversation is not over.")
    stored = tx.conn.execute(
        "INSERT INTO csat (contact, at, score, comment) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (row["id"], tx.now, request.score, request.comment),
    )
    if not stored.rowcount:
        raise Conflict("already_scored", "This contact has its score.")
    return row


def _by_holder(tx: Tx, row: Row, user: Principal, trigger: Trigger, changes: Mapping[str, object] = NOTHING) -> Row:
    check(row, trigger)
    in_hand(row, user.id)
    return move(tx, row, (trigger,), changes, by=user.id)


def _alive(row: Row) -> None:
    if row["state"] in TERMINAL:
        raise Conflict("contact_over", f"This contact is over: {row['state']}.", state=row["state"])


def _reachable(row: Row, user: Principal) -> None:
    """A waiting contact is the centre's, one in hand its agent's; a lead reaches both."""
    _alive(row)
    if contact_rows.holder(row) is not None and user.role == "agent":
        in_hand(row, user.id)
