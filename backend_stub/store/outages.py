"""Outages as stored: report, change, list."""

from dataclasses import dataclass

from msgspec import UNSET

from agent_tui import wire
from backend_stub.clock import from_wire, opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import outage as rules
from backend_stub.domain.localtime import day_bounds
from backend_stub.errors import Invalid
from backend_stub.reference.catalogue import causes
from backend_stub.store import outage_grid, outage_moves, outage_steps
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ids import new_id
from backend_stub.store.outage_wire import to_wire as to_wire


def _marks(statuses: frozenset[str]) -> str:
    return ", ".join(f"'{status}'" for status in sorted(statuses))


OPEN = f"status IN ({_marks(rules.OFF_NOW)})"
_ANNOUNCED = f"kind = 'planned' AND status IN ({_marks(rules.ANNOUNCED)})"
_AHEAD = f"kind = 'planned' AND status IN ({_marks(rules.PLAN_AHEAD)})"
_BACK = "status IN ('restored', 'verified')"
FILTERS = {"open": OPEN, "planned": _AHEAD, "back": _BACK, "all": "1"}


@dataclass(frozen=True, slots=True)
class Report:
    """A new outage as somebody reports it; times in epoch seconds."""

    device: str
    kind: str
    status: str
    started_at: float
    author: str
    cause: str | None = None
    etr: float | None = None
    etr_source: str | None = None
    restored_at: float | None = None
    note: str | None = None
    id: str | None = None
    parent: str | None = None


def get(conn: sqlite3.Connection, outage_id: str) -> sqlite3.Row | None:
    """The outage's row or None."""
    row: sqlite3.Row | None = conn.execute("SELECT * FROM outage WHERE id = ?", (outage_id,)).fetchone()
    return row


def open_all(conn: sqlite3.Connection, now: float) -> list[sqlite3.Row]:
    """Outages with the supply off (or thought off) now, and work planned for the local day of `now`; newest first."""
    begin, end = day_bounds(now)
    today = f"({_ANNOUNCED} AND started_at < ? AND (started_at >= ? OR etr > ?))"
    sql = f"SELECT * FROM outage WHERE {OPEN} OR {today} ORDER BY n DESC"
    return conn.execute(sql, (end, begin, begin)).fetchall()


def open_on_devices(conn: sqlite3.Connection, codes: list[str]) -> list[sqlite3.Row]:
    """Open outages and announced work on any of the devices, oldest first."""
    if not codes:
        return []
    holes = ", ".join("?" * len(codes))
    sql = f"SELECT * FROM outage WHERE device IN ({holes}) AND ({OPEN} OR {_ANNOUNCED}) ORDER BY n"
    return conn.execute(sql, codes).fetchall()


def restored_on_devices(conn: sqlite3.Connection, codes: list[str], since: float) -> list[sqlite3.Row]:
    """Outages on any of the devices whose last part came back after `since` (epoch seconds), oldest first."""
    if not codes:
        return []
    holes = ", ".join("?" * len(codes))
    sql = f"""SELECT * FROM outage WHERE device IN ({holes}) AND restored_at >= ?
        AND status IN ('restored', 'verified', 'done') ORDER BY n"""
    return conn.execute(sql, [*codes, since]).fetchall()


def touching(conn: sqlite3.Connection, codes: list[str], limit: int = 10) -> list[wire.OutageBrief]:
    """The last outages and announced works of any of the devices, newest first; a draft is nobody's yet."""
    if not codes:
        return []
    holes = ", ".join("?" * len(codes))
    sql = f"""SELECT * FROM outage WHERE device IN ({holes}) AND status <> 'draft'
        ORDER BY started_at DESC, n DESC LIMIT ?"""
    return [
        wire.OutageBrief(
            row["id"], row["kind"], row["status"], row["device"], row["device_name"], row["cause"],
            at(row["started_at"]),
            # Of an outage that goes on nothing is promised here: its target may have expired.
            opt_to_wire(row["restored_at"] or (row["etr"] if row["kind"] == "planned" else None)),
        )
        for row in conn.execute(sql, [*codes, limit])
    ]  # fmt: skip


