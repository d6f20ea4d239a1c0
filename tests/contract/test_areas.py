"""The map of the provinces: totals agree with the lists behind them."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from agent_tui import wire
from backend_stub.store import customers
from tests.contract import grid
from tests.full import count
from tests.service import Running

NOW = grid.NOW


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


async def test_of_two_outages_on_one_device_whoever_is_out_in_either_is_out(svc: Running) -> None:
    lead = await svc.client("lead")
    for back in ("T1", "T2"):
        made = await lead.post("/v1/outages", json={"device": "F474", "kind": "unplanned", "status": "confirmed"})
        answer = await lead.post(f"/v1/outages/{made.json()['id']}/restore", json={"devices": [back]})
        assert answer.status_code == 200, answer.text
    found = await areas(svc)
    assert (found["66"].customers_out, found["52"].customers_out) == (9, 3)
    assert (await communes(svc, "66"))[grid.DONG_XUAN].customers_out == 9


async def test_planned_today(svc: Running) -> None:
    later = {"kind": "planned", "status": "notified"}
    await report(svc, "T9", **later, started_at=(NOW + timedelta(hours=1)).isoformat())
    await report(svc, "T9", **later, started_at=(NOW + timedelta(hours=11)).isoformat())
    # It is 14:05: work until midnight was yesterday's.
    midnight = NOW - timedelta(hours=14, minutes=5)
    await report(
        svc, "T9", **later, started_at=(midnight - timedelta(hours=4)).isoformat(), etr=midnight.isoformat()
    )  # fmt: skip
    found = await areas(svc)
    assert (found["66"].planned_today, found["66"].outages, found["66"].customers_out) == (1, 0, 0)


async def test_work_under_way_is_counted_once_as_the_list_of_outages_counts_it(svc: Running) -> None:
    await report(svc, "T9", kind="planned", status="active")
    found = await areas(svc)
    assert (found["66"].planned_today, found["66"].outages, found["66"].customers_out) == (1, 0, 4)


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


PARENT = {device.code: device.parent for device in grid.DEVICES}


def way_up(device: str | None) -> list[str]:
    way: list[str] = []
    while device is not None:
        way.append(device)
        device = PARENT[device]
    return way


def counted(out: list[tuple[str, set[str]]]) -> Counter[str]:
    """Customers out by commune, one customer after the other; `out` names devices and the transformers back."""
    found = Counter[str]()
    for one in grid.CUSTOMERS:
        if one.transformer is not None and one.status != "closed":
            found[one.commune] += any(
                device in way_up(one.transformer) and one.transformer not in back for device, back in out
            )
    return +found


async def communes(svc: Running, province: str) -> dict[str, wire.CommuneOut]:
    answer = await (await svc.client("agent")).get(f"/v1/areas/{province}/communes")
    assert answer.status_code == 200, answer.text
    page = msgspec.json.decode(answer.content, type=wire.Page[wire.CommuneOut])
    assert [one.customers_out for one in page.items] == sorted((o.customers_out for o in page.items), reverse=True)
    return {one.code: one for one in page.items}


async def test_a_province_opens_into_its_communes(svc: Running) -> None:
    await report(svc, "F474")
    await report(svc, "T9")
    found = await communes(svc, "66")
    assert [(one.name, one.customers_out, one.customers_total) for one in found.values()] == [
        ("Xã Đồng Xuân", 9, 10), ("Phường Tuy Hòa", 4, 4)
    ]  # fmt: skip
    assert (await communes(svc, "52"))[grid.KRONG_PA].customers_out == 3
    assert await communes(svc, "01") == {}
    assert (await (await svc.client("agent")).get("/v1/areas/99/communes")).status_code == 404


@pytest.mark.parametrize("seed", range(count(10, 300)))
async def test_communes_and_provinces_equal_a_count_of_every_customer(svc: Running, seed: int) -> None:
    chance = random.Random(seed)
    lead, out = await svc.client("lead"), list[tuple[str, set[str]]]()
    devices = ["SS1", "F474", "F474/1", "T1", "T2", "T3", "F471", "T9"]
    # One device may be reported twice, with different parts of it back.
    for device in chance.choices(devices, [3, 3, 3, 1, 1, 1, 1, 1], k=chance.randint(1, 5)):
        made = await lead.post("/v1/outages", json={"device": device, "kind": "unplanned", "status": "confirmed"})
        below = {d.code for d in grid.DEVICES if d.kind == "transformer" and device in way_up(d.code)}
        back = set(chance.sample(sorted(below), chance.randint(0, len(below) - 1)))
        out.append((device, back))
        if back:
            body = {"devices": sorted(back)}
            assert (await lead.post(f"/v1/outages/{made.json()['id']}/restore", json=body)).status_code == 200
    found = {**await communes(svc, "66"), **await communes(svc, "52")}
    assert +Counter({code: one.customers_out for code, one in found.items()}) == counted(out)
    provinces = await areas(svc)
    assert provinces["66"].customers_out == counted(out)[grid.DONG_XUAN] + counted(out)[grid.TUY_HOA]
    assert provinces["52"].customers_out == counted(out)[grid.KRONG_PA]
