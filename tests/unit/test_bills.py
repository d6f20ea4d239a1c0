"""Bills and readings as facts, and their import through the command as an operator runs it."""

import argparse
import csv
from datetime import date
from pathlib import Path

import pytest

from backend_stub import cli
from backend_stub.domain import bills as rules
from backend_stub.domain.bills import BillFact, Reading
from backend_stub.domain.tariff import Usage
from backend_stub.ops import import_command
from backend_stub.ops.rows import COLUMNS
from backend_stub.reference.prices import prices
from backend_stub.simulate import bills as made_up
from backend_stub.store import bills, connect, customers
from backend_stub.store.driver import sqlite3
from tests.customers import make
from tests.service import make_database

TY, HOA = make(1, "Nguyễn Văn Ty"), make(2, "Trần Thị Hoa", households=2)
BILL = {
    "customer": TY.code, "period": "2026-10", "from": "2026-10-01", "to": "2026-10-31", "kwh": "350",
    "status": "unpaid", "due": "2026-11-12", "paid_on": "",
}  # fmt: skip
READING = {"customer": TY.code, "meter_no": TY.meter_no, "read_on": "2026-09-30", "reading": "1000", "kind": "actual"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    conn = connect.writer(make_database(tmp_path / "data"))
    conn.execute("BEGIN IMMEDIATE")
    customers.upsert_many(conn, [TY, HOA])
    conn.execute("COMMIT")
    conn.close()
    return tmp_path


def run(home: Path, kind: str, *rows: dict[str, str]) -> tuple[int, list[tuple[int, str, str]]]:
    """Import rows and return the exit code and the errors file."""
    path, errors = home / f"{kind}.csv", home / "errors.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS[kind])
        writer.writeheader()
        writer.writerows(rows)
    code = import_command.run(argparse.Namespace(data_dir=home / "data", kind=kind, file=path, errors=errors))
    with errors.open(encoding="utf-8", newline="") as file:
        return code, [(int(row["line"]), row["column"], row["reason"]) for row in csv.DictReader(file)]


def query(home: Path, sql: str) -> list[tuple[object, ...]]:
    conn = sqlite3.connect(str(home / "data" / connect.DATABASE))
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


def test_bills_go_in_with_the_households_of_their_customer(home: Path) -> None:
    other = {**BILL, "customer": HOA.code.lower(), "status": "paid", "paid_on": "2026-11-05"}
    assert run(home, "bills", BILL, other) == (0, [])
    assert query(home, "SELECT customer, period, kwh, tariff, households, status, paid_on FROM bill") == [
        (1, "2026-10", 350, "residential", 1, "unpaid", None),
        (2, "2026-10", 350, "residential", 2, "paid", "2026-11-05"),
    ]


def test_importing_again_changes_the_payment_and_leaves_the_tariff(home: Path) -> None:
    run(home, "bills", BILL)
    conn = connect.writer(home / "data" / connect.DATABASE)
    conn.execute("UPDATE customer SET households = 4")
    conn.close()
    assert run(home, "bills", {**BILL, "status": "paid", "paid_on": "2026-11-10"}) == (0, [])
    assert query(home, "SELECT status, households FROM bill") == [("paid", 1)]
    # Another figure is another bill.
    assert run(home, "bills", {**BILL, "kwh": "351"}) == (0, [])
    assert query(home, "SELECT kwh, status, households FROM bill") == [(351, "unpaid", 4)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("customer", "PC08GG9999999"), ("customer", ""), ("period", "2026-13"), ("period", "10/2026"), ("from", ""),
        ("from", "01/10/2026"), ("from", "2023-10-20"), ("to", "2026-09-30"), ("to", "2027-10-31"), ("kwh", "-1"),
        ("kwh", "1.5"), ("kwh", ""), ("kwh", "9" * 30), ("kwh", "٣"), ("status", "open"), ("due", ""),
        ("paid_on", "soon"), ("paid_on", "2026-11-05"),
    ],
)  # fmt: skip
def test_a_bad_bill_is_refused_alone(home: Path, column: str, value: str) -> None:
    bad = {**BILL, column: value}
    if column == "from" and value.startswith("2023"):
        bad["to"] = "2023-11-20"
    code, errors = run(home, "bills", bad, {**BILL, "customer": HOA.code})
    assert (code, [error[:2] for error in errors]) == (3, [(2, column)])
    assert query(home, "SELECT customer FROM bill") == [(2,)]


