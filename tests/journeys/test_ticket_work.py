"""Tickets on the real service: opened in nine keys, changed together and taken back, merged, looked back at."""

import asyncio
from typing import Any

from msgspec import structs

from agent_tui import wire
from agent_tui.screens.new_ticket import NewTicket
from agent_tui.screens.ticket_bulk import BulkTickets
from agent_tui.screens.ticket_edit import TicketPane
from agent_tui.screens.ticket_history import TicketHistory
from agent_tui.screens.wrap_up import WrapUp
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.field_form import FieldForm
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import Confirm, SafeStatic
from tests.contract import grid
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk


async def opened(desk: Desk, *titles: str, **fields: object) -> list[dict[str, Any]]:
    """Tickets of Lan's, opened by herself; the desk is on their list."""
    lan = await desk.svc.client("lan")
    made = []
    for title in titles:
        body = {"type": "METER.RECHECK", "title": title, "customer": grid.HOME, **fields}
        answer = await lan.post("/v1/tickets", json=body)
        assert answer.status_code == 201, answer.text
        ticket = answer.json()
        tag = {"If-Match": f'"{ticket["version"]}"'}
        answer = await lan.patch(f"/v1/tickets/{ticket['id']}", json={"assignee": "lan"}, headers=tag)
        assert answer.status_code == 200, answer.text
        made.append(answer.json())
    await desk.press("4")
    await desk.until(lambda: len(listed(desk).row_ids) == len(titles))
    return made


def listed(desk: Desk) -> LineList:
    view = desk.app.view("tickets")
    assert view is not None
    return view.query_one("#ticket-list", LineList)


def pane(desk: Desk) -> TicketPane:
    view = desk.app.view("tickets")
    assert view is not None
    return view.query_one(TicketPane)


async def service_has(desk: Desk, ticket: dict[str, Any]) -> dict[str, Any]:
    return (await (await desk.svc.client("boss")).get(f"/v1/tickets/{ticket['id']}")).json()


