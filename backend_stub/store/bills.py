"""Bills and readings as stored: upsert by customer and period, or by meter, day and kind."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backend_stub.domain.bills import BillFact, Reading
from backend_stub.domain.tariff import Usage
from backend_stub.store.driver import sqlite3

PERIODS = 13
# Readings this long before the oldest bill shown still say something about it.
_EARLIER = timedelta(days=62)
# A corrected figure makes the bill a new one, at the customer's tariff of today; a payment leaves it what it was.
_BILL = """INSERT INTO bill (customer, period, first, last, kwh, tariff, households, status, due, paid_on)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (customer, period) DO UPDATE SET
    tariff = CASE WHEN (kwh, first, last) = (excluded.kwh, excluded.first, excluded.last)
      THEN tariff ELSE excluded.tariff END,
    households = CASE WHEN (kwh, first, last) = (excluded.kwh, excluded.first, excluded.last)
      THEN households ELSE excluded.households END,
    first = excluded.first, last = excluded.last, kwh = excluded.kwh, status = excluded.status, due = excluded.due,
    paid_on = excluded.paid_on"""
_READING = """INSERT INTO reading (customer, meter_no, read_on, kind, value) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (customer, meter_no, read_on, kind) DO UPDATE SET value = excluded.value"""

BillValues = tuple[int, str, str, str, int, str, int, str, str, str | None]
ReadingValues = tuple[int, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Payer:
    """What a bill needs to know of its customer."""

    id: int
    tariff: str
    households: int


def payers(conn: sqlite3.Connection, codes: Iterable[str]) -> dict[str, Payer]:
    """Return the customers on file among these codes."""
    sql = "SELECT code, id, tariff, households FROM customer WHERE code IN (SELECT value FROM json_each(?))"
    return {row[0]: Payer(row[1], row[2], row[3]) for row in conn.execute(sql, (json.dumps(list(codes)),))}


def upsert_bills(conn: sqlite3.Connection, rows: Iterable[BillValues]) -> None:
    """Insert or change bills in the open transaction; values in the order of the table's columns, days as ISO text."""
    conn.executemany(_BILL, rows)


def upsert_readings(conn: sqlite3.Connection, rows: Iterable[ReadingValues]) -> None:
    """Insert or change readings in the open transaction; values in the order of the table's columns."""
    conn.executemany(_READING, rows)


def latest(conn: sqlite3.Connection, customer: int, limit: int = PERIODS) -> list[BillFact]:
    """Return a customer's last bills, newest first."""
    sql = "SELECT * FROM bill WHERE customer = ? ORDER BY period DESC LIMIT ?"
    return [_fact(row) for row in conn.execute(sql, (customer, limit))]


def of_period(conn: sqlite3.Connection, customer: int, period: str) -> BillFact | None:
    """Return one bill, None when there is none."""
    row = conn.execute("SELECT * FROM bill WHERE customer = ? AND period = ?", (customer, period)).fetchone()
    return None if row is None else _fact(row)


def unpaid(conn: sqlite3.Connection, customer: int) -> list[BillFact] | None:
    """Return the bills that are not paid, oldest first; None when no bill at all is on file."""
    rows = conn.execute("SELECT * FROM bill WHERE customer = ? ORDER BY period", (customer,)).fetchall()
    return [_fact(row) for row in rows if row["status"] != "paid"] if rows else None


def readings(conn: sqlite3.Connection, customer: int, since: date) -> list[Reading]:
    """Return a customer's readings of all meters from two months before a day on."""
    sql = "SELECT meter_no, read_on, value, kind FROM reading WHERE customer = ? AND read_on >= ? ORDER BY read_on"
    rows = conn.execute(sql, (customer, (since - _EARLIER).isoformat()))
    return [Reading(row[0], date.fromisoformat(row[1]), row[2], row[3]) for row in rows]


def readings_around(conn: sqlite3.Connection, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[Reading]]:
    """Return every reading of these customers' meters, oldest first: what an import's new ones are judged by."""
    found: dict[tuple[int, str], list[Reading]] = {}
    sql = "SELECT read_on, value, kind FROM reading WHERE customer = ? AND meter_no = ? ORDER BY read_on"
    for customer, meter_no in dict.fromkeys(keys):
        rows = conn.execute(sql, (customer, meter_no))
        found[customer, meter_no] = [Reading(meter_no, date.fromisoformat(r[0]), r[1], r[2]) for r in rows]
    return found


def periods_of(conn: sqlite3.Connection, customers: Iterable[int]) -> dict[int, list[tuple[str, str, str]]]:
    """Return period, first and last day of every bill of these customers."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    sql = "SELECT customer, period, first, last FROM bill WHERE customer IN (SELECT value FROM json_each(?))"
    for row in conn.execute(sql, (json.dumps(list(customers)),)):
        found.setdefault(row[0], []).append((row[1], row[2], row[3]))
    return found


def _fact(row: sqlite3.Row) -> BillFact:
    usage = Usage(
        row["tariff"], date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["kwh"], row["households"]
    )
    paid_on = None if row["paid_on"] is None else date.fromisoformat(row["paid_on"])
    return BillFact(row["period"], usage, row["status"], date.fromisoformat(row["due"]), paid_on)
