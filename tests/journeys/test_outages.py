"""A lead and an agent through an outage on the real service: confirmed, promised, restored in part, called back."""

from datetime import UTC, datetime, timedelta

import msgspec
from textual.screen import Screen

from agent_tui import wire
from agent_tui.i18n import ZONE
from agent_tui.screens.choose_outage import ChooseOutage
from agent_tui.screens.outage_calls import OutageCalls
from agent_tui.screens.outage_detail import OutageDetail
from agent_tui.screens.outage_message import OutageMessageDialog
from agent_tui.screens.outage_remark import Remark
from agent_tui.screens.outage_restore import Restore
from agent_tui.screens.outage_target import SetTarget
from agent_tui.screens.outages import OutagesScreen
from agent_tui.screens.pick import Pick
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import Confirm
from tests.journeys.live import desk as live_desk
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk
from tests.unit.desk_samples import outage as outage_of
from tests.watched import until

# Where the map is hidden: there is less to paint.
SMALL = (100, 30)


async def outages_view(desk: Desk) -> OutagesScreen:
    await desk.press("3")
    await desk.until(lambda: isinstance(desk.app.screen, OutagesScreen) and rows(desk))
    view = desk.app.view("outages")
    assert isinstance(view, OutagesScreen)
    return view


def rows(desk: Desk, name: str = "outage-list") -> tuple[str, ...]:
    return desk.app.view("outages").query_one(f"#{name}", LineList).row_ids


async def menu(desk: Desk, typed: str, then: type[Screen] | None = None) -> None:
    """F8, a few letters of the act, Enter."""
    await desk.press("f8")
    await desk.until(lambda: desk.dialog(Pick))
    await desk.press(*typed, "enter")
    await desk.until(lambda: desk.dialog(then) if then is not None else not desk.dialog(Pick))


async def service(desk: Desk, outage: str) -> wire.Outage:
    answer = await (await desk.svc.client("boss")).get(f"/v1/outages/{outage}")
    return wire_outage(answer.content)


def wire_outage(content: bytes) -> wire.Outage:
    return msgspec.json.decode(content, type=wire.Outage)


async def caller(desk: Desk, outage: str, number: int) -> str:
    """A caller attached to the outage, to be called back."""
    call = await desk.report(address=f"09051{number:05}")
    answer = await (await desk.svc.client("boss")).post(
        f"/v1/contacts/{call['id']}/attach", json={"outage": outage, "callback": True}
    )
    assert answer.status_code == 200, answer.text
    return call["id"]


async def test_a_lead_from_the_prediction_to_the_end(tmp_path):
    async with open_desk(tmp_path, SMALL, role="lead") as desk:
        outage = (await feeder_outage(desk, status="predicted", cause=None))["id"]
        await outages_view(desk)
        # The likely act stands under the cursor: two keys.
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("enter")
        await desk.until(lambda: desk.told("confirmed"))
        await menu(desk, "crew", Pick)
        await desk.until(lambda: desk.shows("Crew now"))
        await desk.press(*"site", "enter")
        await desk.until(lambda: desk.told("crew on site"))
        await menu(desk, "cause", Pick)
        await desk.until(lambda: desk.shows("Cause of"))
        await desk.press(*"kite", "enter")
        await desk.until(lambda: desk.told("kite or sheet"))
        after = await service(desk, outage)
        assert (after.status, after.crew, after.cause) == ("confirmed", "onsite", "OBJ.KITE")
        await target(desk, outage)
        await restored(desk, outage)


async def target(desk: Desk, outage: str) -> None:
    """Checked while it is typed, set, taken back."""
    await menu(desk, "target", SetTarget)
    await desk.press(*"x", "enter")
    await desk.until(lambda: desk.told("Type a clock") and desk.dialog(SetTarget))
    await desk.press("backspace", *"+90", "enter")
    await desk.until(lambda: desk.told("target"))
    after = await service(desk, outage)
    ahead = after.etr - datetime.now(UTC)
    assert timedelta(minutes=88) < ahead <= timedelta(minutes=90)
    assert (after.etr_source, [entry.source for entry in after.etr_history]) == ("crew", ["crew"])
    await menu(desk, "target", SetTarget)
    await desk.press("enter")
    await desk.until(lambda: desk.told("taken back"))
    assert (await service(desk, outage)).etr is None


