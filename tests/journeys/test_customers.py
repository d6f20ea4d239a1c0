"""The Customers view on the real service: found, opened, understood, explained; every pane in each of its states."""

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from agent_tui import wire
from agent_tui.messages import Intent
from agent_tui.screens.customer_record import RecordPane
from agent_tui.screens.customers import CustomersScreen
from agent_tui.screens.new_ticket import NewTicket
from agent_tui.screens.transcript import Transcript
from agent_tui.screens.wrap_up import WrapUp
from agent_tui.widgets.bill_chart import BillChart
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.record_tabs import RecordTabs
from backend_stub.store import bills, customers
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk
from tests.unit.bill_samples import USE, months

PHONE = "0905100001"


async def bill(desk: Desk, code: str = grid.HOME, use: Sequence[int] = USE, last: str = "unpaid") -> list[date]:
    """Thirteen bills on file; the last of them is due in ten days, or was due long ago."""
    periods = months(len(use))
    today = datetime.now(UTC).date()

    def store(tx: Tx) -> None:
        payer = bills.payers(tx.conn, [code])[code]
        rows = []
        for first, kwh in zip(periods, use, strict=True):
            newest = first == periods[-1]
            end = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            due = today + timedelta(days=-40 if last == "overdue" else 10) if newest else end + timedelta(days=10)
            rows.append((
                payer.id, f"{first:%Y-%m}", first.isoformat(), end.isoformat(), kwh, payer.tariff, payer.households,
                last if newest else "paid", due.isoformat(), None if newest else end.isoformat(),
            ))  # fmt: skip
        bills.upsert_bills(tx.conn, rows)

    await desk.svc.engine.write(store)
    return periods


def view(desk: Desk) -> CustomersScreen:
    found = desk.app.view("customers")
    assert isinstance(found, CustomersScreen)
    return found


def pane(desk: Desk) -> RecordPane:
    return view(desk).query_one(RecordPane)


def hits(desk: Desk) -> tuple[str, ...]:
    return view(desk).query_one("#hits", LineList).row_ids


def seen(desk: Desk) -> bool:
    """Whether the Customers view is on screen, and stands."""
    return isinstance(desk.app.screen, CustomersScreen) and desk.app.screen.is_mounted


async def find(desk: Desk, text: str) -> None:
    await desk.press("f3")
    await desk.until(lambda: seen(desk) and isinstance(desk.app.focused, TextField))
    await desk.press(*("space" if char == " " else char for char in text))
    await desk.until(lambda: bool(hits(desk)) and desk.shows("found"))


async def take(desk: Desk, **fields: object) -> dict:
    call = await desk.report(**{"address": PHONE, "queue": "billing", **fields})
    await desk.press("f2")
    await desk.until(lambda: desk.hand is not None)
    return call


async def bills_of(desk: Desk) -> None:
    """A billing call taken, its bills on screen."""
    await take(desk)
    await desk.press("f7")
    await desk.until(lambda: seen(desk) and desk.shows("SAY"))


@pytest.mark.parametrize(("size", "lang"), [((80, 24), "en"), ((140, 40), "vi"), ((200, 60), "en")])
async def test_a_high_bill_is_explained_in_four_keys(tmp_path, size, lang):
    async with open_desk(tmp_path, size, lang) as desk:
        await bill(desk)
        call = await desk.report(address=PHONE, queue="billing")
        await desk.press("f2", "f7")
        say = "SAY" if lang == "en" else "NÓI"
        await desk.until(lambda: seen(desk) and desk.shows(say))
        text = desk.text()
        assert "[" + str(months(1)[0].month) + "]" in text
        assert all(str(kwh) in text for kwh in USE)
        figure = "1,205,302" if lang == "en" else "1.205.302"
        assert figure in text
        spoken = pane(desk).file.checks[f"{months(1)[0]:%Y-%m}"].explanation
        place = pane(desk).query_one("#bill-say").region
        assert place.width >= 60
        below = " ".join(" ".join(line[place.x : place.right] for line in text.splitlines()).split())
        assert f"{say} “{spoken.en if lang == 'en' else spoken.vi}”" in below
        await desk.wrap_up()
        after = await desk.service_says(call)
        assert (after["state"], after["disposition"]) == ("closed", "bill_explained")


