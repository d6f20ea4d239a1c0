"""Help and handing on over HTTP: consult, take over, reassign, lead's changes, surge and banner, end of a shift."""

import httpx
import msgspec

from backend_stub.clock import ManualClock
from tests.contract.desk import do, ready, report, segments, state_of
from tests.service import Running

KNOWN = "0905100001"


async def lead(svc: Running) -> httpx.AsyncClient:
    client = await svc.client("lead")
    assert (await client.put("/v1/me/state", json={"state": "available"})).status_code == 200
    return client


async def me(client: httpx.AsyncClient) -> str:
    return (await client.get("/v1/me")).json()["id"]


async def test_the_consulted_sees_it_all_and_takes_over(svc: Running, clock: ManualClock) -> None:
    (lan, minh) = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel(), address=KNOWN)
    await do(lan, contact, "take")
    path = f"/v1/contacts/{contact['id']}"
    for body in ({}, {"agent": "minh", "lead": True}, {"agent": "nobody"}, {"agent": "lan"}):
        assert (await lan.post(f"{path}/consult", json=body)).status_code == 422
    assert (await do(lan, contact, "consult", expect=409, lead=True))["code"] == "nobody_there"
    boss = await lead(svc)
    asked = await do(lan, contact, "consult", lead=True)
    assert (asked["consulted"], asked["agent"], asked["state"]) == (await me(boss), await me(lan), "connected")
    assert (await boss.get(path)).json()["address"] == KNOWN
    assert (await minh.get(path)).json()["address"] == "*******001"
    assert (await do(lan, contact, "consult", expect=409, agent="minh"))["code"] == "already_consulting"
    assert (await minh.post(f"{path}/consult/end")).status_code == 403
    assert (await boss.post(f"{path}/consult/end")).json()["consulted"] is None
    assert (await boss.get(path)).json()["address"] == "*******001"
    await do(lan, contact, "consult", agent="minh")
    clock.advance(9)
    await do(lan, contact, "hold")
    over = (await minh.post(f"{path}/consult/complete")).json()
    assert (over["state"], over["agent"], over["consulted"]) == ("connected", await me(minh), None)
    assert ((await state_of(lan))["activity"], (await state_of(minh))["activity"]) == ("idle", "on_contact")
    first, second = await segments(svc)
    assert (first["outcome"], first["talk_s"], second["agent"], second["wait_s"]) == ("answered", 9, await me(minh), 0)
    results = await svc.engine.read(
        lambda conn: [row[0] for row in conn.execute("SELECT result FROM consultation ORDER BY n")]
    )
    assert results == ["ended", "taken_over"]


async def test_a_consultation_ends_with_the_contact(svc: Running) -> None:
    (lan, _) = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    await do(lan, contact, "consult", agent="minh")
    assert (await do(lan, contact, "end"))["consulted"] is None
    assert (await do(lan, contact, "consult/end", expect=409))["code"] == "no_consultation"
    kept = await svc.engine.read(
        lambda conn: tuple(conn.execute("SELECT ended_at, result FROM consultation").fetchone())
    )
    assert (kept[0] is not None, kept[1]) == (True, "contact_over")