async def restored(desk: Desk, outage: str) -> None:
    """A part, then the rest; the outage goes to the next tab and is closed there."""
    await menu(desk, "power", Restore)
    await desk.press("right", "tab", *"99", "f8")
    await desk.until(lambda: desk.told("Type a number from 1 to 12"))
    await desk.press("backspace", "backspace", "5", "f8")
    await desk.until(lambda: desk.told("7 still out"))
    after = await service(desk, outage)
    assert (after.status, after.customers_out) == ("partially_restored", 7)
    assert [(s.customers, s.restored_at is None) for s in after.steps] == [(5, False), (7, True)]
    await desk.until(lambda: desk.shows("part restored"))
    await menu(desk, "power", Restore)
    await desk.press("f8")
    await desk.until(lambda: not rows(desk) and desk.told("everybody has power again"))
    assert (await service(desk, outage)).status == "restored"
    await desk.press("right")
    await desk.until(lambda: rows(desk) == (outage,) and desk.shows("POWER BACK 1"))
    await menu(desk, "close")
    await desk.until(lambda: desk.told("closed"))
    assert (await service(desk, outage)).status == "closed"


async def test_an_agent_calls_back_and_finds_somebody_still_out(tmp_path):
    async with open_desk(tmp_path, SMALL) as desk:
        boss = await desk.svc.client("boss")
        outage = (await feeder_outage(desk))["id"]
        first, second = await caller(desk, outage, 1), await caller(desk, outage, 2)
        view = await outages_view(desk)
        assert "lead" in view.why_not("outage_confirm")
        await remark(desk, outage)
        assert (await boss.post(f"/v1/outages/{outage}/restore", json={})).status_code == 200
        await desk.press("right")
        await desk.until(lambda: rows(desk) == (outage,))
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press("enter")
        await desk.until(lambda: desk.dialog(OutageCalls) and desk.shows("2 calls to make"))
        # Two do not call the same person.
        assert (await boss.post(f"/v1/outages/{outage}/callbacks/{first}/claim")).status_code == 200
        await desk.press("enter")
        await desk.until(lambda: desk.shows("a colleague calls"))
        assert not desk.shows("Call 0905100001")
        await desk.press("down", "enter")
        await desk.until(lambda: desk.shows("Call 0905100002"))
        await desk.press("2")
        await desk.until(lambda: desk.told("an outage of its own") and desk.shows("1 call to make"))
        done = (await boss.get(f"/v1/outages/{outage}/callbacks?state=done")).json()["items"]
        assert [(one["contact"], one["history"][0]["result"]) for one in done] == [(second, "still_out")]
        nested = await service(desk, done[0]["nested"])
        assert (nested.parent, nested.device) == (outage, "T1")
        await desk.press("escape", "left")
        await desk.until(lambda: rows(desk) == (nested.id,) and desk.shows("inside outage"))


async def remark(desk: Desk, outage: str) -> None:
    """From the detail, left once with text in it: it is there the next time."""
    await desk.press("enter")
    await desk.until(lambda: desk.dialog(OutageDetail) and desk.shows("Steps"))
    await desk.press("f8")
    await desk.until(lambda: desk.dialog(Pick))
    await desk.press(*"remark", "enter", *"wet", "escape")
    await desk.until(lambda: isinstance(desk.app.screen, OutagesScreen))
    await menu(desk, "remark", Remark)
    await desk.press("f8")
    await desk.until(lambda: desk.told("in the log"))
    assert [note.text for note in (await service(desk, outage)).notes] == ["wet"]


async def test_message_plans_storm_board_order_and_filter(tmp_path):
    async with open_desk(tmp_path, SMALL, role="lead") as desk:
        large = (await feeder_outage(desk))["id"]
        small = (await feeder_outage(desk, device="T9"))["id"]
        await outages_view(desk)
        # In their first second both have lost nothing, and the cursor stays on the one that stood first then.
        await desk.until(lambda: rows(desk) == (large, small))
        await desk.press("home")
        await message(desk, large)
        await desk.app.act("outage_sort")
        await desk.until(lambda: desk.dialog(Pick))
        await desk.press(*"newest", "enter")
        await desk.until(lambda: rows(desk) == (small, large) and desk.shows("sort: newest"))
        await desk.press("slash", *"471", "enter")
        await desk.until(lambda: rows(desk) == (small,))
        await desk.press("escape")
        await desk.until(lambda: len(rows(desk)) == 2)
        await menu(desk, "false", Confirm)
        await desk.press("enter")
        await desk.until(lambda: rows(desk) == (large,))
        assert (await service(desk, small)).status == "cancelled"
        await other_tabs(desk)


