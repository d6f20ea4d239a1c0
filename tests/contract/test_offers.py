"""The router over HTTP: who rings where, what a missed ring costs, limits of waiting and wrapping up, overflow."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
import pytest_asyncio

from backend_stub.clock import ManualClock
from backend_stub.settings import Queue, Settings
from backend_stub.store import contact_queue, contact_rounds, migrations
from backend_stub.store.driver import sqlite3
from tests.contract.desk import do, ready, report, segments, state_of
from tests.service import CHEAP, Running, running_service

NOW = 1_795_330_800.0
QUEUES = {
    **Settings().queues,
    "outage": Queue("outage", max_wait_s=300.0, overflow_s=60.0, overflow_to=["EVNCPC", "EVNSPC", "EVNHANOI"]),
}
RULES = msgspec.structs.replace(CHEAP, queues=QUEUES)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest_asyncio.fixture
async def svc(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Running]:
    async with running_service(tmp_path, clock, RULES) as running:
        yield running


async def pass_by(svc: Running, clock: ManualClock, seconds: float) -> None:
    clock.advance(seconds)
    await svc.service.go_round()


async def state(client: httpx.AsyncClient, contact: dict) -> dict:
    answer = await client.get(f"/v1/contacts/{contact['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def me(client: httpx.AsyncClient) -> str:
    return (await client.get("/v1/me")).json()["id"]


@pytest.mark.parametrize("few", [50, 0], ids=["a small room", "a large one"])
async def test_the_fittest_and_then_the_longest_idle_is_rung(
    svc: Running, clock: ManualClock, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_queue, "_FEW", few)
    (plain,) = await ready(svc, "plain")
    await pass_by(svc, clock, 1)
    (expert,) = await ready(svc, "expert", outage=4)
    await pass_by(svc, clock, 1)
    (late,) = await ready(svc, "late", outage=4)
    (bills,) = await ready(svc, "bills", billing=5)
    channel = await svc.channel()
    contacts = [await report(channel, address=f"090510000{n}", joined_at=f"2026-11-22T06:59:3{n}Z") for n in range(4)]
    await pass_by(svc, clock, 1)
    rung = [(await state(plain, contact))["offered_to"] for contact in contacts]
    assert rung == [await me(expert), await me(late), await me(plain), None]
    assert (await state_of(expert))["activity"] == "reserved"
    assert (await state_of(bills))["activity"] == "idle"
    assert (await state(plain, contacts[0]))["offer_until"] == "2026-11-22T07:00:23Z"


async def test_a_missed_ring_goes_elsewhere_and_the_agent_must_come_back(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await pass_by(svc, clock, 1)
    assert (await state(lan, contact))["offered_to"] == await me(lan)
    await pass_by(svc, clock, 20)
    assert (await state(lan, contact))["state"] == "queued"
    assert (await state_of(lan))["activity"] == "not_responding"
    await pass_by(svc, clock, 5)
    assert (await state(lan, contact))["state"] == "queued", "nobody rings at a dead phone"
    (minh,) = await ready(svc, "minh")
    await lan.put("/v1/me/state", json={"state": "available"})
    await pass_by(svc, clock, 1)
    assert (await state(lan, contact))["offered_to"] == await me(minh), "not again at who missed it"
    assert (await state(lan, contact))["joined_at"] == contact["joined_at"]


async def test_nobody_waits_for_ever_beside_the_one_who_missed_it(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel(), channel="zalo")
    await pass_by(svc, clock, 1)
    await do(lan, contact, "decline")
    await pass_by(svc, clock, 59)
    assert (await state(lan, contact))["state"] == "queued"
    await pass_by(svc, clock, 1)
    assert (await state(lan, contact))["offered_to"] == await me(lan)


async def test_by_hand_goes_before_a_ringing(svc: Running, clock: ManualClock) -> None:
    lan, minh = await ready(svc, "lan", "minh", outage=1)
    channel = await svc.channel()
    first, second = await report(channel), await report(channel)
    await pass_by(svc, clock, 1)
    assert {(await state(lan, c))["offered_to"] for c in (first, second)} == {await me(lan), await me(minh)}
    mine = first if (await state(lan, first))["offered_to"] == await me(lan) else second
    other = second if mine is first else first
    taken = await do(minh, mine, "take")
    assert (taken["state"], taken["agent"], taken["offered_to"]) == ("connected", await me(minh), None)
    assert (await state_of(lan))["activity"] == "idle"
    assert (await state(lan, other))["state"] == "queued", "what rang at minh does not ring beside a call"
    danger = await report(channel, priority_class="danger")
    await pass_by(svc, clock, 1)
    assert (await state(lan, danger))["offered_to"] == await me(lan)
    worse = await report(channel, priority_class="danger", joined_at="2026-11-22T06:00:00Z")
    assert (await lan.post("/v1/contacts/next")).json()["id"] == worse["id"], "the best one, not the one that rings"
    assert (await state(lan, danger))["state"] == "queued"


async def test_a_pause_ends_a_ringing_at_once(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await pass_by(svc, clock, 1)
    paused = (await lan.put("/v1/me/state", json={"state": "paused", "reason": "họp"})).json()
    assert (paused["intent"], paused["activity"], paused["pending"]) == ("paused", "idle", None)
    assert (await state(lan, contact))["state"] == "queued"


async def test_who_writes_may_get_another_text_but_no_call(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    await do(lan, await report(channel, channel="zalo"), "take")
    call, chat = await report(channel), await report(channel, channel="webchat")
    await pass_by(svc, clock, 1)
    assert [(await state(lan, c))["state"] for c in (call, chat)] == ["queued", "offered"]
    await do(lan, chat, "take")
    for n in range(2):
        await report(channel, channel="zalo", address=f"090510000{n}")
    await pass_by(svc, clock, 1)
    await pass_by(svc, clock, 1)
    listed = (await lan.get("/v1/contacts?state=offered")).json()["items"]
    assert len(listed) == 1, "three texts at most"


async def test_the_next_by_hand_is_the_oldest_of_any_skill_and_only_where_there_is_a_place(svc: Running) -> None:
    (lan,) = await ready(svc, "lan", outage=1, billing=1)
    channel = await svc.channel()
    texts = [
        await report(channel, channel="webchat", queue=queue, joined_at=f"2026-11-22T06:5{n}:00Z", address=f"zalo-{n}")
        for n, queue in enumerate(("billing", "outage", "billing", "outage"))
    ]
    for text in texts[:3]:
        assert (await lan.post("/v1/contacts/next")).json()["id"] == text["id"]
    assert (await lan.post("/v1/contacts/next")).status_code == 204, "three texts at most"
    call = await report(channel)
    assert (await lan.post("/v1/contacts/next")).json()["id"] == call["id"]


async def test_who_writes_gets_no_text_without_its_skill(svc: Running, clock: ManualClock) -> None:
    (bills,) = await ready(svc, "bills", billing=5)
    channel = await svc.channel()
    await do(bills, await report(channel, channel="zalo", queue="billing"), "take")
    trouble = await report(channel, channel="webchat")
    bill = await report(channel, channel="webchat", queue="billing")
    await pass_by(svc, clock, 1)
    assert [(await state(bills, c))["state"] for c in (trouble, bill)] == ["queued", "offered"]


async def test_a_return_by_hand(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await pass_by(svc, clock, 1)
    await pass_by(svc, clock, 20)
    assert (await state_of(lan))["activity"] == "not_responding"
    await do(lan, contact, "take")
    assert (await state_of(lan))["activity"] == "on_contact"


async def test_without_offers_nothing_rings(tmp_path: Path, clock: ManualClock) -> None:
    routing = msgspec.structs.replace(CHEAP.routing, offers=False, chats=1)
    async with running_service(tmp_path, clock, msgspec.structs.replace(CHEAP, routing=routing)) as svc:
        (lan,) = await ready(svc, "lan")
        channel = await svc.channel()
        contacts = [await report(channel, channel="zalo") for _ in range(2)]
        await pass_by(svc, clock, 1)
        assert [(await state(lan, c))["state"] for c in contacts] == ["queued", "queued"]
        await do(lan, contacts[0], "take")
        assert (await do(lan, contacts[1], "take", expect=409))["code"] == "not_available", "one chat by settings"


async def test_a_change_wakes_the_router(tmp_path: Path) -> None:
    """With the service's own rounds an offer follows an event within a quarter of a second, no poll between."""
    settings = msgspec.structs.replace(CHEAP, queues=QUEUES)
    async with running_service(tmp_path, settings=settings, rounds=True) as svc:
        (lan,) = await ready(svc, "lan")
        stream = await svc.stream("lan", svc.engine.head)
        await report(await svc.channel())
        while b'"state":"offered"' not in bytes((await stream.until("contact.changed")).data):
            pass
        assert (await state_of(lan))["activity"] == "reserved"


