"""Tickets over HTTP: open, change, notes, lists, versions, centres, events."""

from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.store import tickets
from backend_stub.store.driver import sqlite3
from tests.contract import grid
from tests.service import Running

NOW = grid.NOW


def ticket_of(answer: httpx.Response, status: int = 200) -> wire.TicketDetail:
    assert answer.status_code == status, answer.text
    return msgspec.json.decode(answer.content, type=wire.TicketDetail)


async def open_ticket(svc: Running, user: str = "agent", **fields: object) -> wire.TicketDetail:
    body = {"type": "OTHER", "title": "Việc", **fields}
    return ticket_of(await (await svc.client(user)).post("/v1/tickets", json=body), 201)


async def patch(
    svc: Running, ticket: wire.TicketDetail, change: dict[str, object], user: str = "agent"
) -> wire.TicketDetail:
    headers = {"if-match": f'"{ticket.version}"'}
    client = await svc.client(user)
    return ticket_of(await client.patch(f"/v1/tickets/{ticket.id}", json=change, headers=headers))


async def listed(svc: Running, query: str, user: str = "agent") -> list[str]:
    answer = await (await svc.client(user)).get(f"/v1/tickets?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_a_new_ticket_has_number_deadline_and_centre(svc: Running) -> None:
    first = await open_ticket(
        svc, type="METER.TEST", title="Kiểm tra công tơ", customer=grid.HOME, fields={"reading": "12871", "empty": ""},
        note="Khách ở nhà buổi sáng",
    )  # fmt: skip
    assert (first.number, first.status, first.priority) == ("T-2026-000001", "new", "normal")
    assert (first.centre, first.assignee, first.customer) == ("EVNCPC", None, grid.HOME)
    # Three working days after a Sunday, over the holiday of 24 November: Thursday 26 at 17:00 local time.
    assert first.due_at == datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
    assert (first.due_state, first.fields, first.version) == ("ok", {"reading": "12871"}, 1)
    assert [(n.author, n.text) for n in first.notes] == [("agent", "Khách ở nhà buổi sáng")]
    assert (await open_ticket(svc)).number == "T-2026-000002"


async def test_hours_count_by_the_clock_and_some_types_have_no_deadline(svc: Running) -> None:
    bill = await open_ticket(svc, type="BILL.HIGH")
    assert bill.due_at == NOW + timedelta(hours=24)
    assert (await open_ticket(svc, type="OTHER")).due_at is None
    danger = await open_ticket(svc, type="OUT.SAFETY")
    assert (danger.priority, danger.due_state) == ("urgent", "soon")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"type": "NOPE"}, "type"), ({"customer": "PC08GG9999999"}, "customer"), ({"outage": "o_x"}, "outage"),
     ({"contact": "c_x"}, "contact"), ({"title": ""}, "title")],
)  # fmt: skip
async def test_what_is_unknown_is_refused_by_field(svc: Running, change: dict[str, str], field: str) -> None:
    answer = await (await svc.client("agent")).post("/v1/tickets", json={"type": "OTHER", "title": "x", **change})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert await listed(svc, "") == []