async def message(desk: Desk, outage: str) -> None:
    """Seen with its parts and who gets it, then sent; words that are not true any more are shown anew, not sent."""
    await menu(desk, "notify", OutageMessageDialog)
    await desk.until(lambda: desk.shows("12 customers get it"))
    assert desk.shows("1 part") or desk.shows("2 parts")
    boss, later = await desk.svc.client("boss"), datetime.now(UTC) + timedelta(hours=30)
    version = str((await service(desk, outage)).version)
    await boss.patch(f"/v1/outages/{outage}", json={"etr": later.isoformat()}, headers={"if-match": version})
    await desk.press("f8")
    await desk.until(lambda: desk.dialog(Confirm))
    await desk.press("enter")
    await desk.until(lambda: desk.told("The words have changed"))
    assert desk.dialog(OutageMessageDialog)
    assert desk.shows(f"{later.astimezone(ZONE):%d/%m}")
    await desk.press("f8")
    await desk.until(lambda: desk.dialog(Confirm))
    await desk.press("enter")
    await desk.until(lambda: desk.told("On its way to 12 customers"))
    sent = (await (await desk.svc.client("boss")).get(f"/v1/outages/{outage}/message")).json()["sent"]
    assert [(one["channel"], one["recipients"]) for one in sent] == [("sms", 12)]


async def other_tabs(desk: Desk) -> None:
    """Planned works with a broken notice, told now; the storm board."""
    begins = datetime.now(UTC) + timedelta(days=2)
    body = {"device": "T9", "from": begins.isoformat(), "to": (begins + timedelta(hours=3)).isoformat(),
            "reason": "Thay dây"}  # fmt: skip
    assert (await (await desk.svc.client("boss")).post("/v1/plans", json=body)).status_code == 201
    await desk.app.act("planned_works")
    await desk.until(lambda: rows(desk, "plan-list") and desk.shows("BROKEN") and desk.shows("PLANNED 1"))
    await desk.press("f8")
    await desk.until(lambda: desk.dialog(Pick))
    await desk.press("enter")
    await desk.until(lambda: desk.told("notified"))
    await desk.app.act("storm_board")
    await desk.until(lambda: desk.shows("STORM") and desk.shows("out 12 of 12"))


# Many at once


async def mark_all_and_attach(desk: Desk) -> None:
    await desk.press("asterisk", "f5")
    await desk.until(lambda: desk.dialog(ChooseOutage))
    await desk.press("f8")
    await desk.until(lambda: not desk.dialog(ChooseOutage))


async def test_five_hundred_are_attached_by_three_keys_and_taken_back_by_one(tmp_path):
    many = 500
    async with open_desk(tmp_path, SMALL) as desk:
        outage = (await feeder_outage(desk))["id"]
        ids = set()
        for n in range(many):
            body = {"external_id": f"b-{n}", "channel": "hotline", "queue": "outage", "address": f"09870{n:05}"}
            answer = await desk.channel.post("/v1/contacts", json=body)
            ids.add(answer.json()["id"])
        await desk.until(lambda: set(desk.rows()) == ids, within=120)
        pressed = ["asterisk", "f5", "f8"]
        await mark_all_and_attach(desk)
        await desk.until(lambda: desk.told(f"{many} contacts attached to feeder 474 Đồng Xuân."), within=120)
        assert len(pressed) == 3
        assert not desk.queue.listed.marked
        assert ((await service(desk, outage)).calls, (await service(desk, outage)).callbacks_open) == (many, many)
        await desk.until(lambda: all(c.outage == outage for c in desk.app.state.contacts.values()), within=120)
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told(f"Taken back: {many} contacts to feeder 474 Đồng Xuân"), within=120)
        assert (await service(desk, outage)).calls == 0
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("nothing to undo"))