async def test_the_wrap_up_has_a_limit_and_more_time_once(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    clock.advance(10)
    ended = await do(lan, contact, "end")
    assert ended["wrap_up_until"] == "2026-11-22T07:03:10Z"
    assert (await do(lan, contact, "more-time"))["wrap_up_until"] == "2026-11-22T07:05:10Z"
    assert (await do(lan, contact, "more-time", expect=409))["code"] == "already_extended"
    await pass_by(svc, clock, 299)
    assert (await state(lan, contact))["state"] == "wrap_up"
    await pass_by(svc, clock, 1)
    closed = await state(lan, contact)
    assert (closed["state"], closed["history"][-1]["trigger"], closed["wrap_up_until"]) == ("closed", "acw_limit", None)
    assert (await state_of(lan))["activity"] == "idle"
    (segment,) = await segments(svc)
    assert (segment["outcome"], segment["talk_s"], segment["acw_s"]) == ("answered", 10, 300)


async def test_a_queue_gives_up_and_overflows_before(svc: Running, clock: ManualClock) -> None:
    channel = await svc.channel()
    calls = [await report(channel, address=f"090510000{n}") for n in range(4)]
    chat = await report(channel, channel="zalo")
    boss = await svc.client("boss")
    await svc.add_user("far", "lead", "EVNHANOI")
    await svc.add_user("south", "lead", "EVNSPC")
    await pass_by(svc, clock, 60)
    far = (await (await svc.client("far")).get("/v1/contacts")).json()["items"]
    south = (await (await svc.client("south")).get("/v1/contacts")).json()["items"]
    here = (await boss.get("/v1/contacts")).json()["items"]
    assert (len(south), len(far), len(here)) == (2, 1, 2), "never behind a longer queue, and no text"
    assert {c["joined_at"] for c in (*far, *south)} == {calls[0]["joined_at"]}
    assert {c["home_centre"] for c in (*far, *south)} == {"EVNCPC"}
    stays = await segments(svc)
    moved = [s for s in stays if s["contact"] == south[0]["id"]]
    assert [(s["outcome"], s["wait_s"]) for s in moved] == [("overflowed", 60), (None, 0)]
    assert moved[1]["joined_at"] == calls[0]["joined_at"]
    await pass_by(svc, clock, 240)
    assert [c["state"] for c in (await boss.get("/v1/contacts")).json()["items"]].count("timed_out") == 1
    assert (await state(boss, chat))["state"] == "queued"
    items = (await (await svc.client("auditor")).get("/v1/segments?limit=200")).json()["items"]
    outcomes = sorted(str(s["outcome"]) for s in items)
    assert outcomes == ["None", *["overflowed"] * 3, *["timeout"] * 4], "every stay has its one outcome"


async def test_the_old_centre_hears_that_it_is_gone(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    head = svc.engine.head
    body = {"centre": "EVNHCMC", "note": "khách ở TP HCM"}
    answer = await lan.post(f"/v1/contacts/{contact['id']}/transfer", json=body)
    assert answer.status_code == 200, answer.text
    card = answer.json()["card"]
    assert (card["code"], card["hotline"]) == ("EVNHCMC", "1900545454")
    assert "Hồ Chí Minh" in card["name"]
    event = await (await svc.stream("lan", head)).until("contact.changed")
    assert msgspec.json.decode(event.data) == {"id": contact["id"], "gone": True}
    assert (await lan.get(f"/v1/contacts/{contact['id']}")).status_code == 404
    (thu,) = await ready(svc, "thu", centre="EVNHCMC")
    assert (await thu.post("/v1/contacts/next")).json()["id"] == contact["id"]


async def test_who_calls_again_within_a_minute_has_the_old_place(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan", billing=1)
    channel = await svc.channel()
    first = await report(channel, queue="billing", address="0905100001")
    clock.advance(30)
    second = await report(channel, queue="billing", address="0905100002")
    clock.advance(30)
    await do(channel, first, "abandon")
    clock.advance(59)
    again = await report(channel, queue="billing", address="0905100001")
    assert (again["score_adj"], again["joined_at"]) == (119, "2026-11-22T07:01:59Z")
    assert again["priority_class"] == "normal", "the old place is enough: nobody gains by hanging up"
    twin = await report(channel, queue="billing", address="0905100001")
    assert (twin["score_adj"], twin["priority_class"]) == (0, "repeat"), "one place for one who left"
    clock.advance(1)
    assert (await lan.post("/v1/contacts/next")).json()["id"] == again["id"]
    await do(lan, again, "finish", disposition="bill_explained")
    assert (await lan.post("/v1/contacts/next")).json()["id"] == twin["id"], "90 s for who calls again within 2 h"
    await do(lan, twin, "finish", disposition="bill_explained")
    assert (await lan.post("/v1/contacts/next")).json()["id"] == second["id"]
    await do(lan, second, "finish", disposition="bill_explained")
    twin = await report(channel, queue="billing", address="0905100001")
    await do(channel, twin, "abandon")
    clock.advance(61)
    assert (await report(channel, queue="billing", address="0905100001"))["score_adj"] == 0, "too late"
    waits = [s["wait_s"] for s in await segments(svc) if s["contact"] == again["id"]]
    assert waits == [1], "the wait that counts is the new one"


def test_the_index_has_the_routers_order_and_is_used() -> None:
    from backend_stub.domain.routing import BOOST_S, Waiting, order_key

    conn = sqlite3.connect(":memory:", isolation_level=None)
    migrations.apply(conn)
    classes = list(BOOST_S)
    made = [Waiting(f"c{n}", 1_000.0 - 97 * n, "outage", 1, classes[n % 5], 40.0 * (n % 3)) for n in range(50)]
    for one in made:
        conn.execute(
            "INSERT INTO contact (id, source, external_id, centre, channel, state, queue, skill, priority_class,"
            " joined_at, score_adj, address, state_since) VALUES (?, 's', ?, 'E', 'hotline', 'queued', 'outage', ?, ?,"
            " ?, ?, '', 0)",
            (one.id, one.id, one.skill, one.priority_class, one.joined_at, one.score_adj),
        )
    rows = conn.execute("SELECT id FROM contact WHERE waits = 1 ORDER BY route_rank, route_key, id").fetchall()
    assert [row[0] for row in rows] == [one.id for one in sorted(made, key=order_key)]
    conn.close()


async def test_who_moved_already_keeps_nobody_behind_from_moving(
    svc: Running, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_rounds, "MOST_A_ROUND", 2)
    channel = await svc.channel()
    for n in range(9):
        await report(channel, address=f"090510000{n}")
    await pass_by(svc, clock, 60)
    for _ in range(3):
        await pass_by(svc, clock, 1)
    sql = "SELECT count(*) FROM contact WHERE home_centre IS NOT NULL"
    assert await svc.engine.read(lambda conn: conn.execute(sql).fetchone()[0]) == 6, "three in each of three centres"
