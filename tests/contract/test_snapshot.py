"""The snapshot: one moment, one centre, masked; events after it lead to the next one."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from agent_tui import wire
from backend_stub.domain.contact import TERMINAL
from backend_stub.store import events
from tests.contract import grid
from tests.contract.desk import do, ready, report, segments
from tests.service import Running, running_service


@pytest_asyncio.fixture
async def svc(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_service(tmp_path) as running:
        await running.engine.write(grid.load)
        yield running


async def snapshot(svc: Running, name: str) -> wire.Snapshot:
    answer = await (await svc.client(name)).get("/v1/snapshot")
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.Snapshot)


async def test_what_is_live_in_my_centre(svc: Running) -> None:
    (lan, _) = await ready(svc, "lan", "minh")
    await ready(svc, "far", centre="EVNSPC")
    here, there = await svc.channel(), await svc.channel("EVNSPC")
    waiting, talking, over = [await report(here, address="0905100001") for _ in range(3)]
    distant = await report(there)
    await do(here, over, "abandon")
    await do(lan, talking, "take")
    outage = (await lan.post("/v1/outages", json={"device": "F474", "kind": "unplanned"})).json()

    mine = await snapshot(svc, "lan")
    assert [contact.id for contact in mine.contacts] == [waiting["id"], talking["id"]]
    assert [contact.address for contact in mine.contacts] == ["*******001", "0905100001"]
    assert [agent.username for agent in mine.agents] == ["lan", "minh"]
    assert [row.id for row in mine.outages] == [outage["id"]]
    assert (mine.me.intent, mine.me.activity) == ("available", "on_contact")
    assert mine.seq == svc.engine.head
    assert [c.address for c in (await snapshot(svc, "minh")).contacts] == ["*******001", "*******001"]
    far = await snapshot(svc, "far")
    assert [contact.id for contact in far.contacts] == [distant["id"]]
    assert [row.id for row in far.outages] == [outage["id"]]
    await svc.add_user("root", "admin", "EVNHANOI")
    assert len((await snapshot(svc, "root")).contacts) == 3
    assert (await here.get("/v1/snapshot")).status_code == 403


async def test_events_after_a_snapshot_lead_to_the_next(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    channel = await svc.channel()
    first = [await report(channel) for _ in range(3)]
    before = await snapshot(svc, "lan")
    await do(lan, first[0], "take")
    await do(minh, first[1], "take")
    await do(channel, first[2], "abandon")
    await report(channel, channel="zalo", text="xin chào")
    await do(lan, first[0], "identify", customer=grid.HOME)
    await do(minh, first[1], "finish", disposition="information")
    await minh.put("/v1/me/state", json={"state": "paused"})

    contacts = {contact.id: contact for contact in before.contacts}
    agents = {agent.id: agent for agent in before.agents}
    for event in await svc.engine.read(lambda conn: events.since(conn, before.seq, 1_000)):
        # The reader is Lan: her own contact in full, everybody else's masked.
        me = next(agent.id for agent in agents.values() if agent.username == "lan")
        data = event.data if event.masked is None or event.owner == me else event.masked
        if event.kind == "agent.changed":
            agent = msgspec.json.decode(data, type=wire.Agent)
            agents[agent.id] = agent
        else:
            contact = msgspec.json.decode(data, type=wire.Contact)
            contacts[contact.id] = contact
    after = await snapshot(svc, "lan")
    assert {c.id: c for c in contacts.values() if c.state not in TERMINAL} == {c.id: c for c in after.contacts}
    assert agents == {agent.id: agent for agent in after.agents}


async def test_segments_by_time_and_role(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    for hour in range(4):
        await report(channel, joined_at=f"2026-11-20T0{hour}:00:00Z")
    assert len(await segments(svc)) == 4
    lead = await svc.client("auditor")

    async def joined(query: str) -> list[str]:
        answer = await lead.get("/v1/segments", params=dict(part.split("=", 1) for part in query.split("&")))
        assert answer.status_code == 200, answer.text
        return [segment["joined_at"][11:13] for segment in answer.json()["items"]]

    assert await joined("from=2026-11-20T01:00:00Z&to=2026-11-20T03:00:00Z") == ["01", "02"]
    assert await joined("from=2026-11-20T09:00:00+07:00") == ["02", "03"]
    assert await joined("limit=1") == ["00"]
    page = (await lead.get("/v1/segments?limit=3")).json()
    assert await joined(f"after={page['next']}&limit=3") == ["03"]
    for bad in ("from=yesterday", "from=2026-11-20T00:00:00", "after=x"):
        assert (await lead.get(f"/v1/segments?{bad}")).status_code == 422
    assert (await lan.get("/v1/segments")).status_code == 403
