"""Lists of one's own: saved by name, there at the next start, deleted; and a key typed while a dialog goes."""

import asyncio
from pathlib import Path

import pytest
from textual import events

from agent_tui.desk.ticket_lists import VIEWS
from agent_tui.keys import ordered
from agent_tui.screens.saved_views import ViewName
from agent_tui.screens.ticket_bulk import BulkTickets
from agent_tui.screens.ticket_list import TicketList
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import Confirm
from tests.contract import grid
from tests.journeys.pages_queue import Desk, open_desk

HOSTILE = "[b]Gấp[/b] [@click=app.quit]x[/]"


async def tickets(desk: Desk, *titles: str) -> None:
    """Tickets that nobody has yet; the desk is on the list of those."""
    lan = await desk.svc.client("lan")
    for title in titles:
        body = {"type": "METER.RECHECK", "title": title, "customer": grid.HOME}
        assert (await lan.post("/v1/tickets", json=body)).status_code == 201
    await desk.press("4")
    await desk.until(lambda: desk.app.current_mode == "tickets" and desk.shows("MINE 0"))
    await desk.press("right")
    await desk.until(lambda: rows(desk) == len(titles))


def rows(desk: Desk) -> int:
    return len(desk.app.screen.query_one("#ticket-list", LineList).row_ids) if not desk.app.screen.is_modal else -1


async def typed_name(desk: Desk, name: str) -> None:
    await desk.app.act("save_view")
    await desk.until(lambda: desk.dialog(ViewName))
    desk.app.screen.query_one("#view-name", TextField).value = name
    await desk.press("enter")


async def test_a_filter_is_saved_under_a_name_and_is_there_at_the_next_start(tmp_path: Path) -> None:
    settings, file = tmp_path / "settings.toml", tmp_path / "settings.views.toml"
    settings.write_text("# mine\n[views]\n", "utf-8")
    async with open_desk(tmp_path / "first", views_file=file) as desk:
        await desk.app.act("save_view")
        await desk.until(lambda: desk.told("saved in their own view"))
        await tickets(desk, "Công tơ cháy", "Điện yếu")
        await desk.app.act("save_view")
        await desk.until(lambda: desk.told("This list is there already"))
        await desk.press("slash", *"chay", "enter")
        await desk.until(lambda: rows(desk) == 1)
        await typed_name(desk, " ")
        await desk.until(lambda: desk.shows("A list needs a name."))
        await desk.press("escape")
        await desk.until(lambda: rows(desk) == 1)
        await typed_name(desk, "mine")
        await desk.until(lambda: desk.shows("There is a list “mine” already"))
        desk.app.screen.query_one("#view-name", TextField).value = HOSTILE
        await desk.press("f8")
        await desk.until(lambda: desk.told("is saved") and desk.shows(f"{HOSTILE} 1"))
        assert desk.shows("←→ MINE · UNASSIGNED · DUE · ALL")
        assert not desk.app.screen.query_one("#ticket-filter").display
    assert settings.read_text("utf-8") == "# mine\n[views]\n"
    async with open_desk(tmp_path / "second", views_file=file) as desk:
        await tickets(desk, "Báo cháy", "Điện yếu", "Sụt áp")
        await desk.app.act("delete_view")
        await desk.until(lambda: desk.told("Only a list that you saved"))
        await desk.press("left", "left")
        await desk.until(lambda: desk.shows(f"{HOSTILE} 1"))
        await desk.app.act("delete_view")
        await desk.until(lambda: desk.dialog(Confirm))
        await desk.press("enter")
        await desk.until(lambda: desk.told("is deleted") and desk.shows("MINE 0"))
        assert desk.app.screen.query_one(TicketList).views == VIEWS
        assert "[[view]]" not in file.read_text("utf-8")


async def test_a_broken_file_of_lists_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.views.toml"
    file.write_text("[[view]\n", "utf-8")
    async with open_desk(tmp_path / "desk", views_file=file) as desk:
        await tickets(desk, "Công tơ cháy", "Điện yếu")
        await desk.until(lambda: desk.told("cannot be read"))
        await desk.press("slash", *"chay", "enter")
        await desk.until(lambda: rows(desk) == 1)
        desk.app.clear_notifications()
        await typed_name(desk, "Cháy")
        await desk.until(lambda: desk.told("stays as it is") and rows(desk) == 1)
        assert file.read_text("utf-8") == "[[view]\n"


async def test_a_key_behind_a_closed_dialog_does_not_wait_for_what_died_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where a key waits for a sign that cannot come any more, it waits for these: here that is the end of the test.
    monkeypatch.setattr(ordered, "FENCE_CAP", 1e6)
    monkeypatch.setattr(ordered, "GIVE_UP", 1e6)
    monkeypatch.setattr(ordered, "LONE", 1e6)
    async with open_desk(tmp_path) as desk:
        await tickets(desk, "một", "hai")
        await desk.press("asterisk", "f8")
        await desk.until(lambda: desk.dialog(BulkTickets))
        desk.app.post_message(events.Key("escape", None))
        # The moment it is off the screen, while its widgets go.
        while desk.app.screen.is_modal:  # noqa: ASYNC110
            await asyncio.sleep(0)
        desk.app.post_message(events.Key("down", None))
        await desk.until(lambda: desk.app.screen.query_one("#ticket-list", LineList).at == 1)
