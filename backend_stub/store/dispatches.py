"""Dangers handed to field units: who has it and since when, acknowledged or escalated, on the lead's list until closed.

A contact is soon over, the danger is not: a dispatch has its own life, and the contact's row shows its latest state.
"""

import msgspec

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import safety
from backend_stub.domain.masking import mask_numbers
from backend_stub.errors import Conflict
from backend_stub.policy import Principal
from backend_stub.store import contact_moves, contact_rows
from backend_stub.store.contact_rows import Row
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

# The unit of a danger that was closed without sending anybody.
NOBODY = "none"
_LAST = "SELECT * FROM contact_dispatch WHERE contact = ? ORDER BY n DESC LIMIT 1"
# Whoever said it may have hung up long ago: the danger stays until somebody says that it is over.
_UNSENT = "FROM contact INDEXED BY contact_danger WHERE priority_class = 'danger' AND dispatch IS NULL"
_OPEN = f"""SELECT c.* FROM contact c WHERE (:centre IS NULL OR c.centre = :centre) AND c.id IN (
    SELECT contact FROM contact_dispatch WHERE closed_at IS NULL UNION SELECT id {_UNSENT})
    ORDER BY c.joined_at, c.n"""
# With an agent it is being handed on; waiting, or left behind by whoever said it, it is in nobody's hands.
_UNANSWERED = f"""SELECT centre, count(*) FROM (
    SELECT c.centre FROM contact_dispatch d JOIN contact c ON c.id = d.contact
    WHERE d.closed_at IS NULL AND d.acked_at IS NULL AND d.escalated_at IS NOT NULL
    UNION ALL SELECT centre {_UNSENT} AND joined_at <= ? AND state NOT IN ('connected', 'held', 'wrap_up'))
    GROUP BY centre"""
_EVERY = """SELECT c.* FROM contact c WHERE (:centre IS NULL OR c.centre = :centre)
    AND c.id IN (SELECT contact FROM contact_dispatch) ORDER BY c.n DESC LIMIT 200"""


def dispatch(tx: Tx, row: Row, user: Principal, request: wire.DispatchRequest) -> Row:
    """Hand a dangerous contact to a unit; another unit later takes its place. Raises Conflict."""
    if row["priority_class"] != "danger":
        raise Conflict("not_danger", "Only a danger is handed to a field unit at once; report an outage instead.")
    last = _last(tx.conn, row["id"])
    if last is not None and last["closed_at"] is None:
        if last["unit"] == request.unit and last["acked_at"] is not None:
            raise Conflict("already_acked", "This unit has it and has acknowledged it.")
        _set(tx, last["n"], "closed", user.username)
    tx.conn.execute(
        "INSERT INTO contact_dispatch (contact, unit, note, read_back, at, by) VALUES (?, ?, ?, ?, ?, ?)",
        (row["id"], request.unit, request.note, int(request.read_back), tx.now, user.username),
    )
    return _tell(tx, row)


def acknowledge(tx: Tx, row: Row, user: Principal) -> Row:
    """Keep that the unit has the message; again is no news. Raises Conflict `not_dispatched`."""
    last = _need_open(tx, row)
    if last["acked_at"] is not None:
        return row
    _set(tx, last["n"], "acked", user.username)
    return _tell(tx, row)


def close(tx: Tx, row: Row, user: Principal) -> Row:
    """Take it off the lead's list: the danger is over, or was none. Raises Conflict `not_dispatched`."""
    if row["priority_class"] == "danger" and _last(tx.conn, row["id"]) is None:
        tx.conn.execute(
            "INSERT INTO contact_dispatch (contact, unit, read_back, at, by) VALUES (?, ?, 0, ?, ?)",
            (row["id"], NOBODY, tx.now, user.username),
        )
    _set(tx, _need_open(tx, row)["n"], "closed", user.username)
    return _tell(tx, row)


def escalate(tx: Tx, ack_s: float) -> int:
    """Escalate what no unit acknowledged within `ack_s` seconds, once each, tell everybody and return how many."""
    sql = """UPDATE contact_dispatch SET escalated_at = ? WHERE closed_at IS NULL AND acked_at IS NULL
        AND escalated_at IS NULL AND at <= ? RETURNING contact"""
    late = [row[0] for row in tx.conn.execute(sql, (tx.now, tx.now - ack_s)).fetchall()]
    for contact_id in late:
        _tell(tx, tx.conn.execute("SELECT * FROM contact WHERE id = ?", (contact_id,)).fetchone())
    return len(late)


def unanswered(conn: sqlite3.Connection, ack_s: float, now: float) -> dict[str, int]:
    """Return how many dangers no field unit has acknowledged in time, by centre: what a lead is alerted of.

    Those escalated, and those of which no unit was told at all for `ack_s` seconds.
    """
    return {str(row[0]): int(row[1]) for row in conn.execute(_UNANSWERED, (now - ack_s,))}


def listed(conn: sqlite3.Connection, centre: str | None, *, only_open: bool) -> list[wire.OpenDispatch]:
    """Return dangers of one centre or of all (None): the open ones oldest first, or the last 200 ever handed over."""
    rows = conn.execute(_OPEN if only_open else _EVERY, {"centre": centre}).fetchall()
    return [
        wire.OpenDispatch(
            contact=row["id"], centre=row["centre"], joined_at=at(row["joined_at"]), queue=row["queue"],
            customer=row["customer"], place=row["place"], agent=row["agent"],
            safety=contact_rows.safety_script(row) or safety.script(), dispatch=_masked(_last_to_wire(conn, row["id"])),
        )
        for row in rows
    ]  # fmt: skip


def _masked(dispatch: wire.Dispatch | None) -> wire.Dispatch | None:
    if dispatch is None or dispatch.note is None:
        return dispatch
    return msgspec.structs.replace(dispatch, note=mask_numbers(dispatch.note))


def _last(conn: sqlite3.Connection, contact_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = conn.execute(_LAST, (contact_id,)).fetchone()
    return row


def _need_open(tx: Tx, row: Row) -> sqlite3.Row:
    last = _last(tx.conn, row["id"])
    if last is None or last["closed_at"] is not None:
        raise Conflict("not_dispatched", "No field unit has this.")
    return last


def _set(tx: Tx, n: int, what: str, by: str) -> None:
    tx.conn.execute(f"UPDATE contact_dispatch SET {what}_at = ?, {what}_by = ? WHERE n = ?", (tx.now, by, n))


def _tell(tx: Tx, row: Row) -> Row:
    latest = _last_to_wire(tx.conn, row["id"])
    return contact_moves.change(tx, row, {"dispatch": msgspec.json.encode(latest).decode()})


def _last_to_wire(conn: sqlite3.Connection, contact_id: str) -> wire.Dispatch | None:
    row = _last(conn, contact_id)
    if row is None:
        return None
    return wire.Dispatch(
        row["unit"], row["note"], at(row["at"]), row["by"], opt_to_wire(row["acked_at"]),
        opt_to_wire(row["escalated_at"]), bool(row["read_back"]), row["acked_by"], opt_to_wire(row["closed_at"]),
    )  # fmt: skip