def test_days_charged_twice_and_days_left_out_are_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    november = {**BILL, "period": "2026-11", "from": "2026-10-31", "to": "2026-11-20"}
    assert run(home, "bills", BILL, november) == (
        0, [(3, "from", "loaded, but days of 2026-11 are also in the bill of 2026-10")],
    )  # fmt: skip
    assert "1 of the loaded rows look wrong" in capsys.readouterr().out
    late = {**BILL, "customer": HOA.code, "period": "2026-12", "from": "2026-12-01", "to": "2026-12-31"}
    assert run(home, "bills", {**BILL, "customer": HOA.code}, late) == (
        0, [(3, "from", "loaded, but no bill covers the days after 2026-10-31")],
    )  # fmt: skip


def test_readings_go_in_and_what_is_odd_is_told(home: Path) -> None:
    rows = [
        READING,
        {**READING, "read_on": "2026-10-31", "reading": "1350"},
        {**READING, "read_on": "2026-11-20", "reading": "1340"},
        {**READING, "read_on": "2026-11-20", "reading": "1360", "kind": "customer"},
        {**READING, "customer": HOA.code, "meter_no": HOA.meter_no},
        {**READING, "customer": HOA.code, "meter_no": HOA.meter_no, "read_on": "2026-11-30", "reading": "1700"},
    ]
    assert run(home, "readings", *rows) == (
        0, [
            (4, "reading", "loaded, but there is another reading of the same day"),
            (7, "reading", "loaded, but the reading before is of 2026-09-30"),
        ],
    )  # fmt: skip
    assert query(home, "SELECT count(*) FROM reading") == [(6,)]
    # The figure that falls is seen although the reading before it came with another file.
    assert run(home, "readings", {**READING, "read_on": "2026-12-20", "reading": "900"}) == (
        0, [(2, "reading", "loaded, but the reading of 2026-11-20 is higher")],
    )  # fmt: skip


def test_the_same_reading_twice_in_a_file(home: Path) -> None:
    assert run(home, "readings", READING, READING) == (0, [])
    assert run(home, "readings", READING, {**READING, "reading": "1001"}) == (
        0, [(3, "reading", "loaded, but line 2 has another for this day")],
    )  # fmt: skip
    assert query(home, "SELECT value FROM reading") == [(1001,)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("customer", "x"), ("meter_no", ""), ("read_on", "yesterday"), ("reading", "12.871"), ("kind", "guess")],
)
def test_a_bad_reading_is_refused_alone(home: Path, column: str, value: str) -> None:
    code, errors = run(home, "readings", {**READING, column: value}, READING)
    assert (code, [error[:2] for error in errors]) == (3, [(2, column)])
    assert query(home, "SELECT count(*) FROM reading") == [(1,)]


def fact(period: str, status: str, due: str, kwh: int = 350) -> BillFact:
    first = date.fromisoformat(f"{period}-01")
    return BillFact(
        period, Usage("residential", first, first.replace(day=30), kwh), status, date.fromisoformat(due), None
    )


def test_what_is_owed_and_since_when() -> None:
    paid, late, open_one = (
        fact("2026-08", "paid", "2026-09-12"),
        fact("2026-09", "overdue", "2026-10-12"),
        fact("2026-10", "unpaid", "2026-11-12"),
    )
    assert rules.owed([], prices()) == rules.owed([paid], prices()) == (0, None)
    totals = [rules.tariff.charge(prices(), one.usage).total for one in (late, open_one)]
    assert rules.owed([paid, open_one, late], prices()) == (sum(totals), date(2026, 10, 12))


