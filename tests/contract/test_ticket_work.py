"""Types, history, bulk, merge, search of tickets; drafts, templates and knowledge, over HTTP."""

from datetime import UTC, datetime

import httpx
import pytest

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.store import customers, tickets
from tests.contract import grid
from tests.customers import make
from tests.service import Running

NOW = datetime(2026, 11, 20, 7, 5, tzinfo=UTC)  # Friday 14:05 in Vietnam


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW.timestamp())


def good(answer: httpx.Response, status: int = 200) -> dict:
    assert answer.status_code == status, answer.text
    return answer.json()


async def opened(svc: Running, user: str = "agent", **fields: object) -> dict:
    body = {"type": "OTHER", "title": "Việc", **fields}
    return good(await (await svc.client(user)).post("/v1/tickets", json=body), 201)


async def patched(svc: Running, ticket: dict, user: str = "agent", **change: object) -> dict:
    headers = {"if-match": str(ticket["version"])}
    return good(await (await svc.client(user)).patch(f"/v1/tickets/{ticket['id']}", json=change, headers=headers))


async def read(svc: Running, ticket: dict, user: str = "agent") -> dict:
    return good(await (await svc.client(user)).get(f"/v1/tickets/{ticket['id']}"))


async def bulk(svc: Running, ids: list[str], user: str = "agent", **change: object) -> dict:
    return good(await (await svc.client(user)).post("/v1/tickets/bulk", json={"ids": ids, "change": change}))


async def undo(svc: Running, token: str, status: int = 200) -> dict:
    return good(await (await svc.client("agent")).post(f"/v1/undo/{token}"), status)


async def found(svc: Running, q: str, user: str = "agent", **filters: object) -> list[str]:
    answer = good(await (await svc.client(user)).post("/v1/tickets/search", json={"q": q, **filters}))
    return [item["id"] for item in answer["items"]]


def same(ticket: dict) -> dict:
    """A ticket but for what an undo may change."""
    return {k: v for k, v in ticket.items() if k not in ("version", "updated_at", "presence", "undo", "notes")}


async def test_types_say_what_they_ask_for_and_by_when(svc: Running) -> None:
    kinds = {k["code"]: k for k in good(await (await svc.client("agent")).get("/v1/ticket-types"))["items"]}
    meter = {field["name"]: field for field in kinds["METER.RECHECK"]["fields"]}
    assert (meter["meter_no"]["kind"], meter["meter_no"]["required"]) == ("meter", True)
    works = next(f for f in kinds["NEW.LV.RES"]["fields"] if f["name"] == "works")
    assert {"value": "pole", "vi": "Dựng cột", "en": "New pole"} in works["choices"]
    assert kinds["OUT.REPORT"]["groupable"]
    assert kinds["BILL.HIGH"]["deadline"] == {"vi": "24 giờ", "en": "24 hours"}


async def test_wrong_fields_are_all_named_and_nothing_is_stored(svc: Running) -> None:
    agent = await svc.client("agent")
    wrong = {"meter_no": "số mấy", "reading": "12,5", "read_on": "hôm qua", "phone": "0905123456"}
    body = {"type": "METER.RECHECK", "title": "x", "fields": wrong}
    refused = good(await agent.post("/v1/tickets", json=body), 422)
    assert [(e["field"], e["code"]) for e in refused["errors"]] == [
        ("fields.meter_no", "not_a_meter"), ("fields.reading", "not_a_number"), ("fields.read_on", "not_a_date"),
    ]  # fmt: skip
    ticket = await opened(svc, type="METER.RECHECK", fields={"reading": "12871", "remark": "giữ nguyên"})
    assert ticket["missing"] == ["meter_no", "read_on"]
    change = {"fields": {"read_on": "2026-13-01"}, "title": "Tên mới"}
    url, headers = f"/v1/tickets/{ticket['id']}", {"if-match": "1"}
    assert good(await agent.patch(url, json=change, headers=headers), 422)["errors"][0]["field"] == "fields.read_on"
    assert same(await read(svc, ticket)) == same(ticket)


async def test_deadlines_follow_the_place_and_the_works(svc: Running) -> None:
    ticket = await opened(svc, type="NEW.LV.RES", fields={"area": "urban"})
    # Three working days of Friday 20, over Tuesday 24 November: Thursday 26 at 17:00.
    assert ticket["due_at"] == "2026-11-26T10:00:00Z"
    rural = await patched(svc, ticket, fields={"area": "rural"})
    assert rural["due_at"] == "2026-11-30T10:00:00Z"
    works = await patched(svc, rural, fields={"works": "pole"})
    assert works["due_at"] == "2026-12-02T10:00:00Z"
    # A customer of a xã without words about the place: five days.
    assert (await opened(svc, type="NEW.LV.RES", customer=grid.HOME))["due_at"] == "2026-11-30T10:00:00Z"


