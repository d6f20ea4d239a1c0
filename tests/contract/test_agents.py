"""Agents' states over HTTP: asked, pending, seen by colleagues, ended with the session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.contract.desk import do, ready, report, state_of
from tests.service import Running, running_service


@pytest_asyncio.fixture
async def svc(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_service(tmp_path) as running:
        yield running


async def test_logging_in_is_not_being_available(svc: Running) -> None:
    lan = await svc.client("lan")
    state = await state_of(lan)
    assert (state["intent"], state["activity"], state["pending"]) == ("logged_out", "offline", None)
    answer = await lan.put("/v1/me/state", json={"state": "available"})
    assert (answer.json()["intent"], answer.json()["activity"]) == ("available", "idle")
    paused = (await lan.put("/v1/me/state", json={"state": "paused", "reason": "họp"})).json()
    assert (paused["intent"], paused["activity"], paused["reason"]) == ("paused", "idle", "họp")
    assert (await lan.put("/v1/me/state", json={"state": "asleep"})).status_code == 422


async def test_a_pause_in_a_contact_waits_and_then_comes(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    channel = await svc.channel()
    contact, _ = await report(channel), await report(channel)
    await do(lan, contact, "take")
    asked = (await lan.put("/v1/me/state", json={"state": "paused", "reason": "ăn trưa"})).json()
    assert (asked["intent"], asked["activity"], asked["pending"]) == ("available", "on_contact", "paused")
    await do(lan, contact, "end")
    assert (await state_of(lan))["pending"] == "paused"
    await do(lan, contact, "finish", disposition="other")
    state = await state_of(lan)
    assert (state["intent"], state["activity"], state["pending"]) == ("paused", "idle", None)
    assert state["reason"] == "ăn trưa"
    assert (await lan.post("/v1/contacts/next")).json()["code"] == "not_available"


async def test_the_end_of_the_session_logs_out(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    boss = await svc.client("boss")
    assert (await lan.delete("/v1/sessions/current")).status_code == 204
    agents = {agent["username"]: agent for agent in (await boss.get("/v1/agents")).json()["items"]}
    assert (agents["lan"]["intent"], agents["lan"]["activity"]) == ("logged_out", "offline")


async def test_the_end_of_the_session_waits_for_the_contact(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    contact = await report(await svc.channel())
    await do(lan, contact, "take")
    await lan.delete("/v1/sessions/current")
    boss = await svc.client("boss")
    agents = {agent["username"]: agent for agent in (await boss.get("/v1/agents")).json()["items"]}
    assert (agents["lan"]["activity"], agents["lan"]["pending"]) == ("on_contact", "logged_out")


async def test_who_sees_whom(svc: Running) -> None:
    await svc.add_user("far", centre="EVNSPC")
    await svc.add_user("lead", "lead")
    await svc.add_user("root", "admin")
    await svc.channel()
    lan = await svc.client("lan")

    async def seen(name: str) -> list[str]:
        answer = await (await svc.client(name)).get("/v1/agents")
        assert answer.status_code == 200, answer.text
        return [agent["username"] for agent in answer.json()["items"]]

    assert await seen("lan") == ["lan", "lead"]
    assert await seen("lead") == await seen("root") == ["far", "lan", "lead"]
    first = (await (await svc.client("lead")).get("/v1/agents?limit=2")).json()
    assert first["next"] == "lan"
    rest = (await (await svc.client("lead")).get("/v1/agents?limit=2&after=lan")).json()
    assert [agent["username"] for agent in rest["items"]] == ["lead"]
    assert rest["next"] is None
    assert (await (await svc.channel()).get("/v1/agents")).status_code == 403
    assert (await lan.get("/v1/agents")).json()["items"][0]["skills"] == {}


async def test_colleagues_hear_of_a_state(svc: Running) -> None:
    lan, minh = await ready(svc, "lan", "minh")
    head = svc.engine.head
    await lan.put("/v1/me/state", json={"state": "paused"})
    event = await (await svc.stream("minh", head)).until("agent.changed")
    assert b'"username":"lan"' in bytes(event.data)
    assert b'"intent":"paused"' in bytes(event.data)
    assert minh is not lan


async def test_asking_for_the_same_again_is_no_news(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    head = svc.engine.head
    assert (await lan.put("/v1/me/state", json={"state": "available"})).status_code == 200
    assert svc.engine.head == head
