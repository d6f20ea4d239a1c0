"""A commit that the service does not take: the dialog is there again with all that was typed, and then it succeeds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_tui.errors import NotLoggedIn
from agent_tui.screens.field_unit import FieldUnit
from agent_tui.screens.hand_on import HandOn
from agent_tui.screens.login import LoginScreen
from agent_tui.screens.trouble import TroubleCodes
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from tests.contract.desk import ready
from tests.contract.grid import DONG_XUAN
from tests.journeys.pages_queue import Desk, open_desk
from tests.journeys.test_contact_help import ask_help, danger_in_hand, palette, take
from tests.journeys.test_trouble_place import stranger
from tests.service import PASSWORD

AWAY = "The service cannot be reached"


@contextmanager
def away(desk: Desk) -> Iterator[None]:
    """Nobody listens."""
    app, desk.transport.app = desk.transport.app, None
    try:
        yield
    finally:
        desk.transport.app = app


def typed(desk: Desk, field: str) -> str:
    return desk.app.screen.query_one(f"#{field}", TextField).value


async def nothing_is_kept(desk: Desk) -> None:
    await desk.until(lambda: len(desk.app.screen_stack) == 1 and not desk.app._installed_screens)


async def test_codes_and_a_place_that_was_taken_are_there_again(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call, form = await stranger(desk)
        await desk.press("n", "f", "w", "m", *"la hai")
        await desk.until(lambda: form.found)
        await desk.press("enter")
        await desk.until(lambda: "NOTHING KNOWN" in form.said)
        with away(desk):
            await desk.press("enter")
            await desk.until(lambda: desk.told(AWAY) and desk.dialog(TroubleCodes))
        assert form.typed == "Xã Đồng Xuân, Đắk Lắk"
        assert form.focused == "spot"
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(FieldUnit))
        told = (await desk.service_says(call))["trouble"]
        assert [told[name] for name in ("scope", "sign", "danger", "place", "commune")] == [
            "neighbours", "flicker", "wire_down", "meter", DONG_XUAN,
        ]  # fmt: skip
        await desk.press("escape")
        await nothing_is_kept(desk)


async def test_unit_tick_and_note_are_there_again_and_typing_goes_on(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await danger_in_hand(desk)
        with away(desk):
            await desk.press("space", "tab", *"doi 1", "tab", *"wire", "f8")
            await desk.until(lambda: desk.told(AWAY) and desk.dialog(FieldUnit))
        assert (typed(desk, "unit"), typed(desk, "note")) == ("doi 1", "wire")
        await desk.press("s", "f8")
        await desk.until(lambda: desk.told("Handed to doi 1"))
        sent = (await desk.service_says(call))["dispatch"]
        assert (sent["unit"], sent["note"], sent["read_back"]) == ("doi 1", "wires", True)
        await nothing_is_kept(desk)


async def test_whom_to_and_the_note_are_there_again_and_esc_leaves(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001")
        await take(desk)
        for key in ("escape", "enter"):
            await ask_help(desk, "queue bill")
            with away(desk):
                await desk.press("tab", *"asks", "enter")
                await desk.until(lambda: desk.told(AWAY) and desk.dialog(HandOn))
            assert (typed(desk, "way-filter"), typed(desk, "note")) == ("queue bill", "asks")
            desk.app.clear_notifications()
            await desk.press(key)
            await nothing_is_kept(desk)
        await desk.until(lambda: desk.told("Done: to the queue: bill"))
        said = await desk.service_says(call)
        assert (said["queue"], said["state"]) == ("billing", "queued")
        assert "asks" in str(said["transcript"]) + str(said["history"])


async def test_what_the_service_refuses_is_said_over_the_dialog(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001")
        await take(desk)
        await ask_help(desk, "queue bill")
        await desk.press("tab", *"asks")
        await desk.svc.engine.write(lambda tx: tx.conn.execute("UPDATE contact SET agent = NULL, state = 'closed'"))
        await desk.press("enter")
        await desk.until(lambda: any(n.severity == "error" for n in desk.app._notifications) and desk.dialog(HandOn))
        assert typed(desk, "note") == "asks"
        await desk.press("escape")
        await nothing_is_kept(desk)
        assert (await desk.service_says(call))["queue"] == "outage"


async def test_whom_a_shift_is_left_to_and_the_note_are_there_again(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        (minh,) = await ready(desk.svc, "minh")
        call = await desk.report(address="0905100001")
        await take(desk)
        await desk.until(lambda: any(agent.name == "Minh" for agent in desk.app.state.agents.values()))
        await palette(desk, "open work to a coll")
        await desk.until(lambda: desk.dialog(HandOn) and desk.shows("Minh"))
        with away(desk):
            await desk.press(*"minh", "tab", *"ask", "enter")
            await desk.until(lambda: desk.told(AWAY) and desk.dialog(HandOn))
        assert (typed(desk, "way-filter"), typed(desk, "note")) == ("minh", "ask")
        assert len(desk.app.screen.query_one("#ways", LineList).row_ids) == 1
        await desk.press("enter")
        await desk.until(lambda: desk.told("Left to Minh: 1 contact"))
        assert (await desk.service_says(call))["offered_to"] == (await minh.get("/v1/me")).json()["id"]
        await nothing_is_kept(desk)


async def test_the_dialog_waits_under_the_login_when_the_session_has_ended(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await danger_in_hand(desk)
        asked, go_on = desk.app.client.dispatch, asyncio.Event()

        async def late(*args: object, **names: object) -> None:
            await go_on.wait()
            raise NotLoggedIn

        desk.app.client.dispatch = late
        await desk.press("space", "tab", *"doi 1", "tab", *"wire", "f8")
        await desk.until(lambda: desk.app.screen is desk.queue)
        desk.app.session_ended("The session has ended.")
        await desk.until(lambda: desk.app.current_mode == "login")
        go_on.set()
        await desk.until(lambda: desk.told("Log in again"))
        desk.app.client.dispatch = asked
        assert isinstance(desk.app.screen, LoginScreen)
        await desk.press(*PASSWORD, "enter")
        await desk.until(lambda: desk.dialog(FieldUnit))
        assert (typed(desk, "unit"), typed(desk, "note")) == ("doi 1", "wire")
        await desk.press("f8")
        await desk.until(lambda: desk.told("Handed to doi 1"))
        assert (await desk.service_says(call))["dispatch"]["note"] == "wire"
        await nothing_is_kept(desk)