async def test_the_record_of_the_caller_is_one_enter_away_and_says_what_is_owed(tmp_path):
    async with open_desk(tmp_path) as desk:
        await bill(desk, use=[200] * 13, last="overdue")
        await take(desk)
        await desk.until(lambda: grid.HOME in desk.card("who"))
        await desk.press("f3")
        await desk.until(lambda: seen(desk) and hits(desk) == (grid.HOME,) and desk.shows("CALLER"))
        await desk.press("enter")
        await desk.until(lambda: desk.shows("‹Bills›") and desk.shows("SAY"))
        assert desk.shows("OVERDUE")
        assert desk.shows("overdue since")
        assert desk.shows("cskh.cpc.vn")
        await desk.press("f4")
        await desk.until(lambda: desk.dialog(NewTicket) and desk.shows("Paid but dunned or cut"))
        await desk.press("escape")
        await desk.until(lambda: not desk.dialog(NewTicket))
        await desk.press("up")
        await desk.until(lambda: len(pane(desk).file.checks) == 2)


async def test_the_rule_makes_f4_a_re_read_request_and_arrows_choose_the_month(tmp_path):
    async with open_desk(tmp_path) as desk:
        periods = await bill(desk)
        await bills_of(desk)
        await desk.until(lambda: desk.shows("F4 Re-read"))
        assert desk.shows("1.3x")
        await desk.press("f4")
        await desk.until(lambda: desk.dialog(NewTicket) and desk.shows("412 kWh"))
        await desk.press("f8")
        await desk.until(lambda: desk.told("saved") and not desk.app.outbox.count)
        [ticket] = (await (await desk.svc.client("boss")).get("/v1/tickets")).json()["items"]
        assert (ticket["type"], ticket["customer"]) == ("METER.RECHECK", grid.HOME)
        assert ticket["fields"].pop("period") == f"{periods[-1]:%Y-%m}"
        assert ticket["fields"].keys() == {"meter_no", "phone"}, "what the record knows is filled in"
        hours = datetime.fromisoformat(ticket["due_at"]) - datetime.fromisoformat(ticket["created_at"])
        assert hours == timedelta(hours=24)

        await desk.press("up")
        await desk.until(lambda: f"{periods[-2]:%Y-%m}" in pane(desk).file.checks)
        await desk.until(lambda: desk.shows(f"{periods[-2]:%m/%Y}") and desk.shows(f"[{periods[-2].month}]"))
        assert pane(desk).likely_ticket() is None
        await desk.press(*["up"] * 20)
        await desk.until(lambda: desk.shows("no bill for the month before"))
        assert pane(desk).file.period == f"{periods[0]:%Y-%m}"


async def test_the_second_look_is_at_the_contact_and_a_text_is_read_first(tmp_path):
    async with open_desk(tmp_path) as desk:
        await desk.until(lambda: desk.shows("F7·Look closer") or desk.shows("F7 Look closer"))
        await take(desk)
        await desk.until(lambda: desk.shows("F7 Bills"))
        await desk.press("f7")
        await desk.until(lambda: seen(desk) and desk.shows("No bills on file."))
        await desk.until(lambda: desk.shows("F7 Look closer"))
        await desk.press("f7")
        await desk.until(lambda: desk.dialog(Transcript))
        await desk.press("escape", "f8")
        await desk.until(lambda: desk.dialog(WrapUp))
        await desk.press("enter")
        await desk.until(lambda: desk.hand is None)
        await take(desk, channel="zalo", text="Sao hóa đơn cao vậy?")
        await desk.until(lambda: desk.shows("F7 Look closer"))
        await desk.press("f7")
        await desk.until(lambda: desk.dialog(Transcript))


