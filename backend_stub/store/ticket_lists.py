"""Lists of tickets: filters, words and pages, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend_stub.domain.deadlines import SOON_S, SOON_SHARE
from backend_stub.domain.localtime import day_bounds
from backend_stub.domain.ticket import DONE_SQL, LIVE_SQL
from backend_stub.errors import Invalid
from backend_stub.store import ticket_index, ticket_rows
from backend_stub.store.driver import sqlite3
from backend_stub.store.ticket_index import term

# The same rule as domain.deadlines.due_state, as a condition on rows.
_SOON = f"done_at IS NULL AND due_at >= :now AND due_at - :now < max({SOON_S}, {SOON_SHARE} * (due_at - created_at))"
DUE = {
    "late": "due_at < coalesce(done_at, :now)",
    "soon": f"due_at IS NOT NULL AND {LIVE_SQL} AND {_SOON}",
    "ok": f"(due_at IS NULL OR (due_at >= coalesce(done_at, :now) AND NOT ({_SOON})))",
    "today": f"due_at >= :begin AND due_at < :end AND {LIVE_SQL}",
}
GROUPS = {"live": LIVE_SQL, "done": DONE_SQL}
Values = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of tickets shows; None: everything. `assignee` is a login name, or the empty text for nobody.

    `status` may be `live` or `done` too; `q` are words in any order, without accents.
    """

    centres: Sequence[str]
    status: str | None = None
    assignee: str | None = None
    due: str | None = None
    type: str | None = None
    outage: str | None = None
    customer: str | None = None
    q: str = ""


def page(conn: sqlite3.Connection, wanted: Filter, after: str | None, limit: int, now: float) -> list[sqlite3.Row]:
    """Up to `limit` tickets newest first; raises Invalid for a cursor that names no ticket."""
    begin, end = day_bounds(now)
    values: Values = {"now": now, "begin": begin, "end": end, "limit": limit}
    where = _filters(wanted, values)
    table = "ticket"
    if wanted.q.strip():
        match = ticket_index.query(wanted.q, _terms(wanted))
        if match is None:
            return []
        # The full text gives its rows in this order by itself: the first page is found without the others.
        table, values["q"] = "tfts CROSS JOIN ticket ON ticket.n = tfts.rowid", match
        where.insert(0, "tfts MATCH :q")
    order = "tfts.rowid" if wanted.q.strip() else "n"
    if after is not None:
        last = ticket_rows.get(conn, after)
        if last is None or last["centre"] not in wanted.centres:
            raise Invalid("after", "unknown_cursor", "This is not a cursor of this list.")
        where.append(f"{order} < :n")
        values["n"] = last["n"]
    sql = f"SELECT ticket.* FROM {table} WHERE {' AND '.join(where)} ORDER BY {order} DESC LIMIT :limit"
    return conn.execute(sql, values).fetchall()


def _filters(wanted: Filter, values: Values) -> list[str]:
    """Return the conditions on rows and put their values into `values`."""
    holes = ", ".join(f":c{i}" for i in range(len(wanted.centres)))
    values |= {f"c{i}": centre for i, centre in enumerate(wanted.centres)}
    # Without statistics SQLite takes any index that gives the order: a + keeps it from one that leaves too much.
    narrow = any(getattr(wanted, name) for name in ("assignee", "type", "outage", "customer"))
    where = [f"{'+' if narrow or len(wanted.centres) > 1 else ''}centre IN ({holes})"]
    if wanted.status in GROUPS:
        where.append(GROUPS[wanted.status])
    for column in ("status", "type", "assignee", "outage", "customer"):
        value: str | None = getattr(wanted, column)
        if value is None or (column == "status" and value in GROUPS):
            continue
        aside = "+" if column == "type" and wanted.assignee else ""
        where.append(f"{column} IS NULL" if value == "" else f"{aside}{column} = :{column}")
        values[column] = value
    if wanted.due is not None:
        where.append(DUE[wanted.due])
    return where


def _terms(wanted: Filter) -> list[str]:
    """Return the filters the full text can intersect."""
    terms = [term("c", wanted.centres[0])] if len(wanted.centres) == 1 else []
    if wanted.status == "live":
        terms.append(term("l", "live"))
    elif wanted.status is not None and wanted.status not in GROUPS:
        terms.append(term("s", wanted.status))
    terms += [term("a", wanted.assignee)] if wanted.assignee is not None else []
    return terms + ([term("t", wanted.type)] if wanted.type is not None else [])
