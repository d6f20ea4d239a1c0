"""An outage from report to its end: crews, restoration in steps, restoration times, nested outages, what is told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest_asyncio

from agent_tui import wire
from tests.contract import grid as world_grid
from tests.contract.outage_world import NOW, Grid, customer, iso, outage_of, world

DONG_XUAN_PROVINCE, GIA_LAI = "66", "52"


@pytest_asyncio.fixture
async def grid(tmp_path: Path) -> AsyncIterator[Grid]:
    async with world(tmp_path) as running:
        yield running


async def areas(grid: Grid) -> dict[str, int]:
    page = msgspec.json.decode((await grid.get("areas")).content, type=wire.Page[wire.Area])
    return {area.code: area.customers_out for area in page.items if area.customers_out}


async def test_confirm_cancel_and_close_follow_the_table(grid: Grid) -> None:
    outage = await grid.report(status="predicted")
    assert outage_of(await grid.post(f"outages/{outage.id}/confirm")).status == "confirmed"
    refused = await grid.post(f"outages/{outage.id}/close", expect=409)
    assert (refused.json()["code"], refused.json()["from"], refused.json()["to"]) == (
        "illegal_transition", "confirmed", "closed",
    )  # fmt: skip
    cancelled = outage_of(await grid.post(f"outages/{outage.id}/cancel"))
    assert (cancelled.status, cancelled.customers_out) == ("cancelled", 0)
    other = await grid.restore(await grid.report("T9"))
    assert outage_of(await grid.post(f"outages/{other.id}/close")).status == "closed"
    for verb in ("confirm", "cancel", "close", "restore"):
        body = {"at": iso(0)} if verb == "restore" else None
        await grid.post(f"outages/{other.id}/{verb}", body, user="agent", expect=403)
    stale = await (await grid.svc.client("lead")).post(f"/v1/outages/{other.id}/confirm", headers={"if-match": '"1"'})
    assert stale.status_code == 412


async def test_a_feeder_comes_back_in_steps_that_know_their_devices(grid: Grid) -> None:
    outage = await grid.report()
    first = await grid.restore(outage, at=iso(-20), devices=["T3"])
    assert (first.status, first.customers_out, first.restored_at) == ("partially_restored", 9, None)
    second = await grid.restore(outage, at=iso(-10), devices=["T1"])
    assert (second.customers_out, second.customers_total) == (4, 12)
    # The lateral holds T1, which is back already, and T2, the last one out.
    last = await grid.restore(outage, at=iso(-1), devices=["F474/1"], note="xong lộ 474")
    assert (last.status, last.customers_out, last.restored_at) == ("restored", 0, NOW - timedelta(minutes=1))
    assert [(s.customers, s.devices, s.out_at == outage.started_at) for s in last.steps] == [
        (3, ["T3"], True), (5, ["T1"], True), (4, ["T2"], True),
    ]  # fmt: skip
    assert [s.restored_at for s in last.steps] == [NOW + timedelta(minutes=m) for m in (-20, -10, -1)]
    assert last.notes[-1].text == "xong lộ 474"


async def test_a_number_of_customers_counts_where_no_device_is_known(grid: Grid) -> None:
    outage = await grid.report()
    part = await grid.restore(outage, customers=7)
    assert (part.customers_out, [(s.customers, s.devices) for s in part.steps]) == (5, [(7, []), (5, [])])
    too_many = await grid.post(f"outages/{outage.id}/restore", {"at": iso(0), "customers": 6}, expect=422)
    assert too_many.json()["errors"][0]["field"] == "customers"
    # Nobody knows whose transformer was among the seven: the caller hears that a part is back, not which.
    power = await grid.power(customer(1))
    assert (power.verdict, power.restored_at) == ("known_outage", None)
    assert "một phần khu vực đã có điện lại" in power.say.vi
    # More hang below these devices than are left: nobody is counted below zero.
    whole = await grid.restore(outage, devices=["T1", "T2"])
    assert (whole.customers_out, whole.status, sum(s.customers for s in whole.steps)) == (0, "restored", 12)


REFUSED: tuple[tuple[dict, str], ...] = (
    ({"at": iso(-44)}, "before_start"),
    ({"at": iso(6)}, "in_the_future"),
    ({"devices": ["T9"]}, "not_below"),
    ({"devices": ["SS1"]}, "not_below"),
    ({"devices": ["F999"]}, "not_below"),
    ({"devices": []}, "invalid"),
    ({"customers": 0}, "invalid"),
    ({"customers": 1, "devices": ["T1"]}, "one_of"),
)


async def test_what_cannot_be_back_is_refused_and_changes_nothing(grid: Grid) -> None:
    outage = await grid.report()
    for body, code in REFUSED:
        refused = await grid.post(f"outages/{outage.id}/restore", body, expect=422)
        assert refused.json()["code"] == code, body
    assert await grid.outage(outage) == outage


async def test_what_is_back_is_not_restored_twice_and_a_guess_not_in_part(grid: Grid) -> None:
    outage = await grid.report()
    await grid.restore(outage, devices=["T1"])
    again = await grid.post(f"outages/{outage.id}/restore", {"at": iso(0), "devices": ["T1"]}, expect=409)
    assert again.json()["code"] == "already_restored"
    await grid.restore(outage)
    over = await grid.post(f"outages/{outage.id}/restore", {"at": iso(0)}, expect=409)
    assert over.json()["code"] == "illegal_transition"
    guess = await grid.report("T9", status="predicted")
    partly = await grid.post(f"outages/{guess.id}/restore", {"at": iso(0), "customers": 1}, expect=409)
    assert partly.json()["allowed"] == ["cancelled", "confirmed", "probable", "restored"]
    lead = await grid.svc.client("lead")
    by_patch = await lead.patch(
        f"/v1/outages/{guess.id}", json={"status": "partially_restored"}, headers={"if-match": '"1"'}
    )
    assert by_patch.status_code == 422


async def test_planned_work_comes_back_in_parts_too(grid: Grid) -> None:
    plan = await grid.report(kind="planned", status="active")
    part = await grid.restore(plan, devices=["T3"])
    assert (part.status, part.customers_out) == ("active", 9)
    done = await grid.restore(plan)
    assert (done.status, done.customers_out) == ("done", 0)


async def test_a_customer_restored_in_step_one_is_told_so_and_may_be_nested(grid: Grid) -> None:
    outage = await grid.report()
    await grid.restore(outage, at=iso(-24), devices=["T1"])
    back = await grid.power(customer(1))
    assert (back.verdict, back.outage, back.nested_of) == ("supply_normal", None, outage.id)
    assert back.restored_at == NOW - timedelta(minutes=24)
    assert back.say.vi.startswith("Dạ phần khu vực nhà mình đã có điện lại từ 13 giờ 41; nếu nhà mình vẫn chưa có điện")
    assert len(back.script) == 4
    assert (await grid.power(customer(6))).verdict == "known_outage"
    body = {"device": "T1", "kind": "unplanned", "parent": outage.id}
    nested = outage_of(await grid.post("outages", body, user="agent", expect=201))
    assert (nested.parent, nested.started_at, nested.status) == (outage.id, outage.started_at, "predicted")
    now = await grid.power(customer(1))
    assert (now.verdict, now.outage) == ("predicted_outage", nested.id)
    for wrong in ({"parent": "o_nothing"}, {"device": "T9"}):
        await grid.post("outages", {**body, **wrong}, user="agent", expect=422)


async def test_neighbours_and_only_you(grid: Grid) -> None:
    assert (await grid.power(customer(1))).verdict == "supply_normal"
    await grid.caller(customer(1))
    alone = await grid.power(customer(1))
    assert (alone.verdict, alone.neighbours_calling, len(alone.script)) == ("only_you", 0, 4)
    # Customer 6 hangs on another transformer of the same lateral, customer 10 on none of it.
    await grid.caller(customer(10))
    assert (await grid.power(customer(1))).verdict == "only_you"
    await grid.caller(customer(6))
    both = await grid.power(customer(1))
    assert (both.verdict, both.neighbours_calling) == ("neighbours_reporting", 1)


async def test_whose_voltage_is_too_high_reports_no_power_cut(grid: Grid) -> None:
    other = await grid.caller(customer(2))
    await grid.post(f"contacts/{other['id']}/trouble", {"sign": "overvoltage"})
    await grid.caller(customer(1))
    assert (await grid.power(customer(1))).verdict == "only_you"


async def test_what_was_said_before_the_restoration_is_past(grid: Grid) -> None:
    outage = await grid.report()
    for number in (1, 2, 6):
        await grid.caller(customer(number))
    grid.clock.advance(60)
    await grid.restore(outage, at=iso(1), devices=["T1"])
    back = await grid.power(customer(1))
    assert (back.verdict, back.neighbours_calling, back.nested_of) == ("supply_normal", 0, outage.id)
    grid.clock.advance(60)
    await grid.caller(customer(2))
    again = await grid.power(customer(1))
    assert (again.verdict, again.neighbours_calling) == ("neighbours_reporting", 1)
    assert "đã có điện lại từ 14 giờ 06" in again.say.vi


async def test_map_and_snapshot_count_only_who_is_still_out(grid: Grid) -> None:
    outage = await grid.report()
    assert await areas(grid) == {DONG_XUAN_PROVINCE: 9, GIA_LAI: 3}
    # All of Gia Lai's customers of this feeder hang on T3: the map knows that, not just how many are back.
    await grid.restore(outage, devices=["T3"])
    assert await areas(grid) == {DONG_XUAN_PROVINCE: 9}
    await grid.restore(outage, devices=["T1"])
    await grid.post("outages", {"device": "T1", "kind": "unplanned", "parent": outage.id}, expect=201)
    assert await areas(grid) == {DONG_XUAN_PROVINCE: 4 + 5}
    snapshot = msgspec.json.decode((await grid.get("snapshot")).content, type=wire.Snapshot)
    assert {(o.device, o.customers_out) for o in snapshot.outages} == {("F474", 4), ("T1", 5)}


async def test_the_open_step_follows_the_grid_and_a_new_cut_starts_anew(grid: Grid) -> None:
    outage = await grid.restore(await grid.report(), devices=["T3"])
    moved = world_grid.CUSTOMERS[5]
    await grid.svc.engine.write(
        lambda tx: tx.conn.execute("UPDATE customer SET transformer = 'T9' WHERE code = ?", (moved.code,))
    )
    part = await grid.restore(outage, devices=["T1"])
    assert (part.customers_total, part.customers_out, sum(s.customers for s in part.steps)) == (11, 3, 11)
    await grid.restore(outage)
    again = outage_of(await grid.post(f"outages/{outage.id}/confirm"))
    assert (again.customers_out, len(again.steps)) == (11, 4)
    assert (await grid.power(customer(1))).verdict == "known_outage"
    assert await areas(grid) == {DONG_XUAN_PROVINCE: 8, GIA_LAI: 3}


async def test_crews_move_along_their_own_table(grid: Grid) -> None:
    outage = await grid.report()
    lead, url = await grid.svc.client("lead"), f"/v1/outages/{outage.id}"
    done = await lead.patch(url, json={"crew": "done"}, headers={"if-match": '"1"'})
    assert (done.status_code, done.json()["code"]) == (409, "illegal_transition")
    assert done.json()["allowed"] == ["assigned", "enroute", "onsite", "working"]
    for version, crew in enumerate(("assigned", "onsite", "held", "working", "done"), start=1):
        moved = await lead.patch(url, json={"crew": crew}, headers={"if-match": f'"{version}"'})
        assert moved.json()["crew"] == crew


async def test_restoration_times_keep_source_author_and_history(grid: Grid) -> None:
    outage = await grid.report(etr=iso(30), etr_source="crew")
    lead, url = await grid.svc.client("lead"), f"/v1/outages/{outage.id}"
    grid.clock.advance(1_801)
    expired = await grid.outage(outage)
    assert (expired.etr_state, (await grid.power(customer(1))).eta) == ("expired", None)
    later = outage_of(await lead.patch(url, json={"etr": iso(90)}, headers={"if-match": '"1"'}))
    assert [(e.etr, e.source, e.by, e.at) for e in later.etr_history] == [
        (NOW + timedelta(minutes=30), "crew", "lead", NOW),
        (NOW + timedelta(minutes=90), "dispatcher", "lead", NOW + timedelta(seconds=1_801)),
    ]


async def test_a_restoration_names_the_tickets_that_may_be_closed(grid: Grid) -> None:
    outage = await grid.report()
    made = [
        (await grid.post("tickets", {"type": "OTHER", "title": title, "outage": outage.id}, expect=201)).json()["id"]
        for title in ("một", "hai")
    ]
    assert (await grid.outage(outage)).tickets_open == []
    lead = await grid.svc.client("lead")
    await lead.patch(f"/v1/tickets/{made[0]}", json={"status": "closed"}, headers={"if-match": '"1"'})
    stream = await grid.svc.stream("agent")
    await stream.until("hello")
    await grid.restore(outage)
    event = msgspec.json.decode((await stream.until("outage.changed")).data, type=wire.Outage)
    assert (event.status, event.tickets_open) == ("restored", [made[1]])


async def test_what_is_back_and_not_closed_is_a_list_of_its_own(grid: Grid) -> None:
    going, back, closed = [await grid.report(device) for device in ("F471", "T1", "T3")]
    await grid.restore(back)
    await grid.restore(closed)
    await grid.post(f"outages/{closed.id}/close")
    listed = (await grid.get("outages?status=back", "agent")).json()["items"]
    assert [one["id"] for one in listed] == [back.id]
    assert going.id in {one["id"] for one in (await grid.get("outages", "agent")).json()["items"]}
