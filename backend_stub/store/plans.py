"""Planned works as stored: an outage of kind `planned`, with its reason, its notices and its history."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from msgspec import UNSET

from agent_tui import wire
from backend_stub.clock import from_wire, opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import plans as rules
from backend_stub.domain.localtime import local
from backend_stub.domain.plans import NoticeClock
from backend_stub.errors import Conflict, Invalid
from backend_stub.reference import places, quiet_days
from backend_stub.store import outage_grid, outage_moves, outage_steps, outages
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

Periods = tuple[tuple[date, date], ...]

_SELECT = """SELECT o.*, coalesce(p.reason, o.cause, '') AS reason, coalesce(p.area, '') AS area, p.notified_at,
    p.changed_at, p.renotified_at, p.written_at, coalesce(p.large, 0) AS large
    FROM outage o LEFT JOIN plan p ON p.outage = o.id"""
_LARGE = f"""SELECT count(*) FROM customer WHERE status <> 'closed' AND transformer IN (SELECT value FROM json_each(?))
    AND (SELECT kwh FROM bill WHERE bill.customer = customer.id ORDER BY period DESC LIMIT 1)
    > {rules.WRITTEN_ABOVE_KWH}"""


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan as it arrives; times in epoch seconds, `id` that of a file, which may name no status (empty)."""

    device: str
    begins: float
    ends: float
    reason: str
    area: str = ""
    status: str = "draft"
    notified_at: float | None = None
    id: str | None = None


def get(conn: sqlite3.Connection, plan_id: str) -> sqlite3.Row | None:
    """Return a plan's row, None when there is none."""
    row: sqlite3.Row | None = conn.execute(_SELECT + " WHERE o.id = ? AND o.kind = 'planned'", (plan_id,)).fetchone()
    return row


def page(conn: sqlite3.Connection, begin: float, end: float, after: int, limit: int) -> list[sqlite3.Row]:
    """Return plans that touch [begin, end) in the order they were made, after the row numbered `after`."""
    sql = """ WHERE o.kind = 'planned' AND o.started_at < ? AND (o.started_at >= ? OR o.etr > ?) AND o.n > ?
        ORDER BY o.n LIMIT ?"""
    return conn.execute(_SELECT + sql, (end, begin, begin, after, limit)).fetchall()


def create(tx: Tx, new: NewPlan, author: str) -> sqlite3.Row:
    """Store a plan and return its row; raises Invalid."""
    _check_times(new.begins, new.ends)
    report = outages.Report(
        new.device, "planned", new.status or "draft", new.begins, author, etr=new.ends, etr_source="dispatcher",
        restored_at=min(tx.now, new.ends) if new.status == "done" else None, id=new.id,
    )  # fmt: skip
    made = outages.create(tx, report)
    tx.conn.execute(
        "INSERT INTO plan (outage, reason, area, notified_at, large) VALUES (?, ?, ?, ?, ?)",
        (made["id"], new.reason, new.area, new.notified_at, _large(tx, new.device)),
    )
    return _keep(tx, made["id"], author, None)


def change(tx: Tx, row: sqlite3.Row, wanted: wire.PatchPlan, author: str) -> sqlite3.Row:
    """Change a plan and return its row; raises Invalid, Conflict."""
    begins = row["started_at"] if wanted.begins is UNSET else from_wire(wanted.begins)
    ends = row["etr"] if wanted.ends is UNSET else from_wire(wanted.ends)
    moved = (begins, ends) != (row["started_at"], row["etr"])
    if moved:
        if row["status"] in rules.OVER or row["status"] == "active":
            raise Conflict("plan_has_begun", "The work has begun or is over: its times stay.")
        _check_times(begins, ends)
        sql = "UPDATE outage SET started_at = ?, etr = ?, etr_source = 'dispatcher', etr_set_at = ? WHERE id = ?"
        tx.conn.execute(sql, (begins, ends, tx.now, row["id"]))
        outages.log_etr(tx, row["id"], author)
    _columns(tx, row, wanted, row["status"], moved=moved)
    if wanted.status is not UNSET and wanted.status != row["status"]:
        outage_moves.move(tx, row, wanted.status)
    return _keep(tx, row["id"], author, None if wanted.note is UNSET else wanted.note)


