"""Thirteen months of made-up bills and readings, computed from a customer's number alone: hot months, Tết, shocks.

The last bill of the first customer is a shock, and so is that of every ninth one. Whole calendar months, read on their
last day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from backend_stub.domain.tariff import month_days
from backend_stub.store import bills
from backend_stub.store.bills import BillValues, ReadingValues
from backend_stub.store.driver import sqlite3

# Beyond this many the later customers get no bills: they would cost a million customers a minute.
MOST_CUSTOMERS = 50_000
READINGS = 3
# Of the others two in three moved in later: 20,000 customers then fit into a file small enough to be checked whole at
# every start (store/pages.py).
LONG_HISTORIES = 2_000
SHORT_HISTORY = 7
_DUE_AFTER = timedelta(days=12)
# Use of each month in per cent of the mean: hot from May to August, little in the cool months and at Tết.
_SEASON = (86, 82, 92, 103, 121, 128, 124, 115, 101, 95, 88, 85)
_MEAN = {"residential": 130, "business": 600, "production": 2_400, "public": 500}
_SHOCK_PCT = 172
_EVERY_SHOCK = 9


@dataclass(frozen=True, slots=True)
class Month:
    """One billed month as texts."""

    period: str
    first: str
    last: str
    due: str
    season: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Who gets bills: `id` of the row, whose meter, and which tariff."""

    id: int
    meter_no: str
    tariff: str
    households: int
    status: str


def months(today: date) -> list[Month]:
    """The last 13 whole calendar months before a day, oldest first."""
    made = []
    this = today.year * 12 + today.month - 1
    for number in range(this - bills.PERIODS, this):
        first = date(number // 12, number % 12 + 1, 1)
        last = first + timedelta(days=month_days(first) - 1)
        texts = (f"{first:%Y-%m}", first.isoformat(), last.isoformat(), (last + _DUE_AFTER).isoformat())
        made.append(Month(*texts, _SEASON[first.month - 1]))
    return made


def fill(conn: sqlite3.Connection, today: date) -> int:
    """Store bills and readings of the first customers on file in the open transaction; returns how many bills."""
    sql = "SELECT id, meter_no, tariff, households, status FROM customer ORDER BY id LIMIT ?"
    owners = [Owner(*row) for row in conn.execute(sql, (MOST_CUSTOMERS,))]
    billed = months(today)
    use = {owner.id: kwh(owner, billed) for owner in owners}
    made = [row for owner in owners for row in list(bills_of(owner, billed, use[owner.id], today))[-lived(owner.id) :]]
    bills.upsert_bills(conn, made)
    bills.upsert_readings(conn, (row for owner in owners for row in readings_of(owner, billed, use[owner.id])))
    return len(made)


def lived(customer: int) -> int:
    """How many months a customer has bills of."""
    return bills.PERIODS if customer <= LONG_HISTORIES or customer % 3 == 0 else SHORT_HISTORY


def kwh(owner: Owner, billed: list[Month]) -> list[int]:
    """What a customer used each month: their own mean, the season, some chance, and for some a shock at the end."""
    chance = _mix(owner.id)
    share = 190 if owner.id == 1 else 60 + chance % 140
    mean = _MEAN[owner.tariff] * owner.households * share // 100
    made = [mean * month.season * (92 + _mix(chance + n) % 17) // 10_000 for n, month in enumerate(billed)]
    if owner.id == 1 or owner.id % _EVERY_SHOCK == 0:
        made[-1] = max(made[-1], made[-2] + 1) * _SHOCK_PCT // 100
    return made


def bills_of(owner: Owner, billed: list[Month], use: list[int], today: date) -> Iterator[BillValues]:
    """The rows of one customer's bills, oldest first; the last may be open, of the suspended two are overdue."""
    last = len(billed) - 1
    open_from = last - 1 if owner.status == "suspended" else last if _mix(owner.id + 7) % 20 < 3 else last + 1
    for n, month in enumerate(billed):
        if n >= open_from:
            status, paid_on = "overdue" if month.due < today.isoformat() else "unpaid", None
        else:
            status, paid_on = "paid", min(month.due, today.isoformat())
        yield (
            owner.id, month.period, month.first, month.last, use[n], owner.tariff, owner.households, status, month.due,
            paid_on,
        )  # fmt: skip


def readings_of(owner: Owner, billed: list[Month], use: list[int]) -> Iterator[ReadingValues]:
    """Readings at the ends of the last months, of the first customer at all; a few are estimates."""
    value = 1_000 + _mix(owner.id + 3) % 40_000
    begin = 0 if owner.id == 1 else len(billed) - READINGS
    before = (date.fromisoformat(billed[begin].first) - timedelta(days=1)).isoformat()
    yield owner.id, owner.meter_no, before, "remote", value
    for n in range(begin, len(billed)):
        value += use[n]
        kind = "estimated" if _mix(owner.id + n) % 60 == 0 and owner.id != 1 else "remote"
        yield owner.id, owner.meter_no, billed[n].last, kind, value


def _mix(number: int) -> int:
    """Scatter a number: the same for the same number, and much cheaper than a generator for each customer."""
    return (number * 2_654_435_761 + 0x9E37) >> 7 & 0xFFFF