async def test_history_tells_every_field_and_leads_from_version_to_version(svc: Running) -> None:
    ticket = await opened(svc, type="METER.TEST", fields={"reading": "10"})
    ticket = await patched(svc, ticket, title="Tên mới", fields={"reading": "", "meter_no": "M-1234"})
    ticket = await patched(svc, ticket, user="lead", status="open", assignee="lead", title="Tên mới hơn")
    ticket = await patched(svc, ticket, type="BILL.HIGH")
    lead = await svc.client("lead")
    items = good(await lead.get(f"/v1/tickets/{ticket['id']}/history"))["items"]
    assert [(i["version"], i["author"], i["kind"]) for i in items] == [
        (1, "agent", "created"), (2, "agent", "changed"), (3, "lead", "changed"), (4, "agent", "changed"),
    ]  # fmt: skip
    assert {"field": "fields.reading", "from": None, "to": "10"} in items[0]["changes"]
    assert {(c["field"], c["from"], c["to"]) for c in items[1]["changes"]} == {
        ("title", "Việc", "Tên mới"), ("fields.reading", "10", None), ("fields.meter_no", None, "M-1234"),
    }  # fmt: skip
    assert ("due_at", "2026-11-26T10:00:00Z", "2026-11-21T07:05:00Z") in {
        (c["field"], c["from"], c["to"]) for c in items[3]["changes"]
    }
    # Folded up to the last version, the changes are the ticket.
    state: dict[str, str | None] = {}
    for item in items:
        for change in item["changes"]:
            assert state.get(change["field"]) == change["from"]
            state[change["field"]] = change["to"]
    now = await read(svc, ticket)
    assert {k: state.get(k) for k in ("title", "status", "assignee", "type", "due_at")} == {
        k: now[k] for k in ("title", "status", "assignee", "type", "due_at")
    }
    part = good(await lead.get(f"/v1/tickets/{ticket['id']}/history?limit=1&after=2"))
    assert ([i["version"] for i in part["items"]], part["next"]) == ([3], "3")


async def test_a_stale_save_is_told_who_changed_what_since(svc: Running) -> None:
    ticket = await opened(svc)
    await patched(svc, ticket, user="lead", priority="high")
    agent = await svc.client("agent")
    url = f"/v1/tickets/{ticket['id']}"
    stale = good(await agent.patch(url, json={"title": "x"}, headers={"if-match": "1"}), 412)
    assert stale["current"]["priority"] == "high"
    assert [(s["author"], s["changes"]) for s in stale["since"]] == [
        ("lead", [{"field": "priority", "from": "normal", "to": "high"}])
    ]


async def test_a_single_save_is_taken_back_also_twice_in_a_row(svc: Running) -> None:
    first = await opened(svc, type="METER.TEST", fields={"reading": "10"})
    second = await patched(svc, first, type="BILL.HIGH", status="resolved", fields={"reading": ""})
    third = await patched(svc, second, title="Khác", assignee="lead")
    await undo(svc, third["undo"])
    assert same(await read(svc, first)) == same(second)
    await undo(svc, second["undo"])
    assert same(await read(svc, first)) == same(first)
    assert (await patched(svc, await read(svc, first), title="Việc"))["undo"] is None
    items = good(await (await svc.client("agent")).get(f"/v1/tickets/{first['id']}/history"))["items"]
    assert [i["kind"] for i in items] == ["created", "changed", "changed", "undone", "undone"]