def follow(tx: Tx, before: sqlite3.Row, author: str) -> None:
    """Keep what was done to a plan among the outages (`before` is its row before that); other outages are none."""
    plan, after = get(tx.conn, before["id"]), outages.get(tx.conn, before["id"])
    names = ("status", "started_at", "etr")
    if plan is None or after is None or all(after[name] == before[name] for name in names):
        return
    told = wire.PatchPlan(status=after["status"]) if after["status"] != before["status"] else wire.PatchPlan()
    # While the work goes on a later end is a target like any other outage's, and no change of the plan.
    moved = after["etr"] != before["etr"] and before["status"] not in rules.OVER | {"active"}
    _columns(tx, plan, told, before["status"], moved=moved)
    _log(tx, before["id"], author, None)


def upsert(tx: Tx, new: NewPlan, author: str) -> sqlite3.Row:
    """Store a plan of a file by the file's id; the file knows best, whatever was there."""
    known = None if new.id is None else outages.get(tx.conn, new.id)
    if known is None:
        return create(tx, new, author)
    if known["kind"] != "planned":
        raise Invalid("id", "not_a_plan", "This id is an unplanned outage's.")
    _check_times(new.begins, new.ends)
    before = get(tx.conn, known["id"])
    moved = (new.begins, new.ends) != (known["started_at"], known["etr"])
    below = outage_grid.measure(tx.conn, new.device).columns()
    status = new.status or known["status"]
    values = {**below, "status": status, "started_at": new.begins, "etr": new.ends, "etr_source": "dispatcher"}
    sets = ", ".join(f"{name} = :{name}" for name in values)
    tx.conn.execute(f"UPDATE outage SET {sets} WHERE id = :id", {**values, "id": known["id"]})
    _follow(tx, known, status, new)
    announced = before is not None and before["notified_at"] is not None
    tx.conn.execute(
        """INSERT INTO plan (outage, reason, area, notified_at, large) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (outage) DO UPDATE SET reason = excluded.reason, area = excluded.area, large = excluded.large,
        notified_at = coalesce(plan.notified_at, excluded.notified_at)""",
        (known["id"], new.reason, new.area, new.notified_at, _large(tx, new.device)),
    )
    turned = status if status != known["status"] else None
    if announced and (moved or turned == "postponed"):
        tx.conn.execute("UPDATE plan SET changed_at = ? WHERE outage = ?", (tx.now, known["id"]))
    if turned == "renotified":
        tx.conn.execute("UPDATE plan SET renotified_at = ? WHERE outage = ?", (tx.now, known["id"]))
    return _keep(tx, known["id"], author, None)


def _follow(tx: Tx, known: sqlite3.Row, status: str, new: NewPlan) -> None:
    """Let steps and end follow a status that a file sets: the file's times, as far as they are past."""
    if status == known["status"]:
        return
    if status in ("active", "done") and known["status"] != "active":
        customers = outage_grid.measure(tx.conn, new.device).customers
        outage_steps.begin(tx, known["id"], customers, min(tx.now, new.begins), None)
    if status != "active":
        outage_steps.end_all(tx, known["id"], min(tx.now, new.ends))
    restored = min(tx.now, new.ends) if status == "done" else None
    tx.conn.execute("UPDATE outage SET restored_at = ? WHERE id = ?", (restored, known["id"]))


def begin_due(tx: Tx) -> None:
    """Let announced work whose time has come begin; its end is for the crew to report."""
    marks = ", ".join(f"'{status}'" for status in sorted(rules.IN_FORCE - {"active"}))
    sql = f"{_SELECT} WHERE o.kind = 'planned' AND o.status IN ({marks}) AND o.started_at <= ? AND o.etr > ?"
    for row in tx.conn.execute(sql, (tx.now, tx.now)).fetchall():
        outage_moves.move(tx, row, "active")
        outages.measure_again(tx, row)
        _keep(tx, row["id"], "clock", None)


def clocks(row: sqlite3.Row, now: float, also: Periods = ()) -> list[NoticeClock]:
    """Return the notice clocks of a plan's row."""
    end = row["etr"] if row["etr"] is not None else row["started_at"]
    plan = rules.Plan(
        row["started_at"], end, row["status"], row["notified_at"], row["changed_at"], row["renotified_at"],
        row["written_at"], row["large"],
    )  # fmt: skip
    years = tuple({local(row["started_at"]).year, local(end).year})
    return rules.clocks(plan, now, quiet_days.periods(years, also))


