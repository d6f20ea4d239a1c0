"""Outages and plans found by street and by commune, on the real service."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend_stub.store import customers
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.journeys.pages_queue import feeder_outage, open_desk
from tests.journeys.test_outages import SMALL, outages_view, rows


async def test_a_street_typed_finds_the_outages_of_who_lives_there(tmp_path):
    async with open_desk(tmp_path, SMALL, role="lead") as desk:
        await desk.svc.engine.write(move_house)
        feeder = (await feeder_outage(desk))["id"]
        small = (await feeder_outage(desk, device="T9"))["id"]
        body = {"device": "T3", "from": hours(48), "to": hours(51), "reason": "Thay dây", "area": "Buôn Phú Cần"}
        assert (await (await desk.svc.client("boss")).post("/v1/plans", json=body)).status_code == 201
        await outages_view(desk)
        await desk.until(lambda: len(rows(desk)) == 2)
        await desk.press("slash", *"hung vuong")
        await desk.until(lambda: rows(desk) == (feeder,) and desk.shows("Đường Hùng Vương"))
        await desk.press(*"xyz")
        await desk.until(lambda: not rows(desk))
        await desk.press("escape")
        await desk.until(lambda: set(rows(desk)) == {feeder, small})
        await desk.app.act("planned_works")
        await desk.until(lambda: rows(desk, "plan-list"))
        await desk.press("slash", *"hung vuong", "enter")
        await desk.until(lambda: rows(desk, "plan-list") and desk.shows("Buôn Phú Cần") and desk.shows("Hùng Vương"))
        # The announcement's own words of the place; and words nobody has written.
        await desk.press("slash", "home", "shift+end", *"buon phu can")
        await desk.until(lambda: rows(desk, "plan-list"))
        await desk.press(*" xyz")
        await desk.until(lambda: not rows(desk, "plan-list") and desk.shows("No planned work here"))


def move_house(tx: Tx) -> None:
    """One customer below T3 has a street of their own."""
    moved = replace(grid.CUSTOMERS[9], address="12/3 Đường Hùng Vương, Krông Pa")
    assert moved.transformer == "T3"
    customers.upsert_many(tx.conn, [moved])


def hours(ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=ahead)).isoformat()


async def test_a_province_opens_into_communes_with_their_customers_out(tmp_path):
    async with open_desk(tmp_path, SMALL, role="lead") as desk:
        outage = (await feeder_outage(desk))["id"]
        await feeder_outage(desk, device="T9")
        await outages_view(desk)
        await desk.press("tab")
        # The cursor stands on the worst province: its communes are named under the map.
        await desk.until(lambda: desk.shows("Xã Đồng Xuân 9 · Phường Tuy Hòa 4"))
        await desk.press("enter")
        await desk.until(lambda: desk.shows("only Đắk Lắk") and desk.shows("Xã Đồng Xuân 9 · Phường Tuy Hòa 4"))
        boss = await desk.svc.client("boss")
        assert (await boss.post(f"/v1/outages/{outage}/restore", json={"devices": ["T1"]})).status_code == 200
        await desk.until(lambda: desk.shows("Phường Tuy Hòa 4 · Xã Đồng Xuân 4"))
