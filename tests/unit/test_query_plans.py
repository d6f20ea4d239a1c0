"""Queries of a storm read through an index what concerns them, never what happened elsewhere or long ago."""

from pathlib import Path

import pytest

from backend_stub.store import callbacks, connect, lanes, power
from tests.service import make_database


@pytest.mark.parametrize(
    ("sql", "through"),
    [
        (power._OWN_CALL, "trouble_call USING INDEX trouble_call_by_customer (customer=? AND at>?)"),
        (callbacks._EVERY_OUTAGES, "c USING INDEX contact_promise_open"),
    ],
)
def test_a_hot_query_has_its_index(tmp_path: Path, sql: str, through: str) -> None:
    conn = connect.reader(make_database(tmp_path))
    values = {"now": 0.0} if ":now" in sql else ("", 0.0)
    plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    conn.close()
    assert any(through in step for step in plan), plan
    assert not any(step.startswith("SCAN") and through not in step for step in plan), plan


@pytest.mark.parametrize(
    ("sql", "values", "indexes"),
    [
        (lanes.CODE_TAILS, ("54", "55", "45"), {"customer_code_end"}),
        (lanes.PHONE_TAILS, ("54", "55", "45"), {"customer_first_phone_end", "customer_phone_end"}),
        (lanes.PHONES, ("09", "10"), {"customer_first_phone", "customer_phone_number"}),
        (lanes.NUMBER, ("0905",), {"customer_first_phone", "customer_phone_number", "customer_meter"}),
    ],
    ids=("code end", "phone end", "phone begun", "number"),
)
def test_a_part_of_a_number_is_a_range_of_an_index(
    tmp_path: Path, sql: str, values: tuple[str, ...], indexes: set[str]
) -> None:
    conn = connect.reader(make_database(tmp_path))
    plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    conn.close()
    assert not any(step.startswith("SCAN") for step in plan), plan
    assert {index for index in indexes if any(f"INDEX {index} (" in step for step in plan)} == indexes, plan