def due_by_centre(conn: sqlite3.Connection, now: float) -> dict[str, int]:
    """Return how many plans have a notice that will be late within a day, by the corporation of their province."""
    # No notice is due longer before the work than the first one.
    until = now + rules.NOTICE_S + rules.SOON_S
    sql = f"""{_SELECT} WHERE o.kind = 'planned' AND o.status NOT IN ('done', 'cancelled')
        AND o.started_at BETWEEN ? AND ?"""
    found = Counter[str]()
    for row in conn.execute(sql, (now, until)).fetchall():
        if any(clock.state == "soon" for clock in clocks(row, now)):
            # One on the border of two provinces is one plan: the first has it.
            found.update(places.provinces()[code].corporation for code in outage_grid.strings(row["provinces"])[:1])
    return dict(found)


def to_wire(conn: sqlite3.Connection, row: sqlite3.Row, now: float, also: Periods = ()) -> wire.Plan:
    """The whole resource."""
    found = [
        wire.PlanClock(c.rule, at(c.due_at), c.state, rules.words(c.rule), rules.LAW[c.rule], opt_to_wire(c.at))
        for c in clocks(row, now, also)
    ]
    past = conn.execute("SELECT * FROM plan_change WHERE outage = ? ORDER BY n", (row["id"],))
    history = [
        wire.PlanChange(at(c["at"]), c["author"], c["status"], at(c["begins_at"]), opt_to_wire(c["ends_at"]), c["note"])
        for c in past
    ]
    return wire.Plan(
        id=row["id"], device=row["device"], device_name=row["device_name"], status=row["status"],
        begins=at(row["started_at"]), ends=opt_to_wire(row["etr"]), reason=row["reason"], area=row["area"],
        provinces=outage_grid.strings(row["provinces"]), places=outage_grid.names(outage_grid.counts(row["below"])),
        customers=row["customers_total"], large=row["large"], notified_at=opt_to_wire(row["notified_at"]),
        renotified_at=opt_to_wire(row["renotified_at"]), written_at=opt_to_wire(row["written_at"]), clocks=found,
        history=history, version=row["version"],
    )  # fmt: skip


def _columns(tx: Tx, row: sqlite3.Row, wanted: wire.PatchPlan, before: str, *, moved: bool) -> None:
    """Set what only a plan has; a plan that came as a plain planned outage gets its row now."""
    status = None if wanted.status is UNSET or wanted.status == before else wanted.status
    # A plan may be moved, and its customers told of it, more than once; one put off may be announced as if it were new.
    told_again = wanted.status == "renotified" or (status == "notified" and row["notified_at"] is not None)
    values = {
        "reason": row["reason"] if wanted.reason is UNSET else wanted.reason,
        "area": row["area"] if wanted.area is UNSET else wanted.area,
        "written_at": row["written_at"] if wanted.written_at is UNSET else from_wire(wanted.written_at),
        "notified_at": row["notified_at"] or (tx.now if told_again or status == "notified" else None),
        # What was told must be told again: the new times, or that it is put off.
        "changed_at": tx.now if row["notified_at"] and (moved or status == "postponed") else row["changed_at"],
        "renotified_at": tx.now if told_again else row["renotified_at"],
        "large": row["large"],
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    tx.conn.execute(
        f"INSERT OR REPLACE INTO plan (outage, {names}) VALUES (:outage, {marks})", {"outage": row["id"], **values}
    )


def _keep(tx: Tx, plan_id: str, author: str, note: str | None) -> sqlite3.Row:
    """Append the plan as it now stands to its history, tell everybody, and return it."""
    _log(tx, plan_id, author, note)
    outages.settle(tx, plan_id, bump=True)
    row: sqlite3.Row = tx.conn.execute(_SELECT + " WHERE o.id = ?", (plan_id,)).fetchone()
    return row


def _log(tx: Tx, plan_id: str, author: str, note: str | None) -> None:
    sql = """INSERT INTO plan_change (outage, at, author, status, begins_at, ends_at, note)
        SELECT id, ?, ?, status, started_at, etr, ? FROM outage WHERE id = ?"""
    tx.conn.execute(sql, (tx.now, author, note, plan_id))


def _large(tx: Tx, device: str) -> int:
    below = outage_grid.pack(sorted(outage_grid.transformers(tx.conn, device)))
    return int(tx.conn.execute(_LARGE, (below,)).fetchone()[0])


def _check_times(begins: float, ends: float | None) -> None:
    if ends is None or ends <= begins:
        raise Invalid("to", "before_start", "The work must end after it begins.")
