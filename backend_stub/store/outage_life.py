"""What becomes of an outage: confirmed, restored step by step, verified, closed; and the one that stays inside it."""

from dataclasses import dataclass, field

from backend_stub.domain import outage as rules
from backend_stub.domain.outage import StepError
from backend_stub.errors import Conflict, Invalid
from backend_stub.store import outage_grid, outage_moves, outage_steps, outages
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

# Clocks of desks and dispatchers differ a little.
CLOCK_SLACK_S = 300.0


@dataclass(frozen=True, slots=True)
class Restoration:
    """What is reported to be back at `at` (epoch seconds): a number of customers, or devices; neither means all."""

    at: float
    customers: int | None = None
    devices: list[str] = field(default_factory=list)


def set_status(tx: Tx, row: sqlite3.Row, target: str) -> sqlite3.Row:
    """Move an outage along its table and return the new row; raises Conflict."""
    if target != row["status"]:
        outage_moves.move(tx, row, target)
        outages.measure_again(tx, row)
    return outages.settle(tx, row["id"], bump=True)


def restore(tx: Tx, row: sqlite3.Row, report: Restoration) -> sqlite3.Row:
    """Bring a part of an outage or all of it back and return the new row; raises Invalid, Conflict."""
    if report.customers is not None and report.devices:
        raise Invalid("customers", "one_of", "Say how many customers are back, or which devices.")
    if report.at > tx.now + CLOCK_SLACK_S:
        raise Invalid("at", "in_the_future", "The power cannot be back later than now.")
    outages.measure_again(tx, row)
    still = rules.open_step(outage_steps.figures(tx.conn, row["id"]))
    if still is None:
        outage_moves.check(tx, row, rules.after_restoration(row["kind"], ended=True))
        raise Conflict("nobody_out", "Nobody is without power in this outage.")
    if report.customers is not None and report.customers > still.customers:
        raise Invalid("customers", "too_many", f"Only {still.customers} customers are still out.")
    devices, customers = _part(tx, row, report)
    try:
        change = rules.split(still, report.at, customers)
    except StepError as error:
        raise Invalid(error.field, error.code, error.detail) from None
    target = rules.after_restoration(row["kind"], change.ended)
    if target != row["status"]:
        outage_moves.check(tx, row, target)
    outage_steps.store(tx, row["id"], change, devices)
    restored_at = _last_back(tx, row["id"]) if change.ended else None
    tx.conn.execute("UPDATE outage SET status = ?, restored_at = ? WHERE id = ?", (target, restored_at, row["id"]))
    outages.measure_again(tx, row)
    return verify(tx, row["id"])


def _part(tx: Tx, row: sqlite3.Row, report: Restoration) -> tuple[set[str], int | None]:
    """Return the transformers that are newly back and how many customers that is (None: everybody left)."""
    if not report.devices:
        return set(), report.customers
    below = outage_grid.transformers(tx.conn, row["device"])
    named: set[str] = set()
    for device in report.devices:
        part = outage_grid.transformers(tx.conn, device)
        if not part or not part <= below:
            raise Invalid("devices", "not_below", "A device feeds no transformer of this outage.")
        named |= part
    before = outage_steps.back_since(tx.conn, row["id"]).keys()
    new = named - before
    if not new:
        raise Conflict("already_restored", "These devices are back already.")
    ended = named | before == below
    return new, None if ended else outage_grid.customers_of(tx.conn, new)


def _last_back(tx: Tx, outage_id: str) -> float:
    # Reports of parts come in any order: the outage ended with its last part.
    sql = "SELECT max(restored_at) FROM outage_step WHERE outage = ?"
    return float(tx.conn.execute(sql, (outage_id,)).fetchone()[0])


def verify(tx: Tx, outage_id: str) -> sqlite3.Row:
    """Make a restored outage verified once everybody who asked was called; count, tell and return the row."""
    status, still_open = tx.conn.execute(
        """SELECT status, (SELECT count(*) FROM contact c WHERE c.outage = o.id AND c.callback = 1)
           FROM outage o WHERE id = ?""",
        (outage_id,),
    ).fetchone()
    done = tx.conn.execute("SELECT count(*) FROM outage_callback WHERE outage = ? AND state = 'done'", (outage_id,))
    if rules.verifies(status, int(done.fetchone()[0]) + still_open, still_open):
        tx.conn.execute("UPDATE outage SET status = 'verified' WHERE id = ?", (outage_id,))
    return outages.settle(tx, outage_id, bump=True)


def nest(tx: Tx, parent: sqlite3.Row, device: str, author: str) -> sqlite3.Row:
    """Return the open outage on a device inside a restored one, made where there is none: it began when that one did.

    Raises Invalid for a device that is not part of the restored outage.
    """
    sql = f"SELECT * FROM outage WHERE parent = ? AND device = ? AND {outages.OPEN}"
    known: sqlite3.Row | None = tx.conn.execute(sql, (parent["id"], device)).fetchone()
    if known is not None:
        return known
    report = outages.Report(
        device, "unplanned", "predicted", parent["started_at"], author, cause=parent["cause"], parent=parent["id"]
    )
    return outages.create(tx, report)


def check_nested(conn: sqlite3.Connection, parent_id: str, device: str) -> sqlite3.Row:
    """Return the outage a new one is to be nested in; raises Invalid."""
    parent = outages.get(conn, parent_id)
    if parent is None:
        raise Invalid("parent", "unknown_outage", "There is no such outage.")
    if parent["device"] not in outage_grid.measure(conn, device).path:
        raise Invalid("device", "not_below", "This device is not part of that outage.")
    return parent
