"""What a line list paints: only changed spans, the five states, strangers' text letter by letter."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from agent_tui.widgets.line_list import Cell, Column, LineList, Row

COLUMNS = (Column("id", "no", 4, align="right"), Column("who", "who", 10, flex=1), Column("wait", "wait", 5))


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.heard: list[tuple[str, object]] = []

    def compose(self) -> ComposeResult:
        yield LineList(COLUMNS, clock=lambda: self.seconds)

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.heard.append(("chosen", event.id))

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        self.heard.append(("at", event.id))

    def on_line_list_marked(self, event: LineList.Marked) -> None:
        self.heard.append(("marked", event.ids))


def row(id: int, who: str = "Nguyễn Văn Ty") -> Row:
    return Row(str(id), (Cell(str(id)), Cell(who), Cell(lambda now: f"{now + id:.0f}")))


def shown(app: App[None]) -> list[str]:
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


@asynccontextmanager
async def host(rows: list[Row]) -> AsyncIterator[tuple[Host, LineList, Pilot[None]]]:
    app = Host()
    async with app.run_test(size=(40, 12)) as pilot:
        listed = app.query_one(LineList)
        listed.focus()
        listed.set_rows(rows)
        listed.tick()
        await pilot.pause()
        yield app, listed, pilot


def regions(listed: LineList) -> list[Region]:
    painted: list[Region] = []
    real = listed.refresh

    def spy(*areas: Region, **options: bool) -> LineList:
        painted.extend(areas or (listed.region,))
        return real(*areas, **options)

    listed.refresh = spy  # type: ignore[method-assign]
    return painted


async def test_a_tick_repaints_the_waits_and_nothing_else() -> None:
    async with host([row(i) for i in range(100)]) as (app, listed, _pilot):
        painted = regions(listed)
        app.seconds = 7
        listed.tick()
        assert len(painted) == 11
        assert {(region.x, region.width, region.height) for region in painted} == {(34, 5, 1)}
        painted.clear()
        listed.tick()
        assert len(painted) == 11, "until the screen has painted them, they are due"


async def test_one_changed_name_is_one_span() -> None:
    async with host([row(i) for i in range(100)]) as (_app, listed, pilot):
        painted = regions(listed)
        listed.set_rows([row(i, "Lê Minh" if i == 3 else "Nguyễn Văn Ty") for i in range(100)])
        listed.tick()
        assert painted == [Region(7, 4, 26, 1)]
        await pilot.pause()
        assert "Lê Minh" in shown(_app)[4]


async def test_an_unseen_change_paints_nothing() -> None:
    async with host([row(i) for i in range(100)]) as (_app, listed, _pilot):
        painted = regions(listed)
        listed.set_rows([row(i, "Lê Minh" if i == 90 else "Nguyễn Văn Ty") for i in range(100)])
        listed.tick()
        assert painted == []


async def test_moving_paints_two_lines() -> None:
    async with host([row(i) for i in range(100)]) as (app, listed, pilot):
        painted = regions(listed)
        await pilot.press("down")
        assert [(region.y, region.height) for region in painted] == [(1, 1), (2, 1)]
        assert listed.highlighted == "1"
        assert app.heard[-1] == ("at", "1")


async def test_keys_and_messages() -> None:
    async with host([row(i) for i in range(30)]) as (app, listed, pilot):
        await pilot.press("end", "enter", "home", "pagedown", "space")
        assert listed.highlighted == "12"
        assert ("chosen", "29") in app.heard
        assert app.heard[-2:] == [("marked", frozenset({"11"})), ("at", "12")]
        await pilot.press("asterisk", "up", "up", "up", "down")
        assert len(listed.marked) == 30
        assert listed.highlighted == "10"


async def test_mouse() -> None:
    async with host([row(i) for i in range(30)]) as (app, listed, pilot):
        await pilot.click(listed, offset=(5, 3))
        assert listed.highlighted == "2"
        await pilot.click(listed, offset=(5, 3))
        assert app.heard[-1] == ("chosen", "2")
        await pilot.click(listed, offset=(5, 0))
        assert listed.highlighted == "2", "the header is no row"


async def test_the_five_states() -> None:
    async with host([]) as (app, listed, pilot):
        assert "Loading ..." in shown(app)[2]
        listed.placeholder("empty", "Nobody waits. F9 takes a break.")
        await pilot.pause()
        assert "Nobody waits. F9 takes a break." in "\n".join(shown(app))
        listed.placeholder("failed", "The service did not answer. Ctrl+R reads it again, or ask the lead.")
        await pilot.pause()
        text = "\n".join(shown(app))
        assert "✕ The service did not answer." in text
        assert "ask the lead." in text, "a long reason is wrapped, not cut"
        listed.set_rows([row(1)])
        listed.placeholder("data")
        await pilot.pause()
        assert "Nguyễn Văn Ty" in shown(app)[1]
        listed.placeholder("stale", "30 s old")
        await pilot.pause()
        assert shown(app)[0].endswith("30 s old")
        assert "Nguyễn Văn Ty" in shown(app)[1], "old data stays on screen"


async def test_strangers_text_is_letters() -> None:
    async with host([row(1, "[/b][red]x"), row(2, "[@click=app.quit]y[/]")]) as (app, _listed, pilot):
        assert "[/b][red]x" in shown(app)[1]
        assert "[@click=app.quit]y[/]" in shown(app)[2]
        await pilot.click(LineList, offset=(12, 2))
        assert app.is_running


async def test_wide_letters_keep_the_columns() -> None:
    async with host([row(1, "中文中文"), row(2)]) as (app, _listed, _pilot):
        lines = app.screen._compositor.render_strips()
        assert all(strip.cell_length == 40 for strip in lines)
