"""An open dialog speaks the new language at once, and keeps what was typed, chosen and focused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input, TextArea

from agent_tui import wire
from agent_tui.desk.drafts import DraftBook
from agent_tui.keys.keymap import Keymap
from agent_tui.screens.choose_outage import ChooseOutage
from agent_tui.screens.commands import Palette
from agent_tui.screens.help import HelpScreen
from agent_tui.screens.left_texts import LeftTexts
from agent_tui.screens.new_ticket import NewTicket
from agent_tui.screens.state_menu import StateMenu
from agent_tui.screens.transcript import Transcript
from agent_tui.screens.wrap_up import WrapUp, WrapUpView
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import focus_path
from tests.journeys.live import desk
from tests.journeys.pages import contact
from tests.unit.desk_samples import kind, outage
from tests.watched import until

TYPES = [kind("OUT.NOPOWER", "Mất điện", "No power"), kind("OTHER", "Yêu cầu khác", "Other")]
KEYMAP = Keymap.from_settings({})


def nothing(*_given: object) -> None:
    return None


async def read() -> wire.ContactDetail:
    raise AssertionError("the transcript is not wanted here")


def left(tmp_path: Path) -> LeftTexts:
    book = DraftBook(lambda: 0.0)
    for place, text in (("c1", "một"), ("c2", "hai")):
        book.keep("message", place, "Ty", {"text": text, "contact": place, "customer": ""})
    return LeftTexts(book, 0.0)


def new_ticket(_tmp: Path) -> NewTicket:
    return NewTicket("Ty", TYPES, wire.NewTicket(type="", title="", customer="PC08GG0012345"), nothing)


OPEN: dict[str, tuple[Callable[[Path], Screen[object]], list[str], str]] = {
    "wrap-up": (
        lambda _: WrapUp(WrapUpView("Ty", "information"), nothing),
        ["down", "tab", *"ghi", "left"],
        "Kết thúc · Ty",
    ),
    "new-ticket": (new_ticket, [*"no", "enter", "tab", *"day roi", "enter", "x", "up"], "Phiếu mới · Ty"),
    "type-typed": (new_ticket, [*"other"], "Phiếu mới · Ty"),
    "choose-outage": (
        lambda _: ChooseOutage("Ty", [outage("o1", device="471"), outage("o2", device="472")], None, NOW),
        ["4", "7", "down"],
        "Ty",
    ),
    "palette": (lambda _: Palette(KEYMAP, lambda _name: None), ["down", "down"], "Lệnh ..."),
    "help": (lambda _: HelpScreen(KEYMAP, lambda _name: None), ["down"] * 5, "Enter"),
    "state": (lambda _: StateMenu(None, busy=True), ["down", "down"], "sẵn sàng"),
    "left": (left, ["down"], "nháp"),
}
NOW = contact("c").joined_at


def held(screen: Screen[object]) -> dict[str, object]:
    """What a person has put there, field by field."""
    found: dict[str, object] = {"focus": focus_path(screen.focused)}
    for widget in screen.query("*"):
        if isinstance(widget, Input):
            found[f"#{widget.id}"] = widget.value, widget.selection
        elif isinstance(widget, TextArea):
            found[f"#{widget.id}"] = widget.text, widget.selection
        elif isinstance(widget, LineList) and widget.display:
            found[f"#{widget.id}"] = widget.highlighted, len(widget.row_ids)
    return found


def words(screen: Screen[object]) -> str:
    """What the dialog shows, without the view around it."""
    x, y, width, height = screen.query("Vertical").first().region
    lines = screen._compositor.render_strips()[y : y + height]
    return "\n".join(strip.crop(x, x + width).text for strip in lines)


@pytest.mark.parametrize("name", OPEN)
async def test_a_dialog_speaks_the_new_language_and_keeps_what_is_in_it(name: str, tmp_path: Path) -> None:
    make, keys, sign = OPEN[name]
    async with desk(tmp_path) as (app, pilot, _source):
        await app.push_screen(make(tmp_path))
        await pilot.pause()
        await pilot.press(*(" " if key == " " else key for key in keys))
        await until(pilot, lambda: not app.keys_waiting)
        dialog, english, before = app.screen, words(app.screen), held(app.screen)
        await app.switch_language()
        # While a dialog is put together anew its widgets cannot be drawn.
        await pilot.pause()
        await pilot.pause()
        await until(pilot, lambda: sign in words(dialog))
        assert app.screen is dialog
        assert words(dialog) != english
        if name != "new-ticket":  # whose type and title speak it too
            await until(pilot, lambda: held(dialog) == before)
        await app.switch_language()
        await pilot.pause()
        await pilot.pause()
        await until(pilot, lambda: held(dialog) == before and words(dialog) == english)


async def test_a_clock_that_ticks_while_a_dialog_takes_new_words_is_no_fault(tmp_path: Path) -> None:
    async with desk(tmp_path) as (app, pilot, _source):
        wrap_up = WrapUp(WrapUpView("Ty", "information"), nothing)
        await app.push_screen(wrap_up)
        await pilot.pause()
        assert wrap_up._clock is not None
        whole, ticked = wrap_up.compose, []

        def compose() -> ComposeResult:
            # Nothing of the dialog is there: the moment a second is over.
            ticked.append(len(wrap_up.query("*")))
            wrap_up._clock._callback()
            return whole()

        wrap_up.compose = compose
        await app.switch_language()
        await until(pilot, lambda: "Kết thúc · Ty" in words(wrap_up))
        assert ticked == [0]


async def test_the_type_and_a_title_nobody_typed_change_their_language(tmp_path: Path) -> None:
    async with desk(tmp_path) as (app, pilot, _source):
        await app.push_screen(new_ticket(tmp_path))
        await pilot.press(*"no", "enter")
        await until(pilot, lambda: app.screen.query_one("#title", Input).value == "No power")
        await app.switch_language()
        assert [app.screen.query_one(f"#{id}", Input).value for id in ("type", "title")] == ["Mất điện", "Mất điện"]
        await pilot.press("f8")
        await until(pilot, lambda: app.screen is app.view_on_screen())


async def test_a_transcript_is_read_again_and_the_answer_stays(tmp_path: Path) -> None:
    reads = []

    async def detail() -> wire.ContactDetail:
        reads.append(1)
        return wire.ContactDetail(**{f: getattr(CHAT, f) for f in CHAT.__struct_fields__})

    async with desk(tmp_path) as (app, pilot, _source):
        await app.push_screen(Transcript(CHAT, detail, {}, nothing, "", nothing))
        await pilot.press(*"chao")
        await until(pilot, lambda: reads == [1])
        await app.switch_language()
        await until(pilot, lambda: reads == [1, 1])
        assert app.screen.query_one("#message", Input).value == "chao"
        await until(pilot, lambda: "cuộn" in words(app.screen))


CHAT = contact("c1", channel="zalo")