def test_unpaid_turns_overdue_the_day_after() -> None:
    bill = fact("2026-10", "unpaid", "2026-11-12")
    assert rules.status_on(bill, date(2026, 11, 12)) == "unpaid"
    assert rules.status_on(bill, date(2026, 11, 13)) == "overdue"
    assert rules.status_on(fact("2026-10", "paid", "2026-11-12"), date(2027, 1, 1)) == "paid"


def at(day: str, value: int, kind: str = "actual", meter: str = "A") -> Reading:
    return Reading(meter, date.fromisoformat(day), value, kind)


@pytest.mark.parametrize(
    ("readings", "found"),
    [
        ([], []),
        ([at("2026-09-30", 10), at("2026-10-31", 10)], []),
        ([at("2026-10-31", 9), at("2026-09-30", 10)], ["falls"]),
        ([at("2026-09-30", 10), at("2026-11-14", 20)], []),
        ([at("2026-09-30", 10), at("2026-11-15", 20)], ["gap"]),
        ([at("2026-09-30", 10), at("2026-09-30", 11, "customer")], ["double"]),
        # The meter's own figure in place of an estimate, and two figures that agree, are no second figure.
        ([at("2026-09-30", 10), at("2026-09-30", 11, "estimated")], []),
        ([at("2026-09-30", 10), at("2026-09-30", 10, "remote")], []),
        # A new meter begins anew.
        ([at("2026-09-30", 9_000), at("2026-10-31", 5, meter="B")], []),
        ([at("2026-08-31", 50), at("2026-11-30", 9)], ["falls", "gap"]),
    ],
)
def test_anomalies(readings: list[Reading], found: list[str]) -> None:
    assert [anomaly.oddity for anomaly in rules.anomalies(readings)] == found


def test_of_several_readings_of_a_day_the_meter_s_own_counts() -> None:
    usage = Usage("residential", date(2026, 10, 1), date(2026, 10, 31), 350)
    readings = [at("2026-10-31", 1, "estimated"), at("2026-10-31", 2, "customer"), at("2026-09-30", 3, "remote")]
    begin, end = rules.ends(readings, usage)
    assert begin is not None
    assert end is not None
    assert (begin.value, end.value) == (3, 2)
    assert rules.ends([], usage) == (None, None)


def test_made_up_bills_are_thirteen_whole_months_that_fit_their_readings(home: Path) -> None:
    today = date(2026, 11, 22)
    conn = connect.writer(home / "data" / connect.DATABASE)
    conn.execute("BEGIN IMMEDIATE")
    assert made_up.fill(conn, today) == 26
    conn.execute("COMMIT")
    found = bills.latest(conn, 1)
    assert [one.period for one in found][::12] == ["2026-10", "2025-10"]
    assert len(found) == 13
    readings = bills.readings(conn, 1, found[-1].usage.first)
    for one in found:
        begin, end = rules.ends(readings, one.usage)
        assert begin is not None
        assert end is not None
        assert end.value - begin.value == one.usage.kwh
    # A shock that the rule catches.
    assert found[0].usage.kwh * 10 >= found[1].usage.kwh * 13
    assert rules.anomalies(readings) == []
    conn.close()


def test_an_erasure_takes_bills_and_readings_along(home: Path) -> None:
    run(home, "bills", BILL, {**BILL, "customer": HOA.code})
    run(home, "readings", READING, {**READING, "customer": HOA.code, "meter_no": HOA.meter_no})
    assert cli.main(["erase", str(home / "data"), TY.code, "--reason", "K-1"]) == 0
    assert query(home, "SELECT customer FROM bill") == query(home, "SELECT customer FROM reading") == [(2,)]
