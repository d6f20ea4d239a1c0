"""The one door through which a contact changes its state: table, history, segment and agent move together."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from agent_tui import wire
from backend_stub.domain import contact as rules
from backend_stub.domain.agent import Agent, Slot
from backend_stub.domain.contact import IllegalTransition, Trigger
from backend_stub.domain.segments import Step
from backend_stub.errors import Conflict, Forbidden
from backend_stub.store import agents, contact_rows, segments, trouble_calls
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
_TROUBLE: Final = frozenset({"customer", "queue", "priority_class", "disposition"})
Remark = Literal["consult", "consult_end", "more_time"]
log = logging.getLogger(__name__)


def illegal(contact_id: str, error: IllegalTransition) -> Conflict:
    """Log a refused step and return the answer to it: where the contact is and where it can go."""
    log.info("illegal transition of %s: %s", contact_id, error)
    state = error.state or "nothing"
    detail = f"A contact that is {state} cannot become {error.to} by {error.trigger}."
    conflict = Conflict("illegal_transition", detail, to=error.to, allowed=error.allowed)
    conflict.extra["from"] = state
    return conflict


def check(row: Row, trigger: Trigger) -> None:
    """Refuse a step the table does not have; raises Conflict `illegal_transition`."""
    _after(row["id"], row["state"], trigger)


def in_hand(row: Row, user_id: str) -> None:
    """Refuse whoever has not the contact in hand; raises Forbidden."""
    if contact_rows.holder(row) != user_id:
        raise Forbidden("Only the agent who has this contact in hand may do that.")


def move(
    tx: Tx,
    row: Row,
    triggers: tuple[Trigger, ...],
    changes: Mapping[str, object] = NOTHING,
    *,
    by: str | None,
    detail: str | None = None,
    slot_of: str | None = None,
    known: tuple[Agent, list[Slot]] | None = None,
) -> Row:
    """Carry out steps as one change and return the new row; raises Conflict `illegal_transition`.

    `slot_of` is the agent whose slot moves (default: who has or is offered the contact); `changes` are columns,
    `known` is that agent with the slots as they are after the move.
    """
    before: wire.ContactState = row["state"]
    whose = slot_of or contact_rows.holder(row) or row["offered_to"]
    state = before
    for trigger in triggers:
        state = _after(row["id"], state, trigger)
        history(tx, row["id"], state, trigger, by, detail)
    centre = str(changes.get("centre", row["centre"]))
    segments.record(tx, row, [_step(tx, row, trigger, whose, changes) for trigger in triggers], centre)
    since = row["state_since"] if state == before else tx.now
    if row["consulted"] is not None and (state not in ("connected", "held") or whose != row["agent"]):
        changes = {**changes, "consulted": None}
        end_consultation(tx, row["id"], "contact_over")
    if "transfer" in triggers:
        # Who was called back and is handed on is on the line: no longer somebody to be called.
        changes = {**changes, "direction": "in"}
    saved = change(tx, row, {"state": state, "state_since": since, **changes})
    if whose is not None:
        agents.after_contact(tx, whose, before, triggers, known)
    return saved


def end_consultation(tx: Tx, contact_id: str, result: str) -> None:
    """Close the contact's open consultation, if there is one."""
    sql = "UPDATE consultation SET ended_at = ?, result = ? WHERE contact = ? AND ended_at IS NULL"
    tx.conn.execute(sql, (tx.now, result, contact_id))


def history(
    tx: Tx, contact_id: str, state: wire.ContactState, trigger: Trigger | Remark, by: str | None, detail: str | None
) -> None:
    """Append a step, or a remark that changes no state, to the contact's history."""
    sql = 'INSERT INTO contact_event (contact, at, state, "trigger", by, detail) VALUES (?, ?, ?, ?, ?, ?)'
    tx.conn.execute(sql, (contact_id, tx.now, state, trigger, by, detail))


def note_identified(tx: Tx, row: Row, code: str, by: str) -> None:
    """Append to the contact's history whom it is now about, and whom it was thought to be about before."""
    sql = """INSERT INTO contact_event (contact, at, state, "trigger", by, detail) VALUES (?, ?, ?, 'identify', ?, ?)"""
    detail = code if row["customer"] is None else f"{row['customer']} → {code}"
    tx.conn.execute(sql, (row["id"], tx.now, row["state"], by, detail))


def change(tx: Tx, row: Row, changes: Mapping[str, object] = NOTHING) -> Row:
    """Change columns, tell everybody and return the new row; its trouble call follows."""
    if not _TROUBLE.isdisjoint(changes):
        changes = {**changes, **trouble_calls.following(tx, row, changes)}
    return contact_rows.tell(tx, contact_rows.save(tx, row, changes))


def _after(contact_id: str, state: wire.ContactState, trigger: Trigger) -> wire.ContactState:
    try:
        return rules.step(state, trigger)
    except IllegalTransition as error:
        raise illegal(contact_id, error) from None


def _step(tx: Tx, row: Row, trigger: Trigger, whose: str | None, changes: Mapping[str, object]) -> Step:
    queue = str(changes.get("queue", row["queue"]))
    moves_on = trigger in ("transfer", "release", "overflow")
    return Step(trigger, tx.now, queue, row["joined_at"], whose, queue if moves_on else None)
