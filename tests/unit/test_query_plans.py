"""Queries of a storm read through an index what concerns them, never what happened elsewhere or long ago."""

from pathlib import Path

import pytest

from backend_stub.store import callbacks, connect, power
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
