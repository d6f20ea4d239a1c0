"""Promised calls back: one list, oldest promise first, claimed by one, tried three times."""

import asyncio

import httpx

from backend_stub.clock import ManualClock
from tests.contract import grid
from tests.contract.desk import do, ready, report, segments, state_of
from tests.service import Running

NOW = grid.NOW.timestamp()


async def listed(client: httpx.AsyncClient, query: str = "") -> list[dict]:
    answer = await client.get(f"/v1/callbacks{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def dial(client: httpx.AsyncClient, contact: dict, expect: int = 200) -> dict:
    answer = await client.post(f"/v1/callbacks/{contact['id']}/dial")
    assert answer.status_code == expect, answer.text
    return answer.json()


async def said(client: httpx.AsyncClient, contact: dict, result: str, expect: int = 200) -> dict:
    answer = await client.post(f"/v1/callbacks/{contact['id']}/result", json={"result": result})
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_all_promises_oldest_first(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    outage = (await lan.post("/v1/outages", json={"device": "F474", "kind": "unplanned"})).json()["id"]
    waiting = await report(channel, address="0905100001")
    await do(lan, waiting, "take")
    await do(lan, waiting, "attach", outage=outage, callback=True)
    await do(lan, waiting, "finish", disposition="outage_attached")
    bill, chat = await report(channel, queue="billing"), await report(channel, queue="service", channel="zalo")
    await do(lan, bill, "callback", at="2026-11-22T07:30:00Z", phone="0999000999")
    clock.advance(60)
    await do(lan, chat, "callback", phone="0905999888")
    assert [(c["contact"], c["kind"], c["due"]) for c in await listed(lan)] == [
        (chat["id"], "agent", True), (bill["id"], "agent", False),
    ], "an outage's promise falls due when the power is back"  # fmt: skip
    await svc.engine.write(
        lambda tx: tx.conn.execute("UPDATE outage SET status = 'restored', restored_at = ?", (NOW + 30,))
    )
    items = await listed(lan)
    assert [(c["contact"], c["kind"]) for c in items] == [
        (waiting["id"], "outage"), (chat["id"], "agent"), (bill["id"], "agent"),
    ]  # fmt: skip
    assert items[0]["outage"] == outage
    assert items[2]["address"] == "*******999"
    assert [c["contact"] for c in await listed(lan, "?due=now")] == [waiting["id"], chat["id"]]
    assert len(await listed(lan, "?due=2026-11-22T07:30:00Z")) == 3
    first = (await lan.get("/v1/callbacks?limit=2")).json()
    assert [c["contact"] for c in await listed(lan, f"?limit=2&after={first['next']}")] == [bill["id"]]
    assert (await lan.get("/v1/callbacks?due=x")).status_code == 422
    await svc.add_user("far", centre="EVNSPC")
    assert await listed(await svc.client("far")) == []
    called = await dial(lan, waiting)
    assert (called["kind"], called["claimed_by"]) == ("outage", (await lan.get("/v1/me")).json()["id"])
    assert called["address"] == "0905100001"
    assert (await said(lan, waiting, "reached", 409))["code"] == "report_to_outage"
    await said(lan, waiting, "no_answer")
    first_of_all = (await listed(lan))[0]
    assert (first_of_all["kind"], first_of_all["attempts"]) == ("outage", 1)


async def test_a_promise_is_dialled_by_one(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel(), address="0905100001")
    await do(lan, contact, "callback", phone="0905999888")
    both = await asyncio.gather(*(c.post(f"/v1/callbacks/{contact['id']}/dial") for c in (lan, minh)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    winner, loser = (lan, minh) if both[0].status_code == 200 else (minh, lan)
    won, lost = sorted(both, key=lambda answer: answer.status_code)
    assert (won.json()["address"], won.json()["attempts"]) == ("0905999888", 1)
    assert (lost.json()["code"], lost.json()["by"]) == ("already_claimed", won.json()["claimed_by"])
    assert (await listed(loser))[0]["address"] == "*******888"
    assert (await dial(winner, contact))["attempts"] == 1, "claiming one's own again is no second try"
    assert (await loser.post("/v1/contacts/next")).status_code == 204
    assert (await do(loser, contact, "take", expect=409))["code"] == "already_taken"
    await said(loser, contact, "reached", 403)
    talking = await said(winner, contact, "reached")
    assert (talking["state"], talking["direction"]) == ("connected", "out")
    assert (await state_of(winner))["activity"] == "on_contact"
    assert await listed(winner) == []


async def test_three_tries_and_no_more(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "callback", phone="0905999888")
    for attempt, state in ((1, "callback_waiting"), (2, "callback_waiting"), (3, "callback_failed")):
        assert (await dial(lan, contact))["attempts"] == attempt
        assert (await state_of(lan))["activity"] == "reserved"
        after = await said(lan, contact, "no_answer")
        assert after["state"] == state
        assert (await state_of(lan))["activity"] == "idle"
        if attempt < 3:
            assert [c["due"] for c in await listed(lan)] == [False], "later, not at once"
            assert (await lan.post("/v1/contacts/next")).status_code == 204
            clock.advance(900)
            assert [c["due"] for c in await listed(lan)] == [True]
    assert (await dial(lan, contact, 409))["code"] == "not_promised"
    assert await listed(lan) == []


async def test_a_wrong_number_is_not_dialled_again(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "callback", phone="0905999888")
    await dial(lan, contact)
    assert (await said(lan, contact, "wrong_number"))["state"] == "callback_failed"


async def test_a_forgotten_claim_is_free_again_and_nobody_missed_anything(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "callback", phone="0905999888")
    await lan.put("/v1/me/state", json={"state": "available"})
    await dial(lan, contact)
    clock.advance(120)
    await lan.put("/v1/me/state", json={"state": "paused"})
    await svc.service.go_round()
    (free,) = await listed(lan)
    assert (free["claimed_by"], free["attempts"], free["due"]) == (None, 1, True)
    assert (await state_of(lan))["intent"] == "paused"


async def test_a_ringing_promise_goes_back_to_the_promises(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "callback", at="2026-11-22T07:05:10Z")
    await svc.service.go_round()
    assert (await lan.get(f"/v1/contacts/{contact['id']}")).json()["state"] == "callback_waiting"
    clock.advance(10)
    await svc.service.go_round()
    ringing = (await lan.get(f"/v1/contacts/{contact['id']}")).json()
    assert (ringing["state"], ringing["joined_at"]) == ("offered", contact["joined_at"])
    clock.advance(20)
    await svc.service.go_round()
    assert (await lan.get(f"/v1/contacts/{contact['id']}")).json()["state"] == "callback_waiting"
    assert (await state_of(lan))["activity"] == "not_responding"
    assert {s["outcome"] for s in await segments(svc)} == {"withdrawn"}


async def test_self_service_is_on_record(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    await do(lan, contact, "finish", expect=422, disposition="other", self_service={"offered": "fax", "accepted": True})
    suggested = {"offered": "app", "accepted": True}
    await do(lan, contact, "finish", disposition="other", csat_invite=True, self_service=suggested)
    rows = await svc.engine.read(
        lambda conn: [tuple(r) for r in conn.execute("SELECT contact, offered, accepted, at FROM self_service")]
    )
    assert rows == [(contact["id"], "app", 1, NOW)]
    await svc.add_user("other", "channel")
    answer = await (await svc.client("other")).post(f"/v1/contacts/{contact['id']}/csat", json={"score": 5})
    assert answer.status_code == 404, "the door that brought the contact, no other"


async def test_a_number_that_only_rings_is_not_in_the_list(svc: Running, clock: ManualClock) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel(), address="0905100001")
    await do(lan, contact, "callback", phone="0905999888")
    await svc.service.go_round()
    (shown,) = [one for client in (lan, minh) for one in await listed(client) if one["contact"] == contact["id"]][:1]
    rung = (await lan.get(f"/v1/contacts/{contact['id']}")).json()
    assert rung["state"] == "offered"
    for client in (lan, minh):
        assert [(one["address"], one["claimed_by"]) for one in await listed(client)] == [("*******888", None)]
    assert shown["address"] == "*******888"
    assert (await dial(minh, contact))["address"] == "0905999888"
    assert [one["address"] for one in await listed(lan)] == ["*******888"]


async def test_a_new_promise_has_all_its_tries(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel(), address="0905100001")
    await do(lan, contact, "callback", phone="0905999888")
    for result in ("no_answer", "no_answer", "reached"):
        await dial(lan, contact)
        await said(lan, contact, result)
    await do(lan, contact, "callback", phone="0905999888")
    assert [one["attempts"] for one in await listed(lan)] == [0]
    await dial(lan, contact)
    assert (await said(lan, contact, "no_answer"))["state"] == "callback_waiting"


async def test_who_was_reached_and_is_handed_on_waits_on_the_line(svc: Running, clock: ManualClock) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel())
    await do(lan, contact, "callback", at="2026-11-22T09:00:00Z", phone="0999000999")
    await dial(lan, contact)
    await said(lan, contact, "reached")
    ringing = await do(lan, contact, "transfer", agent="minh")
    assert (ringing["state"], await listed(lan)) == ("offered", [])
    declined = await do(minh, contact, "decline")
    assert (declined["state"], declined["direction"]) == ("queued", "in")
    assert await listed(lan) == []
    assert (await do(lan, contact, "take"))["state"] == "connected"