async def test_a_bulk_of_five_hundred_is_one_act_and_one_undo(svc: Running) -> None:
    await svc.client("agent")
    lead = await svc.client("lead")
    outage = good(await lead.post("/v1/outages", json={"device": "F474", "kind": "unplanned"}), 201)["id"]
    new = [wire.NewTicket("OTHER", f"Việc {i}") for i in range(500)]
    ids = await svc.engine.write(lambda tx: [tickets.create(tx, one, "agent", "EVNCPC")["id"] for one in new])
    before = [same(await read(svc, {"id": i})) for i in ids[::50]]
    stream = await svc.stream("lead")
    done = await bulk(svc, ids, outage=outage, status="open", note="Theo sự cố")
    assert (done["done"], done["failed"]) == (500, [])
    seen = [(await stream.until("ticket.changed")).seq for _ in range(500)]
    assert len(set(seen)) == 500
    one = await read(svc, {"id": ids[7]})
    assert (one["outage"], one["status"], [n["text"] for n in one["notes"]]) == (outage, "open", ["Theo sự cố"])
    assert good(await lead.get(f"/v1/outages/{outage}"))["tickets"] == 500
    listed = good(await lead.get(f"/v1/tickets?outage={outage}&limit=200"))
    assert len(listed["items"]) == 200
    assert (await undo(svc, done["undo"]))["done"] == 500
    assert [same(await read(svc, {"id": i})) for i in ids[::50]] == before
    assert good(await lead.get(f"/v1/outages/{outage}"))["tickets"] == 0
    # What was written stays written, and says that it was withdrawn.
    assert [(n["text"], n["withdrawn"]) for n in (await read(svc, {"id": ids[7]}))["notes"]] == [("Theo sự cố", True)]


async def test_a_bulk_says_what_failed_and_why(svc: Running) -> None:
    live, done = await opened(svc), await patched(svc, await opened(svc), status="closed")
    foreign = await opened(svc, "south")
    merged, into = await opened(svc), await opened(svc)
    good(await (await svc.client("agent")).post(f"/v1/tickets/{merged['id']}/merge", json={"into": into["id"]}))
    ids = [live["id"], done["id"], foreign["id"], merged["id"], "t_none", live["id"]]
    result = await bulk(svc, ids, status="waiting", assignee="lead")
    assert result["done"] == 1
    assert {f["id"]: f["code"] for f in result["failed"]} == {
        done["id"]: "illegal_transition", foreign["id"]: "not_found", merged["id"]: "merged", "t_none": "not_found",
    }  # fmt: skip
    assert (await read(svc, done))["assignee"] is None
    assert [f["code"] for f in (await bulk(svc, [live["id"]], assignee="nobody"))["failed"]] == ["unknown_user"]
    agent = await svc.client("agent")
    for change, field in (({}, "change"), ({"type": "NOPE"}, "type"), ({"outage": "o_x"}, "outage")):
        refused = good(await agent.post("/v1/tickets/bulk", json={"ids": [live["id"]], "change": change}), 422)
        assert refused["errors"][0]["field"] == field
    many = {"ids": ["t_x"] * 501, "change": {"status": "open"}}
    assert (await agent.post("/v1/tickets/bulk", json=many)).status_code == 422


async def test_an_undo_that_would_lose_a_later_change_is_refused_and_names_it(svc: Running) -> None:
    one, two = await opened(svc), await opened(svc)
    done = await bulk(svc, [one["id"], two["id"]], priority="urgent")
    later = await patched(svc, await read(svc, two), user="lead", title="Sửa sau")
    refused = await undo(svc, done["undo"], 409)
    assert (refused["code"], refused["things"]) == ("undo_would_lose", [{"kind": "ticket", "id": two["id"]}])
    assert (await read(svc, one))["priority"] == "urgent"
    assert same(await read(svc, two)) == same(later)
    # A note of another hand is no change that could be lost.
    again = await bulk(svc, [one["id"]], note="chỉ là ghi chú")
    await patched(svc, await read(svc, one), user="lead", title="Sửa sau nữa")
    await undo(svc, again["undo"])
    assert [n["withdrawn"] for n in (await read(svc, one))["notes"]] == [True]


