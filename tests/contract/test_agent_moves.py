"""A lead moves agents: several as one step, taken back as one, and never over a later change."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from backend_stub.clock import ManualClock
from tests.contract.desk import do, ready, report, state_of
from tests.service import Running, running_service


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_795_403_400.0)


@pytest_asyncio.fixture
async def svc(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Running]:
    async with running_service(tmp_path, clock) as running:
        await running.add_user("boss", "lead")
        yield running


async def agents(svc: Running) -> dict[str, dict]:
    return {one["username"]: one for one in (await (await svc.client("boss")).get("/v1/agents")).json()["items"]}


async def move(svc: Running, *names: str, **change: object) -> dict:
    known = await agents(svc)
    body = {"ids": [known[name]["id"] if name in known else name for name in names], "change": change}
    answer = await (await svc.client("boss")).post("/v1/agents/bulk", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def back(svc: Running, token: str) -> tuple[int, dict]:
    answer = await (await svc.client("boss")).post(f"/v1/undo/{token}")
    return answer.status_code, answer.json()


async def test_several_are_moved_and_taken_back_as_one(svc: Running) -> None:
    await ready(svc, "lan", billing=4)
    minh, far = *await ready(svc, "minh", outage=5), *await ready(svc, "far", centre="EVNSPC")
    done = await move(svc, "lan", "minh", "far", "u_nobody", serve={"outage": 3}, state="paused", reason="họp")
    assert (done["done"], {one["code"] for one in done["failed"]}) == (2, {"not_found"})
    moved = await agents(svc)
    assert moved["lan"]["skills"] == {"billing": 4, "outage": 3}
    # A higher level they have stays.
    assert moved["minh"]["skills"] == {"outage": 5}
    assert [(moved[name]["intent"], moved[name]["reason"]) for name in ("lan", "minh")] == [("paused", "họp")] * 2
    assert moved["far"]["intent"] == "available"
    status, undone = await back(svc, done["undo"])
    assert (status, undone["done"]) == (200, 3)
    assert {one["kind"] for one in undone["items"]} == {"agent_skills", "agent_wish"}
    restored = await agents(svc)
    assert (restored["lan"]["skills"], restored["lan"]["intent"]) == ({"billing": 4}, "available")
    assert (restored["minh"]["intent"], restored["minh"]["reason"]) == ("available", None)
    assert (await back(svc, done["undo"]))[1]["code"] == "undo_done"
    assert minh is not far


async def test_serve_only_this_and_back(svc: Running) -> None:
    await ready(svc, "lan", billing=4, outage=5)
    done = await move(svc, "lan", serve={"outage": 3}, only=True)
    assert (await agents(svc))["lan"]["skills"] == {"outage": 5}
    assert (await back(svc, done["undo"]))[0] == 200
    assert (await agents(svc))["lan"]["skills"] == {"billing": 4, "outage": 5}


async def test_a_later_change_is_not_lost(svc: Running) -> None:
    lan, _minh = await ready(svc, "lan", "minh", billing=2)
    skills = await move(svc, "lan", "minh", serve={"outage": 3})
    pause = await move(svc, "lan", state="paused", reason="break")
    boss, known = await svc.client("boss"), await agents(svc)
    single = await boss.post(f"/v1/agents/{known['minh']['id']}/skills", json={"skills": {"general": 1}})
    status, said = await back(svc, skills["undo"])
    assert (status, said["code"]) == (409, "undo_would_lose")
    assert said["things"] == [{"kind": "agent_skills", "id": known["minh"]["id"]}]
    assert (await agents(svc))["lan"]["skills"] == {"billing": 2, "outage": 3}
    # The later one taken back, the older one follows.
    assert (await back(svc, single.json()["undo"]))[0] == 200
    assert (await back(svc, skills["undo"]))[0] == 200
    assert (await agents(svc))["minh"]["skills"] == {"billing": 2}
    # Back by themselves: what they asked for is the later change.
    await lan.put("/v1/me/state", json={"state": "available"})
    assert (await back(svc, pause["undo"]))[1]["code"] == "undo_would_lose"


async def test_a_pause_that_waits_or_came_with_the_end_of_the_contact_is_no_later_change(svc: Running) -> None:
    (lan,) = await ready(svc, "lan")
    for over in (False, True):
        contact = await report(await svc.channel())
        await do(lan, contact, "take")
        done = await move(svc, "lan", state="paused", reason="meal")
        assert (await state_of(lan))["pending"] == "paused"
        if over:
            await do(lan, contact, "finish", disposition="other")
            assert (await state_of(lan))["intent"] == "paused"
        assert (await back(svc, done["undo"]))[0] == 200
        state = await state_of(lan)
        assert (state["intent"], state["pending"], state["reason"]) == ("available", None, None)
        if not over:
            assert state["activity"] == "on_contact"
            await do(lan, contact, "finish", disposition="other")
            assert (await state_of(lan))["activity"] == "idle"


async def test_only_the_agent_comes_back_from_being_away(svc: Running, clock: ManualClock) -> None:
    (lan,) = await ready(svc, "lan")
    await svc.add_user("away")
    out = await move(svc, "lan", state="logged_out")
    status, said = await back(svc, out["undo"])
    assert (status, said["code"]) == (409, "only_the_agent")
    # Who is away is not paused either: the reports would count a shift that nobody works.
    for state in ("available", "paused"):
        woken = await move(svc, "away", state=state)
        assert (woken["done"], woken["failed"][0]["code"], woken["undo"]) == (0, "only_the_agent", None)
    # Who did not respond before a pause does not respond after it.
    await lan.put("/v1/me/state", json={"state": "available"})
    await report(await svc.channel())
    await svc.service.go_round()
    clock.advance(60)
    await svc.service.go_round()
    assert (await state_of(lan))["activity"] == "not_responding"
    paused = await move(svc, "lan", state="paused")
    assert (await back(svc, paused["undo"]))[0] == 200
    state = await state_of(lan)
    assert (state["intent"], state["activity"]) == ("available", "not_responding")


async def test_moves_and_their_undoing_are_audited(svc: Running) -> None:
    await ready(svc, "lan", billing=4)
    lan = (await agents(svc))["lan"]["id"]
    done = await move(svc, "lan", serve={"outage": 3}, state="paused", reason="0905 123 456")
    await back(svc, done["undo"])
    sql = "SELECT verb, change FROM audit WHERE verb IN ('agent.bulk', 'undo.take') ORDER BY n"
    rows = await svc.engine.read(lambda conn: [tuple(row) for row in conn.execute(sql)])
    assert [row[0] for row in rows] == ["agent.bulk", "undo.take"]
    assert all(lan in row[1] for row in rows)
    assert '"serve":{"outage":3}' in rows[0][1]
    assert "0905" not in rows[0][1]


async def test_a_move_that_moves_nothing(svc: Running) -> None:
    await ready(svc, "lan", outage=5)
    assert (await move(svc, "lan", serve={"outage": 3}))["undo"] is None
    boss = await svc.client("boss")
    for body in ({"ids": ["x"], "change": {}}, {"ids": [], "change": {"state": "paused"}}):
        assert (await boss.post("/v1/agents/bulk", json=body)).status_code == 422
    bad = {"ids": [(await agents(svc))["lan"]["id"]], "change": {"serve": {"Mất điện": 3}}}
    assert (await boss.post("/v1/agents/bulk", json=bad)).status_code == 422
