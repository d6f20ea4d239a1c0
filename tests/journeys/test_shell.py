"""The desk around its views: login, keys, views, offers, a lost link, languages, leaving, faults."""

import asyncio
import stat
from pathlib import Path

import pytest

from agent_tui.desk.store import Diff
from agent_tui.messages import Arrived
from agent_tui.screens.commands import Palette
from agent_tui.screens.help import HelpScreen
from agent_tui.screens.login import LoginScreen
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import Confirm
from tests.journeys.pages import ListView, contact, open_shell


async def test_a_wrong_password_keeps_the_name(tmp_path: Path) -> None:
    async with open_shell(tmp_path, password=None) as desk:
        assert desk.app.screen.query_one("#username", TextField).value == "lan"
        await desk.type("wrong")
        await desk.press("enter")
        await desk.shows("User name or password is wrong")
        assert desk.app.screen.query_one("#username", TextField).value == "lan"
        assert desk.app.screen.query_one("#password", TextField).value == ""
        await desk.type("right")
        await desk.press("enter")
        await desk.shows("EVNCPC · Lan Trần")


async def test_an_unreachable_service_says_so_at_login(tmp_path: Path) -> None:
    async with open_shell(tmp_path, password=None) as desk:
        desk.client.away = True
        await desk.type("right")
        await desk.press("enter")
        await desk.shows("cannot be reached")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_chrome_fits(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_shell(tmp_path, size=size) as desk:
        await desk.shows("waiting 0")
        lines = desk.text().split("\n")
        assert "Lan Trần" in lines[0]
        assert "1 Queue" in lines[0]
        assert "live" in lines[0]
        assert "ready 00:0" in lines[-2]
        for key in ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "^P"):
            assert key in lines[-1]
        assert desk.view.query_one("#body").size.height >= size[1] - 4


