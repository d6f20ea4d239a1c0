"""The queue's cursor: on the next caller by itself, and where the agent put it as long as that row is there."""

from pathlib import Path

from textual.widgets.input import Selection

from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from tests.journeys.live import Flood, desk
from tests.journeys.pages import contact
from tests.watched import until


async def test_the_cursor_stays_on_a_row_nobody_can_take_until_the_agent_leaves_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as (app, pilot, source):
        listed = app.screen.query_one("#queue", LineList)
        await until(pilot, lambda: listed.row_ids and listed.highlighted != "mine")
        await pilot.press("home")
        await until(pilot, lambda: listed.highlighted == "mine")
        source.happen(30)
        await until(pilot, lambda: app.state.seq == source.seq)
        await pilot.pause()
        assert listed.highlighted == "mine"
        await pilot.press("down")
        await until(pilot, lambda: listed.highlighted != "mine")


async def test_who_was_wrapped_up_is_out_of_the_list_before_the_service_answers(tmp_path: Path) -> None:
    async with desk(tmp_path) as (app, pilot, _source):
        listed = app.screen.query_one("#queue", LineList)
        await until(pilot, lambda: "mine" in listed.row_ids)
        await pilot.press("f8")
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press("enter")
        await until(pilot, lambda: app.outbox.count)
        await until(pilot, lambda: "mine" not in listed.row_ids)
        assert "mine" in app.state.contacts, "the service has not said so yet"


async def test_a_hidden_pane_gives_its_focus_to_no_field(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as (app, pilot, _source):
        field, listed = app.screen.query_one("#filter", TextField), app.screen.query_one("#queue", LineList)
        await pilot.press("slash", "w", "1", "enter")
        await until(pilot, lambda: app.focused is listed)
        field.selection = Selection.cursor(1)
        for _turn in range(2):
            await pilot.press("tab")
            await until(pilot, lambda: app.focused is not None and app.focused.id == "card-scroll")
            await pilot.press("tab")
            await until(pilot, lambda: app.focused is listed)
        assert field.selection == Selection.cursor(1), "a field that has been given the focus selects its text"
        await pilot.press("slash", "tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "card-scroll")


async def test_the_card_is_about_whom_the_filter_puts_under_the_cursor(tmp_path: Path) -> None:
    source = Flood()
    source.first = [contact("c1", name="Phan Thị Mai"), contact("c2", name="Trần Văn Bình", channel="zalo")]
    async with desk(tmp_path, source) as (app, pilot, _source):
        await until(pilot, lambda: app.screen.selected_contact() == "c1")
        await pilot.press("slash", "b", "i", "n", "h")
        await until(pilot, lambda: app.flow.picked == "c2")
        await until(pilot, lambda: "Trần Văn Bình" in str(app.screen.query_one("#card-who").visual))
