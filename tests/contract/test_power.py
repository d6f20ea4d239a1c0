"""The power verdict over HTTP: from the customer's transformer up to the substation."""

from datetime import timedelta

import msgspec
import pytest

from agent_tui import wire
from backend_stub.clock import ManualClock
from tests.contract import grid
from tests.service import Running

NOW = grid.NOW


async def power(svc: Running, code: str = grid.HOME) -> wire.Power:
    answer = await (await svc.client("agent")).get(f"/v1/customers/{code}/power")
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.Power)


async def report(svc: Running, device: str, status: str, kind: str = "unplanned", **times: timedelta) -> str:
    body = {"device": device, "kind": kind, "status": status, "cause": "VEG" if kind == "unplanned" else "PLAN.MAINT"}
    body |= {name: (NOW + delta).isoformat() for name, delta in times.items()}
    answer = await (await svc.client("lead")).post("/v1/outages", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_no_outage_no_claim(svc: Running) -> None:
    await report(svc, "F471", "confirmed")
    answer = await power(svc)
    assert (answer.verdict, answer.outage, answer.neighbours_calling) == ("supply_normal", None, 0)


@pytest.mark.parametrize("device", ["T1", "F474/1", "F474", "SS1"])
async def test_an_outage_anywhere_upstream_is_known(svc: Running, device: str) -> None:
    outage = await report(svc, device, "confirmed", started_at=timedelta(minutes=-43), etr=timedelta(minutes=85))
    answer = await power(svc)
    assert (answer.verdict, answer.outage, answer.eta_state) == ("known_outage", outage, "ok")
    assert answer.eta == NOW + timedelta(minutes=85)
    assert answer.say.vi == (
        "Dạ khu vực nhà mình mất điện từ 13 giờ 22 do cây đổ vào đường dây, mục tiêu có điện lại khoảng 15 giờ 30 ạ."
    )


async def test_an_expired_time_is_not_quoted(svc: Running, clock: ManualClock) -> None:
    await report(svc, "F474", "confirmed", etr=timedelta(minutes=10))
    clock.advance(601)
    answer = await power(svc)
    assert (answer.eta, answer.eta_state) == (None, "expired")
    assert "đang được cập nhật" in answer.say.vi


async def test_predicted_and_planned(svc: Running) -> None:
    guess = await report(svc, "F474/1", "predicted")
    assert (await power(svc)).verdict == "predicted_outage"
    assert (await power(svc)).outage == guess
    plan = await report(svc, "T9", "notified", "planned", started_at=timedelta(hours=3), etr=timedelta(hours=5))
    soon = await power(svc, "PC08GG0000020")
    assert (soon.verdict, soon.plan, soon.outage) == ("planned_soon", plan, None)
    assert "từ 17 giờ 05" in soon.say.vi


async def test_unknown_customer_and_customer_without_a_transformer(svc: Running) -> None:
    assert (await power(svc, "PC08GG0000031")).verdict == "supply_normal"
    agent = await svc.client("agent")
    assert (await agent.get("/v1/customers/PC08GG9999999/power")).status_code == 404
    channel = await svc.channel()
    assert (await channel.get(f"/v1/customers/{grid.HOME}/power")).status_code == 403