async def test_tabs_by_keys_and_by_mouse(tmp_path):
    async with open_desk(tmp_path) as desk:
        await bill(desk)
        await feeder_outage(desk)
        await find(desk, "0000001")
        await desk.press("enter")
        await desk.until(lambda: desk.shows("‹Overview›") and desk.shows("KNOWN OUTAGE"))
        await desk.press("right")
        await desk.until(lambda: desk.shows("‹Bills›") and desk.shows("SAY"))
        await desk.press("tab")
        await desk.until(lambda: desk.shows("‹Power›") and desk.shows("OUTAGES ON THIS WAY"))
        assert desk.shows("transformer TBA La Hai 1")
        await desk.press("right", "right")
        await desk.until(lambda: desk.shows("‹Tickets›") and desk.shows("no open ticket"))
        await desk.press("right")
        await desk.until(lambda: desk.shows("‹Overview›"))
        await desk.press("shift+tab", "left")
        await desk.until(lambda: desk.shows("‹Contacts›") and desk.shows("no contact yet"))
        tabs = view(desk).query_one(RecordTabs)
        await desk.pilot.click(tabs, offset=(13, 0))
        await desk.until(lambda: desk.shows("‹Bills›"))
        chart = view(desk).query_one(BillChart)
        await desk.pilot.click(chart, offset=(1, 2))
        await desk.until(lambda: desk.shows(f"[{months(13)[0].month}]"))
        await desk.press("2")
        assert desk.shows("‹Bills›")


async def test_the_record_shows_who_where_and_what(tmp_path):
    async with open_desk(tmp_path) as desk:
        twin = grid._customer(1, "T1", grid.DONG_XUAN, load="life_support")
        full = dataclasses.replace(
            twin, title="Bà", phones=(PHONE, "0905999888"), old_address="1 Trần Phú, TT La Hai, H. Đồng Xuân, Phú Yên",
            households=3,
        )  # fmt: skip
        await desk.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, [full]))
        await bill(desk)
        await find(desk, "0000001")
        await desk.press("enter")
        await desk.until(lambda: desk.shows("Bà Nguyễn Văn 1") and desk.shows("SUPPLY NORMAL"))
        for words in ("0905999888", "1 Trần Phú", "TT La Hai", "80000001", "HD1", "3 households", "life support",
                      "474 Đồng Xuân", "owes ", "đ · due ", "no open ticket"):  # fmt: skip
            assert desk.shows(words), words


async def test_an_unknown_caller_is_found_and_attached(tmp_path):
    async with open_desk(tmp_path) as desk:
        outage = await feeder_outage(desk)
        call = await take(desk, address="0988000111", queue="outage")
        await find(desk, "nguyen van 1 dong xuan")
        chosen = hits(desk)[0]
        await desk.press("enter", "f5", "f8")
        await desk.until(lambda: desk.dialog(WrapUp))
        await desk.press("enter")
        await desk.until(lambda: desk.hand is None and not desk.app.outbox.count)
        after = await desk.service_says(call)
        assert (after["customer"], after["outage"]) == (chosen, outage["id"])


async def test_a_look_at_another_record_does_not_change_the_caller_before_the_service_has_heard_of_it(tmp_path):
    async with open_desk(tmp_path) as desk:
        call = await take(desk, address="0999000111", queue="outage")
        gate, perform = asyncio.Event(), desk.app.client.perform

        async def slow(intent: Intent) -> wire.Contact | wire.Ticket | wire.TicketNote:
            await gate.wait()
            return await perform(intent)

        desk.app.client.perform = slow
        await find(desk, "nguyen")
        first, second = hits(desk)[:2]
        await desk.press("enter")
        await desk.until(lambda: desk.told(f"This caller is now {first}"))
        await desk.press("escape", "down", "enter")
        await desk.until(lambda: desk.told(f"The caller stays {first}") and pane(desk).file.code == second)
        gate.set()
        await desk.until(lambda: not desk.app.outbox.count)
        assert (await desk.service_says(call))["customer"] == first


async def test_several_candidates_one_key_chooses_and_the_choice_is_remembered(tmp_path):
    async with open_desk(tmp_path) as desk:
        twin = grid._customer(1, "T1", grid.DONG_XUAN)
        others = [dataclasses.replace(twin, code=f"PC08GG777777{n}"[:13], name=f"Lê Thị {n}", meter_no=f"9777777{n}")
                  for n in range(3)]  # fmt: skip
        await desk.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, others))
        await take(desk, queue="outage")
        await desk.until(lambda: desk.app.focused is not None and desk.app.focused.id == "candidates")
        await desk.until(lambda: all(desk.shows(other.name) for other in others) and desk.shows("Nguyễn Văn 1"))
        chosen = desk.queue.query_one("#candidates", LineList).row_ids[2]
        await desk.press("down", "down", "enter")
        await desk.until(lambda: desk.hand.customer == chosen)
        # To the end: who it was is remembered by the service, which the next caller reaches without this desk.
        await desk.wrap_up()

        await take(desk, queue="outage")
        await desk.until(lambda: desk.app.focused is not None and desk.app.focused.id == "candidates")
        await desk.until(lambda: desk.shows("last time"))
        await desk.press("f3")
        await desk.until(lambda: seen(desk) and len(hits(desk)) == 4 and desk.shows("CALLER"))
        assert hits(desk)[0] == chosen
        await desk.press("enter")
        await desk.until(lambda: desk.hand.customer == chosen)


