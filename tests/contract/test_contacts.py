"""A contact's life over HTTP: reported, recognised, taken, worked on, ended, and who may do what."""

from backend_stub.clock import ManualClock
from tests.contract import grid
from tests.contract.desk import do, ready, report, segments, state_of
from tests.service import Running

KNOWN = "0905100001"


async def test_a_report_twice_is_one_contact(svc: Running) -> None:
    channel = await svc.channel()
    body = {"external_id": "call-1", "channel": "hotline", "address": "0999000123", "queue": "outage"}
    first = await channel.post("/v1/contacts", json=body)
    again = await channel.post("/v1/contacts", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["state"] == "queued"
    assert first.json()["centre"] == "EVNCPC"
    other = await (await svc.channel("EVNSPC")).post("/v1/contacts", json=body)
    assert other.status_code == 201
    assert other.json()["centre"] == "EVNSPC"


async def test_who_reports_and_what(svc: Running) -> None:
    channel = await svc.channel()
    body = {"external_id": "1", "channel": "hotline", "address": "0999", "queue": "nowhere"}
    answer = await channel.post("/v1/contacts", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "queue")
    assert (await channel.post("/v1/contacts", json={**body, "queue": "outage", "x": 1})).status_code == 422
    agent = await svc.client("lan")
    assert (await agent.post("/v1/contacts", json={**body, "queue": "outage"})).status_code == 403


async def test_nobody_has_waited_less_than_nothing(svc: Running) -> None:
    channel = await svc.channel()
    contact = await report(channel, joined_at="2099-01-01T00:00:00Z")
    assert contact["joined_at"] == contact["state_since"]
    early = await report(channel, joined_at="2026-11-22T00:00:00Z")
    assert early["joined_at"] == "2026-11-22T00:00:00Z"


async def test_a_phone_of_one_customer_identifies(svc: Running) -> None:
    contact = await report(await svc.channel(), address="+84 905 100 001", text="Mất điện\ntừ 13 giờ " + "x" * 300)
    assert contact["customer"] == grid.HOME
    assert contact["name"] == "Nguyễn Văn 1"
    assert "Đồng Xuân" in contact["place"]
    assert contact["text_preview"].startswith("Mất điện từ 13 giờ")
    assert len(contact["text_preview"]) == 160


async def test_a_shared_phone_gives_candidates_and_the_agent_decides(svc: Running) -> None:
    shared = [(grid.CUSTOMERS[n].code, grid.CUSTOMERS[n]) for n in (1, 2)]

    def share(tx) -> None:
        from dataclasses import replace

        from backend_stub.store import customers

        customers.upsert_many(tx.conn, [replace(row, phones=("0905777888",)) for _, row in shared])

    await svc.engine.write(share)
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel(), address="0905777888")
    assert contact["customer"] is None
    assert contact["candidates"] == [code for code, _ in shared]
    answer = await lan.post(f"/v1/contacts/{contact['id']}/identify", json={"customer": "PC08GG9999999"})
    assert answer.status_code == 404
    known = await do(lan, contact, "identify", customer=shared[1][0])
    # The list stays: a wrong choice is corrected from it.
    assert (known["customer"], known["candidates"]) == (shared[1][0], contact["candidates"])
    assert known["version"] == contact["version"] + 1
    assert (await do(lan, contact, "identify", customer=shared[1][0]))["version"] == known["version"]


async def test_the_address_is_the_holders_alone(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel(), address=KNOWN)
    assert contact["address"] == "*******001"
    assert (await do(lan, contact, "take"))["address"] == KNOWN
    path = f"/v1/contacts/{contact['id']}"
    assert (await lan.get(path)).json()["address"] == KNOWN
    assert (await minh.get(path)).json()["address"] == "*******001"
    assert [item["address"] for item in (await lan.get("/v1/contacts?mine=1")).json()["items"]] == [KNOWN]
    assert [item["address"] for item in (await minh.get("/v1/contacts")).json()["items"]] == ["*******001"]
    assert (await do(lan, contact, "finish", disposition="other"))["address"] == "*******001"


