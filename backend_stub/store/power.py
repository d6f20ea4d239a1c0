"""The facts about one customer's supply, gathered for the verdict."""

from datetime import date

from agent_tui import wire
from backend_stub.domain.bills import status_on
from backend_stub.domain.outage import ENDED
from backend_stub.domain.power import RECENT_S, Facts, OutageFact
from backend_stub.reference.catalogue import Words, causes, crews
from backend_stub.store import bills, grid, outage_steps, outages, trouble_calls
from backend_stub.store.customers import CustomerBrief
from backend_stub.store.driver import sqlite3

_OWN_CALL = "SELECT 1 FROM trouble_call WHERE customer = ? AND active = 1 AND at > ? AND scope <> 'P' LIMIT 1"


def facts(conn: sqlite3.Connection, customer: CustomerBrief, today: date, now: float) -> Facts:
    """Outages and announced work between transformer and substation, suspension, and who reports no power."""
    path = grid.network_path(conn, customer.transformer)
    codes = [device.code for device in path]
    rows = [*outages.open_on_devices(conn, codes), *outages.restored_on_devices(conn, codes, now - RECENT_S)]
    found = tuple(fact(conn, row, customer.transformer) for row in rows)
    suspended = customer.status == "suspended"
    unpaid = bills.unpaid(conn, customer.id) if suspended else None
    calling, own = _callers(conn, customer, path, max((o.restored_at or 0.0 for o in found), default=0.0), now)
    return Facts(found, suspended, any(status_on(fact, today) == "overdue" for fact in unpaid or ()), calling, own)


def _callers(
    conn: sqlite3.Connection, customer: CustomerBrief, path: list[wire.Device], back: float, now: float
) -> tuple[int, bool]:
    """Return how many neighbours report no power and whether the customer does; what was said before `back` is past."""
    since = max(back, now - trouble_calls.NEIGHBOURS_S)
    own = conn.execute(_OWN_CALL, (customer.code, since)).fetchone() is not None
    if customer.transformer is None:
        return 0, own
    # Who is back has neighbours only below the same transformer: the rest of the lateral may well still be out.
    lateral = None if back else next((device.code for device in path if device.kind == "lateral"), None)
    calling = trouble_calls.neighbours(conn, customer.transformer, lateral, customer.code, now, now - since)
    return calling, own


def fact(conn: sqlite3.Connection, row: sqlite3.Row, transformer: str | None) -> OutageFact:
    """Return one outage or announced work as the verdict reads it, for who hangs on a transformer (None: anywhere)."""
    cause = causes().get(row["cause"]) if row["cause"] else None
    back = outage_steps.back_since(conn, row["id"]).get(transformer or "") if row["below_out"] is not None else None
    if row["status"] in ENDED:
        back = row["restored_at"]
    return OutageFact(
        row["id"], row["kind"], row["status"], row["started_at"], row["etr"],
        cause=_said(cause), crew=_said(crews().get(row["crew"])),
        restored_at=back,
    )  # fmt: skip


def _said(words: Words | None) -> tuple[str, str]:
    return ("", "") if words is None else (words.say_vi, words.say_en)