async def test_the_choice_is_remembered_by_the_service_for_every_desk(tmp_path):
    async with open_desk(tmp_path) as desk:
        twin = dataclasses.replace(grid._customer(1, "T1", grid.DONG_XUAN), code="PC08GG7777777", name="Lê Thị 7")
        await desk.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, [twin]))
        boss = await desk.svc.client("boss")
        first = await desk.report(address=PHONE)
        assert first["proposed"] is None
        answer = await boss.post(f"/v1/contacts/{first['id']}/identify", json={"customer": twin.code})
        assert answer.status_code == 200, answer.text
        await desk.channel.post(f"/v1/contacts/{first['id']}/abandon")
        call = await take(desk, address="+84 905 100 001", queue="outage")
        assert (call["proposed"], call["candidates"]) == (twin.code, [twin.code, grid.HOME])
        await desk.until(lambda: desk.shows("last time") and desk.shows("Lê Thị 7"))
        assert desk.queue.query_one("#candidates", LineList).row_ids[0] == twin.code
        await desk.press("enter")
        await desk.until(lambda: desk.hand.customer == twin.code)


async def test_a_wrong_identification_is_corrected_and_both_stay_on_record(tmp_path):
    async with open_desk(tmp_path) as desk:
        call = await take(desk, queue="outage")
        await desk.until(lambda: grid.HOME in desk.card("who"))
        await desk.press("shift+f3")
        await desk.until(lambda: desk.told("Find the customer first"))
        await find(desk, "nguyen van 2")
        await desk.press("enter")
        await desk.until(lambda: desk.told(f"The caller stays {grid.HOME}"))
        assert desk.hand.customer == grid.HOME
        await desk.press("shift+f3")
        await desk.until(lambda: desk.hand.customer == "PC08GG0000002" and not desk.app.outbox.count)
        await desk.press("shift+f3")
        await desk.until(lambda: desk.told("is this customer already"))
        after = await desk.service_says(call)
        assert (after["customer"], after["name"]) == ("PC08GG0000002", "Nguyễn Văn 2")
        [step] = [step for step in after["history"] if step["trigger"] == "identify"]
        assert step["detail"] == f"{grid.HOME} → PC08GG0000002"
        await desk.press("1")
        await desk.until(lambda: "PC08GG0000002" in desk.card("who"))


async def test_customers_of_the_callers_commune_come_first(tmp_path):
    async with open_desk(tmp_path) as desk:
        namesakes = [
            dataclasses.replace(grid._customer(600 + n, None, place), name="Đặng Hữu Phúc")
            for n, place in enumerate((grid.KRONG_PA, grid.TUY_HOA, grid.KRONG_PA, grid.DONG_XUAN))
        ]
        await desk.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, namesakes))
        # The caller, PC08GG0000001, is of Đồng Xuân; customers of Tuy Hòa join them while the power is out there.
        await take(desk, queue="outage")
        await desk.until(lambda: grid.HOME in desk.card("who"))
        await find(desk, "dang huu phuc")
        assert hits(desk)[0] == namesakes[3].code
        await feeder_outage(desk, device="F471")
        await find(desk, "huu phuc dang")
        await desk.until(lambda: set(hits(desk)[:2]) == {namesakes[3].code, namesakes[1].code})


