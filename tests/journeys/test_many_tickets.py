"""Five hundred tickets (a sample: 150) by the desk on the real service: one command with a progress line, one undo."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from agent_tui import wire
from agent_tui.net.client import DeskClient
from agent_tui.screens.ticket_bulk import BulkTickets
from agent_tui.screens.ticket_list import TicketList
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.status_line import StatusLine
from backend_stub.store import tickets
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.full import count
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk

MANY, CLOSED = count(150, 500), 3
NOT_RESTORED = {"version", "updated_at"}


def listed(desk: Desk) -> LineList:
    view = desk.app.view("tickets")
    assert view is not None
    return view.query_one("#ticket-list", LineList)


async def filled(desk: Desk) -> list[str]:
    """So many tickets of the centre, some of them closed: those cannot wait for anything any more."""

    def make(tx: Tx) -> list[str]:
        made = []
        for n in range(MANY):
            title = f"Phúc tra công tơ {n}"
            row = tickets.create(tx, wire.NewTicket("METER.RECHECK", title, customer=grid.HOME), "lan", "EVNCPC")
            if n % (MANY // CLOSED) == 7:
                tickets.apply(tx, row, {"status": "closed"}, "lan", "changed")
            made.append(row["id"])
        return made

    return await desk.svc.service.engine.write(make)


async def stored(desk: Desk) -> dict[str, dict[str, Any]]:
    """Every ticket and every outage as the service keeps them, but for what an undo may move on."""

    def read(conn: Any) -> dict[str, dict[str, Any]]:
        found = {}
        for table in ("ticket", "outage"):
            for row in conn.execute(f"SELECT * FROM {table}"):
                found[row["id"]] = {name: row[name] for name in row.keys() if name not in NOT_RESTORED}  # noqa: SIM118
        return found

    return await desk.svc.service.engine.read(read)


class Held:
    """The desk's client, whose answer to a bulk change comes when the test says so."""

    def __init__(self, client: DeskClient, patch: pytest.MonkeyPatch) -> None:
        self.asked, self.answer, self._ask = asyncio.Event(), asyncio.Event(), client.bulk_tickets
        patch.setattr(client, "bulk_tickets", self.bulk_tickets)

    async def bulk_tickets(self, ids: Sequence[str], change: wire.TicketBulkChange) -> wire.BulkAnswer:
        answer = await self._ask(ids, change)
        self.asked.set()
        await self.answer.wait()
        return answer


async def all_listed(desk: Desk) -> None:
    """The list of all tickets, walked to its end: a page is read ahead of the cursor."""
    await desk.press("4", "left")
    await desk.until(lambda: desk.app.screen.query(TicketList))
    async with asyncio.timeout(240):
        pages = desk.app.screen.query_one(TicketList)
        while not (pages._read_of_it.whole and len(listed(desk).row_ids) == MANY):
            await desk.press("end")


async def test_five_hundred_are_changed_by_one_command_and_restored_by_one_undo(tmp_path, monkeypatch) -> None:
    async with open_desk(tmp_path) as desk:
        outage = await feeder_outage(desk)
        ids = await filled(desk)
        await all_listed(desk)
        before = await stored(desk)
        await desk.press("home", "asterisk")
        await desk.until(lambda: len(listed(desk).marked) == MANY)
        held = Held(desk.app.client, monkeypatch)
        await desk.press("f8")
        await desk.until(lambda: desk.dialog(BulkTickets) and desk.shows(f"Change {MANY} tickets"))
        # Waiting, for this outage, with low priority: status, outage and priority in one command.
        await desk.press("w", "tab", "tab", "l", "tab", "right", "right", "f8")
        await desk.until(held.asked.is_set, within=120)
        status = desk.app.screen.query_one(StatusLine)
        await desk.until(lambda: f"changing {MANY} tickets" in str(status.render()))
        # Keys are the agent's while it runs.
        await desk.press("down", "down")
        assert listed(desk).at == 2
        assert f"changing {MANY} tickets" in str(status.render())
        held.answer.set()
        done = MANY - CLOSED
        await desk.until(lambda: desk.told(f"{done} tickets changed"), within=120)
        assert "changing" not in str(status.render())
        assert desk.told(f"{CLOSED} stay as they were")
        assert desk.told("its status cannot become that one")
        after = await stored(desk)
        changed = {id for id in ids if after[id] != before[id]}
        assert len(changed) == done
        assert {(after[id]["status"], after[id]["outage"], after[id]["priority"]) for id in changed} == {
            ("waiting", outage["id"], "low")
        }
        await desk.until(lambda: listed(desk).marked == set(ids) - changed)
        await desk.press("ctrl+z")
        await desk.until(lambda: desk.told("Taken back"), within=120)
        assert await stored(desk) == before, "but for version and updated_at every row is as it was"
