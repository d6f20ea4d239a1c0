"""Outages from a file: an upsert by the file's own id."""

from collections.abc import Mapping
from datetime import datetime
from typing import get_args

from agent_tui import wire
from backend_stub.domain import outage as rules
from backend_stub.domain.localtime import VIETNAM
from backend_stub.errors import Invalid
from backend_stub.reference.catalogue import causes
from backend_stub.store import outage_grid, outage_steps, outages
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.outages import Report

COLUMNS = ("id", "device", "kind", "status", "cause", "started_at", "etr", "restored_at", "note")
AUTHOR = "import"
MAX_ID = 60


def upsert_imported(tx: Tx, row: Mapping[str, str]) -> sqlite3.Row:
    """Store one line of an outages file (empty texts are absent values); raises Invalid naming the column.

    Times are ISO 8601; one without an offset is Vietnamese local time.
    """
    report = parse(row)
    known = outages.get(tx.conn, str(report.id))
    return outages.create(tx, report) if known is None else _update(tx, known, report)


def parse(row: Mapping[str, str]) -> Report:
    """Read one line without looking at the database; raises Invalid naming the column."""
    outage_id, kind = row["id"].strip(), row["kind"].strip()
    if not outage_id or len(outage_id) > MAX_ID:
        raise Invalid("id", "missing" if not outage_id else "too_long", f"The id needs 1 to {MAX_ID} characters.")
    if kind not in get_args(wire.OutageKind):
        raise Invalid("kind", "unknown_value", "kind must be planned or unplanned.")
    status = row.get("status", "").strip() or rules.default_status(kind)
    if not rules.is_status_of(kind, status):
        raise Invalid("status", "unknown_value", f"{status!r} is not a status of a {kind} outage.")
    cause = row.get("cause", "").strip() or None
    if cause is not None and cause not in causes():
        raise Invalid("cause", "unknown_cause", f"The cause {cause!r} is not in the list of causes.")
    started = _time("started_at", row.get("started_at", ""))
    if started is None:
        raise Invalid("started_at", "missing", "started_at is missing.")
    etr, back = _time("etr", row.get("etr", "")), _time("restored_at", row.get("restored_at", ""))
    for column, t in (("etr", etr), ("restored_at", back)):
        if t is not None and t < started:
            raise Invalid(column, "before_start", f"{column} is before started_at.")
    note = row.get("note", "").strip() or None
    return Report(
        row["device"].strip(), kind, status, started, AUTHOR, cause=cause, etr=etr, restored_at=back, note=note,
        id=outage_id,
    )  # fmt: skip


def _time(column: str, text: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(column, "bad_time", f"{text!r} is not a time such as 2026-11-22T13:22:00+07:00.") from None
    return (read if read.tzinfo else read.replace(tzinfo=VIETNAM)).timestamp()


def _update(tx: Tx, known: sqlite3.Row, report: Report) -> sqlite3.Row:
    below = outage_grid.measure(tx.conn, report.device)
    values = {
        **below.columns(),
        "kind": report.kind,
        "status": report.status,
        "cause": report.cause,
        "started_at": report.started_at,
        "etr": report.etr,
        "etr_source": "none" if report.etr is None else "dispatcher",
        "etr_set_at": known["etr_set_at"] if report.etr == known["etr"] else tx.now,
        "restored_at": report.restored_at,
        "below_out": None,
    }
    sets = ", ".join(f"{name} = :{name}" for name in values)
    tx.conn.execute(f"UPDATE outage SET {sets} WHERE id = :id", {**values, "id": known["id"]})
    if report.etr != known["etr"]:
        outages.log_etr(tx, known["id"], AUTHOR)
    # A file knows one interruption from start to end: it replaces the steps that were kept of it.
    outage_steps.clear(tx, known["id"])
    outages.first_step(tx, known["id"], report, below.customers)
    said = tx.conn.execute("SELECT 1 FROM outage_note WHERE outage = ? AND text = ?", (known["id"], report.note))
    if report.note and said.fetchone() is None:
        outages.add_note(tx, known["id"], AUTHOR, report.note)
    return outages.settle(tx, known["id"], bump=True)