def page(
    conn: sqlite3.Connection, status: str, province: str | None, feeder: str | None, after: str | None, limit: int
) -> list[sqlite3.Row]:
    """Up to `limit` outages newest first; raises Invalid for a cursor that names no outage."""
    where, values = [FILTERS[status]], list[str | int]()
    if province is not None:
        where.append("EXISTS (SELECT 1 FROM json_each(provinces) WHERE value = ?)")
        values.append(province)
    if feeder is not None:
        where.append("EXISTS (SELECT 1 FROM json_each(device_path) WHERE value = ?)")
        values.append(feeder)
    if after is not None:
        last = get(conn, after)
        if last is None:
            raise Invalid("after", "unknown_cursor", "This is not a cursor of this list.")
        where.append("n < ?")
        values.append(last["n"])
    sql = f"SELECT * FROM outage WHERE {' AND '.join(where)} ORDER BY n DESC LIMIT ?"
    return conn.execute(sql, [*values, limit]).fetchall()


def create(tx: Tx, report: Report) -> sqlite3.Row:
    """Store a report, tell everybody and return its row; raises Invalid naming the field that cannot be."""
    below = outage_grid.measure(tx.conn, report.device)
    if not rules.is_status_of(report.kind, report.status):
        raise Invalid("status", "wrong_kind", f"The status {report.status} is not one of a {report.kind} outage.")
    _check_cause(report.cause)
    _check_etr(report.etr, report.started_at)
    outage_id = report.id or new_id("o")
    values = {
        **below.columns(),
        "id": outage_id,
        "kind": report.kind,
        "status": report.status,
        "cause": report.cause,
        "started_at": report.started_at,
        "etr": report.etr,
        "etr_source": _source(report.etr, report.etr_source),
        "etr_set_at": None if report.etr is None else tx.now,
        "restored_at": report.restored_at,
        "reported_by": report.author,
        "created_at": tx.now,
        "parent": report.parent,
    }
    names = ", ".join(values)
    holes = ", ".join(f":{name}" for name in values)
    tx.conn.execute(f"INSERT INTO outage ({names}) VALUES ({holes})", values)
    first_step(tx, outage_id, report, below.customers)
    if report.etr is not None:
        log_etr(tx, outage_id, report.author)
    if report.note:
        add_note(tx, outage_id, report.author, report.note)
    return settle(tx, outage_id)


def change(tx: Tx, row: sqlite3.Row, wanted: wire.PatchOutage, author: str) -> sqlite3.Row:
    """Carry out a change, tell everybody and return the new row; raises Invalid, Conflict for an illegal move."""
    outage_id = str(row["id"])
    if wanted.cause is not UNSET:
        _check_cause(wanted.cause)
        tx.conn.execute("UPDATE outage SET cause = ? WHERE id = ?", (wanted.cause, outage_id))
    if wanted.crew is not UNSET:
        outage_moves.set_crew(tx, row, wanted.crew)
    if wanted.etr is not UNSET or wanted.etr_source is not UNSET:
        etr = row["etr"] if wanted.etr is UNSET else (None if wanted.etr is None else from_wire(wanted.etr))
        _check_etr(etr, row["started_at"])
        source = _source(etr, None if wanted.etr_source is UNSET else wanted.etr_source)
        sql = "UPDATE outage SET etr = ?, etr_source = ?, etr_set_at = ? WHERE id = ?"
        tx.conn.execute(sql, (etr, source, tx.now, outage_id))
        log_etr(tx, outage_id, author)
    if wanted.note is not UNSET:
        add_note(tx, outage_id, author, wanted.note)
    if wanted.status is not UNSET and wanted.status != row["status"]:
        if wanted.status == "partially_restored":
            raise Invalid("status", "use_restore", "Say who is back: POST the restoration of a part.")
        outage_moves.move(tx, row, wanted.status)
    measure_again(tx, row)
    return settle(tx, outage_id, bump=True)


