"""Every hostile text in every path by which text reaches the screen, in one process: what stands there are letters."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs
from textual.app import App, ComposeResult
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.drafts import Draft, DraftBook
from agent_tui.desk.store import DeskState
from agent_tui.keys.keymap import Keymap
from agent_tui.messages import Link
from agent_tui.screens import chrome, transcript
from agent_tui.screens.left_texts import LeftTexts
from agent_tui.text import clean as gate
from agent_tui.text.clean import clean, clean_tree
from agent_tui.theme import dress
from agent_tui.widgets import contact_card, customer_card, customer_rows, outage_rows, queue_rows, ticket_rows
from agent_tui.widgets.fields import TextBox, TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Row
from agent_tui.widgets.offer_bar import OfferBar
from agent_tui.widgets.safe import Confirm, SafeStatic, plain, toast
from agent_tui.widgets.status_line import StatusLine
from agent_tui.widgets.top_bar import TopBar
from tests.full import count
from tests.hostile import ROWS
from tests.journeys.live import Flood, desk
from tests.journeys.pages import contact
from tests.watched import until

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
MORE = [
    "[/b]",
    "[/]",
    "[/x]",
    "[link=http://x.vn]y[/link]",
    '[b="x',
    "[$error]x[/]",
    "Số 5 [ngõ 12/3]",
    "a\r\nb",
    "\x9b31m",
]
TEXTS = [text for _id, text in ROWS if text] + MORE
NOBODY = contact()


def contact_of(text: str) -> wire.Contact:
    return clean_tree(
        contact(name=text, address=text, place=text, text_preview=text, queue=text, skill=text, agent=text)
    )


def outage_of(text: str) -> wire.Outage:
    loads, notes = [wire.PriorityLoad(text, text, text)], [wire.OutageNote(NOW, text, text)]
    return clean_tree(wire.Outage("o1", "unplanned", "confirmed", text, [text, text], [text], [text], 5, 9, loads, text,
                                  NOW, None, "none", None, "none", "none", [], 1, 1, 1, notes, 1, text, "feeder", None,
                                  [text]))  # fmt: skip


def ticket_of(text: str) -> wire.TicketDetail:
    notes = [wire.TicketNote("n", text, NOW, text, text)]
    return clean_tree(wire.TicketDetail("t1", text, text, "open", "high", text, text, None, None, text, text, NOW,
                                        "soon", NOW, {text: text}, 1, [], NOW, notes))  # fmt: skip


def record_of(text: str) -> wire.CustomerRecord:
    return clean_tree(wire.CustomerRecord(text, text, text, [text], text, text, text, text, text, text, text, text,
                                          text, 1, text, text, [text], [wire.Device(text, "feeder", text)],
                                          [wire.TicketBrief("t", text, text, text, "open", NOW)],
                                          [wire.ContactBrief("c", text, NOW, text, text, "closed")], 5))  # fmt: skip


def cells(row: Row) -> list[str]:
    return [cell.text if isinstance(cell.text, str) else cell.text(NOW.timestamp()) for cell in row.cells]


def contents(text: str) -> list[str]:
    """Everything the pure half of the screens makes of one text."""
    caller, record, outage = contact_of(text), record_of(text), outage_of(text)
    power = clean_tree(wire.Power("known_outage", wire.Say(text, text), "o1", None, NOW, None))
    view = contact_card.CardView(
        caller, True, record, power, outage, (), False, clean(text), clean(text), clean(text), True
    )
    without = dataclasses.replace(view, record=None)
    said, steps = [wire.Message(NOW, "customer", text)], [wire.ContactEvent(NOW, "queued", text, text, text)]
    nobody = wire.ContactDetail(**structs.asdict(NOBODY))
    detail = clean_tree(structs.replace(nobody, transcript=said, history=steps))
    hit = clean_tree(wire.CustomerHit(text, text, text, text, text, text, "closed", text, text))
    made: list[Content] = [
        contact_card.head_line(view, NOW), contact_card.who_lines(view), contact_card.who_lines(without),
        contact_card.power_lines(view, NOW), contact_card.history_lines(view, NOW),
        customer_card.page([*customer_card.supply(record, NOW), *customer_card.tickets(record, NOW)]),
        customer_card.page([customer_card.head(record), *customer_card.places(record)]),
        customer_card.page(customer_card.contacts(record, NOW)), outage_rows.card(outage, NOW),
        transcript.lines(detail, {text: clean(text)}), outage_rows.header([outage], NOW, clean(text)),
    ]  # fmt: skip
    rows = [queue_rows.row(caller, "u1", {}), customer_rows.row(hit), outage_rows.row(outage, NOW),
            ticket_rows.row(ticket_of(text), NOW, clean(text))]  # fmt: skip
    return [content.plain for content in made] + [text for row in rows for text in cells(row)]


@pytest.mark.parametrize("text", TEXTS)
def test_no_line_of_any_screen_holds_a_steering_character(text: str) -> None:
    for line in contents(text):
        assert not gate._BAD.search(line.replace("\n", "").replace("\ufffd", ""))
    assert any(clean(text)[:20] in line for line in contents(text)), "and no letter of it is eaten"


class Wall(App[None]):
    """Every widget that shows text, at once."""

    CSS = "TopBar, OfferBar, StatusLine { height: 1; } #one { height: 4; } #box { height: 5; } #list { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        dress(self, "dark", "compact")
        self.ran: list[str] = []

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        yield OfferBar(id="offer")
        yield StatusLine(id="status")
        yield SafeStatic(id="one")
        yield TextField(id="field")
        yield TextBox(id="box")
        yield LineList(queue_rows.COLUMNS, id="list")

    def action_quit(self) -> None:
        self.ran.append("quit")

    def screen_text(self) -> str:
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_every_widget_shows_every_text_and_a_click_on_it_does_nothing() -> None:
    state = DeskState(wire.User("u1", "lan", "Lan", "agent", "EVNCPC", {}))
    app = Wall()
    async with app.run_test(size=(160, 50), notifications=True, tooltips=True) as pilot:
        for text in [*TEXTS[:: count(4, 1)], *MORE]:
            caller = clean_tree(contact(state="offered", offered_to="u1", name=text, place=text))
            state.contacts = {caller.id: caller}
            state.user = clean_tree(wire.User("u1", text, text, "agent", "EVNCPC", {}))
            state.banner = clean_tree(wire.Banner(wire.Say(text, text)))
            state.me = clean_tree(wire.AgentState("paused", "idle", NOW, None, text))
            link = Link("live", 0.0, 0.0)
            app.query_one(TopBar).show(chrome.top_of(state, link, 0, 0.0, 0.0, "queue"))
            app.query_one(OfferBar).show(chrome.offer_of(state, Keymap.default()), 0.0)
            app.query_one(StatusLine).show(chrome.status_of(state, link, 0, 0.0, 0.0, 0.0, clean(text))[0])
            one = app.query_one("#one", SafeStatic)
            one.say(text, layout=True)
            one.tooltip = plain(text)
            app.query_one(TextField).value = clean(text)
            app.query_one(TextBox).text = clean(text, multiline=True)
            app.query_one(LineList).set_rows([queue_rows.row(caller, "u1", {})])
            toast(app, text, "warning")
            await pilot.pause()
            await pilot.hover("#one", offset=(2, 0))
            await pilot.click("#one", offset=(2, 0))
            await pilot.click("#field", offset=(4, 1))
            await pilot.pause()
            shown = app.screen_text()
            assert not gate._BAD.search(shown.replace("\n", "").replace("\ufffd", "")), ascii(text)
            app.clear_notifications()
        for text in TEXTS[::8]:
            app.push_screen(Confirm(text, text, text))
            await pilot.pause()
            assert not gate._BAD.search(app.screen_text().replace("\n", "").replace("\ufffd", ""))
            await pilot.press("escape")
        assert app.ran == []
        assert app.is_running


async def test_hostile_offer_banner_and_drafts_on_the_whole_desk(tmp_path: Path) -> None:
    hostile = "[/b] [@click=app.quit]Số 5 [ngõ 12/3][/] \x1b]52;c;aGk=\x07"
    source = Flood()
    source.first = [clean_tree(contact("r", state="offered", offered_to="u1", name=hostile, place=hostile))]
    source.more = {"banner": clean_tree(wire.Banner(wire.Say(hostile, hostile)))}
    async with desk(tmp_path, source, size=(200, 40)) as (app, pilot, _source):
        await until(
            pilot, lambda: app.view_on_screen() and app.screen.query(OfferBar) and app.screen.query_one(OfferBar).offer
        )
        app.drafts.restore([Draft("wrap_up", "gone", hostile, {"text": hostile}, app.now())])
        await pilot.press("ctrl+p", *"unsaved", "enter")
        await until(pilot, lambda: isinstance(app.screen, LeftTexts))
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = "\n".join("".join(segment.text for segment in strip) for strip in strips)
        assert shown.count("[/b] [@click=app.quit]Số 5 [ngõ 12/3][/]") >= 2
        assert not gate._BAD.search(shown.replace("\n", "").replace("\ufffd", ""))


@pytest.mark.parametrize(("size", "multiline"), [(512, False), (20_000, True)])
def test_long_texts_are_capped_where_they_are_drawn(size: int, multiline: bool) -> None:
    assert len(plain("x" * 100_000, multiline=multiline).plain) == size
    book = DraftBook(lambda: 0.0)
    book.keep("ticket", "t", "x" * 10_000, {"note": "n" * 1_000_000})
    assert len(book.all[0].label) == 512
