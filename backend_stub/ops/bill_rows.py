"""Rows of the bills and readings files: the checks they must pass, and what is odd about those that pass."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from backend_stub.domain import tariff
from backend_stub.domain.bills import Anomaly, anomalies
from backend_stub.domain.tariff import NoPrice
from backend_stub.ops.csv_file import Problem
from backend_stub.ops.rows import Fields
from backend_stub.reference.prices import prices
from backend_stub.store import bills
from backend_stub.store.bills import BillValues, Payer, ReadingValues
from backend_stub.store.driver import sqlite3

STATUSES = ("paid", "unpaid", "overdue")
READING_KINDS = ("actual", "remote", "customer", "estimated")
# Our default: no billing system charges more than a quarter of a year at once.
LONGEST_DAYS = 100
_PERIOD = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_FIGURE = re.compile(r"[0-9]{1,9}")
_WORDS = {
    "falls": "loaded, but the reading of {before} is higher",
    "gap": "loaded, but the reading before is of {before}",
    "double": "loaded, but there is another reading of the same day",
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """One row that passed: its line and its values in the order of its table's columns."""

    line: int
    bill: BillValues | None = None
    reading: ReadingValues | None = None


# Line and figure by customer, meter, day and kind.
_Lines = dict[tuple[int, str, str, str], tuple[int, int]]


class Book(ABC):
    """What bills and readings have in common: rows of customers on file."""

    @abstractmethod
    def read(self, line: int, fields: Fields, payers: Mapping[str, Payer]) -> Numbered | None:
        """Read one row; None when it is refused."""

    @abstractmethod
    def store(self, conn: sqlite3.Connection, good: Sequence[Numbered]) -> list[Problem]:
        """Store rows in the open transaction and return what is odd about them."""


def code(fields: Fields) -> str:
    """Return a row's customer code as it is on file."""
    return re.sub(r"[\s.]", "", fields.raw["customer"]).upper()


class Bills(Book):
    """The bills file: one row a customer and period."""

    def read(self, line: int, fields: Fields, payers: Mapping[str, Payer]) -> Numbered | None:
        """Read one row; refused, too, where no price is on file for its days."""
        payer = _payer(fields, payers)
        period = fields.raw["period"].strip()
        if not _PERIOD.fullmatch(period):
            fields.refuse("period", "is not a month like 2026-10")
        first, last = _day(fields, "from"), _day(fields, "to")
        kwh = _figure(fields, "kwh")
        status = fields.choice("status", STATUSES)
        due, paid_on = _day(fields, "due"), _day(fields, "paid_on", required=False)
        if paid_on is not None and status != "paid":
            fields.refuse("paid_on", "is there although the bill is not paid")
        if first is not None and last is not None and not 0 < (last - first).days + 1 <= LONGEST_DAYS:
            fields.refuse("to", f"is not within {LONGEST_DAYS} days from the first")
        if payer is None or first is None or last is None or due is None or fields.problems:
            return None
        try:
            tariff.in_force(prices().tables, payer.tariff, first)
            tariff.vat_pct(prices().vat, last)
        except NoPrice as error:
            fields.refuse("from", str(error))
            return None
        values = (
            payer.id, period, first.isoformat(), last.isoformat(), kwh, payer.tariff, payer.households, status,
            due.isoformat(), paid_on.isoformat() if paid_on else None,
        )  # fmt: skip
        return Numbered(line, bill=values)

    def store(self, conn: sqlite3.Connection, good: Sequence[Numbered]) -> list[Problem]:
        """Store the bills; odd are days that two bills charge, and days that none does."""
        rows = {(row.bill[0], row.bill[1]): row for row in good if row.bill is not None}
        bills.upsert_bills(conn, [row.bill for row in good if row.bill is not None])
        odd = []
        for customer, periods in bills.periods_of(conn, {key[0] for key in rows}).items():
            for (early, _, end), (late, begin, _) in pairwise(sorted(periods, key=lambda p: p[1])):
                after = rows.get((customer, late))
                row = after or rows.get((customer, early))
                if row is None:
                    continue
                if begin <= end:
                    odd.append(Problem(row.line, "from", f"loaded, but days of {late} are also in the bill of {early}"))
                elif after and date.fromisoformat(begin) > date.fromisoformat(end) + timedelta(days=1):
                    odd.append(Problem(row.line, "from", f"loaded, but no bill covers the days after {end}"))
        return sorted(odd, key=lambda problem: problem.line)


class Readings(Book):
    """The readings file: one row a meter, day and kind; a later row of the same three replaces the earlier."""

    def read(self, line: int, fields: Fields, payers: Mapping[str, Payer]) -> Numbered | None:
        """Read one row."""
        payer = _payer(fields, payers)
        meter_no = fields.key("meter_no").upper()
        read_on, value = _day(fields, "read_on"), _figure(fields, "reading")
        kind = fields.choice("kind", READING_KINDS)
        if payer is None or read_on is None or fields.problems:
            return None
        return Numbered(line, reading=(payer.id, meter_no, read_on.isoformat(), kind, value))

    def store(self, conn: sqlite3.Connection, good: Sequence[Numbered]) -> list[Problem]:
        """Store the readings; odd are a figure that falls, a month left out, a second figure for a day."""
        rows: _Lines = {}
        odd = []
        for row in good:
            if row.reading is None:
                continue
            *_, value = row.reading
            key = row.reading[:4]
            if key in rows and rows[key][1] != value:
                odd.append(Problem(row.line, "reading", f"loaded, but line {rows[key][0]} has another for this day"))
            rows[key] = (row.line, value)
        bills.upsert_readings(conn, [row.reading for row in good if row.reading is not None])
        for (customer, _), readings in bills.readings_around(conn, [(key[0], key[1]) for key in rows]).items():
            for anomaly in anomalies(readings):
                line = _new(customer, anomaly, rows)
                if line is not None:
                    said = _WORDS[anomaly.oddity].format(before=anomaly.before.read_on)
                    odd.append(Problem(line, "reading", said))
        return sorted(odd, key=lambda problem: problem.line)


def _new(customer: int, anomaly: Anomaly, rows: _Lines) -> int | None:
    """Return the line that an anomaly tells of, None where both its readings are older than this file."""
    for reading in (anomaly.reading, anomaly.before):
        key = (customer, reading.meter_no, reading.read_on.isoformat(), reading.kind)
        if key in rows:
            return rows[key][0]
    return None


def _payer(fields: Fields, payers: Mapping[str, Payer]) -> Payer | None:
    found = payers.get(code(fields))
    if found is None:
        fields.refuse("customer", "is no known customer")
    return found


def _day(fields: Fields, column: str, *, required: bool = True) -> date | None:
    value = fields.raw[column].strip()
    if not value and not required:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        fields.refuse(column, "is empty" if not value else "is not a day like 2026-10-31")
        return None
    if not 2000 <= day.year <= 2100:
        fields.refuse(column, "is not between 2000 and 2100")
        return None
    return day


def _figure(fields: Fields, column: str) -> int:
    value = fields.raw[column].strip()
    if not _FIGURE.fullmatch(value):
        fields.refuse(column, "is not a whole number of at most 9 digits")
        return 0
    return int(value)
