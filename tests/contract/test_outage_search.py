"""Outages and planned works found by the streets of the customers below them, and by their own words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import pytest
import pytest_asyncio

from agent_tui import wire
from agent_tui.net.client import DeskClient
from backend_stub.store import customers, outage_search
from tests.asgi_stream import AppTransport
from tests.contract import grid
from tests.contract.outage_world import Grid, customer, iso, world
from tests.service import PASSWORD

AT_LA_HAI = "12/3 Đường Lê Lợi, thị trấn La Hai"
AT_TUY_HOA = "7 Lê Lợi, Phường 1, TP Tuy Hòa"


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Grid]:
    """Lê Lợi below T1 and T9, Hùng Vương below T3, Trần Phú everywhere else."""
    moved = {1: AT_LA_HAI, 20: AT_TUY_HOA, 10: "Số 5 Hùng Vương, Krông Pa"}
    async with world(tmp_path) as made:
        rows = [replace(one, address=moved[n]) for one in grid.CUSTOMERS for n in moved if one.code == customer(n)]
        await made.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, rows))
        yield made


async def found(grid: Grid, q: str) -> dict[str, list[str]]:
    answer = await grid.post("outages/search", {"q": q}, "agent")
    hits = msgspec.json.decode(answer.content, type=wire.OutageHits)
    assert not hits.more
    return {hit.id: hit.streets for hit in hits.items}


async def test_a_street_finds_every_outage_above_its_customers(town: Grid) -> None:
    feeder, small, other = [await town.report(device) for device in ("F474", "T1", "F471")]
    streets = {feeder.id: ["Đường Lê Lợi"], small.id: ["Đường Lê Lợi"], other.id: ["Lê Lợi"]}
    for typed in ("lê lợi", "Le Loi", "ĐƯỜNG LÊ LỢI", "le lo"):
        assert await found(town, typed) == streets
    assert await found(town, "hung vuong") == {feeder.id: ["Hùng Vương"]}
    assert await found(town, "nguyen hue") == {}


async def test_a_house_and_a_place_narrow_it(town: Grid) -> None:
    feeder, other = await town.report("F474"), await town.report("F471")
    assert await found(town, "12/3 le loi") == {feeder.id: ["Đường Lê Lợi"]}
    assert await found(town, "le loi tuy hoa") == {other.id: ["Lê Lợi"]}
    assert await found(town, "le loi dong xuan") == {feeder.id: ["Đường Lê Lợi"]}


async def test_what_is_closed_is_no_more_and_what_is_back_or_planned_is(town: Grid) -> None:
    outage = await town.report("T1")
    body = {"device": "T1", "from": iso(2_000), "to": iso(2_200), "reason": "Thay dây", "area": "Khối 3 gần chợ Lùng"}
    plan = (await town.post("plans", body, expect=201)).json()["id"]
    assert await found(town, "le loi") == {outage.id: ["Đường Lê Lợi"], plan: ["Đường Lê Lợi"]}
    await town.restore(outage)
    assert outage.id in await found(town, "le loi")
    await town.post(f"outages/{outage.id}/close")
    assert await found(town, "le loi") == {plan: ["Đường Lê Lợi"]}
    # Its own words: what the announcement says of the place, the work, the device, the commune.
    for typed in ("cho lung", "thay day", "la hai 1", "dong xuan"):
        assert await found(town, typed) == {plan: []}


async def test_customers_who_left_and_devices_elsewhere_find_nothing(town: Grid) -> None:
    await town.report("T1")
    gone = [replace(one, address=AT_LA_HAI, status="closed") for one in grid.CUSTOMERS if one.code == customer(1)]
    await town.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, gone))
    assert await found(town, "le loi") == {}
    assert await found(town, "   ") == {}
    answer = await (await town.svc.client("agent")).post("/v1/outages/search", json={"q": "x" * 201})
    assert answer.status_code == 422


async def test_what_costs_too_much_ends_and_says_so(town: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.report("F474")
    monkeypatch.setattr(outage_search, "MOST_CUSTOMERS", 3)
    answer: httpx.Response = await town.post("outages/search", {"q": "tran phu"}, "agent")
    assert answer.json()["more"] is True
    assert len(answer.json()["items"]) == 1


async def test_the_desk_asks_for_streets_and_communes(town: Grid) -> None:
    outage = await town.report("F474")
    client = DeskClient("http://localhost", AppTransport(town.svc.app))
    await client.login("lead", PASSWORD)
    assert await client.find_outages("hung vuong") == wire.OutageHits([wire.OutageHit(outage.id, ["Hùng Vương"])])
    assert [(one.name, one.customers_out) for one in await client.communes("66")] == [("Xã Đồng Xuân", 9)]


def test_a_street_is_shown_as_it_is_written_without_the_house() -> None:
    for address, street in (
        ("12/3 Đường Lê Lợi, La Hai", "Đường Lê Lợi"), ("Số nhà 5A Hùng Vương", "Hùng Vương"), ("", ""),
        ("Thôn Phước Lộc", "Thôn Phước Lộc"),
    ):  # fmt: skip
        assert outage_search.spelled(address) == street
