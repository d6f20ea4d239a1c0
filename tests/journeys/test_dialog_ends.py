"""A dialog that is closed while the service is being asked: the request comes to its end, and nobody sees a fault."""

import asyncio
import gc
from collections.abc import Callable

import pytest
from textual.screen import Screen

from agent_tui import wire
from agent_tui.app import DeskApp
from agent_tui.errors import ServiceUnreachable
from agent_tui.screens.danger_list import DangerList
from agent_tui.screens.new_ticket import NewTicket
from agent_tui.screens.outage_calls import OutageCalls
from agent_tui.screens.outage_detail import OutageDetail
from agent_tui.screens.outage_message import OutageMessageDialog
from agent_tui.screens.staffing import StaffingDialog
from agent_tui.screens.ticket_history import TicketHistory, Words
from agent_tui.screens.transcript import Transcript
from tests.journeys.live import desk
from tests.journeys.pages import FakeClient, contact
from tests.snapshots.lead_scene import board
from tests.unit.desk_samples import kind, outage
from tests.watched import screen_text
from tests.watched import until as at_last


async def until(pilot, true) -> None:
    await at_last(pilot, true, within=10)


CONTACT = contact("c1", channel="zalo")
NOW = CONTACT.joined_at


class SlowClient(FakeClient):
    """Keeps every question until the test opens the gate; then nobody is there."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.asked: list[str] = []
        self.ended: list[str] = []

    async def call(self, method, where, *_args, **_names):
        if not where.startswith(("/v1/drafts", "/v1/agents", "/v1/tickets/x/presence")):
            self.asked.append(f"{method} {where}")
            await self.gate.wait()
            self.ended.append(f"{method} {where}")
        raise ServiceUnreachable("test")


DIALOGS: dict[str, Callable[[SlowClient], Screen[object]]] = {
    "transcript": lambda client: Transcript(CONTACT, lambda: client.contact("c1"), {}, None, "", lambda _text: None),
    "history": lambda client: TicketHistory("T-1", lambda: client.ticket_history("t1"), Words([], {}), NOW),
    "detail": lambda _client: OutageDetail(outage("o1"), lambda: NOW),
    "message": lambda _client: OutageMessageDialog(outage("o1"), lambda: NOW),
    "calls": lambda _client: OutageCalls(outage("o1"), "u1", lambda: NOW),
    "what-if": lambda _client: StaffingDialog(board("EVNCPC", 9, (3, 2, 5, 1, 2, 0, 0), [])),
}


def faults(app: DeskApp) -> list[str]:
    gc.collect()
    return [str(note.message) for note in app._notifications if "fault" in str(note.message)]


@pytest.mark.parametrize("name", DIALOGS)
async def test_what_was_asked_is_answered_though_the_dialog_is_gone(name, tmp_path):
    client = SlowClient()
    async with desk(tmp_path, client=client) as (app, pilot, _source):
        await app.push_screen(DIALOGS[name](client))
        await until(pilot, lambda: client.asked)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.pause()
        client.gate.set()
        await until(pilot, lambda: client.ended == client.asked)
        await pilot.pause()
        assert not faults(app)


async def test_what_came_of_a_call_reaches_the_service_though_the_dialog_is_left_at_once(tmp_path):
    client = SlowClient()
    call = wire.OutageCallback("c1", "o1", "hotline", "0905100001", "Ty", None, None, NOW, "open", 0, [], "u1")
    async with desk(tmp_path, client=client) as (app, pilot, _source):
        dialog = OutageCalls(outage("o1"), "u1", lambda: NOW)
        await app.push_screen(dialog)
        await until(pilot, lambda: client.asked)
        dialog._claimed = call
        await pilot.press("1", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        client.gate.set()
        await until(pilot, lambda: client.ended == client.asked)
        assert "POST /v1/outages/o1/callbacks/c1" in client.ended
        # The service did not take it: that is said, wherever the agent is by now.
        await until(pilot, lambda: app._notifications)
        assert not faults(app)


async def test_open_dangers_stay_in_sight_when_one_reading_fails(tmp_path):
    async with desk(tmp_path) as (app, pilot, _source):
        stay = wire.Say("Tránh xa.", "Stay away.")
        found = [wire.OpenDispatch("c1", "EVNCPC", NOW, "outage", None, "Đồng Xuân", None, stay)]
        answers: list[list[wire.OpenDispatch] | None] = [found, None]

        async def dispatches() -> list[wire.OpenDispatch]:
            if (answer := answers.pop(0)) is None:
                raise ServiceUnreachable("test")
            return answer

        app.client.dispatches = dispatches
        dialog = DangerList(app.client, lambda: NOW)
        await app.push_screen(dialog)
        await until(pilot, lambda: "Đồng Xuân" in screen_text(app))
        dialog._read_again()
        await until(pilot, lambda: not answers and "✗" in screen_text(app))
        assert "Đồng Xuân" in screen_text(app)


async def test_texts_that_come_when_the_new_ticket_is_closed_are_no_fault(tmp_path):
    client = SlowClient()
    async with desk(tmp_path, client=client) as (app, pilot, _source):
        draft = wire.NewTicket(type="OTHER", title="x", customer="PC08GG0012345")
        dialog = NewTicket("Ty", [kind("OTHER", "Khác", "Other")], draft, lambda _body, _title: None)
        await app.push_screen(dialog)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.pause()
        dialog.look_again()