async def test_a_merge_keeps_links_and_notes_and_can_be_taken_back(svc: Running) -> None:
    agent, lead = await svc.client("agent"), await svc.client("lead")
    outage = good(await lead.post("/v1/outages", json={"device": "F474", "kind": "unplanned"}), 201)["id"]
    source = await opened(svc, customer=grid.HOME, outage=outage, note="của phiếu cũ")
    target = await opened(svc, note="của phiếu giữ lại")
    before = [same(await read(svc, one)) for one in (source, target)]
    kept = good(await agent.post(f"/v1/tickets/{source['id']}/merge", json={"into": target["id"]}))
    assert (kept["customer"], kept["outage"]) == (grid.HOME, outage)
    assert [(n["text"], n["ticket"]) for n in kept["notes"]] == [
        ("của phiếu cũ", source["id"]), ("của phiếu giữ lại", None),
    ]  # fmt: skip
    assert [(link["id"], link["outage"]) for link in kept["merged"]] == [(source["id"], outage)]
    gone = await read(svc, source)
    assert (gone["status"], gone["merged_into"], gone["customer"]) == ("closed", target["id"], grid.HOME)
    # Nothing is changed on a merged ticket; a note that comes late is kept and shown with the other.
    refused = await agent.patch(f"/v1/tickets/{source['id']}", json={"title": "x"}, headers={"if-match": "2"})
    assert (good(refused, 409)["code"], refused.json()["into"]) == ("merged", target["id"])
    good(await agent.post(f"/v1/tickets/{source['id']}/notes", json={"text": "đến muộn"}), 201)
    assert [n["text"] for n in (await read(svc, target))["notes"]][-1] == "đến muộn"
    for into, status in ((source["id"], 422), ("t_none", 422)):
        good(await agent.post(f"/v1/tickets/{source['id']}/merge", json={"into": into}), status)
    good(await agent.post(f"/v1/tickets/{target['id']}/merge", json={"into": source["id"]}), 409)
    await undo(svc, kept["undo"])
    assert [same(await read(svc, one)) for one in (source, target)] == before
    assert [n["text"] for n in (await read(svc, source))["notes"]] == ["của phiếu cũ", "đến muộn"]
    assert [n["text"] for n in (await read(svc, target))["notes"]] == ["của phiếu giữ lại"]


async def test_a_merge_takes_over_only_what_the_kept_ticket_has_not(svc: Running) -> None:
    agent = await svc.client("agent")
    for theirs in (None, grid.HOME):
        source, target = await opened(svc, customer=theirs), await opened(svc, customer="PC08GG0000002")
        kept = good(await agent.post(f"/v1/tickets/{source['id']}/merge", json={"into": target["id"]}))
        assert (kept["customer"], kept["outage"]) == ("PC08GG0000002", None)


async def test_another_centre_can_be_neither_merged_nor_searched(svc: Running) -> None:
    mine, foreign = await opened(svc, title="giống nhau"), await opened(svc, "south", title="giống nhau")
    agent, south = await svc.client("agent"), await svc.client("south")
    good(await agent.post(f"/v1/tickets/{mine['id']}/merge", json={"into": foreign["id"]}), 422)
    good(await south.post(f"/v1/tickets/{mine['id']}/merge", json={"into": foreign["id"]}), 404)
    good(await south.get(f"/v1/tickets/{mine['id']}/history"), 404)
    assert await found(svc, "giong nhau") == [mine["id"]]
    assert set(await found(svc, "giong nhau", "root")) == {mine["id"], foreign["id"]}


async def test_search_finds_words_of_title_fields_notes_and_customer(svc: Running) -> None:
    agent = await svc.client("agent")
    one = await opened(svc, title="Công tơ CHẠY nhanh", customer=grid.HOME, fields={"remark": "Đèn nhấp nháy"})
    two = await opened(svc, title="Công tơ kẹt", type="METER.FAULT")
    good(await agent.post(f"/v1/tickets/{two['id']}/notes", json={"text": "Gọi lại bác Hường sau 17 giờ"}), 201)
    name = good(await agent.get(f"/v1/customers/{grid.HOME}", headers={"access-reason": "search"}))["name"]
    for q, expected in (
        ("cong to", [two, one]), ("nhap nhay den", [one]), ("huong 17", [two]), ("bac huo", [two]), (name, [one]),
        (one["number"], [one]), (grid.HOME.lower(), [one]), ("khong co", []), ("cong to huong", [two]),
        ("", [two, one]), ("!!!", []), ('"OR" *', []), ("§s6e6577", []),
    ):  # fmt: skip
        assert await found(svc, q) == [t["id"] for t in expected], q
    await patched(svc, two, status="open", assignee="agent")
    assert await found(svc, "cong to", assignee="me") == [two["id"]]
    assert await found(svc, "cong to", assignee="none") == [one["id"]]
    assert await found(svc, "cong to", status="new") == [one["id"]]
    assert await found(svc, "cong to", status="live", type="METER.FAULT") == [two["id"]]
    assert await found(svc, "cong to", status="done") == []
    assert await found(svc, "cong to", due="ok", customer=grid.HOME) == [one["id"]]
    page = good(await agent.post("/v1/tickets/search", json={"q": "cong to", "limit": 1}))
    assert await found(svc, "cong to", after=page["next"]) == [one["id"]]
    await undo(svc, (await patched(svc, one, title="Tên khác"))["undo"])
    assert await found(svc, "chay nhanh") == [one["id"]]


