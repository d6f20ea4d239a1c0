"""What is typed and not sent is found again: in its field, in the desk started next, and nowhere once it is sent."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_tui import wire
from agent_tui.errors import Refused
from agent_tui.messages import IntentRefused, IntentSent
from agent_tui.screens.left_texts import LeftTexts
from agent_tui.screens.new_ticket import NewTicket
from agent_tui.screens.ticket_edit import TicketPane
from agent_tui.screens.transcript import Transcript
from agent_tui.screens.wrap_up import WrapUp
from agent_tui.widgets.fields import TextBox, TextField
from tests.journeys.live import AwayClient, Flood, desk
from tests.journeys.pages import contact
from tests.watched import until

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
TICKET = wire.TicketDetail("t1", "T-1", "OTHER", "open", "normal", "Cột nghiêng", None, None, None, "EVNCPC", "lan",
                           None, "ok", NOW, {}, 1)  # fmt: skip


class OneTicket(AwayClient):
    async def tickets(self, **_names) -> wire.Page:
        return wire.Page([TICKET])

    async def ticket(self, id: str) -> wire.TicketDetail:
        return TICKET


def on(app, kind: type) -> Callable[[], bool]:
    return lambda: isinstance(app.screen, kind) and app.screen.is_mounted


async def offered(app, pilot) -> None:
    await until(pilot, on(app, LeftTexts))
    await pilot.press("enter")


async def type_in(pilot, text: str) -> None:
    await pilot.press(*("space" if char == " " else char for char in text))


@pytest.mark.parametrize(("key", "dialog", "field"), [("f8", WrapUp, "#note"), ("f7", Transcript, "#message")])
async def test_note_and_message_come_back_where_they_were_typed(
    tmp_path: Path, key: str, dialog: type, field: str
) -> None:
    async with desk(tmp_path) as (app, pilot, _source):
        await pilot.press(key)
        await until(pilot, on(app, dialog))
        app.screen.query_one(field).focus()
        await type_in(pilot, "dây đứt")
        await until(pilot, lambda: len(app.drafts) == 1)
    async with desk(tmp_path) as (app, pilot, _source):
        await offered(app, pilot)
        await until(pilot, on(app, dialog))
        await until(pilot, lambda: app.screen.query_one(field, TextField).value == "dây đứt")


async def test_a_note_whose_contact_is_gone_becomes_a_ticket(tmp_path: Path) -> None:
    async with desk(tmp_path) as (app, pilot, _source):
        await pilot.press("f8")
        await until(pilot, on(app, WrapUp))
        await pilot.press("tab")
        await type_in(pilot, "gọi lại")
        await until(pilot, lambda: len(app.drafts) == 1)
    source = Flood()
    source.first = []
    async with desk(tmp_path, source) as (app, pilot, _source):
        await offered(app, pilot)
        await until(pilot, on(app, NewTicket))
        assert app.screen.query_one("#note", TextBox).text == "gọi lại"
        await pilot.press("escape")
        await until(pilot, lambda: [draft.kind for draft in app.drafts.all] == ["new_ticket"])


async def test_a_ticket_being_written_comes_back_whole_and_goes_when_the_service_has_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as (app, pilot, _source):
        await pilot.press("f4")
        await until(pilot, on(app, NewTicket))
        await pilot.press("enter")
        assert len(app.drafts) == 0, "a title the desk chose itself is nobody's text"
        await pilot.press("tab")
        app.screen.query_one("#note").focus()
        await type_in(pilot, "gần cầu [ngõ 12/3]")
        await until(pilot, lambda: len(app.drafts) == 1)
    async with desk(tmp_path) as (app, pilot, _source):
        await offered(app, pilot)
        await until(pilot, on(app, NewTicket))
        assert app.screen.query_one("#note", TextBox).text == "gần cầu [ngõ 12/3]"
        await pilot.press("f8")
        await until(pilot, lambda: app.outbox.count == 1)
        (draft,) = app.drafts.all
        assert draft.on_its_way
        # Del takes nothing back that is on its way, and says why.
        await app.push_screen(LeftTexts(app.drafts, app.now()))
        await pilot.press("delete")
        await until(pilot, lambda: any("on its way" in str(note.message) for note in app._notifications))
        assert app.drafts.all == (draft,)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, LeftTexts))
        (intent,) = app.outbox.unsent
        app.hear(IntentRefused(intent, Refused(wire.Problem("x", "x", 400, "x", "x", "r"))))
        await until(pilot, lambda: not app.drafts.all[0].on_its_way)
        assert app.drafts.text("new_ticket", "mine", "note") == "gần cầu [ngõ 12/3]"
        app.drafts.send_off("new_ticket", "mine", intent.key)
        app.hear(IntentSent(intent, TICKET))
        await until(pilot, lambda: len(app.drafts) == 0)


async def test_the_open_ticket_comes_back_with_what_was_typed_into_it(tmp_path: Path) -> None:
    async with desk(tmp_path, client=OneTicket()) as (app, pilot, _source):
        await pilot.press("4")
        await until(pilot, lambda: app.view_on_screen().VIEW == "tickets" and app.state.tickets)
        await pilot.press("enter")
        pane = app.screen.query_one(TicketPane)
        await until(pilot, lambda: pane.ticket is not None)
        app.screen.query_one("#ticket-note").focus()
        await type_in(pilot, "đã hẹn")
        await until(pilot, lambda: len(app.drafts) == 1)
    async with desk(tmp_path, client=OneTicket()) as (app, pilot, _source):
        await offered(app, pilot)
        await until(pilot, lambda: app.view_on_screen().VIEW == "tickets" and app.screen.query_one(TicketPane).ticket)
        await until(pilot, lambda: app.screen.query_one("#ticket-note", TextBox).text == "đã hẹn")
        assert len(app.drafts) == 1


async def test_a_note_too_long_for_one_is_said_not_cut(tmp_path: Path) -> None:
    source = Flood()
    source.first = [contact("mine", agent="u1", state="connected")]
    async with desk(tmp_path, source) as (app, pilot, _source):
        await pilot.press("f4")
        await until(pilot, on(app, NewTicket))
        await pilot.press("enter")
        app.screen.query_one("#note", TextBox).text = "x " * 15_000
        await pilot.press("f8")
        await until(pilot, lambda: "29,999" in str(app.screen.query_one("#error").content))
        assert len(app.screen.query_one("#note", TextBox).text) == 30_000
        assert app.outbox.count == 0


async def test_copy_takes_the_code_then_the_phone_and_only_by_its_key(tmp_path: Path) -> None:
    source = Flood()
    source.first = [contact("mine", agent="u1", state="connected", customer="PE01000123456", address="0905123456")]
    async with desk(tmp_path, source) as (app, pilot, _source):
        await until(pilot, lambda: app.state.hand is not None)
        assert app.clipboard == ""
        await pilot.press("ctrl+y")
        await until(pilot, lambda: app.clipboard == "PE01000123456")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: app.clipboard == "0905123456")
        app.copy_to_clipboard("a\x1b]52;c;aGk=\x07\ud800")
        assert app.clipboard == "a\ufffd]52;c;aGk=\ufffd\ufffd"


@pytest.mark.parametrize("hidden", ["090****456", "*******456", "l****@x.vn"])
async def test_a_masked_number_is_never_copied(hidden: str, tmp_path: Path) -> None:
    source = Flood()
    source.first = [contact("mine", agent="u1", state="connected", customer="PE01000123456", address=hidden)]
    async with desk(tmp_path, source) as (app, pilot, _source):
        await until(pilot, lambda: app.state.hand is not None)
        for _press in range(2):
            app.copy_to_clipboard("before")
            await pilot.press("ctrl+y")
            await until(pilot, lambda: app.clipboard != "before")
            assert app.clipboard == "PE01000123456"