async def test_a_lead_reassigns_and_takes_over(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    boss = await lead(svc)
    channel = await svc.channel()
    contact = await report(channel)
    await do(lan, contact, "reassign", expect=403, agent="minh")
    offered = await do(boss, contact, "reassign", agent="minh")
    assert (offered["state"], offered["offered_to"]) == ("offered", await me(minh))
    assert (await do(lan, contact, "take", expect=409))["code"] == "already_taken", "directed: nobody picks it up"
    moved = await do(boss, contact, "reassign", agent="lan")
    assert (moved["offered_to"], (await state_of(minh))["activity"]) == (await me(lan), "idle")
    await do(lan, contact, "take")
    await do(lan, contact, "hold")
    assert (await do(boss, contact, "reassign", agent="minh"))["offered_to"] == await me(minh)
    await do(minh, contact, "take")
    assert (await do(boss, contact, "takeover"))["agent"] == await me(boss)
    assert (await state_of(minh))["activity"] == "idle"
    other = await report(channel)
    assert (await do(boss, other, "takeover", expect=409))["code"] == "not_available", "one call at a time"
    await do(boss, contact, "end")
    assert (await do(boss, contact, "reassign", expect=409, agent="lan"))["code"] == "illegal_transition"


async def test_a_lead_pauses_but_brings_nobody_back(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    boss = await lead(svc)
    path = f"/v1/agents/{await me(lan)}"
    paused = (await boss.post(f"{path}/state", json={"state": "paused", "reason": "họp"})).json()
    assert (paused["intent"], paused["reason"]) == ("paused", "họp")
    assert (await boss.post(f"{path}/state", json={"state": "available"})).json()["intent"] == "available"
    await report(await svc.channel())
    clock.advance(1)
    await boss.put("/v1/me/state", json={"state": "paused"})
    await svc.service.go_round()
    clock.advance(20)
    await svc.service.go_round()
    assert (await state_of(lan))["activity"] == "not_responding"
    refused = await boss.post(f"{path}/state", json={"state": "available"})
    assert (refused.status_code, refused.json()["code"]) == (409, "only_the_agent")
    await svc.add_user("far", "lead", "EVNSPC")
    assert (await (await svc.client("far")).post(f"{path}/state", json={"state": "paused"})).status_code == 404


async def test_new_skills_count_from_the_next_contact(svc: Running) -> None:
    (lan,) = await ready(svc, "lan", outage=1)
    boss = await lead(svc)
    contact = await report(await svc.channel(), queue="billing")
    assert (await lan.post("/v1/contacts/next")).status_code == 204
    path = f"/v1/agents/{await me(lan)}/skills"
    for bad in ({"billing": 6}, {"Billing!": 1}):
        assert (await boss.post(path, json={"skills": bad})).status_code == 422
    head = svc.engine.head
    answer = await boss.post(path, json={"skills": {"billing": 2}})
    assert answer.json()["skills"] == {"billing": 2}
    event = await (await svc.stream("lan", head)).until("agent.changed")
    assert msgspec.json.decode(event.data)["skills"] == {"billing": 2}
    assert (await lan.post("/v1/contacts/next")).json()["id"] == contact["id"]
    audited = await svc.engine.read(
        lambda conn: [tuple(r) for r in conn.execute("SELECT verb, object FROM audit WHERE verb = 'agent.skills'")]
    )
    assert audited == [("agent.skills", await me(lan))]


async def test_banner_and_surge_stand_until_changed(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    boss = await lead(svc)
    assert (await lan.put("/v1/banner", json={"text": {"vi": "x", "en": "x"}})).status_code == 403
    head = svc.engine.head
    text = {"vi": "Bão số 9", "en": "Typhoon 9"}
    assert (await boss.put("/v1/banner", json={"text": text, "until": "2026-11-22T07:20:00Z"})).status_code == 200
    said = {"vi": "Đang mất điện diện rộng", "en": "Widespread outage"}
    body = {"on": True, "announcement": said, "callback_offer": True}
    switched = (await boss.put("/v1/surge", json=body)).json()
    assert (switched["since"], switched["by"]) == ("2026-11-22T07:05:00Z", "lead")
    stream = await svc.stream("lan", head)
    assert msgspec.json.decode((await stream.until("banner.changed")).data)["text"] == text
    told = msgspec.json.decode((await stream.until("banner.changed")).data)
    assert (told["text"], told["surge"]["announcement"]) == (text, said)
    clock.advance(60)
    assert (await boss.put("/v1/surge", json={**body, "callback_offer": False})).json()["since"] == switched["since"]
    snapshot = (await lan.get("/v1/snapshot")).json()
    assert (snapshot["banner"]["text"], snapshot["surge"]["on"]) == (text, True)
    clock.advance(1_140)
    assert (await lan.get("/v1/snapshot")).json()["banner"] is None
    await boss.put("/v1/banner", json={})
    off = await boss.put("/v1/surge", json={"on": False})
    assert (off.status_code, off.json()["on"]) == (200, False), off.text


async def test_the_end_of_a_shift_moves_everything(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    channel = await svc.channel()
    chats = [await report(channel, channel="zalo", address=f"090510000{n}") for n in range(3)]
    for chat in chats:
        await do(lan, chat, "take")
    other = await report(channel, channel="zalo", address="0905100009")
    await do(minh, other, "take")
    late = await report(channel)
    await do(lan, late, "callback", at="2026-11-23T02:00:00Z")
    await do(lan, chats[0], "hold")
    made = await lan.post("/v1/tickets", json={"type": "OTHER", "title": "x"})
    await lan.patch(f"/v1/tickets/{made.json()['id']}", json={"assignee": "lan"}, headers={"if-match": "1"})
    assert (await lan.post("/v1/me/handover", json={"to": "lan"})).status_code == 422
    answer = (await lan.post("/v1/me/handover", json={"to": "minh", "note": "hết ca, nhờ Minh"})).json()
    assert answer == {"to": await me(minh), "contacts": 2, "queued": 1, "callbacks": 1, "tickets": 1}
    states = [(await minh.get(f"/v1/contacts/{chat['id']}")).json() for chat in chats]
    assert [one["state"] for one in states] == ["offered", "offered", "queued"]
    assert all(one["transcript"][-1]["text"] == "hết ca, nhờ Minh" for one in states)
    (promise,) = (await minh.get("/v1/callbacks")).json()["items"]
    assert promise["promised_by"] == await me(minh)
    assert (await minh.get(f"/v1/tickets/{made.json()['id']}")).json()["assignee"] == "minh"
    assert (await state_of(lan))["activity"] == "idle"