def touch(tx: Tx, outage_id: str) -> None:
    """Count calls, call backs and tickets anew, raise the version and tell everybody; an unknown id is no news."""
    if get(tx.conn, outage_id) is not None:
        settle(tx, outage_id, bump=True)


def add_note(tx: Tx, outage_id: str, author: str, text: str) -> None:
    """Append to the outage's log."""
    sql = "INSERT INTO outage_note (outage, at, author, text) VALUES (?, ?, ?, ?)"
    tx.conn.execute(sql, (outage_id, tx.now, author, text))


def first_step(tx: Tx, outage_id: str, report: Report, customers: int) -> None:
    """Begin the outage's steps: planned work has none before the supply goes off."""
    if report.kind == "planned" and report.status not in ("active", "done"):
        return
    back = (report.restored_at or tx.now) if report.status in rules.ENDED else None
    outage_steps.begin(tx, outage_id, customers, report.started_at, back)


def log_etr(tx: Tx, outage_id: str, author: str) -> None:
    """Keep the restoration time as it now stands in the outage's history of them."""
    sql = (
        "INSERT INTO etr_history (outage, set_at, set_by, etr, source)"
        " SELECT id, ?, ?, etr, etr_source FROM outage WHERE id = ?"
    )
    tx.conn.execute(sql, (tx.now, author, outage_id))


def settle(tx: Tx, outage_id: str, bump: bool = False) -> sqlite3.Row:
    """Bring the row's counts up to date, emit it and return it; the outage must exist."""
    tx.conn.execute(
        "UPDATE outage SET version = version + ?,"
        " calls = (SELECT count(*) FROM contact c WHERE c.outage = outage.id)"
        " + (SELECT count(*) FROM outage_callback p WHERE p.outage = outage.id AND p.nested IS NOT NULL)"
        " + (SELECT count(*) FROM trouble_call t JOIN contact c ON c.id = t.contact"
        "    WHERE t.outage = outage.id AND c.outage IS NOT t.outage),"
        " callbacks_open = (SELECT count(*) FROM contact c WHERE c.outage = outage.id AND c.callback = 1),"
        " tickets = (SELECT count(*) FROM ticket t WHERE t.outage = outage.id) WHERE id = ?",
        (int(bump), outage_id),
    )
    status = tx.conn.execute("SELECT status FROM outage WHERE id = ?", (outage_id,)).fetchone()[0]
    out = rules.customers_out(status, outage_steps.figures(tx.conn, outage_id))
    sql = "UPDATE outage SET customers_out = ? WHERE id = ? RETURNING *"
    row: sqlite3.Row = tx.conn.execute(sql, (out, outage_id)).fetchall()[0]
    tx.emit("outage.changed", to_wire(tx.conn, row, tx.now))
    return row


def measure_again(tx: Tx, row: sqlite3.Row) -> None:
    """Let totals, places and the open step follow the grid as it is now."""
    below = outage_grid.measure(tx.conn, row["device"])
    back = outage_steps.back_since(tx.conn, row["id"])
    out = outage_grid.pack(outage_grid.communes_but(tx.conn, row["device"], back)) if back else None
    columns = {**below.columns(), "below_out": out}
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.conn.execute(f"UPDATE outage SET {sets} WHERE id = :id", {**columns, "id": row["id"]})
    outage_steps.remeasure(tx, row["id"], below.customers)


def _source(etr: float | None, source: str | None) -> str:
    if etr is None:
        return "none"
    return "dispatcher" if source is None or source == "none" else source


def _check_cause(cause: str | None) -> None:
    if cause is not None and cause not in causes():
        raise Invalid("cause", "unknown_cause", "This cause is not in the list of causes.")


def _check_etr(etr: float | None, started_at: float) -> None:
    if etr is not None and etr < started_at:
        raise Invalid("etr", "before_start", "The power cannot be back before it went out.")
