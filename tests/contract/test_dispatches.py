"""Dangers: handed to a field unit, acknowledged or escalated by the clock, on the lead's list until closed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest_asyncio

from agent_tui import wire
from tests.contract.outage_world import NOW, Grid, customer, world

UNIT = {"unit": "Tổ trực Đồng Xuân", "note": "gần 0905100001", "read_back": True}


@pytest_asyncio.fixture
async def grid(tmp_path: Path) -> AsyncIterator[Grid]:
    async with world(tmp_path) as running:
        yield running


async def opened(grid: Grid, user: str = "lead") -> list[wire.OpenDispatch]:
    answer = await grid.get("dispatches?open=1", user)
    return msgspec.json.decode(answer.content, type=wire.Page[wire.OpenDispatch]).items


async def alerts(grid: Grid, user: str = "lead") -> list[str]:
    """The sentences about unanswered dangers on somebody's wallboard, of every centre."""
    board = msgspec.json.decode((await grid.get("wallboard", user)).content, type=wire.Wallboard)
    return [one.say.en for one in board.all.alerts if one.code == "danger_unanswered"]


async def contact_of(grid: Grid, contact: dict) -> wire.ContactDetail:
    answer = await grid.get(f"contacts/{contact['id']}")
    return msgspec.json.decode(answer.content, type=wire.ContactDetail)


async def test_who_when_read_back_and_acknowledged(grid: Grid) -> None:
    made = await grid.caller(customer(1), priority_class="danger")
    before = await opened(grid)
    assert [(one.contact, one.dispatch) for one in before] == [(made["id"], None)]
    path = f"contacts/{made['id']}/dispatch"
    sent = (await grid.post(path, UNIT)).json()["dispatch"]
    assert (sent["unit"], sent["by"], sent["read_back"], sent["acked_at"]) == (UNIT["unit"], "lead", True, None)
    assert msgspec.convert(sent["at"], wire.Time) == NOW
    # What others may read of a note hides the number in it.
    assert sent["note"] == "gần *******001"
    grid.clock.advance(60)
    acked = (await grid.post(f"{path}/ack", user="agent")).json()["dispatch"]
    assert (acked["acked_by"], acked["escalated_at"]) == ("agent", None)
    assert (await grid.post(f"{path}/ack")).json()["dispatch"]["acked_by"] == "agent"
    grid.clock.advance(600)
    await grid.svc.service.go_round()
    still = await opened(grid)
    assert (still[0].dispatch.escalated_at, still[0].customer) == (None, customer(1))
    await grid.post(f"{path}/close")
    assert await opened(grid) == []
    assert (await grid.post(f"{path}/ack", expect=409)).json()["code"] == "not_dispatched"


async def test_silence_is_escalated_once_and_everybody_hears_of_it(grid: Grid) -> None:
    made = await grid.caller(priority_class="danger")
    await grid.post(f"contacts/{made['id']}/dispatch", UNIT)
    grid.clock.advance(119)
    await grid.svc.service.go_round()
    assert (await opened(grid))[0].dispatch.escalated_at is None
    stream = await grid.svc.stream("agent")
    await stream.until("hello")
    grid.clock.advance(6)
    await grid.svc.service.go_round()
    event = msgspec.json.decode((await stream.until("contact.changed")).data, type=wire.Contact)
    assert event.dispatch.escalated_at == NOW + timedelta(seconds=125)
    assert await alerts(grid) == ["1 danger is not acknowledged by any field unit: call one now."]
    version = (await contact_of(grid, made)).version
    grid.clock.advance(60)
    await grid.svc.service.go_round()
    assert (await contact_of(grid, made)).version == version
    # A late answer is an answer; another unit starts the clock anew.
    await grid.post(f"contacts/{made['id']}/dispatch", {"unit": "Tổ 2"})
    assert (await opened(grid))[0].dispatch.escalated_at is None
    assert await alerts(grid) == []


async def test_a_caller_who_hangs_up_leaves_the_danger_behind(grid: Grid) -> None:
    made = await grid.caller(priority_class="danger")
    channel = await grid.svc.channel()
    assert (await channel.post(f"/v1/contacts/{made['id']}/abandon")).status_code == 200
    assert [(one.contact, one.dispatch) for one in await opened(grid)] == [(made["id"], None)]
    await grid.post(f"contacts/{made['id']}/dispatch", UNIT)
    assert [one.contact for one in await opened(grid)] == [made["id"]]
    assert await opened(grid, "south") == []
    assert [one.contact for one in await opened(grid, "root")] == [made["id"]]
    # A lead who has dealt with it without a unit says so.
    await grid.post(f"contacts/{made['id']}/dispatch/close")
    child = await grid.caller(priority_class="danger")
    await grid.post(f"contacts/{child['id']}/dispatch/close")
    assert await opened(grid) == []
    assert (await contact_of(grid, child)).dispatch.unit == "none"


async def test_a_danger_nobody_handed_on_is_an_alarm_and_stays_until_closed(grid: Grid) -> None:
    made = await grid.caller(priority_class="danger")
    await (await grid.svc.channel()).post(f"/v1/contacts/{made['id']}/abandon")
    grid.clock.advance(119)
    assert await alerts(grid) == []
    grid.clock.advance(6)
    assert await alerts(grid) == ["1 danger is not acknowledged by any field unit: call one now."]
    grid.clock.advance(3 * 86_400)
    assert [one.contact for one in await opened(grid)] == [made["id"]]
    await grid.post(f"contacts/{made['id']}/dispatch/close")
    assert (await alerts(grid), await opened(grid)) == ([], [])


async def test_only_a_danger_is_dispatched_and_the_script_fits_it(grid: Grid) -> None:
    quiet = await grid.caller(customer(1))
    refused = await grid.post(f"contacts/{quiet['id']}/dispatch", UNIT, expect=409)
    assert refused.json()["code"] == "not_danger"
    assert (await contact_of(grid, quiet)).safety is None
    await grid.post(f"contacts/{quiet['id']}/trouble", {"danger": "fire"})
    script = (await contact_of(grid, quiet)).safety
    assert "114" in script.vi
    assert "114" in script.en
    assert [one.safety for one in await opened(grid)] == [script]
    await grid.post(f"contacts/{quiet['id']}/dispatch", UNIT)
    outage = await grid.report()
    assert (await grid.post(f"contacts/{quiet['id']}/attach", {"outage": outage.id}, expect=409)).status_code == 409


async def test_the_list_hides_numbers_in_notes_like_the_contact_does(grid: Grid) -> None:
    made = await grid.caller(customer(1), priority_class="danger")
    await grid.post(f"contacts/{made['id']}/dispatch", UNIT)
    assert [one.dispatch.note for one in await opened(grid, "agent")] == ["gần *******001"]
