"""The wallboard on the real service: from the alarm to agents moved and everybody told, and what is behind a figure."""

import stat
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from agent_tui import wire
from agent_tui.screens import lead_acts
from agent_tui.screens.pick import Pick
from agent_tui.screens.staffing import StaffingDialog
from agent_tui.screens.surge import SurgeDialog
from agent_tui.screens.wallboard import WallboardScreen
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextBox
from agent_tui.widgets.line_list import LineList
from backend_stub.ops import importer
from backend_stub.store.connect import DATABASE, writer
from tests.contract.desk import do, ready
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk

WALL = {"role": "lead", "ready": False}


def wall(desk: Desk) -> WallboardScreen:
    view = desk.app.view("wallboard")
    assert isinstance(view, WallboardScreen)
    return view


def listed(desk: Desk, name: str) -> LineList:
    return wall(desk).query_one(f"#{name}", LineList)


async def open_wall(desk: Desk) -> None:
    await desk.press("5")
    await desk.until(lambda: desk.app.state.wallboard is not None and listed(desk, "figures").row_ids)


async def fresh(desk: Desk, true) -> None:
    """Read the wallboard until it says so."""
    await desk.press("ctrl+r")
    await desk.until(lambda: (board := wall(desk).board) is not None and true(board))
    await desk.until(lambda: not desk.app.keys_waiting)


async def agents(desk: Desk) -> dict[str, wire.Agent]:
    answer = await (await desk.svc.client("boss")).get("/v1/agents")
    return {one.username: one for one in msgspec.json.decode(answer.content, type=wire.Page[wire.Agent]).items}


async def paused(desk: Desk, *names: str, **skills: int) -> None:
    for client in await ready(desk.svc, *names, **skills):
        assert (await client.put("/v1/me/state", json={"state": "paused", "reason": "meeting"})).status_code == 200


async def test_from_the_alarm_to_agents_moved_and_everybody_told_in_six_keys(tmp_path):
    async with open_desk(tmp_path, **WALL) as desk:
        await paused(desk, "minh", "hoa", outage=3)
        await feeder_outage(desk)
        for n in range(3):
            await desk.report(address=f"090510000{n}")
        await open_wall(desk)
        await fresh(desk, lambda board: board.waiting == 3 and board.agents["paused"] == 2)
        assert listed(desk, "figures").row_ids[0] == "alert:no_staff"
        listed(desk, "figures").highlight("alert:no_staff")
        keys = ("enter", "asterisk", "f8", "enter", "f9", "f8")
        assert len(keys) <= 6
        await desk.press(*keys[:3])
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press(keys[3])
        await desk.until(lambda: desk.told("Moved 2 agents."))
        await desk.press(keys[4])
        await desk.until(lambda: desk.dialog(SurgeDialog))
        await desk.press(keys[5])
        await desk.until(lambda: desk.told("Surge mode is on."))
        assert {name: one.intent for name, one in (await agents(desk)).items() if name in ("minh", "hoa")} == {
            "minh": "available", "hoa": "available",
        }  # fmt: skip
        said = (await (await desk.svc.client("minh")).get("/v1/snapshot")).json()
        assert said["surge"]["on"]
        assert said["surge"]["callback_offer"]
        assert "mất điện" in said["surge"]["announcement"]["vi"]
        assert said["banner"]["text"] == said["surge"]["announcement"]
        assert datetime.fromisoformat(said["banner"]["until"]) > datetime.now(UTC)
        await desk.until(lambda: desk.shows("surge mode since"))


