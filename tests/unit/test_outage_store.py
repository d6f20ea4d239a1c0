"""Restorations in any order over a stored grid: the steps add up, the map agrees, nobody is below zero."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend_stub.errors import Refused
from backend_stub.store import areas, outage_life, outage_steps, outages
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.outage_life import Restoration
from backend_stub.store.outages import Report
from tests.contract import grid
from tests.full import count
from tests.service import make_database

NOW = 1_795_331_100.0
DEVICES = ("F474", "F474/1", "T1", "T2", "T3", "T9", "SS1")
PARTS = st.lists(
    st.tuples(
        st.sampled_from(("customers", "devices", "devices", "all", "again", "move")),
        st.integers(1, 8),
        st.lists(st.sampled_from(DEVICES), min_size=1, max_size=2),
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path: Path = make_database(tmp_path_factory.mktemp("steps"))
    conn = sqlite3.connect(str(path), isolation_level=None)
    conn.row_factory = sqlite3.Row
    conn.execute("BEGIN")
    grid.load(Tx(conn, NOW))
    return conn


def step(tx: Tx, row: sqlite3.Row, part: tuple[str, int, list[str]]) -> None:
    kind, number, devices = part
    if kind == "again":
        outage_life.set_status(tx, row, "confirmed")
    elif kind == "move":
        code = grid.CUSTOMERS[number].code
        tx.conn.execute("UPDATE customer SET transformer = 'T9' WHERE code = ?", (code,))
    else:
        customers = number if kind == "customers" else None
        report = Restoration(tx.now - 60, customers, devices if kind == "devices" else [])
        outage_life.restore(tx, row, report)


@settings(max_examples=count(60, 1_000), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(parts=PARTS)
def test_whatever_is_reported_the_figures_agree(
    conn: sqlite3.Connection, parts: list[tuple[str, int, list[str]]]
) -> None:
    conn.execute("SAVEPOINT example")
    tx = Tx(conn, NOW)
    row = outages.create(tx, Report("F474", "unplanned", "confirmed", NOW - 2_580, "lead"))
    for n, part in enumerate(parts, start=1):
        tx = Tx(conn, NOW + 60 * n)
        conn.execute("SAVEPOINT part")
        try:
            step(tx, row, part)
        except Refused:
            conn.execute("ROLLBACK TO part")
        conn.execute("RELEASE part")
        row = outages.get(conn, row["id"])
        figures = outage_steps.figures(conn, row["id"])
        latest = [one for one in figures if one.out_at == max(step.out_at for step in figures)]
        still = sum(one.customers for one in latest if one.restored_at is None)
        assert all(one.customers >= 0 for one in figures)
        assert sum(one.restored_at is None for one in figures) <= 1
        assert 0 <= row["customers_out"] == still <= row["customers_total"]
        if part[0] != "move" and still:
            assert sum(one.customers for one in latest) == max(
                row["customers_total"], sum(one.customers for one in latest if one.restored_at is not None)
            )
        assert (row["status"] == "restored") == (still == 0 and all(one.restored_at is not None for one in figures))
        off = {area.code: area.customers_out for area in areas.every(conn, tx.now)}
        assert sum(off.values()) == row["customers_out"]
    conn.execute("ROLLBACK TO example")
    conn.execute("RELEASE example")