async def test_danger_stays_marked_and_what_others_changed_since_stays(tmp_path):
    async with open_desk(tmp_path, SMALL) as desk:
        outage = (await feeder_outage(desk))["id"]
        good = await desk.report(address="0905100001")
        danger = await desk.report(address="0905100002", priority_class="danger")
        await desk.until(lambda: len(desk.rows()) == 2)
        await mark_all_and_attach(desk)
        await desk.until(lambda: desk.told("1 contact attached") and desk.told("1 danger: never grouped"))
        assert desk.queue.listed.marked == {danger["id"]}
        assert (await desk.service_says(good))["outage"] == outage
        assert (await desk.service_says(danger))["outage"] is None
        boss = await desk.svc.client("boss")
        moved = {"ids": [good["id"]], "change": {"priority_class": "repeat"}}
        assert (await boss.post("/v1/contacts/bulk", json=moved)).json()["done"] == 1
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("Taken back: 1 contact"))
        now = await desk.service_says(good)
        assert (now["outage"], now["priority_class"]) == (None, "repeat")
        assert desk.app.undo.last(desk.app.now()) is None


async def test_who_has_gone_meanwhile_stays_attached_and_is_counted(tmp_path):
    async with open_desk(tmp_path, SMALL) as desk:
        outage = (await feeder_outage(desk))["id"]
        calls = [await desk.report(address=f"090510000{n}") for n in (1, 2)]
        await desk.until(lambda: len(desk.rows()) == 2)
        await mark_all_and_attach(desk)
        await desk.until(lambda: desk.told("2 contacts attached"))
        assert (await desk.channel.post(f"/v1/contacts/{calls[1]['id']}/abandon")).status_code == 200
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("(1 thing as before). 1 went on since and stays as it is."))
        assert [(await desk.service_says(call))["outage"] for call in calls] == [None, outage]
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("nothing to undo"))


# What others do while a dialog is open


async def test_calls_that_are_counted_meanwhile_do_not_refuse_a_target_but_another_target_does(tmp_path):
    async with open_desk(tmp_path, SMALL, role="lead") as desk:
        outage = (await feeder_outage(desk))["id"]
        await outages_view(desk)
        await menu(desk, "target", SetTarget)
        version = desk.app.state.outages[outage].version
        await caller(desk, outage, 1)
        await desk.until(lambda: desk.app.state.outages[outage].version > version)
        await desk.press(*"+90", "enter")
        await desk.until(lambda: desk.told("target") and not desk.dialog(SetTarget))
        after = await service(desk, outage)
        assert after.etr is not None
        assert not desk.told("a moment ago")
        # A call the desk has not heard of yet is no reason either.
        await menu(desk, "cause", Pick)
        known = desk.app.state.outages[outage]
        await caller(desk, outage, 2)
        desk.app.state.outages[outage] = known
        await desk.press(*"kite", "enter")
        await desk.until(lambda: desk.told("kite or sheet"))
        await menu(desk, "target", SetTarget)
        boss, newest = await desk.svc.client("boss"), await service(desk, outage)
        theirs = {"etr": (datetime.now(UTC) + timedelta(hours=5)).isoformat(), "etr_source": "crew"}
        answer = await boss.patch(f"/v1/outages/{outage}", json=theirs, headers={"If-Match": f'"{newest.version}"'})
        assert answer.status_code == 200, answer.text
        await desk.press(*"+30", "enter")
        await desk.until(lambda: desk.told("a moment ago"))
        assert (await service(desk, outage)).etr > datetime.now(UTC) + timedelta(hours=4)


async def test_a_clock_means_what_it_means_when_it_is_typed_not_when_the_dialog_was_opened(tmp_path):
    async with live_desk(tmp_path) as (app, pilot, _source):
        opened = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
        clock, answers = [opened], []
        await app.push_screen(SetTarget(outage_of("o1"), lambda: clock[0]), answers.append)
        clock[0] = opened + timedelta(minutes=20)
        await pilot.press(*"+90", "enter")
        await until(pilot, lambda: answers)
        assert answers[0].etr == opened + timedelta(minutes=110)
        clock[0] = opened
        await app.push_screen(Restore(outage_of("o1"), lambda: clock[0]), answers.append)
        clock[0] = opened + timedelta(minutes=12)
        # 14:10 in Vietnam, two minutes ago: of today, not of yesterday.
        await pilot.press("tab", *"14:10", "f8")
        await until(pilot, lambda: len(answers) == 2)
        assert answers[1].at == opened + timedelta(minutes=10)
