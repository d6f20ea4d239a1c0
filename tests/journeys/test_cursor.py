"""The queue's cursor: on the next caller by itself, and where the agent put it as long as that row is there."""

from pathlib import Path

from agent_tui.widgets.line_list import LineList
from tests.journeys.live import desk, until


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
