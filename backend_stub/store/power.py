"""The facts about one customer's supply, gathered for the verdict."""

from datetime import date

from backend_stub.domain.bills import status_on
from backend_stub.domain.power import Facts, OutageFact
from backend_stub.reference.catalogue import Words, causes, crews
from backend_stub.store import bills, grid, outages
from backend_stub.store.customers import CustomerBrief
from backend_stub.store.driver import sqlite3


def facts(conn: sqlite3.Connection, customer: CustomerBrief, today: date) -> Facts:
    """Outages and announced work anywhere between the transformer and its substation; is the supply suspended."""
    path = [device.code for device in grid.network_path(conn, customer.transformer)]
    suspended = customer.status == "suspended"
    unpaid = bills.unpaid(conn, customer.id) if suspended else None
    return Facts(
        tuple(_fact(row) for row in outages.open_on_devices(conn, path)),
        suspended,
        any(status_on(fact, today) == "overdue" for fact in unpaid or ()),
    )


def _fact(row: sqlite3.Row) -> OutageFact:
    cause = causes().get(row["cause"]) if row["cause"] else None
    return OutageFact(
        row["id"], row["kind"], row["status"], row["started_at"], row["etr"],
        cause=_said(cause), crew=_said(crews().get(row["crew"])),
    )  # fmt: skip


def _said(words: Words | None) -> tuple[str, str]:
    return ("", "") if words is None else (words.say_vi, words.say_en)
