"""An outage as the whole resource of the wire."""

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import outage as rules
from backend_stub.store import outage_grid, outage_steps, predictions
from backend_stub.store.driver import sqlite3

# The latest restoration times shown; the table keeps them all.
MOST_ETRS = 20
MOST_TICKETS = 500
_BACK = frozenset({"partially_restored", "restored", "verified", "done"})


def to_wire(conn: sqlite3.Connection, row: sqlite3.Row, now: float) -> wire.Outage:
    """The whole resource; `now` decides whether the restoration time is expired."""
    communes = outage_grid.counts(row["below"])
    return wire.Outage(
        id=row["id"], kind=row["kind"], status=row["status"], device=row["device"],
        device_path=outage_grid.strings(row["device_path"]), provinces=outage_grid.strings(row["provinces"]),
        communes=list(communes), places=outage_grid.names(communes), customers_out=row["customers_out"],
        customers_total=row["customers_total"], priority_loads=outage_grid.loads(row["priority_loads"]),
        cause=row["cause"], started_at=at(row["started_at"]), etr=opt_to_wire(row["etr"]),
        etr_source=row["etr_source"], etr_set_at=opt_to_wire(row["etr_set_at"]),
        etr_state=rules.etr_state(row["etr"], now), crew=row["crew"], steps=_steps(conn, row["id"]),
        calls=row["calls"], callbacks_open=row["callbacks_open"], tickets=row["tickets"], notes=_notes(conn, row["id"]),
        version=row["version"], device_name=row["device_name"], device_kind=row["device_kind"],
        restored_at=opt_to_wire(row["restored_at"]), etr_history=_etrs(conn, row), parent=row["parent"],
        tickets_open=_tickets(conn, row), **predictions.shown(conn, row["id"]),
    )  # fmt: skip


def _steps(conn: sqlite3.Connection, outage_id: str) -> list[wire.OutageStep]:
    return [
        wire.OutageStep(step.customers, at(step.out_at), opt_to_wire(step.restored_at), devices)
        for step, devices in outage_steps.with_devices(conn, outage_id)
    ]


def _notes(conn: sqlite3.Connection, outage_id: str) -> list[wire.OutageNote]:
    sql = "SELECT at, author, text FROM outage_note WHERE outage = ? ORDER BY n"
    return [wire.OutageNote(at(n["at"]), n["author"], n["text"]) for n in conn.execute(sql, (outage_id,))]


def _etrs(conn: sqlite3.Connection, row: sqlite3.Row) -> list[wire.EtrEntry]:
    if row["etr_set_at"] is None:
        return []
    sql = "SELECT set_at, etr, source, set_by FROM etr_history WHERE outage = ? ORDER BY n DESC LIMIT ?"
    last = conn.execute(sql, (row["id"], MOST_ETRS)).fetchall()
    return [wire.EtrEntry(at(e["set_at"]), opt_to_wire(e["etr"]), e["source"], e["set_by"]) for e in reversed(last)]


def _tickets(conn: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    # What a desk needs to propose closing them; only once there is a reason to.
    if row["status"] not in _BACK or not row["tickets"]:
        return []
    sql = "SELECT id FROM ticket WHERE outage = ? AND status NOT IN ('resolved', 'closed') ORDER BY n LIMIT ?"
    return [str(one[0]) for one in conn.execute(sql, (row["id"], MOST_TICKETS))]