async def test_a_move_is_taken_back_with_the_undo_key_unless_something_came_after(tmp_path):
    async with open_desk(tmp_path, **WALL) as desk:
        minh, _hoa = await ready(desk.svc, "minh", "hoa", billing=2)
        await open_wall(desk)
        await fresh(desk, lambda board: board.agents["available"] == 2)
        listed(desk, "figures").highlight("available")
        await desk.press("enter", "asterisk", "f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("escape")
        await desk.until(lambda: not desk.dialog(Pick))
        # Whoever goes back has lost no mark.
        assert len(listed(desk, "agents").marked) == 2
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("enter")
        await desk.until(lambda: desk.told("Moved 2 agents."))
        assert desk.told("takes it back")
        assert (await agents(desk))["hoa"].skills == {"billing": 2, "outage": 3}
        # Once more moves nobody, says so, and leaves the move before to be taken back.
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("enter")
        await desk.until(lambda: desk.told("Nothing to change: it is so already."))
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("Taken back: move of"))
        assert {name: one.skills for name, one in (await agents(desk)).items() if name in ("minh", "hoa")} == {
            "minh": {"billing": 2}, "hoa": {"billing": 2},
        }  # fmt: skip
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("There is nothing to undo."))
        # Paused by the lead, and back by themselves since: that is not taken from them.
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press(*"meal", "enter")
        await desk.until(lambda: desk.told("Moved 1 agent."))
        [moved] = [name for name, one in (await agents(desk)).items() if one.intent == "paused"]
        await (await desk.svc.client(moved)).put("/v1/me/state", json={"state": "available"})
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("something of it was changed since"))
        assert (await agents(desk))[moved].intent == "available"
        assert minh is not None


async def test_the_list_behind_known_outages_and_hot_feeders_is_as_long_as_the_figure(tmp_path):
    async with open_desk(tmp_path, **WALL) as desk:
        await desk.report(address="0905100001")
        await desk.report(address="0999777666")
        await feeder_outage(desk)
        await open_wall(desk)
        await fresh(desk, lambda board: board.known_outage_callers == 1)
        listed(desk, "figures").highlight("known_outage")
        await desk.press("enter")
        await desk.until(lambda: desk.shows("WAITING, OUTAGE KNOWN 1 · CPC"))
        [key] = listed(desk, "stays").row_ids
        [caller] = [one for one in desk.app.state.contacts.values() if one.address.endswith("001")]
        assert key.split(" ")[0] == caller.id
        for n in range(2, 9):
            await desk.report(address=f"090510000{n}")
        await desk.press("escape", "left", "left", "left")
        await desk.until(lambda: wall(desk).centre == "all")
        await fresh(desk, lambda board: desk.app.state.wallboard.hot_feeders)
        [hot] = desk.app.state.wallboard.hot_feeders
        listed(desk, "figures").highlight(f"hot:{hot.feeder}")
        await desk.press("enter")
        await desk.until(lambda: len(listed(desk, "stays").row_ids) == hot.callers)
        assert desk.shows(f"CALLERS OF THE FEEDER {hot.callers} · {hot.feeder}")
        # They may be of any centre: another one is another board.
        await desk.press("right")
        await desk.until(lambda: listed(desk, "figures").display and not wall(desk).drill.display)


async def test_agents_are_shown_with_their_plan_of_the_day(tmp_path):
    async with open_desk(tmp_path, size=(140, 40), **WALL) as desk:
        await ready(desk.svc, "minh", "hoa", outage=3)
        now = datetime.now(UTC)
        rows = [{"username": "minh", "start": (now - timedelta(hours=1)).isoformat(), "activity": "work",
                 "end": (now + timedelta(hours=1)).isoformat()}]  # fmt: skip
        conn = writer(next(tmp_path.rglob(DATABASE)))
        assert importer.load(conn, "shifts", rows).loaded == 1
        conn.close()
        await open_wall(desk)
        await fresh(desk, lambda board: board.agents["available"] == 2)
        listed(desk, "figures").highlight("available")
        await desk.press("enter")
        await desk.until(lambda: desk.shows("no plan") and "%" in desk.text())
        # Of who is under the cursor as it is opened, too: nobody has to move it first.
        await desk.until(lambda: desk.shows("Plan kept") or desk.shows("No plan for today"))
        people = {one.name.split()[0]: one.id for one in (await agents(desk)).values()}
        listed(desk, "agents").highlight(people["Minh"])
        await desk.until(lambda: desk.shows("Plan kept") and desk.shows("callcentrehelper.com"))
        listed(desk, "agents").highlight(people["Hoa"])
        await desk.until(lambda: desk.shows("No plan for today"))


