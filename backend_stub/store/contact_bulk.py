"""One change for many contacts in one transaction, taken back as one.

Each contact is changed whole or left whole with a code: `not_found`, `contact_over`, `in_hand`,
`danger_not_grouped`, `no_outage`, `not_waiting`. Of an outage everybody hears once, however many joined it.
"""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from agent_tui import wire
from backend_stub import policy
from backend_stub.domain.contact import TERMINAL
from backend_stub.errors import Invalid
from backend_stub.policy import Principal
from backend_stub.settings import Queue
from backend_stub.store import contact_rows, outages, undo, users
from backend_stub.store.contact_intake import known_queue
from backend_stub.store.contact_moves import change, move
from backend_stub.store.contact_rows import Row
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.undo import Value, Was


def apply(tx: Tx, request: wire.BulkRequest, user: Principal, queues: Mapping[str, Queue]) -> wire.BulkAnswer:
    """Change every contact that can be and say which cannot; raises Invalid for a change that fits none."""
    wanted = columns(tx, request.change, queues)
    was: list[Was] = []
    failed: list[wire.BulkFailure] = []
    touched: set[str] = set()
    for contact_id in dict.fromkeys(request.ids):
        row = contact_rows.get(tx.conn, contact_id)
        code = _refusal(row, wanted, user)
        if row is None or code is not None:
            failed.append(wire.BulkFailure(contact_id, code or "not_found"))
            continue
        before = {name: row[name] for name in wanted if row[name] != wanted[name]}
        after = _change(tx, row, {name: wanted[name] for name in before}, user.id) if before else row
        if before:
            was.append(Was("contact", contact_id, after["version"], before, after=_left(after, before)))
        if not before.keys().isdisjoint(("outage", "callback")):
            touched |= {row["outage"], after["outage"]} - {None}
    for outage_id in sorted(touched):
        outages.touch(tx, outage_id)
    token = undo.offer(tx, user.username, was) if was else None
    return wire.BulkAnswer(len(dict.fromkeys(request.ids)) - len(failed), failed, token)


def columns(tx: Tx, wanted: wire.BulkChange, queues: Mapping[str, Queue]) -> dict[str, Value]:
    """Return the columns a change sets; raises Invalid."""
    found: dict[str, Value] = {}
    if wanted.outage is not UNSET:
        if wanted.outage is not None and outages.get(tx.conn, wanted.outage) is None:
            raise Invalid("change.outage", "unknown_outage", "There is no such outage.")
        # Who joins an outage is called back unless told otherwise; who leaves it is not.
        found |= {"outage": wanted.outage, "callback": int(wanted.outage is not None)}
    if wanted.callback is not UNSET:
        found["callback"] = int(wanted.callback)
    if wanted.queue is not UNSET:
        found |= {"queue": wanted.queue, "skill": known_queue(queues, wanted.queue).skill}
    if wanted.priority_class is not UNSET:
        found["priority_class"] = wanted.priority_class
    if not found:
        raise Invalid("change", "missing", "Name at least one thing to change.")
    return found


def _refusal(row: Row | None, wanted: Mapping[str, Value], user: Principal) -> str | None:
    """Return why this contact is left as it is, or None."""
    if row is None or not policy.can(user, "contact.bulk", policy.Row(centre=row["centre"])):
        return "not_found"
    holder = contact_rows.holder(row)
    outage = wanted.get("outage", row["outage"])
    danger = "danger" in (row["priority_class"], wanted.get("priority_class"))
    reasons = {
        "contact_over": row["state"] in TERMINAL,
        "in_hand": holder not in (None, user.id) and user.role == "agent",
        # A wire on the road is nobody's eleventh call about a feeder.
        "danger_not_grouped": outage is not None and danger,
        "no_outage": bool(wanted.get("callback")) and outage is None,
        "not_waiting": row["state"] != "queued" and wanted.get("queue", row["queue"]) != row["queue"],
    }
    return next((code for code, applies in reasons.items() if applies), None)


def _change(tx: Tx, row: Row, columns: Mapping[str, Value], by: str | None) -> Row:
    if "queue" in columns:
        return move(tx, row, ("overflow",), columns, by=by, detail=str(columns["queue"]))
    return change(tx, row, columns)


def _left(row: Row, before: Mapping[str, Value]) -> dict[str, Value] | None:
    # A move to another queue is judged by the version: whoever rings or was answered since is not moved back.
    return None if "queue" in before else {name: row[name] for name in before}


def reversible(row: Row, after: Row) -> Was | None:
    """Return what attaching a contact replaced; None where nothing was changed."""
    before: dict[str, Value] = {name: row[name] for name in ("outage", "callback") if row[name] != after[name]}
    return Was("contact", after["id"], after["version"], before, after=_left(after, before)) if before else None


def stands(conn: sqlite3.Connection, one: Was) -> bool:
    """Tell whether a contact is still on and as the step left it: that it rang or was taken since changes neither."""
    row = contact_rows.get(conn, one.id)
    return row is not None and row["state"] not in TERMINAL and _left(row, one.before) == one.after


def restore(tx: Tx, was: Sequence[Was]) -> None:
    """Give contacts their columns back; the outages they leave or join again are counted once each."""
    touched: set[str] = set()
    user = users.by_name(tx.conn, was[0].by)
    for one in was:
        row = contact_rows.need(tx.conn, one.id)
        after = _change(tx, row, one.before, None if user is None else user.id)
        touched |= {row["outage"], after["outage"]} - {None}
    for outage_id in sorted(touched):
        outages.touch(tx, outage_id)


undo.RESTORE_MANY["contact"] = restore
undo.STANDS["contact"] = stands