async def test_the_power_tab_tells_the_outages_that_touched_the_customer(tmp_path):
    async with open_desk(tmp_path) as desk:
        old = await feeder_outage(desk)
        boss = await desk.svc.client("boss")
        answer = await boss.patch(f"/v1/outages/{old['id']}", json={"status": "restored"}, headers={"If-Match": "1"})
        assert answer.status_code == 200, answer.text
        work = {
            "device": "SS1", "kind": "planned", "status": "notified", "cause": "PLAN.MAINT",
            "started_at": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
            "etr": (datetime.now(UTC) + timedelta(days=9, hours=4)).isoformat(),
        }  # fmt: skip
        assert (await boss.post("/v1/outages", json=work)).status_code == 201
        await boss.post("/v1/outages", json={"device": "F471", "kind": "unplanned"})
        await find(desk, "0000001")
        await desk.press("enter", "right", "right")
        await desk.until(lambda: desk.shows("‹Power›") and desk.shows("OTHER OUTAGES AND WORKS"))
        record = pane(desk).file.record
        assert [(o.device, o.kind, o.status, o.until is None) for o in record.outages] == [
            ("SS1", "planned", "notified", False), ("F474", "unplanned", "restored", False),
        ]  # fmt: skip
        for words in ("474 Đồng Xuân", "restored", "planned work · notified"):
            assert desk.shows(words), words


# The five states of the panes


async def test_nothing_yet_somebody_marked_nobody_found(tmp_path):
    async with open_desk(tmp_path, (80, 24)) as desk:
        await desk.press("2")
        await desk.until(lambda: seen(desk) and desk.shows("Type a few letters"))
        await find(desk, "nguyen van 1")
        row = view(desk).query_one("#hits", LineList)._lines.rows[0]
        assert [row.cells[0].text[a:b] for a, b, _style in row.cells[0].spans] == ["Nguyễn", "Văn", "1"]
        strips = desk.app.screen._compositor.render_strips()
        assert any(s.text == "Nguyễn" and s.style.underline for strip in strips for s in strip)
        await desk.press("enter")
        await desk.until(lambda: desk.shows("‹Overview›"))
        await desk.press("1", "f3", *"zzzz")
        await desk.until(lambda: seen(desk) and desk.shows("Nobody found"))
        assert view(desk).query_one("#search", TextField).value == "zzzz"


async def test_the_list_says_how_it_was_found_and_when_it_was_cut(tmp_path):
    async with open_desk(tmp_path) as desk:
        await find(desk, "nguyeenx vawn 2")
        await desk.until(lambda: desk.shows("typing marks removed") and desk.shows("Telex/VNI → nguyen van 2"))
        assert hits(desk)[0] == "PC08GG0000002"
        await find(desk, "nguyen van 2")
        await desk.until(lambda: not desk.shows("Telex"))
        many = [dataclasses.replace(grid._customer(700 + n, None, grid.TUY_HOA), name="Hồ Thị Bé") for n in range(60)]
        await desk.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, many))
        await find(desk, "ho thi be")
        await desk.until(lambda: desk.shows("there are more"))
        assert set(hits(desk)) <= {row.code for row in many}


async def test_a_record_that_cannot_be_read_says_what_to_do_and_an_old_one_how_old(tmp_path):
    async with open_desk(tmp_path) as desk:
        await bill(desk)
        await find(desk, "0000001")
        desk.transport.app = None
        await desk.press("enter")
        await desk.until(lambda: desk.shows("✗") and desk.shows("Ctrl+R reads it again"))
        desk.transport.app = desk.svc.app
        await desk.press("ctrl+r")
        await desk.until(lambda: desk.shows("SUPPLY NORMAL"))
        desk.transport.app = None
        await desk.press("right")
        await desk.until(lambda: desk.shows("‹Bills›") and desk.shows("Ctrl+R reads it again"))
        desk.transport.app = desk.svc.app
        await desk.press("ctrl+r")
        await desk.until(lambda: desk.shows("SAY"))
        desk.transport.app = None
        desk.transport.cut()
        await desk.until(lambda: desk.shows("▲ as of"), 20)
        assert desk.shows("SAY")
        desk.transport.app = desk.svc.app
        await desk.until(lambda: not desk.shows("▲ as of"), 20)


async def test_a_hostile_record_is_letters(tmp_path):
    hostile = "[/b] [@click=app.quit]x[/]"
    async with open_desk(tmp_path) as desk:
        row = dataclasses.replace(grid._customer(1, "T1", grid.DONG_XUAN), name=hostile, old_address=hostile)
        await desk.svc.engine.write(lambda tx: customers.upsert_many(tx.conn, [row]))
        await find(desk, "0000001")
        await desk.press("enter")
        await desk.until(lambda: desk.shows(f"Anh {hostile}") and desk.shows(f"formerly: {hostile}"))


def test_the_wire_knows_every_state_of_a_bill():
    assert set(wire.BillStatus.__args__) == {"paid", "unpaid", "overdue"}