async def test_the_stream_tells_the_address_only_to_the_holder(svc: Running) -> None:
    lan, _ = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel(), address=KNOWN)
    head = svc.engine.head
    await do(lan, contact, "take")
    for name, address in (("lan", KNOWN), ("minh", "*******001")):
        event = await (await svc.stream(name, head)).until("contact.changed")
        assert f'"address":"{address}"' in bytes(event.data).decode()


async def test_f2_f5_f8_enter(svc: Running, clock: ManualClock) -> None:
    """A known-outage call from ring to ready: taken, attached with call back, finished; its segment is recorded."""
    (lan,) = await ready(svc, "lan")
    lead = await svc.client("lead")
    reported = {"device": "F474", "kind": "unplanned", "status": "confirmed"}
    outage = (await lead.post("/v1/outages", json=reported)).json()
    contact = await report(await svc.channel(), address=KNOWN)
    clock.advance(7)
    taken = (await lan.post("/v1/contacts/next")).json()
    assert (taken["id"], taken["state"]) == (contact["id"], "connected")
    clock.advance(20)
    attached = await do(lan, contact, "attach", outage=outage["id"], callback=True)
    assert (attached["outage"], attached["callback"]) == (outage["id"], True)
    again = await do(lan, contact, "attach", outage=outage["id"], callback=True)
    assert again == {**attached, "undo": None}, "nothing was changed, so there is nothing to take back"
    counted = (await lan.get(f"/v1/outages/{outage['id']}")).json()
    assert (counted["calls"], counted["callbacks_open"]) == (1, 1)
    clock.advance(3)
    closed = await do(lan, contact, "finish", disposition="outage_attached", note="báo lại khi có điện")
    assert closed["state"] == "closed"
    detail = (await lan.get(f"/v1/contacts/{contact['id']}")).json()
    assert (detail["disposition"], detail["note"], detail["outage"]) == (
        "outage_attached", "báo lại khi có điện", outage["id"],
    )  # fmt: skip
    assert [step["trigger"] for step in detail["history"]] == ["join", "reserve", "answer", "end", "finish"]
    assert (await state_of(lan))["activity"] == "idle"
    (segment,) = await segments(svc)
    assert (segment["outcome"], segment["wait_s"], segment["talk_s"], segment["agent"]) == (
        "answered", 7, 23, taken["agent"],
    )  # fmt: skip