async def test_every_desk_is_told_calmly_and_the_wallboard_is_for_leads(tmp_path):
    async with open_desk(tmp_path) as desk:
        boss = await desk.svc.client("boss")
        say = {"vi": "Tuy Hòa mất điện.", "en": "Tuy Hoa has no power."}
        await boss.put("/v1/surge", json={"on": True, "announcement": say, "callback_offer": True})
        await boss.put("/v1/banner", json={"text": say})
        await desk.until(lambda: desk.shows("◆ surge mode · offer a call back · ⚑ Tuy Hoa has no power."))
        await boss.put("/v1/banner", json={})
        await boss.put("/v1/surge", json={"on": False})
        await desk.until(lambda: not desk.shows("⚑") and not desk.shows("surge mode"))
        assert not desk.shows("5 Wallboard")
        await desk.press("5")
        await desk.until(lambda: desk.told("team leads"))
        await desk.press("f6", "f6", "f6", "f6")
        await desk.until(lambda: desk.app.current_mode == "queue")


async def test_a_figure_opens_the_very_contacts_and_agents_it_counts(tmp_path):
    async with open_desk(tmp_path, **WALL) as desk:
        await paused(desk, "minh", outage=3)
        await ready(desk.svc, "xa", centre="EVNSPC", outage=2)
        for n in range(4):
            await desk.report(address=f"090510000{n}", queue="billing" if n else "outage")
        await open_wall(desk)
        await fresh(desk, lambda board: board.waiting == 4)
        listed(desk, "figures").highlight("waiting")
        await desk.press("enter")
        await desk.until(lambda: len(listed(desk, "stays").row_ids) == 4)
        assert desk.shows("WAITING 4 · CPC")
        shown = {key.split(" ")[0] for key in listed(desk, "stays").row_ids}
        assert shown == {one.id for one in desk.app.state.contacts.values() if one.state == "queued"}
        await desk.press("right")
        await desk.until(lambda: desk.shows("WAITING 0 · SPC"))
        assert desk.shows("Nobody here now")
        await desk.press("left", "escape")
        listed(desk, "figures").highlight("paused")
        await desk.press("enter")
        await desk.until(lambda: desk.shows("PAUSE 1 · CPC") and desk.shows("Minh"))
        assert wall(desk).board.agents["paused"] == len(listed(desk, "agents").row_ids)
        # Somebody of another centre is seen, and stays.
        await desk.press("escape")
        await fresh(desk, lambda board: desk.app.state.wallboard.all.agents["available"] == 1)
        await desk.press("left", "left", "left")
        await desk.until(lambda: wall(desk).centre == "all")
        listed(desk, "figures").highlight("available")
        await desk.press("enter", "f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("enter")
        await desk.until(lambda: desk.told("Moved 0 agents."))
        assert desk.told("Xa: ")


async def test_an_agent_helps_another_queue_and_a_contact_rings_there(tmp_path):
    async with open_desk(tmp_path, **WALL) as desk:
        await ready(desk.svc, "minh", billing=4)
        call = await desk.report(address="0905100001")
        await open_wall(desk)
        await fresh(desk, lambda board: board.waiting == 1 and board.agents["available"] == 1)
        listed(desk, "figures").highlight("waiting")
        await desk.press("enter")
        await desk.until(lambda: listed(desk, "stays").row_ids)
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("enter")
        await desk.until(lambda: desk.told("1 contact rings there now."))
        assert (await desk.service_says(call))["offered_to"] == (await agents(desk))["minh"].id
        await desk.press("escape")
        await fresh(desk, lambda board: board.agents["reserved"] == 1)
        listed(desk, "figures").highlight("reserved")
        await desk.press("enter", "f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("enter")
        await desk.until(lambda: desk.told("Moved 1 agent."))
        assert (await agents(desk))["minh"].skills == {"billing": 4, "outage": 3}
        minh = await desk.svc.client("minh")
        await desk.press("escape")
        await do(minh, call, "take")
        await fresh(desk, lambda board: board.agents["on_contact"] == 1)
        listed(desk, "figures").highlight("on_contact")
        await desk.press("enter")
        await desk.until(lambda: listed(desk, "agents").row_ids and desk.shows("F2 Take over"))
        await desk.press("f2")
        await desk.until(lambda: desk.hand is not None and desk.app.current_mode == "queue")
        assert desk.hand.id == call["id"]


async def test_what_if_answers_at_once_and_words_survive_leaving_the_dialog(tmp_path):
    async with open_desk(tmp_path, **WALL) as desk:
        await ready(desk.svc, "minh", outage=3)
        await open_wall(desk)
        await desk.press("f7")
        await desk.until(lambda: desk.dialog(StaffingDialog) and desk.shows("Erlang A"))
        before = desk.text()
        await desk.press(*["right"] * 4)
        await desk.until(lambda: desk.shows("x 2.00") and "Erlang" in desk.text() and desk.text() != before)
        dialog = desk.app.screen
        assert isinstance(dialog, StaffingDialog)
        await desk.until(lambda: not dialog._latest.busy)
        answer = dialog._answer
        assert answer is not None
        assert answer.calls_per_hour == pytest.approx(2 * dialog._case.calls)
        assert {lever.lever for lever in answer.levers} >= {"as_is", "deflect_50", "agents_10"}
        assert desk.shows("a tenth more agents")
        await desk.press("escape")
        await desk.until(lambda: not desk.dialog(StaffingDialog))
        await desk.press("f9")
        await desk.until(lambda: desk.dialog(SurgeDialog))
        await desk.press("tab", "tab", "x", "y", "escape")
        await desk.until(lambda: not desk.dialog(SurgeDialog))
        await desk.press("f9")
        await desk.until(lambda: desk.dialog(SurgeDialog))
        assert desk.app.screen.query_one("#surge-vi", TextBox).text.startswith("xy")
        desk.app.screen.query_one("#surge-mode", Choice).focus()
        await desk.press("right", "f8")
        await desk.until(lambda: desk.told("Surge mode is off."))
        assert not (await (await desk.svc.client("boss")).get("/v1/snapshot")).json()["surge"]["on"]


async def test_reports_become_files_only_their_owner_reads(tmp_path, monkeypatch):
    monkeypatch.setattr(lead_acts, "downloads", lambda: tmp_path)
    async with open_desk(tmp_path, size=(140, 40), **WALL) as desk:
        await desk.report(address="=1+1")
        await open_wall(desk)
        for choice, found in (("30", "intervals-30-evncpc-*.csv"), ("stay", "stays-evncpc-*.csv")):
            if choice == "stay":
                await desk.app.act("export_csv")
            else:
                await desk.press("ctrl+p", *"csv", "enter")
            await desk.until(lambda: desk.dialog(Pick))
            await desk.press(*("space" if char == " " else char for char in choice), "enter")
            await desk.until(lambda found=found: list(tmp_path.glob(found)))
            [file] = tmp_path.glob(found)
            await desk.until(lambda: not desk.dialog(Pick))
            content = file.read_bytes()
            assert content.startswith(b"\xef\xbb\xbf")
            assert content.count(b"\r\n") > 1
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            await desk.until(lambda file=file: desk.told(file.name))


async def test_the_service_goes_away(tmp_path):
    async with open_desk(tmp_path, **WALL) as desk:
        desk.transport.app, app = None, desk.transport.app
        await desk.press("5")
        await desk.until(lambda: desk.app.current_mode == "wallboard" and desk.shows("✕ The service cannot be reached"))
        desk.transport.app = app
        await desk.press("ctrl+r")
        await desk.until(lambda: listed(desk, "figures").row_ids)