async def test_a_new_fault_from_the_waiting_call_to_the_next_takes_nine_keys(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        call = await desk.report(address="0905100001", queue="service")
        keys = 0

        async def press(*pressed: str) -> None:
            nonlocal keys
            keys += len(pressed)
            await desk.press(*pressed)

        await press("f2")
        await desk.until(lambda: desk.hand is not None)
        await press("f4")
        await desk.until(lambda: desk.dialog(NewTicket))
        await press("f", "o", "b", "enter")
        form = desk.app.screen.query_one(FieldForm)
        await desk.until(lambda: form.values.get("meter_no"))
        assert form.values == {"phone": "0905100001", "meter_no": "80000001"}
        await press("f8")
        await desk.until(lambda: desk.told("saved") and not desk.app.outbox.count)
        await press("f8")
        await desk.until(lambda: desk.dialog(WrapUp))
        await press("enter")
        await desk.until(lambda: desk.hand is None and not desk.app.outbox.count)
        assert keys <= 9
        (made,) = (await (await desk.svc.client("lan")).get("/v1/tickets")).json()["items"]
        assert (made["type"], made["customer"], made["contact"]) == ("METER.FAULT", grid.HOME, call["id"])
        assert (made["priority"], made["fields"]["meter_no"]) == ("high", "80000001")


async def test_a_field_says_what_is_wrong_while_it_is_typed_and_a_save_is_taken_back(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await opened(desk, "Phúc tra")
        await desk.press("enter")
        await desk.until(lambda: pane(desk).ticket is not None and desk.shows("Meter number"))
        row = next(row for row in pane(desk).form.query("FieldRow") if row.spec.name == "reading")  # type: ignore[attr-defined]
        row.query_one(TextField).focus()
        await desk.press(*"12a")
        await desk.until(lambda: "whole number" in str(row.query_one(".wrong", SafeStatic).content))
        await desk.press("f8")
        await desk.until(lambda: desk.shows("a field has the wrong form"))
        assert desk.app.outbox.count == 0
        await desk.press("backspace")
        await desk.until(lambda: not row.query_one(".wrong").display)
        await desk.press("f8")
        await desk.until(lambda: desk.told("saved") and not desk.app.outbox.count)
        (ticket,) = (await (await desk.svc.client("boss")).get("/v1/tickets")).json()["items"]
        assert ticket["fields"] == {"reading": "12"}
        await desk.press("escape", "ctrl+z")
        await desk.until(lambda: desk.told("Taken back"))
        assert (await service_has(desk, ticket))["fields"] == {}


async def test_many_are_changed_with_one_key_and_taken_back_with_one(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        made = await opened(desk, "một", "hai", "ba")
        boss = await desk.svc.client("boss")
        closed = await boss.patch(
            f"/v1/tickets/{made[0]['id']}", json={"status": "closed"}, headers={"If-Match": f'"{made[0]["version"]}"'}
        )
        assert closed.status_code == 200
        await desk.press("right", "right", "right")
        await desk.until(lambda: desk.shows("ALL 3"))
        await desk.press("asterisk", "f8")
        await desk.until(lambda: desk.dialog(BulkTickets))
        await desk.press("w", "f8")
        await desk.until(lambda: desk.told("2 tickets changed") and desk.told("its status cannot become that one"))
        assert listed(desk).marked == {made[0]["id"]}
        assert [(await service_has(desk, one))["status"] for one in made] == ["closed", "waiting", "waiting"]
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("Taken back"))
        assert [(await service_has(desk, one))["status"] for one in made] == ["closed", "new", "new"]
        outage = await feeder_outage(desk)
        await desk.press("escape", "asterisk", "f5")
        await desk.until(lambda: desk.app.screen.is_modal)
        await desk.press("enter")
        await desk.until(lambda: desk.told("3 tickets changed"))
        assert {(await service_has(desk, one))["outage"] for one in made} == {outage["id"]}


async def test_words_of_a_note_find_two_tickets_that_become_one_and_two_again(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        made = await opened(desk, "một", "hai", note="chó dữ trước cổng")
        await desk.press("slash", *"cho", "space", *"duoi")
        await desk.until(lambda: not listed(desk).row_ids)
        await desk.press("backspace", "backspace", "backspace")
        await desk.until(lambda: len(listed(desk).row_ids) == 2)
        await desk.press("enter")
        first, second = listed(desk).row_ids
        await desk.press("space")
        await desk.until(lambda: listed(desk).highlighted == second)
        await desk.app.act("merge_tickets")
        await desk.until(lambda: desk.dialog(Confirm))
        await desk.press("escape")
        await desk.until(lambda: not desk.dialog(Confirm))
        # Whoever goes back has lost nothing.
        assert listed(desk).marked == {first}
        await desk.app.act("merge_tickets")
        await desk.until(lambda: desk.dialog(Confirm))
        await desk.press("enter")
        await desk.until(lambda: desk.told("merged into"))
        by_id = {one["id"]: one for one in made}
        assert (await service_has(desk, by_id[first]))["merged_into"] == second
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("Taken back"))
        assert (await service_has(desk, by_id[first]))["merged_into"] is None


async def test_an_answer_that_comes_late_does_not_take_the_keys_from_the_ticket_opened_since(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await opened(desk, "một", "hai")
        slow, quick = listed(desk).row_ids
        gate, read = asyncio.Event(), desk.app.client.ticket
        late: list[str] = []

        async def ticket(id: str) -> wire.TicketDetail:
            answer = await read(id)
            if id == slow and not late:
                late.append(id)
                await gate.wait()
            return answer

        desk.app.client.ticket = ticket
        view = desk.app.view("tickets")
        view.post_message(LineList.Chosen(listed(desk), slow))
        await desk.until(lambda: late)
        view.post_message(LineList.Chosen(listed(desk), quick))
        await desk.until(lambda: pane(desk).ticket is not None and pane(desk).ticket.id == quick)
        gate.set()
        await desk.until(lambda: not any(one.group == "ticket" and one.is_running for one in desk.app.workers))
        await desk.pilot.pause()
        await desk.pilot.pause()
        assert pane(desk).ticket.id == quick
        # Asked for again it opens.
        view.post_message(LineList.Chosen(listed(desk), slow))
        await desk.until(lambda: pane(desk).ticket.id == slow)


async def test_a_ticket_of_somebody_who_is_not_on_this_desk_stays_theirs(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        (made,) = await opened(desk, "Phúc tra")
        ticket = await desk.app.client.ticket(made["id"])
        mine, theirs = structs.replace(ticket, assignee="lan"), structs.replace(ticket, assignee="xa", version=9)
        for one in (mine, theirs):
            pane(desk).open(one, [("lan", "Lan Trần")], ticket.created_at)
            assert pane(desk).changes().patch is None, one.assignee
        assert "xa" in str(pane(desk).query_one("#ticket-assignee", Choice).render())
        # Somebody else hands it on meanwhile, again to nobody this desk knows.
        pane(desk).rebase(structs.replace(theirs, assignee="ha", version=10), ticket.created_at)
        assert pane(desk).changes().patch is None


async def test_blanks_around_what_others_wrote_are_no_change_of_mine(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        (made,) = await opened(desk, " Phúc tra ")
        ticket = structs.replace(await desk.app.client.ticket(made["id"]), fields={"reading": " 12817 "})
        pane(desk).open(ticket, [("lan", "Lan Trần")], ticket.created_at)
        await desk.until(lambda: pane(desk).form.values.get("reading"))
        assert pane(desk).changes().patch is None
        # They are followed too, for nobody here touched them.
        pane(desk).rebase(structs.replace(ticket, title="Khác", version=9), ticket.created_at)
        assert pane(desk).query_one("#ticket-title", TextField).value == "Khác"


async def test_the_history_says_who_changed_what_and_compares_two_versions(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        (made,) = await opened(desk, "Phúc tra")
        boss = await desk.svc.client("boss")
        for version, reading in ((2, "12817"), (3, "12871")):
            tag = {"If-Match": f'"{version}"'}
            answer = await boss.patch(f"/v1/tickets/{made['id']}", json={"fields": {"reading": reading}}, headers=tag)
            assert answer.status_code == 200, answer.text
        await desk.press("f7")
        await desk.until(lambda: desk.dialog(TicketHistory) and desk.shows("12817 → 12871"))
        await desk.press("space", "end", "space")
        await desk.until(lambda: desk.shows("From version 1 to version 4"))
        assert desk.shows("– → 12871")
        assert desk.shows("nobody") or desk.shows("– → Lan Trần")


async def test_a_text_is_inserted_with_the_customers_name_and_the_law_with_its_source(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        await opened(desk, "Phúc tra")
        await desk.press("enter")
        view = desk.app.view("tickets")
        await desk.until(lambda: getattr(view, "_record", None) is not None)
        note = pane(desk).note
        note.focus()
        await desk.press(*"::chao")
        await desk.until(lambda: pane(desk).snippets.is_open and pane(desk).snippets.chosen)
        await desk.press("enter")
        await desk.until(lambda: note.text.startswith("Dear Anh Nguyễn Văn 1, customer code PC08GG0000001"))
        await desk.press("enter", *"??cat", "space", *"dien")
        await desk.until(lambda: pane(desk).snippets.chosen)
        await desk.press("down", "up", "enter")
        await desk.until(lambda: "61/2024/QH15" in note.text)
        await desk.press("enter", *"Sao?", "?", "enter", *"@@la", "enter")
        await desk.until(lambda: note.text.endswith("Sao??\n@lan "))


async def test_a_restored_outage_proposes_to_resolve_its_tickets_as_one_act(tmp_path) -> None:
    async with open_desk(tmp_path, role="lead") as desk:
        outage = await feeder_outage(desk)
        made = await opened(desk, "một", "hai", outage=outage["id"])
        await desk.press("3")
        await desk.until(lambda: desk.app.current_mode == "outages" and desk.shows("474"))
        await desk.app.act("outage_restore")
        await desk.until(lambda: desk.app.screen.is_modal)
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(BulkTickets) and desk.shows("2 tickets waited for it"))
        await desk.press("f8")
        await desk.until(lambda: desk.told("2 tickets changed"))
        now = [await service_has(desk, one) for one in made]
        assert [one["status"] for one in now] == ["resolved", "resolved"]
        assert all("Power is back at feeder 474" in one["notes"][-1]["text"] for one in now)
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("Taken back"))
        assert [(await service_has(desk, one))["status"] for one in made] == ["new", "new"]