async def test_a_customer_renamed_by_an_import_is_found_by_the_new_name(svc: Running) -> None:
    await svc.engine.write(lambda tx: customers.upsert_many(tx.conn, [make(31, "Lê Thị Cũ")]))
    code = make(31, "").code
    ticket = await opened(svc, customer=code)
    await svc.engine.write(lambda tx: customers.upsert_many(tx.conn, [make(31, "Lê Thị Mới")]))
    await svc.service.go_round()
    assert await found(svc, "le thi moi") == [ticket["id"]]
    assert await found(svc, "le thi cu") == []


async def test_drafts_are_their_writers_alone_and_survive_a_takeover(svc: Running) -> None:
    agent, lead = await svc.client("agent"), await svc.client("lead")
    ticket = await opened(svc)
    url = f"/v1/drafts/{ticket['id']}"
    draft = {"content": {"note": "Khách hẹn 8 giờ"}, "ticket": ticket["id"], "base_version": 1, "label": "Việc"}
    good(await agent.put(url, json={**draft, "base_version": 2**63}), 422)
    kept = good(await agent.put(url, json=draft))
    assert (kept["content"], kept["base_version"], kept["version"]) == ({"note": "Khách hẹn 8 giờ"}, 1, 1)
    # The lead takes the ticket over, writes and discards a draft of the same key.
    await patched(svc, ticket, user="lead", assignee="lead")
    good(await lead.get(url), 404)
    good(await lead.put(url, json={"content": {"note": "của trưởng ca"}}))
    assert (await lead.delete(url)).status_code == 204
    assert good(await agent.get(url)) == kept
    assert [d["key"] for d in good(await agent.get("/v1/drafts"))["items"]] == [ticket["id"]]
    assert good(await lead.get("/v1/drafts"))["items"] == []
    # Another terminal of the same agent does not overwrite what it has not read.
    newer = good(await agent.put(url, json={**draft, "content": {"note": "dài hơn"}}, headers={"if-match": "1"}))
    assert newer["version"] == 2
    stale = good(await agent.put(url, json=draft, headers={"if-match": "1"}), 412)
    assert stale["current"]["content"] == {"note": "dài hơn"}
    assert (await agent.delete(url)).status_code == 204
    good(await agent.get(url), 404)


async def test_a_draft_has_a_size_a_number_and_a_key(svc: Running) -> None:
    agent = await svc.client("agent")
    long = {"content": {"a": "á" * 60_000, "b": "b" * 40_001}}
    assert good(await agent.put("/v1/drafts/new:1", json=long), 422)["errors"][0]["field"] == "content"
    good(await agent.put("/v1/drafts/a%20b", json={"content": {}}), 422)
    for i in range(100):
        good(await agent.put(f"/v1/drafts/new:{i}", json={"content": {"x": "y"}}))
    assert good(await agent.put("/v1/drafts/new:100", json={"content": {}}), 409)["code"] == "too_many_drafts"
    good(await agent.put("/v1/drafts/new:99", json={"content": {"x": "z"}}))
    good(await (await svc.channel()).get("/v1/drafts"), 403)


async def test_templates_and_knowledge_in_both_languages(svc: Running) -> None:
    agent = await svc.client("agent")
    texts = {t["code"]: t for t in good(await agent.get("/v1/templates"))["items"]}
    assert texts["chao"]["placeholders"] == ["customer.code", "customer.name", "customer.title"]
    found = good(await agent.get("/v1/knowledge", params={"q": "bao truoc cat dien"}))["items"]
    assert (found[0]["id"], found[0]["effective_from"], found[0]["verified_on"]) == (
        "law.planned-cut", "2025-02-01", "2026-11-22",
    )  # fmt: skip
    assert "61/2024/QH15" in found[0]["source"]
    assert len(good(await agent.get("/v1/knowledge?limit=3"))["items"]) == 3
    good(await agent.get("/v1/knowledge", params={"q": "a" * 401}), 422)


async def test_a_patch_retried_with_its_key_is_one_change(svc: Running) -> None:
    ticket = await opened(svc)
    agent = await svc.client("agent")
    url, headers = f"/v1/tickets/{ticket['id']}", {"if-match": "1", "idempotency-key": "a-patch-key-1"}
    first = await agent.patch(url, json={"title": "Một lần"}, headers=headers)
    second = await agent.patch(url, json={"title": "Một lần"}, headers=headers)
    assert (first.status_code, second.status_code, second.content) == (200, 200, first.content)
    assert (await read(svc, ticket))["version"] == 2
