"""What happens beside the four keys of a call: dangers, promised calls, help, the end of a wrap-up and of a shift."""

import asyncio
from pathlib import Path

import httpx
import pytest

from agent_tui.screens.call_result import CallResult
from agent_tui.screens.callbacks import CallbacksScreen
from agent_tui.screens.danger_list import DangerList
from agent_tui.screens.field_unit import FieldUnit
from agent_tui.screens.hand_on import Card, HandOn
from agent_tui.screens.transcript import Transcript
from agent_tui.screens.trouble import TroubleCodes
from agent_tui.screens.wrap_up import WrapUp
from agent_tui.widgets.callback_rows import COLUMNS
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.snippet_list import WritingField
from tests.contract import grid
from tests.contract.desk import do, ready
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk


async def take(desk: Desk) -> None:
    await desk.press("f2")
    await desk.until(lambda: desk.hand is not None)


async def palette(desk: Desk, words: str) -> None:
    await desk.press("ctrl+p", *("space" if sign == " " else sign for sign in words), "enter")


async def danger_in_hand(desk: Desk) -> dict:
    """A caller on the phone says that a wire is down; the field unit's dialog is open."""
    call = await desk.report(address="0905100001")
    await take(desk)
    await desk.press("shift+f5")
    await desk.until(lambda: desk.dialog(TroubleCodes))
    await desk.press("w", "n", "w", "s", "f8")
    await desk.until(lambda: desk.dialog(FieldUnit))
    return call


