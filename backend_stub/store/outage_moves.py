"""The one door through which an outage changes its status or its crew's: the tables decide, the steps follow."""

from backend_stub.domain import outage as rules
from backend_stub.errors import Conflict
from backend_stub.store import outage_steps
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.outage_wire import to_wire

_UNTRIED = """SELECT count(*) FROM contact c WHERE c.outage = ? AND c.callback = 1 AND NOT EXISTS (
    SELECT 1 FROM outage_callback p WHERE p.outage = c.outage AND p.contact = c.id AND p.attempts > 0)"""


def check(tx: Tx, row: sqlite3.Row, target: str) -> None:
    """Refuse a status the table does not have after the present one; raises Conflict `illegal_transition`."""
    allowed = rules.allowed(row["kind"], row["status"])
    if target not in allowed:
        said = f"An outage cannot move from {row['status']} to {target}."
        raise _illegal(tx, row, said, row["status"], target, allowed)


def move(tx: Tx, row: sqlite3.Row, target: str) -> None:
    """Set the status, steps and times with it; raises Conflict `illegal_transition`, `callbacks_open`."""
    check(tx, row, target)
    _keep_promises(tx, row, target)
    outage_id = row["id"]
    restored = tx.now if target in ("restored", "done") else (None if target == "confirmed" else row["restored_at"])
    tx.conn.execute("UPDATE outage SET status = ?, restored_at = ? WHERE id = ?", (target, restored, outage_id))
    if target in rules.ENDED or target == "postponed":
        outage_steps.end_all(tx, outage_id)
    # Work that begins, and people found still without power after the end, are a new step.
    elif target == "active" or row["status"] in rules.ENDED:
        outage_steps.begin(tx, outage_id, row["customers_total"], tx.now, None)
        tx.conn.execute("UPDATE outage SET below_out = NULL WHERE id = ?", (outage_id,))


def set_crew(tx: Tx, row: sqlite3.Row, crew: str) -> None:
    """Set the crew's state; raises Conflict `illegal_transition`."""
    allowed = rules.crew_allowed(row["crew"])
    if crew != row["crew"] and crew not in allowed:
        said = f"A crew cannot move from {row['crew']} to {crew}."
        raise _illegal(tx, row, said, row["crew"], crew, allowed)
    tx.conn.execute("UPDATE outage SET crew = ? WHERE id = ?", (crew, row["id"]))


def _illegal(tx: Tx, row: sqlite3.Row, said: str, before: str, to: str, allowed: list[str]) -> Conflict:
    change = {"from": before, "to": to, "allowed": allowed}
    return Conflict("illegal_transition", said, current=to_wire(tx.conn, row, tx.now), **change)


def _keep_promises(tx: Tx, row: sqlite3.Row, target: str) -> None:
    # Verified says that everybody was reached; closed may leave out who never answered, but nobody who was never tried.
    left = {"verified": row["callbacks_open"], "closed": _count(tx, row["id"])}.get(target, 0)
    if left:
        said = f"{left} people who asked to be called back were not called yet."
        raise Conflict("callbacks_open", said, current=to_wire(tx.conn, row, tx.now), callbacks_open=left)


def _count(tx: Tx, outage_id: str) -> int:
    return int(tx.conn.execute(_UNTRIED, (outage_id,)).fetchone()[0])