async def test_a_change_needs_the_version_it_is_based_on(svc: Running) -> None:
    ticket = await open_ticket(svc)
    agent, url = await svc.client("agent"), f"/v1/tickets/{ticket.id}"
    assert (await agent.get(url)).headers["etag"] == '"1"'
    assert (await agent.patch(url, json={"title": "x"})).status_code == 428
    changed = await patch(svc, ticket, {"title": "Tên mới", "priority": "high"})
    assert (changed.title, changed.priority, changed.version) == ("Tên mới", "high", 2)
    stale = await agent.patch(url, json={"title": "y"}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    current = msgspec.convert(stale.json()["current"], wire.TicketDetail)
    assert (current.title, current.version) == ("Tên mới", 2)


async def test_fields_merge_and_an_empty_text_removes_one(svc: Running) -> None:
    ticket = await open_ticket(svc, fields={"a": "1", "b": "2"})
    changed = await patch(svc, ticket, {"fields": {"b": "", "c": "3"}})
    assert changed.fields == {"a": "1", "c": "3"}


async def test_statuses_move_along_the_table(svc: Running) -> None:
    ticket = await patch(svc, await open_ticket(svc, type="OUT.REPORT"), {"status": "waiting"})
    ticket = await patch(svc, ticket, {"status": "new"})
    ticket = await patch(svc, ticket, {"status": "resolved"})
    headers = {"if-match": f'"{ticket.version}"'}
    url = f"/v1/tickets/{ticket.id}"
    refused = await (await svc.client("agent")).patch(url, json={"status": "waiting"}, headers=headers)
    assert refused.status_code == 409
    assert refused.json()["code"] == "illegal_transition"
    assert refused.json()["allowed"] == ["closed", "open"]
    assert (await patch(svc, ticket, {"status": "open"})).status == "open"


async def test_a_resolved_ticket_does_not_become_late(svc: Running, clock: ManualClock) -> None:
    await svc.client("agent")
    live, done = await open_ticket(svc, type="OUT.SAFETY"), await open_ticket(svc, type="OUT.SAFETY")
    await patch(svc, done, {"status": "resolved"})
    clock.advance(1801)
    assert await listed(svc, "due=late") == [live.id]
    assert await listed(svc, "due=ok") == [done.id]


async def test_lists_filter_by_status_assignee_type_and_due(svc: Running) -> None:
    mine = await patch(svc, await open_ticket(svc, type="BILL.HIGH"), {"assignee": "agent", "status": "open"})
    lead = await patch(svc, await open_ticket(svc, type="OUT.REPORT"), {"assignee": "lead"})
    free = await open_ticket(svc)
    assert await listed(svc, "") == [free.id, lead.id, mine.id]
    assert await listed(svc, "assignee=me") == [mine.id]
    assert await listed(svc, "assignee=lead") == [lead.id]
    assert await listed(svc, "assignee=none") == [free.id]
    assert await listed(svc, "status=open") == [mine.id]
    assert await listed(svc, "type=OTHER") == [free.id]
    assert await listed(svc, "due=soon") == [lead.id]
    assert await listed(svc, "due=ok") == [free.id, mine.id]
    assert await listed(svc, "due=today") == [lead.id]
    agent = await svc.client("agent")
    first = (await agent.get("/v1/tickets?limit=2")).json()
    assert await listed(svc, f"limit=2&after={first['next']}") == [mine.id]
    assert (await agent.get("/v1/tickets?due=someday")).status_code == 422


async def test_the_due_filter_says_what_the_tickets_say(svc: Running, clock: ManualClock) -> None:
    agent = await svc.client("agent")
    for kind in ("OUT.SAFETY", "OUT.REPORT", "BILL.HIGH", "METER.TEST", "NEW.MV", "OTHER"):
        await open_ticket(svc, type=kind)
    for _ in range(40):
        every = (await agent.get("/v1/tickets")).json()["items"]
        for state in ("ok", "soon", "late"):
            assert await listed(svc, f"due={state}") == [t["id"] for t in every if t["due_state"] == state]
        clock.advance(1500)


async def test_a_colleague_of_the_centre_can_be_given_a_ticket(svc: Running) -> None:
    ticket = await open_ticket(svc)
    agent = await svc.client("agent")
    for name in ("nobody", "south"):
        url, headers = f"/v1/tickets/{ticket.id}", {"if-match": '"1"'}
        answer = await agent.patch(url, json={"assignee": name}, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "assignee"
    given = await patch(svc, ticket, {"assignee": "lead"})
    assert (await patch(svc, given, {"assignee": None})).assignee is None


async def test_another_centre_does_not_know_of_it(svc: Running) -> None:
    ticket = await open_ticket(svc)
    south = await svc.client("south")
    assert (await south.get(f"/v1/tickets/{ticket.id}")).status_code == 404
    assert (await south.post(f"/v1/tickets/{ticket.id}/notes", json={"text": "x"})).status_code == 404
    assert await listed(svc, "", "south") == []
    assert await listed(svc, "", "root") == [ticket.id]


async def test_notes_are_only_ever_added(svc: Running) -> None:
    ticket = await open_ticket(svc)
    agent, url = await svc.client("agent"), f"/v1/tickets/{ticket.id}"
    for text in ("một", "hai"):
        assert (await agent.post(f"{url}/notes", json={"text": text})).status_code == 201
    after = ticket_of(await agent.get(url))
    assert [n.text for n in after.notes] == ["một", "hai"]
    assert after.version == 1
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        await svc.engine.write(lambda tx: tx.conn.execute("UPDATE ticket_note SET text = 'x'"))
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        await svc.engine.write(lambda tx: tx.conn.execute("DELETE FROM ticket_note"))


async def test_a_ticket_joins_its_contact_and_its_outage(svc: Running) -> None:
    channel, lead = await svc.channel(), await svc.client("lead")
    posted = await channel.post(
        "/v1/contacts",
        json={"external_id": "x1", "channel": "hotline", "address": "0905100001", "queue": "outage"},
    )
    assert posted.status_code == 201, posted.text
    contact = posted.json()["id"]
    outage = (await lead.post("/v1/outages", json={"device": "F474", "kind": "unplanned"})).json()
    ticket = await open_ticket(svc, contact=contact, outage=outage["id"])
    assert (ticket.customer, ticket.contact, ticket.outage) == (grid.HOME, contact, outage["id"])
    assert (await lead.get(f"/v1/contacts/{contact}")).json()["ticket"] == ticket.id
    now = (await lead.get(f"/v1/outages/{outage['id']}")).json()
    assert (now["tickets"], now["version"]) == (1, 2)
    await patch(svc, ticket, {"outage": None})
    assert (await lead.get(f"/v1/outages/{outage['id']}")).json()["tickets"] == 0


async def test_only_the_centre_hears_of_it(svc: Running) -> None:
    north, centre = await svc.stream("south"), await svc.stream("lead")
    ticket = await open_ticket(svc)
    event = await centre.until("ticket.changed")
    assert msgspec.json.decode(event.data, type=wire.Ticket).id == ticket.id
    await (await svc.client("lead")).post("/v1/outages", json={"device": "F474", "kind": "unplanned"})
    await north.until("hello")
    assert (await north.next()).kind == "outage.changed"


async def test_open_tickets_of_a_customer(svc: Running) -> None:
    live = await open_ticket(svc, customer=grid.HOME)
    await patch(svc, await open_ticket(svc, customer=grid.HOME), {"status": "closed"})
    await open_ticket(svc, customer="PC08GG0000002")
    briefs = await svc.engine.read(lambda conn: tickets.open_for_customer(conn, grid.HOME))
    assert [brief.id for brief in briefs] == [live.id]


async def test_a_retry_with_the_same_key_is_the_same_ticket(svc: Running) -> None:
    agent = await svc.client("agent")
    body, headers = {"type": "OTHER", "title": "một lần"}, {"idempotency-key": "a1b2c3d4e5"}
    first = await agent.post("/v1/tickets", json=body, headers=headers)
    second = await agent.post("/v1/tickets", json=body, headers=headers)
    assert (first.status_code, second.content) == (201, first.content)
    assert len(await listed(svc, "")) == 1


async def test_the_catalogue_in_both_languages(svc: Running) -> None:
    answer = await (await svc.client("agent")).get("/v1/request-types")
    kinds = {item["code"]: item for item in answer.json()["items"]}
    assert kinds["METER.RECHECK"]["vi"] == "Phúc tra chỉ số"
    assert kinds["OTHER"]["en"] == "Other"
    assert (await (await svc.channel()).get("/v1/request-types")).status_code == 403