async def test_four_letters_make_a_danger_that_is_handed_over_once_the_address_is_read_back(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await feeder_outage(desk)
        call = await danger_in_hand(desk)
        await desk.until(lambda: desk.shows("Treat a fallen wire as live") and desk.shows("Dây điện rơi"))
        await desk.press("tab", *"doi 1", "f8")
        await desk.until(lambda: desk.shows("Read the address back first"))
        assert (await desk.service_says(call))["dispatch"] is None
        await desk.press("space", "f8")
        await desk.until(lambda: desk.told("Handed to doi 1"))
        said = await desk.service_says(call)
        assert (said["priority_class"], said["trouble"]["danger"], said["trouble"]["place"]) == (
            "danger", "wire_down", "street",
        )  # fmt: skip
        assert (said["dispatch"]["unit"], said["dispatch"]["read_back"]) == ("doi 1", True)
        await desk.until(lambda: "Handed to doi 1" in desk.card("power"))
        await desk.press("f5")
        await desk.until(lambda: desk.told("never grouped"))
        assert (await (await desk.svc.client("boss")).post(f"/v1/contacts/{call['id']}/dispatch/ack")).is_success
        await desk.until(lambda: "doi 1 has it" in desk.card("power"))


async def test_a_danger_left_is_said_to_be_open_and_is_acknowledged_and_ended_from_the_list(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await danger_in_hand(desk)
        await desk.press("escape")
        await desk.until(lambda: desk.told("Not handed over yet"))
        assert (await desk.service_says(call))["dispatch"] is None
        await desk.until(lambda: "No field unit has it yet" in desk.card("power"))
        await desk.press("shift+f5")
        await desk.until(lambda: desk.dialog(TroubleCodes))
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(FieldUnit))
        await desk.press("space", "tab", *"doi 2", "f8")
        await desk.until(lambda: desk.told("Handed to doi 2"))
        await palette(desk, "open dangers")
        await desk.until(lambda: desk.dialog(DangerList) and desk.shows("doi 2"))
        await desk.press("enter")
        await desk.until(lambda: desk.shows("unit has it"))
        assert (await desk.service_says(call))["dispatch"]["acked_by"] == "lan"
        await desk.press("f8")
        await desk.until(lambda: desk.shows("No danger is open."))


async def test_a_harmless_report_is_noted_in_words(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001")
        await take(desk)
        await desk.press("shift+f5")
        await desk.until(lambda: desk.dialog(TroubleCodes))
        await desk.press("n", "right", "enter", "enter", "enter")
        await desk.until(lambda: desk.told("neighbours too, flickers"))
        said = await desk.service_says(call)
        assert (said["trouble"]["scope"], said["trouble"]["sign"], said["priority_class"]) == (
            "neighbours", "flicker", "normal",
        )  # fmt: skip


async def promise(desk: Desk, name: str) -> dict:
    """A customer of the bill queue was promised a call at once."""
    call = await desk.report(address="0905100002", queue="billing", name=name)
    await do(await desk.svc.client("lan"), call, "callback", phone="0905100002")
    return call


async def open_callbacks(desk: Desk) -> LineList:
    await desk.press("shift+f2")
    await desk.until(lambda: isinstance(desk.app.screen, CallbacksScreen))
    return desk.app.screen.query_one("#callbacks", LineList)


async def test_a_promised_call_is_made_and_becomes_the_contact_in_hand(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call, other = await promise(desk, "Lê Minh"), await promise(desk, "Trần Hoa")
        listed = await open_callbacks(desk)
        await desk.until(lambda: listed.row_ids == (call["id"], other["id"]))
        await desk.until(lambda: desk.shows("PROMISED CALLS 2 · ▲ due now 2"))
        await desk.press("enter", "enter")
        await desk.until(lambda: desk.dialog(CallResult) and desk.shows("0905100002"))
        await desk.press("escape")
        await desk.until(lambda: desk.shows("YOU CALL") and desk.shows("F2 they answered"))
        await desk.press("enter")
        await desk.until(lambda: desk.dialog(CallResult))
        await desk.press("1")
        await desk.until(lambda: desk.hand is not None and desk.dialog(type(desk.queue)))
        assert desk.hand.id == call["id"]
        assert (await desk.service_says(other))["attempts"] == 0


async def test_a_colleague_is_calling_already_and_no_answer_is_counted(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await promise(desk, "Lê Minh")
        listed = await open_callbacks(desk)
        await desk.until(lambda: listed.row_ids == (call["id"],))
        (minh,) = await ready(desk.svc, "minh")
        assert (await minh.post(f"/v1/callbacks/{call['id']}/dial")).is_success
        await desk.press("enter")
        await desk.until(lambda: desk.told("already") or desk.told("A colleague"))
        await desk.until(lambda: desk.shows("● Minh"))
        assert (await desk.service_says(call))["attempts"] == 1
        assert (await minh.post(f"/v1/callbacks/{call['id']}/result", json={"result": "no_answer"})).is_success
        await desk.until(lambda: desk.shows("at ") and not desk.shows("● Minh"))
        await desk.press("f2")
        await desk.until(lambda: desk.dialog(CallResult))
        await desk.press("2")
        await desk.until(lambda: not desk.dialog(CallResult) and desk.shows("at ") and not desk.shows("due now"))
        said = await desk.service_says(call)
        assert (said["state"], said["attempts"]) == ("callback_waiting", 2)
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.queue)


async def test_still_out_after_a_restored_outage_makes_an_outage_of_its_own(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        outage = await feeder_outage(desk)
        call = await desk.report(address="0905100001")
        await take(desk)
        await desk.press("f5", "f8")
        await desk.until(lambda: desk.dialog(WrapUp))
        await desk.press("enter")
        await desk.until(lambda: desk.hand is None and not desk.app.outbox.count)
        boss = await desk.svc.client("boss")
        assert (await boss.post(f"/v1/outages/{outage['id']}/restore", json={})).is_success
        listed = await open_callbacks(desk)
        await desk.until(lambda: listed.row_ids == (call["id"],))
        await desk.press("enter")
        await desk.until(lambda: desk.dialog(CallResult) and desk.shows("is the power back on"))
        await desk.press("2")
        await desk.until(lambda: desk.told("Still out"))
        await desk.until(lambda: any(o.parent == outage["id"] for o in desk.app.state.outages.values()))


async def missed(desk: Desk) -> None:
    """A call rang here and nobody took it."""
    call = await desk.report(address="0905100001")
    lan = desk.app.state.user.id
    boss = await desk.svc.client("boss")
    assert (await boss.post(f"/v1/contacts/{call['id']}/reassign", json={"agent": lan})).is_success
    await desk.until(lambda: desk.app.state.offer is not None)
    await desk.svc.engine.write(lambda tx: tx.conn.execute("UPDATE contact SET offer_until = ?", (tx.now - 1,)))
    async with asyncio.timeout(8):
        # A round that is not due yet does nothing.
        while desk.app.state.me.activity != "not_responding":
            await desk.svc.service.go_round()
            await desk.pilot.pause()


async def test_after_a_missed_call_one_key_says_i_am_back_and_so_does_taking(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await missed(desk)
        await desk.until(lambda: desk.shows("MISSED CALL") and desk.shows("F9 I am back"))
        await desk.press("f9")
        await desk.until(lambda: desk.app.state.me.activity == "idle")
        await desk.until(lambda: not desk.shows("MISSED CALL"))
        await missed(desk)
        other = await desk.report(address="0905100002")
        await take(desk)
        assert desk.hand.id == other["id"], "whom I missed is not mine to take next"


async def hung_up(desk: Desk) -> dict:
    call = await desk.report(address="0905100001", queue="billing")
    await take(desk)
    assert (await desk.channel.post(f"/v1/contacts/{call['id']}/end")).is_success
    await desk.until(lambda: desk.hand is not None and desk.hand.state == "wrap_up")
    return call


async def test_a_wrap_up_gives_more_time_once_and_records_self_service_in_one_key(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await hung_up(desk)
        await desk.until(lambda: "left" in desk.card("head"))
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(WrapUp) and desk.shows("ends by itself in 02:5"))
        await desk.press("f9")
        await desk.until(lambda: desk.shows("ends by itself in 04:5") and not desk.shows("F9 more time"))
        assert (await desk.service_says(call))["more_time"] is True
        assert desk.shows("Propose the app")
        await desk.press("f7", "enter")
        await desk.until(lambda: desk.hand is None and not desk.app.outbox.count)
        rows = await desk.svc.engine.read(
            lambda conn: [tuple(row) for row in conn.execute("SELECT contact, offered, accepted FROM self_service")]
        )
        assert rows == [(call["id"], "app", 1)]
        invited = await desk.svc.engine.read(lambda conn: conn.execute("SELECT csat_invite FROM contact").fetchone()[0])
        assert invited == 1


async def ask_help(desk: Desk, typed: str) -> None:
    await desk.press("shift+f1")
    await desk.until(lambda: desk.dialog(HandOn))
    await desk.press(*("space" if sign == " " else sign for sign in typed))
    await desk.until(lambda: len(desk.app.screen.query_one("#ways", LineList).row_ids) == 1)


async def test_a_text_of_the_house_is_filled_in_and_sent_but_never_with_a_hole(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await desk.report(channel="zalo", address="0905100001", text="Nhà tôi mất điện")
        await take(desk)
        await desk.until(lambda: grid.HOME in desk.card("who"))
        await desk.press("f7")
        await desk.until(lambda: desk.dialog(Transcript) and desk.shows("Nhà tôi mất điện"))
        await desk.press(*"{ticket.number}", "enter")
        await desk.until(lambda: desk.told("Not sent. Still to be filled in: ticket.number"))
        await desk.press("ctrl+u", *"::gree")
        await desk.until(lambda: desk.shows("Greeting"))
        await desk.press("enter", "enter")
        await desk.until(
            lambda: not desk.app.outbox.count and not desk.app.screen.query_one("#message", WritingField).value
        )
        texts = [line["text"] for line in (await desk.service_says(call))["transcript"]]
        assert texts[-1].startswith("Dear ")
        assert grid.HOME in texts[-1]


async def test_the_lead_is_asked_in_and_takes_over(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        boss = await desk.svc.client("boss")
        assert (await boss.put("/v1/me/state", json={"state": "available"})).is_success
        call = await desk.report(address="0905100001")
        await take(desk)
        await ask_help(desk, "lead")
        await desk.press("enter")
        await desk.until(lambda: desk.told("Done: ask the lead in"))
        assert (await desk.service_says(call))["consulted"] == (await boss.get("/v1/me")).json()["id"]
        await ask_help(desk, "leave")
        await desk.press("enter")
        await desk.until(lambda: desk.hand is None)
        after = await desk.service_says(call)
        assert (after["state"], after["agent"]) == ("connected", (await boss.get("/v1/me")).json()["id"])


async def test_whoever_is_asked_is_told_and_takes_over(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        (minh,) = await ready(desk.svc, "minh")
        call = await desk.report(address="0905100001")
        await do(minh, call, "take")
        await do(minh, call, "consult", agent="lan")
        await desk.until(lambda: desk.told("Minh asks you for help"))
        await desk.until(lambda: desk.rows() == (call["id"],))
        await ask_help(desk, "take it")
        await desk.press("enter")
        await desk.until(lambda: desk.hand is not None and desk.hand.id == call["id"])


async def test_what_rings_is_taken_beside_a_chat_and_enter_goes_back_to_the_first(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        first = await desk.report(channel="zalo", address="z-1", name="Bình", text="một")
        await take(desk)
        second = await desk.report(channel="zalo", address="z-2", name="Hoa", text="hai")
        boss = await desk.svc.client("boss")
        me = desk.app.state.user.id
        assert (await boss.post(f"/v1/contacts/{second['id']}/reassign", json={"agent": me})).is_success
        await desk.until(lambda: desk.app.state.offer is not None)
        await desk.press("f2")
        await desk.until(lambda: desk.hand.id == second["id"] and "Hoa" in desk.card("who"))
        listed = desk.queue.query_one("#queue", LineList)
        listed.focus()
        listed.highlight(first["id"])
        await desk.press("enter")
        await desk.until(lambda: desk.hand.id == first["id"] and "Bình" in desk.card("who"))
        await desk.press("f8", "enter")
        await desk.until(lambda: desk.hand is not None and desk.hand.id == second["id"] and not desk.app.outbox.count)
        assert (await desk.service_says(first))["state"] == "closed"
        assert (await desk.service_says(second))["state"] == "connected"


async def test_a_contact_goes_on_with_its_note_its_hotline_or_a_promise(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001")
        await take(desk)
        await ask_help(desk, "queue bill")
        await desk.press("tab", *"asks", "enter")
        await desk.until(lambda: desk.hand is None and desk.told("Done: to the queue: bill"))
        said = await desk.service_says(call)
        assert (said["queue"], said["state"]) == ("billing", "queued")
        assert "asks" in str(said["transcript"]) + str(said["history"])
        call = await desk.report(address="0905100001")
        await take(desk)
        await ask_help(desk, "spc")
        await desk.press("enter")
        await desk.until(lambda: desk.dialog(Card) and desk.shows("☎ 1900"))
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.queue and desk.hand is None)
        assert await moved(desk, call) == "EVNSPC"
        call = await desk.report(address="0905100001")
        await take(desk)
        await ask_help(desk, "tomorrow")
        await desk.press("enter")
        await desk.until(lambda: desk.hand is None)
        assert (await desk.service_says(call))["state"] == "callback_waiting"


async def moved(desk: Desk, call: dict) -> str:
    sql = "SELECT centre FROM contact WHERE id = ?"
    return str(await desk.svc.engine.read(lambda conn: conn.execute(sql, (call["id"],)).fetchone()[0]))


async def test_a_shift_ends_with_everything_in_a_colleagues_hands(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        minh: httpx.AsyncClient
        (minh,) = await ready(desk.svc, "minh")
        call = await desk.report(address="0905100001")
        await take(desk)
        await desk.until(lambda: any(agent.name == "Minh" for agent in desk.app.state.agents.values()))
        await palette(desk, "open work to a coll")
        await desk.until(lambda: desk.dialog(HandOn) and desk.shows("Minh"))
        await desk.press(*"minh", "tab", *"ask", "enter")
        await desk.until(lambda: desk.told("Left to Minh: 1 contact, 0 call backs, 0 tickets."))
        assert (await desk.service_says(call))["offered_to"] == (await minh.get("/v1/me")).json()["id"]


@pytest.mark.parametrize("width", [78, 138])
def test_the_columns_of_the_promised_calls_fit(width: int) -> None:
    shown = [column for column in COLUMNS if width >= column.hide_below]
    assert sum(column.width for column in shown) + len(shown) - 1 <= width
