from pathlib import Path

import httpx
import msgspec
import pytest

from agent_tui import wire
from backend_stub.clock import ManualClock
from tests.contract import grid
from tests.service import Running, Stream, running_service


async def a_ticket(svc: Running) -> str:
    made = await (await svc.client("lead")).post("/v1/tickets", json={"type": "OTHER", "title": "gọi lại"})
    return made.json()["id"]


async def look(client: httpx.AsyncClient, ticket: str, doing: str = "viewing", field: str | None = None) -> list[dict]:
    body = {"doing": doing} if field is None else {"doing": doing, "field": field}
    answer = await client.put(f"/v1/tickets/{ticket}/presence", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == ticket
    return answer.json()["presence"]


async def told(stream: Stream) -> list[tuple[str, str, str | None]]:
    event = await stream.until("presence.changed")
    body = msgspec.json.decode(event.data, type=wire.TicketPresence)
    return [(one.user, one.doing, one.field) for one in body.presence]


def tick(svc: Running, seconds: float) -> None:
    clock = svc.service.clock
    assert isinstance(clock, ManualClock)
    clock.advance(seconds)


async def test_everybody_sees_who_is_at_a_ticket(svc: Running) -> None:
    ticket, lead, agent = await a_ticket(svc), await svc.client("lead"), await svc.client("agent")
    stream = await svc.stream("agent")
    before = (await lead.get(f"/v1/tickets/{ticket}")).json()
    assert before["presence"] == []
    await look(lead, ticket)
    found = await look(agent, ticket, "editing", "priority")
    assert found == [
        {"user": "lead", "doing": "viewing", "field": None}, {"user": "agent", "doing": "editing", "field": "priority"},
    ]  # fmt: skip
    assert [await told(stream), await told(stream)] == [
        [("lead", "viewing", None)], [("lead", "viewing", None), ("agent", "editing", "priority")],
    ]  # fmt: skip
    after = (await lead.get(f"/v1/tickets/{ticket}")).json()
    assert after["presence"] == found
    assert {**after, "presence": []} == before
    assert (await lead.get("/v1/tickets")).json()["items"][0]["presence"] == found
    changed = await lead.patch(f"/v1/tickets/{ticket}", json={"status": "open"}, headers={"if-match": "1"})
    assert (changed.status_code, changed.json()["presence"]) == (200, found)
    event = msgspec.json.decode((await stream.until("ticket.changed")).data)
    assert event["presence"] == found


async def test_a_lease_lasts_thirty_seconds_by_the_server_s_clock(svc: Running) -> None:
    ticket, lead, agent = await a_ticket(svc), await svc.client("lead"), await svc.client("agent")
    await look(lead, ticket)
    tick(svc, 20)
    await look(agent, ticket)
    stream = await svc.stream("agent")
    tick(svc, 9.9)
    await svc.service.go_round()
    assert len((await lead.get(f"/v1/tickets/{ticket}")).json()["presence"]) == 2
    tick(svc, 1.1)
    # Over means over, whether the ticker came round or not.
    assert [one["user"] for one in (await lead.get(f"/v1/tickets/{ticket}")).json()["presence"]] == ["agent"]
    await svc.service.go_round()
    assert await told(stream) == [("agent", "viewing", None)]
    tick(svc, 31)
    await svc.service.go_round()
    assert await told(stream) == []


async def test_renewing_is_no_news_and_costs_no_version(svc: Running) -> None:
    ticket, lead = await a_ticket(svc), await svc.client("lead")
    await look(lead, ticket)
    head = svc.engine.head
    for _ in range(5):
        tick(svc, 25)
        await look(lead, ticket)
    assert svc.engine.head == head
    await look(lead, ticket, "editing", "title")
    assert svc.engine.head == head + 1
    read = await lead.get(f"/v1/tickets/{ticket}")
    assert (read.headers["etag"], read.json()["version"]) == ('"1"', 1)


async def test_logging_out_and_leaving_release_at_once(svc: Running) -> None:
    first, second = await a_ticket(svc), await a_ticket(svc)
    agent = await svc.client("agent")
    stream = await svc.stream("lead")
    await look(agent, first)
    await look(agent, second)
    assert [len(await told(stream)), len(await told(stream))] == [1, 1]
    left = await agent.delete(f"/v1/tickets/{first}/presence")
    assert left.json() == {"id": first, "presence": []}
    assert await told(stream) == []
    await agent.delete("/v1/sessions/current")
    event = msgspec.json.decode((await stream.until("presence.changed")).data)
    assert event == {"id": second, "presence": []}


async def test_it_survives_a_restart_and_leaves_no_audit_rows(tmp_path: Path) -> None:
    clock = ManualClock(1_795_000_000.0)
    async with running_service(tmp_path, clock, grid.PATIENT) as svc:
        await grid.set_up(svc)
        ticket = await a_ticket(svc)
        rows = "SELECT count(*) FROM audit"
        before = await svc.engine.read(lambda conn: conn.execute(rows).fetchone()[0])
        for _ in range(3):
            await look(await svc.client("lead"), ticket)
        assert await svc.engine.read(lambda conn: conn.execute(rows).fetchone()[0]) == before
    async with running_service(tmp_path, clock, grid.PATIENT) as svc:
        assert len((await (await svc.client("lead")).get(f"/v1/tickets/{ticket}")).json()["presence"]) == 1


NONSENSE = ({}, {"doing": "sleeping"}, {"doing": "viewing", "user": "lead"}, {"doing": "viewing", "field": ""})


@pytest.mark.parametrize("body", NONSENSE)
async def test_nonsense_is_refused(svc: Running, body: dict) -> None:
    answer = await (await svc.client("lead")).put(f"/v1/tickets/{await a_ticket(svc)}/presence", json=body)
    assert answer.status_code == 422
