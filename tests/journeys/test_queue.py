"""The call from ring to ready on the real service: F2, F5, F8, Enter, and what happens when something is in the way."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from agent_tui import wire
from agent_tui.errors import Refused
from agent_tui.messages import Intent, IntentRefused
from agent_tui.screens.choose_outage import ChooseOutage
from agent_tui.screens.new_ticket import NewTicket
from agent_tui.screens.queue import QueueScreen
from agent_tui.screens.state_menu import StateMenu
from agent_tui.screens.transcript import Transcript
from agent_tui.screens.wrap_up import WrapUp
from agent_tui.widgets.fields import TextField
from backend_stub.store import customers
from tests.contract import grid
from tests.contract.desk import ready
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk

# The escape bytes themselves are refused by the service; the unit test of the card covers them.
HOSTILE = "[/b] [@click=app.quit]x[/]"


async def take(desk: Desk) -> None:
    await desk.press("f2")
    await desk.until(lambda: desk.hand is not None)


async def test_a_known_outage_call_takes_four_keys(tmp_path):
    async with open_desk(tmp_path) as desk:
        etr = datetime.now(UTC) + timedelta(hours=1)
        outage = await feeder_outage(desk, etr=etr.isoformat(), etr_source="crew")
        call = await desk.report(address="0905100001")
        await desk.press("f2", "f5", "f8")
        await desk.until(lambda: desk.dialog(WrapUp))
        await desk.press("enter")
        await desk.until(lambda: desk.hand is None and not desk.app.outbox.count)
        after = await desk.service_says(call)
        assert (after["state"], after["disposition"]) == ("closed", "outage_attached")
        assert (after["outage"], after["callback"]) == (outage["id"], True)
        segments = (await (await desk.svc.client("boss")).get("/v1/segments")).json()["items"]
        assert [s["outcome"] for s in segments if s["contact"] == call["id"]] == ["answered"]


async def test_a_caller_attached_by_a_wrong_key_is_out_of_it_by_one_and_in_it_again_by_another(tmp_path):
    async with open_desk(tmp_path) as desk:
        outage = await feeder_outage(desk)
        call = await desk.report(address="0905100001")
        await take(desk)
        for key, joined in (("f5", outage["id"]), ("ctrl+z", None), ("f5", outage["id"])):
            await desk.press(key)
            await desk.until(lambda joined=joined: desk.hand is not None and desk.hand.outage == joined)
            assert (await desk.service_says(call))["outage"] == joined
            await desk.until(lambda joined=joined: ("✓ Attached" in desk.card("power")) == bool(joined))
        assert desk.told("Ctrl+Z takes it back.")
        assert desk.told("Taken back: attaching")


async def test_the_card_shows_record_and_verdict_with_a_sentence_to_read(tmp_path):
    async with open_desk(tmp_path) as desk:
        await feeder_outage(desk)
        await desk.report(address="0905100001")
        await take(desk)
        await desk.until(lambda: "KNOWN OUTAGE" in desk.card("power") and grid.HOME in desk.card("who"))
        assert "feeder 474 Đồng Xuân" in desk.card("power")
        assert "“" in desk.card("power")
        assert "none open" in desk.card("more")


async def test_vietnamese_speaks_vietnamese(tmp_path):
    async with open_desk(tmp_path, lang="vi") as desk:
        await feeder_outage(desk)
        await desk.report(address="0905100001")
        await take(desk)
        await desk.until(lambda: "mất điện" in desk.card("power"))


async def test_the_agent_need_not_say_available_first(tmp_path):
    async with open_desk(tmp_path, ready=False) as desk:
        await desk.report(address="0905100001")
        await take(desk)
        await desk.until(lambda: desk.app.state.me.intent == "available")


async def test_a_second_take_is_refused_with_the_reason(tmp_path):
    async with open_desk(tmp_path) as desk:
        first = await desk.report(address="0905100001")
        await desk.report(address="0905100002")
        await take(desk)
        await desk.press("f2")
        await desk.until(lambda: desk.told("is in hand"))
        assert desk.hand.id == first["id"]


async def test_a_colleague_was_first(tmp_path):
    async with open_desk(tmp_path) as desk:
        [minh] = await ready(desk.svc, "minh")
        call = await desk.report(address="0905100001")
        desk.queue.flow.picked = call["id"]
        contact = desk.app.state.contacts[call["id"]]
        assert (await minh.post(f"/v1/contacts/{call['id']}/take")).status_code == 200
        await desk.until(lambda: desk.app.state.contacts[call["id"]].agent is not None)
        # The desk has not heard of it yet: what it believes is put back.
        desk.app.state.contacts[call["id"]] = contact
        desk.queue.flow.picked = call["id"]
        await desk.press("f2")
        await desk.until(lambda: desk.told("was first"))
        assert desk.hand is None


async def test_the_arrows_choose_whom_f2_takes(tmp_path):
    async with open_desk(tmp_path) as desk:
        await desk.report(address="0905100001")
        second = await desk.report(address="0905100002")
        await desk.until(lambda: len(desk.rows()) == 2)
        await desk.press("down", "f2")
        await desk.until(lambda: desk.hand is not None)
        assert desk.hand.id == second["id"]


async def test_danger_stands_first_and_is_never_attached(tmp_path):
    async with open_desk(tmp_path) as desk:
        await feeder_outage(desk)
        await desk.report(address="0905100002")
        wire_down = await desk.report(address="0905100001", priority_class="danger")
        await desk.until(lambda: desk.rows()[:1] == (wire_down["id"],))
        assert desk.shows("▲ DANGER")
        await take(desk)
        assert desk.hand.id == wire_down["id"]
        await desk.press("f5")
        await desk.until(lambda: desk.told("never grouped"))
        assert desk.hand.outage is None


async def test_double_commit_and_enter_finish_one_contact_only(tmp_path):
    async with open_desk(tmp_path) as desk:
        await desk.report(address="0905100001")
        other = await desk.report(address="0905100002")
        await take(desk)
        await desk.press("f8", "f8", "f8", "enter", "enter")
        await desk.until(lambda: desk.hand is None and not desk.app.outbox.count)
        assert (await desk.service_says(other))["state"] == "queued"
        assert isinstance(desk.app.screen, QueueScreen)


async def test_a_shared_number_asks_which_customer(tmp_path):
    async with open_desk(tmp_path) as desk:
        twin = grid._customer(1, "T1", grid.DONG_XUAN)
        second = dataclasses.replace(twin, code="PC08GG7777777", name="Lê Thị Hai", meter_no="97777777")
        await desk.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, [second]))
        call = await desk.report(address="0905100001")
        assert sorted(call["candidates"]) == [grid.HOME, "PC08GG7777777"]
        await take(desk)
        await desk.until(lambda: desk.shows("Lê Thị Hai") and desk.app.focused is not None)
        await desk.until(lambda: desk.app.focused.id == "candidates")
        await desk.press("down", "enter")
        await desk.until(lambda: desk.hand.customer is not None)
        chosen = desk.hand.customer
        await desk.until(lambda: chosen in desk.card("who"))


async def test_no_known_outage_reports_one_on_the_customers_transformer(tmp_path):
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001")
        await take(desk)
        await desk.press("f5")
        await desk.until(lambda: desk.dialog(ChooseOutage))
        assert desk.shows("TBA La Hai 1")
        await desk.press("enter")
        await desk.until(lambda: desk.hand is not None and desk.hand.outage is not None)
        assert desk.app.state.outages[desk.hand.outage].device == "T1"
        await desk.wrap_up()
        assert (await desk.service_says(call))["disposition"] == "outage_reported"


async def test_a_refused_attach_forgets_nothing_else_that_was_done(tmp_path):
    async with open_desk(tmp_path) as desk:
        await desk.report(address="0905100001")
        await desk.press("f2")
        await desk.until(lambda: desk.hand is not None)
        flow = desk.queue.flow
        dossier = flow.files.get(desk.hand.id)
        dossier.done += ["ticket_created", "outage_attached"]
        intent = Intent("attach", desk.hand.id, wire.AttachRequest("gone", callback=True), desk.hand.id, "k")
        flow.outbox_news(IntentRefused(intent, Refused(wire.Problem("x", "x", 409, "x", "x", "r"))))
        assert dossier.done == ["ticket_created"]


async def test_a_ticket_in_a_few_keys(tmp_path):
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001", queue="service")
        await take(desk)
        await desk.press("f4")
        await desk.until(lambda: desk.dialog(NewTicket))
        await desk.press("r", "e", "-", "enter", "f8")
        await desk.until(lambda: desk.told("saved") and not desk.app.outbox.count)
        tickets = (await (await desk.svc.client("lan")).get("/v1/tickets")).json()["items"]
        assert [(t["type"], t["customer"], t["contact"]) for t in tickets] == [("METER.RECHECK", grid.HOME, call["id"])]
        await desk.wrap_up()
        assert (await desk.service_says(call))["disposition"] == "ticket_created"


async def test_what_was_typed_into_a_ticket_waits_for_the_next_f4(tmp_path):
    async with open_desk(tmp_path) as desk:
        await desk.report(address="0905100001")
        await take(desk)
        await desk.press("f4")
        await desk.until(lambda: desk.dialog(NewTicket))
        await desk.press("r", "e", "-", "enter", "tab", *"wet", "escape")
        await desk.until(lambda: desk.dialog(QueueScreen))
        await desk.press("f4")
        await desk.until(lambda: desk.dialog(NewTicket) and desk.shows("wet"))
        assert desk.shows("Re-read the meter")


async def test_a_wrap_up_written_while_the_service_is_away_is_sent_when_it_is_back(tmp_path):
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001")
        await take(desk)
        app, desk.transport.app = desk.transport.app, None
        desk.transport.cut()
        await desk.until(lambda: desk.app.link.phase == "lost")
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(WrapUp))
        await desk.press("tab", *"wet", "enter")
        await desk.until(lambda: desk.app.unsent == 1)
        assert (await desk.service_says(call))["state"] == "connected"
        desk.transport.app = app
        await desk.press("ctrl+r")
        await desk.until(lambda: not desk.app.outbox.count, within=20)
        after = await desk.service_says(call)
        assert (after["state"], after["note"]) == ("closed", "wet")


async def test_pause_hold_and_look_closer(tmp_path):
    async with open_desk(tmp_path) as desk:
        await desk.report(address="0905100001")
        await take(desk)
        await desk.press("ctrl+o")
        await desk.until(lambda: desk.hand.state == "held")
        await desk.press("ctrl+o")
        await desk.until(lambda: desk.hand.state == "connected")
        await desk.press("f7")
        await desk.until(lambda: desk.dialog(Transcript) and desk.shows("talking"))
        await desk.press("escape", "f9")
        await desk.until(lambda: desk.dialog(StateMenu))
        await desk.press("enter")
        await desk.until(lambda: desk.app.state.me.pending == "paused")


async def test_a_line_to_the_customer_on_a_text_channel(tmp_path):
    async with open_desk(tmp_path) as desk:
        call = await desk.report(channel="zalo", address="z-1", name="Bình", text="Nhà tôi mất điện")
        await take(desk)
        await desk.press("f7")
        await desk.until(lambda: desk.dialog(Transcript) and desk.shows("Nhà tôi mất điện"))
        await desk.press(*"chao", "enter")
        await desk.until(lambda: not desk.app.screen.query_one("#message", TextField).value)
        await desk.all_sent()
        texts = [m["text"] for m in (await desk.service_says(call))["transcript"]]
        assert texts[-1] == "chao"


async def test_the_filter_finds_without_accents_and_esc_shows_all(tmp_path):
    async with open_desk(tmp_path) as desk:
        hoa = await desk.report(address="0977000001", name="Phạm Thị Điện")
        await desk.report(address="0977000002", name="Lê Minh")
        await desk.until(lambda: len(desk.rows()) == 2)
        await desk.press("slash", *"dien")
        await desk.until(lambda: desk.rows() == (hoa["id"],))
        assert desk.shows("shown 1 of 2")
        await desk.press("escape")
        await desk.until(lambda: len(desk.rows()) == 2)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_hostile_name_is_shown_literally_everywhere(tmp_path, size):
    async with open_desk(tmp_path, size=size) as desk:
        await desk.report(address="0977000001", name=HOSTILE)
        await desk.until(lambda: desk.shows("[/b] [@click"))
        await take(desk)
        await desk.press("f2")
        await desk.until(lambda: desk.told("is in hand"))
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(WrapUp) and desk.shows("Wrap up · [/b] [@click=app.quit]x[/]"))
        assert "\x1b" not in desk.text()


async def test_on_a_narrow_terminal_tab_swaps_card_and_list(tmp_path):
    async with open_desk(tmp_path, size=(80, 24)) as desk:
        await desk.report(address="0905100001")
        await desk.report(address="0905100002", name="Lê Minh")
        await desk.until(lambda: desk.shows("Lê Minh"))
        await take(desk)
        await desk.until(lambda: desk.shows("IN HAND") and not desk.shows("Lê Minh"))
        await desk.press("tab")
        await desk.until(lambda: desk.shows("Lê Minh") and not desk.shows("IN HAND"))
        await desk.press("tab")
        await desk.until(lambda: desk.shows("IN HAND"))


async def test_an_empty_queue_and_a_lost_one_say_so(tmp_path):
    async with open_desk(tmp_path) as desk:
        await desk.until(lambda: desk.shows("Nobody is waiting."))
        await desk.report(address="0977000001", name="Lê Minh")
        await desk.until(lambda: desk.shows("Lê Minh"))
        desk.transport.app = None
        desk.transport.cut()
        await desk.until(lambda: desk.shows("the waits go on") and desk.shows("as of"))
        assert desk.shows("Lê Minh")