async def test_views_keep_their_state(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        await desk.press("down", "down", "tab")
        await desk.type("bản nháp 12")
        await desk.press("f6")
        assert desk.view.VIEW == "customers"
        await desk.press("3")
        assert desk.view.VIEW == "outages", "digits jump outside text fields"
        await desk.press("shift+f6", "shift+f6")
        assert desk.view.VIEW == "queue"
        assert desk.note.value == "bản nháp 12", "and are digits inside them"
        assert desk.listed.highlighted == "r2"
        assert desk.view.focused is desk.note


async def test_the_view_that_comes_back_hears_everything(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        first = desk.view
        assert isinstance(first, ListView)
        await desk.press("f6")
        first.diffs.clear()
        desk.app.hear(Arrived(snapshot=await desk.source.snapshot()))
        await desk.settle()
        assert first.diffs == []
        await desk.press("shift+f6")
        assert first.diffs == [Diff.all()]


async def test_a_key_that_cannot_act_says_why(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        await desk.press("f5")
        await desk.shows("There is no outage here.")
        assert not any(deed.startswith("attach") for deed in desk.flow.done)
        await desk.press("f2", "f8", "ctrl+o")
        deeds = [deed for deed in desk.flow.done if deed != "live"]
        assert deeds == ["take on queue", "commit on queue", "hold on queue"]


async def test_keys_of_the_settings(tmp_path: Path) -> None:
    async with open_shell(tmp_path, keys={"take": "ctrl+l", "find": "f2"}) as desk:
        await desk.press("f2", "ctrl+l")
        assert [deed for deed in desk.flow.done if deed != "live"] == ["find on queue", "take on queue"]
        assert "^L Take" in desk.text()


async def test_help_runs_a_line(tmp_path: Path) -> None:
    async with open_shell(tmp_path, size=(140, 40)) as desk:
        await desk.press("question_mark")
        assert isinstance(desk.app.screen, HelpScreen)
        await desk.shows("There is no outage here.")
        await desk.press("enter")
        await desk.until(lambda: "take on queue" in desk.flow.done)
        assert desk.app.screen is desk.view


async def test_palette_runs_a_command(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        await desk.press("ctrl+p")
        assert isinstance(desk.app.screen, Palette)
        await desk.type("save")
        await desk.shows("F8")
        await desk.press("enter")
        await desk.until(lambda: "commit on queue" in desk.flow.done)


async def test_language_and_theme_change_at_once(tmp_path: Path) -> None:
    async with open_shell(tmp_path, lang="vi") as desk:
        was = desk.text()
        await desk.press("tab")
        await desk.type("chữ")
        await desk.app.act("language")
        await desk.shows("F1 Help")
        assert desk.text() != was
        assert desk.note.value == "chữ"
        for theme in ("light", "contrast", "dark"):
            await desk.app.act("theme")
            await desk.until(lambda theme=theme: desk.app.theme == theme)


async def test_an_offer_shows_over_any_view_and_typing_goes_on(tmp_path: Path) -> None:
    ringing = contact(state="offered", offered_to="u1", priority_class="danger")
    async with open_shell(tmp_path, size=(80, 24), contacts=[ringing]) as desk:
        await desk.press("f6", "tab")
        await desk.shows("☎ OFFER [/b] [@click=app.quit]Ty[/] · DANGER · Đồng Xuân · F2 take")
        await desk.type("xin chào")
        assert desk.note.value == "xin chào"
        await desk.pilot.click("#offer", offset=(20, 0))
        await desk.until(lambda: "take on customers" in desk.flow.done)
        assert desk.app.is_running


async def test_lost_link_is_said_and_typed_text_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_shell(tmp_path, size=(100, 24)) as desk:
        await desk.press("tab")
        await desk.type("đang gõ")
        desk.source.cut()
        await desk.until(lambda: desk.app.link.phase == "lost", 10)
        await desk.shows("Connection lost since ")
        assert "0 unsent" in desk.line(-2)
        await desk.type(" tiếp")
        assert desk.note.value == "đang gõ tiếp"
        desk.source.down = False
        await desk.press("ctrl+r")
        await desk.until(lambda: desk.app.link.is_live)
        await desk.until(lambda: "Connection lost" not in desk.text())
        assert desk.note.value == "đang gõ tiếp"


async def test_leaving_asks_and_is_refused_with_a_contact_open(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        for key in ("ctrl+q", "ctrl+c"):
            await desk.press(key)
            assert desk.app.is_running
            assert desk.app.screen is desk.view
        await desk.app.act("leave")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("escape")
        assert desk.app.screen is desk.view
        desk.source.contacts = [contact(state="connected", agent="u1")]
        desk.app.hear(Arrived(snapshot=await desk.source.snapshot()))
        await desk.settle()
        await desk.app.act("leave")
        await desk.shows("Wrap it up first")
        assert not desk.client.logged_out
        desk.source.contacts = []
        desk.app.hear(Arrived(snapshot=await desk.source.snapshot()))
        await desk.settle()
        await desk.app.act("leave")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.client.logged_out and not desk.app.is_running)


async def test_a_session_that_ended_asks_for_the_password_only(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        await desk.press("tab")
        await desk.type("giữ")
        desk.app.session_ended("The session has ended.")
        await desk.settle()
        assert isinstance(desk.app.screen, LoginScreen)
        await desk.shows("The session has ended.")
        await desk.type("right")
        await desk.press("enter")
        await desk.until(lambda: desk.app.view_on_screen() is not None)
        assert desk.note.value == "giữ"


def crash_report(folder: Path) -> tuple[int, str]:
    (file,) = folder.glob("crash-*.txt")
    return stat.S_IMODE(file.stat().st_mode), file.read_text("utf-8")


async def test_a_fault_in_an_action_costs_that_action(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        desk.flow.broken.add("take")
        await desk.press("f2")
        await desk.shows("That did not work")
        assert "0905" not in desk.text()
        mode, report = crash_report(tmp_path)
        assert mode == 0o600
        assert "LookupError" in report
        assert "0905" not in report
        await desk.press("f8")
        assert "commit on queue" in desk.flow.done


async def test_a_burst_of_actions_keeps_its_order_while_the_service_thinks(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        answer = asyncio.Event()
        act = desk.flow.act

        async def slow(action: str, screen: ListView) -> None:
            if action == "take":
                await answer.wait()
            await act(action, screen)

        desk.flow.act = slow  # type: ignore[method-assign]
        for name in ("take", "commit", "state"):
            await desk.app.act(name)
        await desk.pilot.pause()
        assert [deed for deed in desk.flow.done if deed != "live"] == []
        answer.set()
        await desk.until(lambda: "state on queue" in desk.flow.done)
        deeds = [deed for deed in desk.flow.done if deed != "live"]
        assert deeds == ["take on queue", "commit on queue", "state on queue"]


async def test_marking(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        await desk.press("space", "space")
        assert desk.listed.marked == {"r0", "r1"}
        assert desk.listed.highlighted == "r2"
        await desk.press("asterisk")
        assert len(desk.listed.marked) == 50
        await desk.press("asterisk")
        assert desk.listed.marked == frozenset()


async def test_clicks_choose_and_tabs_go(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as desk:
        await desk.pilot.click("LineList", offset=(5, 4))
        await desk.settle()
        assert desk.listed.highlighted == "r3"
        x = desk.line(0).index("3 Outages")
        await desk.pilot.click("#top", offset=(x, 0))
        await desk.until(lambda: desk.view.VIEW == "outages")
        x = desk.line(-1).index("F8")
        await desk.pilot.click("#bar", offset=(x, 0))
        await desk.until(lambda: "commit on outages" in desk.flow.done)


async def test_the_arrows_walk_the_commands_while_a_word_is_typed(tmp_path: Path) -> None:
    async with open_shell(tmp_path) as shell:
        await shell.press("ctrl+p")
        listed = shell.app.screen.query_one("#commands", LineList)
        first, second = listed.row_ids[:2]
        assert listed.highlighted == first
        await shell.press("down")
        assert listed.highlighted == second
        await shell.press("up")
        assert listed.highlighted == first
