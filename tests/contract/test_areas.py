"""The map of the provinces: totals agree with the lists behind them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest_asyncio

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.store import customers
from tests.contract import grid
from tests.service import Running, running_service

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


@pytest_asyncio.fixture
async def svc(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_service(tmp_path, ManualClock(NOW.timestamp())) as running:
        await grid.set_up(running)
        yield running


async def areas(svc: Running) -> dict[str, wire.Area]:
    answer = await (await svc.client("agent")).get("/v1/areas")
    assert answer.status_code == 200, answer.text
    page = msgspec.json.decode(answer.content, type=wire.Page[wire.Area])
    return {area.code: area for area in page.items}


async def report(svc: Running, device: str, **fields: object) -> None:
    body = {"device": device, "kind": "unplanned", "status": "confirmed", **fields}
    answer = await (await svc.client("lead")).post("/v1/outages", json=body)
    assert answer.status_code == 201, answer.text


async def test_34_provinces_with_their_customers(svc: Running) -> None:
    found = await areas(svc)
    assert len(found) == 34
    assert (found["66"].name, found["66"].corporation) == ("Đắk Lắk", "EVNCPC")
    # 9 at La Hai, 4 at Tuy Hòa, 1 without a transformer; the closed one is no customer any more.
    assert (found["66"].customers_total, found["52"].customers_total, found["01"].customers_total) == (14, 3, 0)
    assert sum(area.customers_out for area in found.values()) == 0


async def test_an_outage_over_two_provinces_is_split_between_them(svc: Running) -> None:
    await report(svc, "F474")
    found = await areas(svc)
    assert (found["66"].customers_out, found["52"].customers_out) == (9, 3)
    assert (found["66"].outages, found["52"].outages) == (1, 1)


async def test_customers_below_two_outages_are_out_once(svc: Running) -> None:
    await report(svc, "T1")
    await report(svc, "F474/1")
    await report(svc, "F474/1")
    found = await areas(svc)
    assert (found["66"].customers_out, found["66"].outages) == (9, 3)


async def test_planned_today(svc: Running) -> None:
    later = {"kind": "planned", "status": "notified"}
    await report(svc, "T9", **later, started_at=(NOW + timedelta(hours=1)).isoformat())
    await report(svc, "T9", **later, started_at=(NOW + timedelta(hours=11)).isoformat())
    found = await areas(svc)
    assert (found["66"].planned_today, found["66"].outages, found["66"].customers_out) == (1, 0, 0)


async def test_counts_follow_customers_that_move_close_or_come_back(svc: Running) -> None:
    home = grid.CUSTOMERS[0]
    for change in ({"commune": grid.KRONG_PA}, {"status": "closed"}, {"status": "active"}):
        home = replace(home, **change)
        await svc.engine.write(lambda tx, row=home: customers.upsert_many(tx.conn, [row]))
        found = await areas(svc)
        expected = (13, 3 if home.status == "closed" else 4)
        assert (found["66"].customers_total, found["52"].customers_total) == expected
    counted = await svc.engine.read(
        lambda conn: conn.execute("SELECT count(*) FROM customer WHERE status <> 'closed'").fetchone()[0]
    )
    assert sum(area.customers_total for area in (await areas(svc)).values()) == counted
