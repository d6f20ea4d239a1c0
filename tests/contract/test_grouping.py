"""Trouble calls over HTTP: the calls of a lateral become one predicted outage, and neighbours are told of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.store import customers, grid, trouble_calls
from backend_stub.store.customers import CustomerRow
from backend_stub.store.engine import Tx
from backend_stub.store.grid import DeviceRow
from tests.contract.grid import PATIENT
from tests.service import Running, running_service

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
COMMUNE = "22081"
LATERALS, TRANSFORMERS, HOMES = 3, 6, 10


def transformer(lateral: int, number: int) -> str:
    return f"474-{lateral}-{number}"


def code(lateral: int, number: int, home: int) -> str:
    return f"PC08GG{lateral * 1000 + number * 100 + home:07}"


def phone(lateral: int, number: int, home: int) -> str:
    return f"09051{lateral}{number}{home:03}"


def world(tx: Tx) -> None:
    devices = [DeviceRow("E", "substation", None, "E", COMMUNE), DeviceRow("474", "feeder", "E", "474", COMMUNE)]
    homes = []
    for lateral in range(LATERALS):
        devices.append(DeviceRow(f"474-{lateral}", "lateral", "474", f"Nhánh {lateral}", COMMUNE))
        for number in range(TRANSFORMERS):
            name = transformer(lateral, number)
            devices.append(DeviceRow(name, "transformer", f"474-{lateral}", name, COMMUNE))
            homes += [
                CustomerRow(
                    code(lateral, number, home), f"Nguyễn Văn {lateral}{number}{home}", "Anh",
                    (phone(lateral, number, home),), "1 Trần Phú", COMMUNE, "", f"8{lateral}{number}{home:04}",
                    f"HD{lateral}{number}{home}", name, "residential", 1, "", "active",
                )
                for home in range(HOMES)
            ]  # fmt: skip
    grid.upsert_many(tx.conn, devices)
    customers.upsert_many(tx.conn, homes)


class Desk:
    """The service with its clock, and what the tests do with it."""

    def __init__(self, svc: Running, clock: ManualClock) -> None:
        self.svc, self.clock, self.sent = svc, clock, 0

    async def call(self, lateral: int, number: int, home: int, **more: object) -> dict:
        """Somebody without power calls."""
        self.sent += 1
        body = {
            "external_id": f"x-{self.sent}", "channel": "hotline", "address": phone(lateral, number, home),
            "queue": "outage", **more,
        }  # fmt: skip
        answer = await (await self.svc.channel()).post("/v1/contacts", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def round(self, seconds: float = 1.0) -> None:
        self.clock.advance(seconds)
        await self.svc.service.go_round()

    async def outages(self, status: str = "open") -> list[dict]:
        answer = await (await self.svc.client("agent")).get(f"/v1/outages?status={status}")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def lead(self, method: str, path: str, body: dict, version: int | None = None) -> dict:
        headers = {} if version is None else {"if-match": str(version)}
        answer = await (await self.svc.client("lead")).request(method, path, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def trouble(self, contact: str, **codes: str) -> dict:
        return await self.lead("POST", f"/v1/contacts/{contact}/trouble", codes)

    async def power(self, *home: int) -> dict:
        return (await (await self.svc.client("agent")).get(f"/v1/customers/{code(*home)}/power")).json()

    async def calls(self, outage: str) -> list[wire.TroubleCall]:
        return await self.svc.engine.read(lambda conn: trouble_calls.of_outage(conn, outage))


@pytest_asyncio.fixture
async def desk(tmp_path) -> AsyncIterator[Desk]:
    clock = ManualClock(NOW.timestamp())
    async with running_service(tmp_path, clock, PATIENT) as svc:
        await svc.engine.write(world)
        await svc.add_user("lead", "lead")
        await svc.add_user("agent", "agent")
        yield Desk(svc, clock)


async def test_eight_calls_on_a_lateral_are_one_outage(desk: Desk) -> None:
    for n in range(8):
        contact = await desk.call(1, n % 4, n)
        assert contact["trouble"] == {
            "scope": "all", "sign": "lost", "danger": "none", "place": None, "device": transformer(1, n % 4),
            "commune": COMMUNE, "street": None,
        }  # fmt: skip
        desk.clock.advance(40)
    assert (await desk.power(1, 5, 9))["verdict"] != "predicted_outage"
    await desk.round()
    (outage,) = await desk.outages()
    assert (outage["device"], outage["status"], outage["calls"]) == ("474-1", "predicted", 8)
    assert outage["explanation"] == {
        "vi": "8 cuộc gọi trên 4 trạm của nhánh 474-1 trong 5 phút",
        "en": "8 calls on 4 transformers of lateral 474-1 in 5 min",
    }
    assert outage["predicted_from"]["transformers"] == 4
    assert outage["started_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert outage["customers_out"] == TRANSFORMERS * HOMES
    verdict = await desk.power(1, 5, 9)
    assert (verdict["verdict"], verdict["outage"]) == ("predicted_outage", outage["id"])
    assert verdict["neighbours_calling"] == 8
    snapshot = (await (await desk.svc.client("agent")).get("/v1/snapshot")).json()
    assert [o["explanation"]["en"][:7] for o in snapshot["outages"]] == ["8 calls"]
    assert all(c["outage"] is None and c["state"] == "queued" for c in snapshot["contacts"])
    assert len(await desk.calls(outage["id"])) == 8
    assert (await desk.power(0, 0, 0))["verdict"] != "predicted_outage"
    for n in range(2):
        await desk.call(1, 5, n)
    await desk.round()
    assert [(o["id"], o["status"], o["calls"]) for o in await desk.outages()] == [(outage["id"], "probable", 10)]


async def test_the_same_house_twice_is_no_outage(desk: Desk) -> None:
    await desk.call(1, 1, 1)
    await desk.call(1, 1, 1)
    await desk.round()
    assert await desk.outages() == []
    await desk.call(1, 1, 2)
    await desk.round()
    assert [(o["device"], o["calls"], o["status"]) for o in await desk.outages()] == [
        (transformer(1, 1), 3, "predicted")
    ]


async def test_it_rolls_up_to_the_feeder_and_keeps_its_name(desk: Desk) -> None:
    for n in range(4):
        await desk.call(0, n, n)
    await desk.round()
    (first,) = await desk.outages()
    assert first["device"] == "474-0"
    joined = await desk.call(1, 0, 0)
    await desk.call(1, 0, 1)
    await desk.round()
    second = next(o for o in await desk.outages() if o["device"] == transformer(1, 0))
    ticket = await desk.lead("POST", "/v1/tickets", {"type": "OTHER", "title": "x", "outage": second["id"]})
    await desk.lead("POST", f"/v1/contacts/{joined['id']}/attach", {"outage": second["id"]})
    for n in range(3):
        await desk.call(1, n + 1, 5)
    await desk.round()
    (only,) = await desk.outages()
    assert (only["id"], only["device"], only["calls"], only["tickets"]) == (first["id"], "474", 9, 1)
    assert only["callbacks_open"] == 1
    assert only["customers_out"] == LATERALS * TRANSFORMERS * HOMES
    gone = (await (await desk.svc.client("lead")).get(f"/v1/outages/{second['id']}")).json()
    assert (gone["status"], gone["calls"]) == ("cancelled", 0)
    assert "474" in gone["notes"][-1]["text"]
    agent = await desk.svc.client("lead")
    assert (await agent.get(f"/v1/contacts/{joined['id']}")).json()["outage"] == only["id"]
    assert (await agent.get(f"/v1/tickets/{ticket['id']}")).json()["outage"] == only["id"]


async def test_a_confirmed_outage_is_never_touched_and_absorbs_its_callers(desk: Desk) -> None:
    for n in range(4):
        await desk.call(0, n, n)
    await desk.round()
    (outage,) = await desk.outages()
    await desk.lead("PATCH", f"/v1/outages/{outage['id']}", {"status": "confirmed"}, outage["version"])
    await desk.round()
    for lateral in (0, 1, 2):
        for n in range(5):
            await desk.call(lateral, n, 7)
    await desk.round()
    found = {o["device"]: o for o in await desk.outages()}
    assert found["474-0"]["status"] == "confirmed"
    assert (found["474-0"]["id"], found["474-0"]["calls"]) == (outage["id"], 9)
    assert found["474-0"]["explanation"]["en"].startswith("4 calls on 4 transformers")
    assert found["474"]["calls"] == 10


async def test_a_lower_device_confirmed_splits_the_guess(desk: Desk) -> None:
    for lateral in (0, 1):
        for n in range(4):
            await desk.call(lateral, n, n)
    await desk.round()
    (outage,) = await desk.outages()
    assert outage["device"] == "474"
    confirmed = {"device": "474-0", "kind": "unplanned", "status": "confirmed"}
    lower = await desk.lead("POST", "/v1/outages", confirmed)
    await desk.round()
    found = {o["device"]: o for o in await desk.outages()}
    assert sorted(found) == ["474-0", "474-1"]
    assert (found["474-0"]["id"], found["474-0"]["calls"]) == (lower["id"], 4)
    assert (found["474-1"]["id"], found["474-1"]["calls"]) == (outage["id"], 4)


async def test_work_under_way_absorbs_its_callers(desk: Desk) -> None:
    at = NOW.isoformat()
    plan = {"device": "474-2", "kind": "planned", "status": "notified", "cause": "PLAN.MAINT", "started_at": at}
    plan = await desk.lead("POST", "/v1/outages", plan)
    await desk.round()
    for n in range(5):
        await desk.call(2, n, n)
    await desk.round()
    (only,) = await desk.outages("all")
    assert (only["id"], only["calls"]) == (plan["id"], 5)


async def test_danger_is_never_grouped_and_goes_first(desk: Desk) -> None:
    first = await desk.call(1, 1, 1)
    await desk.call(1, 1, 2, priority_class="danger")
    told = await desk.trouble(first["id"], danger="wire_down", place="street")
    assert (told["priority_class"], told["trouble"]["danger"]) == ("danger", "wire_down")
    await desk.call(1, 1, 3)
    await desk.round()
    assert await desk.outages() == []
    back = await desk.trouble(first["id"], danger="none")
    assert (back["priority_class"], back["trouble"]["place"]) == ("normal", "street")
    await desk.round()
    assert [o["calls"] for o in await desk.outages()] == [2]
    await desk.trouble(first["id"], danger="fire")
    await desk.round()
    (gone,) = await desk.outages("all")
    assert (gone["status"], gone["calls"]) == ("cancelled", 0)


async def test_codes_and_places_of_who_is_not_known(desk: Desk) -> None:
    body = {"external_id": "s-1", "channel": "webchat", "address": "0999999999", "queue": "outage"}
    stranger = (await (await desk.svc.channel()).post("/v1/contacts", json=body)).json()
    assert stranger["trouble"] is None
    told = await desk.trouble(stranger["id"], device=transformer(2, 2), scope="neighbours", sign="dim")
    assert told["trouble"] == {
        "scope": "neighbours", "sign": "dim", "danger": "none", "place": None, "device": transformer(2, 2),
        "commune": COMMUNE, "street": None,
    }  # fmt: skip
    await desk.round()
    (outage,) = await desk.outages()
    assert outage["device"] == transformer(2, 2)
    assert outage["explanation"]["vi"] == f"1 cuộc gọi tại trạm {transformer(2, 2)} trong 1 phút"
    lead = await desk.svc.client("lead")
    url = f"/v1/contacts/{stranger['id']}/trouble"
    for field, value in (("device", "nowhere"), ("commune", "99999"), ("scope", "A")):
        answer = await lead.post(url, json={field: value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    elsewhere = await desk.trouble(stranger["id"], commune="22015")
    assert (elsewhere["trouble"]["device"], elsewhere["trouble"]["commune"]) == (None, "22015")
    await desk.round()
    assert await desk.outages() == []


async def test_a_customer_named_later_is_a_call_from_then_on(desk: Desk) -> None:
    body = {"external_id": "s-1", "channel": "webchat", "address": "0999999999", "queue": "outage"}
    stranger = (await (await desk.svc.channel()).post("/v1/contacts", json=body)).json()
    await desk.call(1, 1, 1)
    identified = await desk.lead("POST", f"/v1/contacts/{stranger['id']}/identify", {"customer": code(1, 1, 2)})
    assert identified["trouble"]["device"] == transformer(1, 1)
    assert (await desk.power(1, 1, 3))["neighbours_calling"] == 2
    assert (await desk.power(1, 1, 1))["neighbours_calling"] == 1
    await desk.round()
    assert [o["device"] for o in await desk.outages()] == [transformer(1, 1)]
    moved = await desk.lead("POST", f"/v1/contacts/{stranger['id']}/identify", {"customer": code(2, 4, 2)})
    assert moved["trouble"]["device"] == transformer(2, 4)
    await desk.round()
    assert await desk.outages() == []


async def test_restored_is_over_for_its_calls_and_the_next_ones_are_new(desk: Desk) -> None:
    for n in range(3):
        await desk.call(1, 1, n)
    await desk.round()
    (outage,) = await desk.outages()
    confirmed = await desk.lead("PATCH", f"/v1/outages/{outage['id']}", {"status": "confirmed"}, outage["version"])
    await desk.lead("PATCH", f"/v1/outages/{outage['id']}", {"status": "restored"}, confirmed["version"])
    await desk.round()
    assert {call.active for call in await desk.calls(outage["id"])} == {False}
    assert (await desk.power(1, 1, 9))["neighbours_calling"] == 0
    await desk.call(1, 1, 8)
    await desk.round()
    assert await desk.outages() == []
    await desk.call(1, 1, 9)
    await desk.round()
    (again,) = await desk.outages()
    assert (again["id"] != outage["id"], again["calls"]) == (True, 2)


async def test_a_guess_cancelled_by_a_lead_stays_cancelled(desk: Desk) -> None:
    await desk.call(1, 1, 1)
    await desk.call(1, 1, 2)
    await desk.round()
    (outage,) = await desk.outages()
    await desk.lead("PATCH", f"/v1/outages/{outage['id']}", {"status": "cancelled"}, outage["version"])
    await desk.round()
    await desk.round()
    assert await desk.outages() == []


async def test_time_makes_it_probable_then_another_outage_then_nothing(desk: Desk) -> None:
    await desk.call(1, 1, 1)
    await desk.call(1, 1, 2)
    await desk.round()
    await desk.round(15 * 60)
    (outage,) = await desk.outages()
    assert outage["status"] == "probable"
    await desk.round(50 * 60)
    await desk.call(1, 1, 3)
    await desk.call(1, 1, 4)
    await desk.round()
    assert [(o["id"] == outage["id"], o["calls"]) for o in await desk.outages()] == [(False, 2), (True, 2)]
    await desk.round(180 * 60)
    assert [o["id"] == outage["id"] for o in await desk.outages()] == [False]


async def test_attached_by_hand_or_not_the_calls_are_counted_once(desk: Desk) -> None:
    contacts = [await desk.call(1, 1, n) for n in range(3)]
    await desk.round()
    (outage,) = await desk.outages()
    await desk.lead("POST", f"/v1/contacts/{contacts[0]['id']}/attach", {"outage": outage["id"]})
    await desk.round()
    (same,) = await desk.outages()
    assert (same["calls"], same["callbacks_open"], same["device"]) == (3, 1, transformer(1, 1))
    elsewhere = await desk.lead("POST", "/v1/outages", {"device": "474-2", "kind": "unplanned", "status": "confirmed"})
    for contact in contacts[:2]:
        await desk.lead("POST", f"/v1/contacts/{contact['id']}/attach", {"outage": elsewhere["id"]})
    await desk.round()
    assert {o["device"]: o["calls"] for o in await desk.outages()} == {"474-2": 2}


async def test_after_a_restart_nothing_is_lost_or_doubled(desk: Desk, tmp_path) -> None:
    for n in range(4):
        await desk.call(1, n, n)
    await desk.round()
    (before,) = await desk.outages()
    grouper = next(job for job in desk.svc.service.jobs if job.name == "group calls")
    assert grouper.command.__self__._engine is not None
    grouper.command.__self__._run = -1
    await desk.round()
    (after,) = await desk.outages()
    assert after == before
    await desk.call(1, 5, 5)
    await desk.round()
    assert [(o["id"], o["calls"]) for o in await desk.outages()] == [(before["id"], 5)]


async def test_a_grid_imported_anew_moves_what_is_open(desk: Desk) -> None:
    for n in range(4):
        await desk.call(1, n, n)
    await desk.round()

    def move(tx: Tx) -> None:
        grid.upsert_many(tx.conn, [
            DeviceRow("475", "feeder", "E", "475", COMMUNE), DeviceRow("474-1", "lateral", "475", "Nhánh 1", COMMUNE),
        ])  # fmt: skip

    await desk.svc.engine.write(move)
    await desk.round()
    (outage,) = await desk.outages()
    assert outage["device_path"] == ["474-1", "475", "E"]
    assert {call.feeder for call in await desk.calls(outage["id"])} == {"475"}


async def test_the_service_groups_by_itself(tmp_path) -> None:
    async with running_service(tmp_path, rounds=True) as svc:
        await svc.engine.write(world)
        stream = await svc.stream("agent")
        desk = Desk(svc, ManualClock(0.0))
        await desk.call(1, 1, 1)
        await desk.call(1, 1, 2)
        event = await stream.until("outage.changed")
        assert transformer(1, 1).encode() in bytes(event.data)


async def test_a_call_of_days_ago_joins_no_outage_of_today_when_the_memory_is_made_anew(desk: Desk) -> None:
    await desk.call(1, 1, 1)
    await desk.round()
    await desk.round(2 * 86_400.0)
    (recent,) = [await desk.call(1, 2, 2)]
    await desk.round()
    made = await desk.lead(
        "POST", "/v1/outages", {"device": "474-1", "kind": "unplanned", "status": "confirmed"}
    )  # fmt: skip
    # As after a restart, or a grid imported anew.
    await desk.svc.engine.write(lambda tx: tx.conn.execute("UPDATE grouping_run SET runs = runs + 1"))
    await desk.round()
    assert [call.contact for call in await desk.calls(made["id"])] == [recent["id"]]


async def test_a_call_that_left_its_queue_and_came_back_counts_again(desk: Desk) -> None:
    first, second = await desk.call(1, 1, 1), await desk.call(1, 1, 2)
    moved = await desk.lead("POST", "/v1/contacts/bulk", {"ids": [first["id"]], "change": {"queue": "billing"}})
    await desk.round()
    assert await desk.outages() == []
    assert (await (await desk.svc.client("lead")).post(f"/v1/undo/{moved['undo']}")).status_code == 200
    await desk.round()
    assert [(one["device"], one["calls"]) for one in await desk.outages()] == [(transformer(1, 1), 2)]
    back = (await (await desk.svc.client("lead")).get(f"/v1/contacts/{first['id']}")).json()
    assert back["trouble"] == second["trouble"]