async def test_attaching_to_another_outage_counts_on_both(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    outages = [
        (await lan.post("/v1/outages", json={"device": device, "kind": "unplanned"})).json()["id"]
        for device in ("F474", "F471")
    ]
    contact = await report(await svc.channel())
    assert (await lan.post(f"/v1/contacts/{contact['id']}/attach", json={"outage": "o_none"})).status_code == 404
    for outage in outages:
        await do(lan, contact, "attach", outage=outage)
    calls = [(await lan.get(f"/v1/outages/{outage}")).json()["calls"] for outage in outages]
    assert calls == [0, 1]


async def test_a_danger_is_never_grouped_with_an_outage(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    outage = (await lan.post("/v1/outages", json={"device": "F474", "kind": "unplanned"})).json()["id"]
    contact = await report(await svc.channel(), priority_class="danger")
    refused = await do(lan, contact, "attach", outage=outage, callback=True, expect=409)
    assert refused["code"] == "danger_not_grouped"
    await do(lan, contact, "take")
    assert (await do(lan, contact, "attach", outage=outage, expect=409))["code"] == "danger_not_grouped"
    assert (await lan.get(f"/v1/outages/{outage}")).json()["calls"] == 0
    assert (await lan.get(f"/v1/contacts/{contact['id']}")).json()["outage"] is None


async def test_every_step_outside_the_table_is_refused_with_what_is_allowed(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    for verb, to in (("hold", "held"), ("resume", "connected"), ("release", "queued"), ("decline", "queued"),
                     ("end", "wrap_up")):  # fmt: skip
        refused = await do(lan, contact, verb, expect=409)
        assert (refused["code"], refused["from"], refused["to"]) == ("illegal_transition", "queued", to)
        assert refused["allowed"] == [
            "offered", "abandoned", "queued", "callback_waiting", "timed_out", "lost_with_pbx",
        ]  # fmt: skip
    assert (await do(lan, contact, "finish", expect=409, disposition="other"))["to"] == "closed"
    await do(lan, contact, "take")
    await do(lan, contact, "finish", disposition="other")
    for verb in ("take", "hold", "end", "abandon"):
        assert (await do(lan, contact, verb, expect=409))["allowed"] == []
    assert (await do(lan, contact, "identify", expect=409, customer=grid.HOME))["code"] == "contact_over"
    unchanged = (await lan.get(f"/v1/contacts/{contact['id']}")).json()
    assert (unchanged["state"], unchanged["version"]) == ("closed", 3)


async def test_only_the_agent_in_hand_works_on_a_contact(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    lead = await svc.client("lead")
    contact = await report(await svc.channel(), channel="zalo")
    await do(lan, contact, "take")
    for verb, body in (("hold", {}), ("release", {}), ("end", {}), ("finish", {"disposition": "other"}),
                       ("message", {"text": "x"}), ("identify", {"customer": grid.HOME}),
                       ("transfer", {"queue": "billing"}), ("callback", {"phone": KNOWN})):  # fmt: skip
        assert (await do(minh, contact, verb, expect=403, **body))["code"] == "forbidden"
    assert (await do(minh, contact, "take", expect=409))["code"] == "already_taken"
    assert (await do(lead, contact, "identify", customer=grid.HOME))["customer"] == grid.HOME
    await do(lead, contact, "hold", expect=403)


async def test_another_centre_knows_nothing_of_it(svc: Running) -> None:
    (far,) = await ready(svc, "far", centre="EVNSPC")
    contact = await report(await svc.channel())
    assert (await far.get(f"/v1/contacts/{contact['id']}")).status_code == 404
    await do(far, contact, "take", expect=404)
    assert (await far.get("/v1/contacts")).json()["items"] == []
    assert (await far.post("/v1/contacts/next")).status_code == 204


async def test_hold_end_and_wrap_up_second_by_second(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    clock.advance(5)
    await do(lan, contact, "take")
    for verb, seconds, state, activity in (
        ("hold", 10, "held", "on_contact"), ("resume", 4, "connected", "on_contact"), ("end", 6, "wrap_up", "wrap_up")
    ):  # fmt: skip
        clock.advance(seconds)
        assert (await do(lan, contact, verb))["state"] == state
        assert (await state_of(lan))["activity"] == activity
    clock.advance(9)
    await do(lan, contact, "finish", disposition="information")
    (segment,) = await segments(svc)
    assert (segment["wait_s"], segment["talk_s"], segment["hold_s"], segment["acw_s"]) == (5, 16, 4, 9)


async def test_a_released_contact_keeps_its_place(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    clock.advance(30)
    await do(lan, contact, "take")
    clock.advance(10)
    released = await do(lan, contact, "release")
    assert (released["state"], released["agent"], released["joined_at"]) == ("queued", None, contact["joined_at"])
    assert (await state_of(lan))["activity"] == "idle"
    first, second = await segments(svc)
    assert (first["outcome"], first["transferred_to"], first["talk_s"]) == ("answered", "outage", 10)
    assert (second["outcome"], second["answered_at"]) == (None, None)


async def test_the_queue_is_taken_in_routing_order(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    normal = await report(channel)
    clock.advance(150)
    hospital = await report(channel, priority_class="hospital")
    repeat = await report(channel, priority_class="repeat")
    danger = await report(channel, priority_class="danger")
    order = []
    for _ in range(4):
        contact = (await lan.post("/v1/contacts/next")).json()
        order.append(contact["id"])
        await do(lan, contact, "finish", disposition="information")
    assert order == [contact["id"] for contact in (danger, hospital, normal, repeat)]
    assert (await lan.post("/v1/contacts/next")).status_code == 204


async def test_next_offers_only_what_the_agent_can(svc: Running) -> None:
    (lan,) = await ready(svc, "lan", billing=2)
    outage = await report(await svc.channel())
    assert (await lan.post("/v1/contacts/next")).status_code == 204
    bill = await report(await svc.channel(), queue="billing")
    assert (await lan.post("/v1/contacts/next")).json()["id"] == bill["id"]
    await do(lan, bill, "finish", disposition="bill_explained")
    # By hand an agent may take what the router would not have offered.
    await do(lan, outage, "take")


async def test_not_available(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    minh = await svc.client("minh")
    channel = await svc.channel()
    first, second = await report(channel), await report(channel)
    chats = [await report(channel, channel="zalo") for _ in range(4)]
    assert (await do(minh, first, "take", expect=409))["code"] == "not_available"
    assert (await minh.post("/v1/contacts/next")).json()["code"] == "not_available"
    await do(lan, first, "take")
    assert (await do(lan, second, "take", expect=409))["code"] == "not_available"
    for chat in chats[:3]:
        await do(lan, chat, "take")
    assert (await do(lan, chats[3], "take", expect=409))["code"] == "not_available"
    assert (await lan.post("/v1/contacts/next")).json()["code"] == "not_available"


async def test_a_customer_leaves(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    contact = await report(channel)
    await do(lan, contact, "abandon", expect=403)
    await svc.add_user("other", "channel")
    await do(await svc.client("other"), contact, "abandon", expect=404)
    assert (await do(channel, contact, "abandon"))["state"] == "abandoned"
    talking = await report(channel)
    await do(lan, talking, "take")
    assert (await do(channel, talking, "abandon", expect=409))["code"] == "illegal_transition"
    assert (await do(channel, talking, "end"))["state"] == "wrap_up"
    assert [segment["outcome"] for segment in await segments(svc)] == ["abandoned", None]


async def test_a_transfer_to_a_queue(svc: Running, clock: ManualClock) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    clock.advance(12)
    both = {"queue": "billing", "agent": "minh"}
    for body in ({}, both, {"queue": "nowhere"}, {"agent": "nobody"}, {"agent": "lan"}):
        answer = await lan.post(f"/v1/contacts/{contact['id']}/transfer", json=body)
        assert answer.status_code == 422, answer.text
    moved = await do(lan, contact, "transfer", queue="billing", note="hỏi về hóa đơn")
    assert (moved["state"], moved["queue"], moved["skill"], moved["agent"]) == ("queued", "billing", "billing", None)
    assert moved["joined_at"] == contact["joined_at"]
    await do(minh, contact, "take")
    detail = (await minh.get(f"/v1/contacts/{contact['id']}")).json()
    assert detail["transcript"][-1]["text"] == "hỏi về hóa đơn"
    first, second = await segments(svc)
    assert (first["outcome"], first["transferred_to"], second["queue"]) == ("answered", "billing", "billing")


async def test_an_offer_to_a_colleague_taken_declined_and_missed(svc: Running, clock: ManualClock) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    minh_id = (await minh.get("/v1/me")).json()["id"]
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    offered = await do(lan, contact, "transfer", agent="minh")
    assert (offered["state"], offered["offered_to"], offered["agent"]) == ("offered", minh_id, None)
    assert offered["offer_until"] == "2026-11-22T07:05:20Z"
    assert (await state_of(minh))["activity"] == "reserved"
    assert (await do(lan, contact, "take", expect=409))["by"] == minh_id
    await do(lan, contact, "decline", expect=403)
    taken = await do(minh, contact, "take")
    assert (taken["state"], taken["agent"]) == ("connected", minh_id)
    assert (taken["offered_to"], taken["offer_until"]) == (None, None)

    await do(minh, contact, "transfer", agent="lan")
    declined = await do(lan, contact, "decline")
    assert (declined["state"], declined["offered_to"]) == ("queued", None)
    assert (await state_of(lan))["activity"] == "idle"
    assert (await lan.post("/v1/contacts/next")).status_code == 204, "who declined is not offered it again"

    await do(minh, contact, "take")
    await do(minh, contact, "transfer", agent=(await lan.get("/v1/me")).json()["id"])
    clock.advance(19)
    await svc.service.go_round()
    assert (await state_of(lan))["activity"] == "reserved"
    clock.advance(1)
    await svc.service.go_round()
    assert (await state_of(lan))["activity"] == "not_responding"
    assert (await minh.post("/v1/contacts/next")).json()["id"] == contact["id"]
    assert (await do(minh, contact, "transfer", expect=409, agent="lan"))["code"] == "not_available"
    assert (await lan.put("/v1/me/state", json={"state": "available"})).json()["activity"] == "idle"


async def test_next_answers_the_offer_first(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    channel = await svc.channel()
    contact = await report(channel)
    await do(lan, contact, "take")
    await report(channel, priority_class="danger")
    await do(lan, contact, "transfer", agent="minh")
    assert (await minh.post("/v1/contacts/next")).json()["id"] == contact["id"]


async def test_a_promised_call_keeps_its_place(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    contact = await report(channel)
    clock.advance(60)
    waiting = await do(lan, contact, "callback", at="2026-11-22T07:10:00Z", phone="0999000999")
    assert (waiting["state"], waiting["joined_at"]) == ("callback_waiting", contact["joined_at"])
    assert (await lan.post("/v1/contacts/next")).status_code == 204, "not before its time"
    clock.advance(600)
    younger = await report(channel)
    assert (await lan.post("/v1/contacts/next")).json()["id"] == contact["id"]
    promised = await do(lan, contact, "callback", phone="0999000999")
    assert (promised["state"], promised["agent"], promised["joined_at"]) == (
        "callback_waiting", None, contact["joined_at"],
    )  # fmt: skip
    assert (await state_of(lan))["activity"] == "idle"
    assert (await lan.post("/v1/contacts/next")).json()["id"] == contact["id"], "older than the younger"
    outcomes = [(s["outcome"], s["wait_s"]) for s in await segments(svc) if s["contact"] == contact["id"]]
    assert outcomes[:2] == [("withdrawn", 60), ("answered", 660)]
    assert (await lan.get(f"/v1/contacts/{younger['id']}")).json()["state"] == "queued"


async def test_a_chat_goes_both_ways_a_call_does_not(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    chat = await report(channel, channel="zalo", text="Nhà tôi mất điện")
    await do(channel, chat, "message", text="Alo?")
    await do(lan, chat, "message", expect=409, text="too early")
    await do(lan, chat, "take")
    assert (await do(lan, chat, "message", text="Chào anh/chị"))["version"] == 4
    detail = (await lan.get(f"/v1/contacts/{chat['id']}")).json()
    assert [(line["author"], line["text"]) for line in detail["transcript"]] == [
        ("customer", "Nhà tôi mất điện"), ("customer", "Alo?"), ("agent", "Chào anh/chị"),
    ]  # fmt: skip
    call = await report(channel)
    await do(lan, call, "take")
    assert (await do(lan, call, "message", expect=409, text="x"))["code"] == "not_a_text_channel"


async def test_dispositions_are_known(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    refused = await do(lan, contact, "finish", expect=422, disposition="whatever")
    assert refused["errors"][0]["field"] == "disposition"
    assert (await lan.get(f"/v1/contacts/{contact['id']}")).json()["state"] == "connected"


async def test_a_score_once_and_only_afterwards(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    contact = await report(channel)
    assert (await do(channel, contact, "csat", expect=409, score=5))["code"] == "not_over"
    await do(lan, contact, "take")
    await do(lan, contact, "finish", disposition="information", csat_invite=True)
    await do(channel, contact, "csat", expect=422, score=6)
    await do(lan, contact, "csat", expect=403, score=5)
    await do(channel, contact, "csat", score=4, comment="tốt")
    assert (await do(channel, contact, "csat", expect=409, score=1))["code"] == "already_scored"


async def test_lists_filter_and_page(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    ids = [(await report(channel, address=KNOWN if n == 0 else "0999"))["id"] for n in range(5)]
    assert (await lan.post(f"/v1/contacts/{ids[2]}/take")).status_code == 200

    async def listed(query: str) -> list[str]:
        answer = await lan.get(f"/v1/contacts?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await listed("") == ids[::-1]
    assert await listed("state=queued") == [ids[4], ids[3], ids[1], ids[0]]
    assert await listed("mine=1") == [ids[2]]
    assert await listed(f"customer={grid.HOME}") == [ids[0]]
    first = (await lan.get("/v1/contacts?limit=3")).json()
    assert await listed(f"limit=3&after={first['next']}") == [ids[1], ids[0]]
    for bad in ("state=gone", "after=x", "limit=0", "mine=2"):
        assert (await lan.get(f"/v1/contacts?{bad}")).status_code == 422


async def test_versions_are_etags(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    taken = await lan.post(f"/v1/contacts/{contact['id']}/take")
    assert taken.headers["etag"] == '"2"'
    assert (await lan.get(f"/v1/contacts/{contact['id']}")).headers["etag"] == '"2"'
