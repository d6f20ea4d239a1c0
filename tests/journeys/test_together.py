"""A desk with its real client on a real service: two agents at one ticket, drafts that follow."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from agent_tui import i18n
from agent_tui.app import DeskApp
from agent_tui.launch import Launch
from agent_tui.net.client import DeskClient
from agent_tui.screens.conflict import Conflict
from agent_tui.screens.left_texts import LeftTexts
from agent_tui.screens.ticket_edit import TicketPane
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.safe import SafeStatic
from tests.asgi_stream import AppTransport
from tests.full import FULL
from tests.service import PASSWORD, Running, running_service
from tests.watched import PATIENCE_S, until


class Cut(AppTransport):
    """A service that can be away, lose its answers to writes, or whose events do not come."""

    away = lose = deaf = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.away or (self.deaf and request.url.path in ("/v1/events", "/v1/snapshot")):
            raise httpx.ConnectError("away")
        answer = await super().handle_async_request(request)
        if self.lose and request.method != "GET":
            raise httpx.ReadError("lost")
        return answer


@asynccontextmanager
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_service(tmp_path / "service") as svc:
        for name in ("lan", "minh"):
            await svc.client(name)
        yield svc


@asynccontextmanager
async def desk(svc: Running, home: Path, transport: AppTransport | None = None) -> AsyncIterator[tuple[DeskApp, Pilot]]:
    client = DeskClient("http://localhost", transport or AppTransport(svc.app))
    # Each home is a terminal of its own.
    client.terminal = hashlib.sha256(home.name.encode()).hexdigest()[:32]
    app = DeskApp(Launch("http://localhost", "lan", PASSWORD, language="en", state_dir=home), client=client)
    try:
        async with app.run_test(size=(140, 40), notifications=True) as pilot:
            await until(pilot, lambda: app.live and app.state.generation and app.view_on_screen() and app.link.is_live)
            yield app, pilot
    finally:
        i18n.set_language("en")
        await client.aclose()


async def new(client: httpx.AsyncClient, **more: object) -> dict:
    body = {"type": "OTHER", "title": "Cột nghiêng", **more}
    return (await client.post("/v1/tickets", json=body)).json()


async def patch(client: httpx.AsyncClient, ticket: dict, **change: object) -> None:
    now = await read(client, ticket)
    done = await client.patch(f"/v1/tickets/{ticket['id']}", json=change, headers={"if-match": f'"{now["version"]}"'})
    assert done.status_code == 200, done.text


async def read(client: httpx.AsyncClient, ticket: dict) -> dict:
    return (await client.get(f"/v1/tickets/{ticket['id']}")).json()


async def opened(app: DeskApp, pilot: Pilot, ticket: dict) -> TicketPane:
    await app.show_view("tickets")
    await until(pilot, lambda: app.view_on_screen().VIEW == "tickets")
    app.view("tickets").open_left(ticket["id"])
    pane = app.screen.query_one(TicketPane)
    await until(pilot, lambda: pane.ticket is not None)
    return pane


async def found_again(app: DeskApp, pilot: Pilot, note: str) -> TicketPane:
    """The ticket whose note was left unsent, opened from the list that greets whoever starts the desk."""
    await until(pilot, shows(app, LeftTexts))
    await pilot.press("enter")
    await until(pilot, lambda: app.view_on_screen().VIEW == "tickets")
    pane = app.screen.query_one(TicketPane)
    await until(pilot, lambda: pane.ticket is not None and pane.note.text == note)
    return pane


def write(pane: TicketPane, title: str) -> None:
    pane.query_one("#ticket-title", TextField).value = title


def said(app: DeskApp) -> str:
    return " ".join(note.message for note in app._notifications)


def side(app: DeskApp, name: str) -> str:
    return str(app.screen.query_one(f"#conflict-{name}", SafeStatic).content)


def shows(app: DeskApp, kind: type) -> Callable[[], bool]:
    return lambda: isinstance(app.screen, kind) and app.screen.is_mounted


async def test_different_fields_merge_by_themselves_and_say_so(tmp_path: Path) -> None:
    async with service(tmp_path) as svc:
        minh = await svc.client("minh")
        ticket = await new(minh)
        transport = Cut(svc.app)
        async with desk(svc, tmp_path / "one", transport) as (app, pilot):
            await merged_by_itself(app, pilot, transport, minh, ticket)


async def merged_by_itself(app: DeskApp, pilot: Pilot, transport: Cut, minh: httpx.AsyncClient, ticket: dict) -> None:
    pane = await opened(app, pilot, ticket)
    write(pane, "Cột gãy")
    # The desk has not heard of it when the key comes: the service refuses, and the two are put together.
    transport.deaf = True
    transport.cut()
    await patch(minh, ticket, priority="urgent")
    await pilot.press("f8")
    await until(pilot, lambda: "Both are kept" in said(app))
    await until(pilot, lambda: app.outbox.count == 0 and not pane.waits_to_be_saved)
    now = await read(minh, ticket)
    assert (now["title"], now["priority"]) == ("Cột gãy", "urgent")
    assert "Minh" in said(app)
    assert "Priority" in said(app)
    await until(pilot, lambda: len(app.drafts) == 0)


WAYS = {
    "edited": (["down", "space", *"chung", "enter"], "Của Minh chung"),
    "before": (["shift+tab"], "Cột nghiêng"),
    "later": (["escape"], "Của Minh"),
    **(
        {"third": ([*"chung", "enter"], "chung"), "mine": (["enter"], "Của tôi"), "theirs": (["tab"], "Của Minh")}
        if FULL
        else {}
    ),
}


@pytest.mark.parametrize(("keys", "title"), WAYS.values(), ids=WAYS)
async def test_the_same_field_is_decided_side_by_side(tmp_path: Path, keys: list[str], title: str) -> None:
    async with service(tmp_path) as svc, desk(svc, tmp_path / "one") as (app, pilot):
        minh = await svc.client("minh")
        ticket = await new(minh)
        pane = await opened(app, pilot, ticket)
        write(pane, "Của tôi")
        await patch(minh, ticket, title="Của Minh", priority="high")
        # The event comes first: what both changed stays as typed, and is not saved over the other's.
        await until(pilot, lambda: pane.query_one("#ticket-priority").value == "high")
        assert pane.query_one("#ticket-title", TextField).value == "Của tôi"
        await pilot.press("f8")
        await until(pilot, shows(app, Conflict))
        await until(pilot, lambda: "Của Minh" in side(app, "theirs"))
        assert ("Của tôi" in side(app, "mine"), "Cột nghiêng" in side(app, "before")) == (True, True)
        mine, theirs = (app.screen.query_one(f"#conflict-{name}").region for name in ("mine", "theirs"))
        assert (mine.y, mine.right <= theirs.x) == (theirs.y, True), "side by side"
        await pilot.press(*keys)
        await until(pilot, lambda: not isinstance(app.screen, Conflict))
        await until(pilot, lambda: app.outbox.count == 0)
        if keys != ["escape"]:
            await until(pilot, lambda: not pane.waits_to_be_saved)
            assert pane.query_one("#ticket-title", TextField).value == title
        else:
            assert app.drafts.text("ticket", ticket["id"], "title") == "Của tôi"
        now = await read(minh, ticket)
        assert (now["title"], now["priority"]) == (title, "high")


THIRDS = {
    "Status": ["r", "enter"],
    "Priority": ["l", "enter"],
    "Assignee": ["right", "enter"],
    "Reading as": ["9", "enter"],
    "Reason of": ["o", "enter"],
    "Day the": [*"2026-12-32", "enter", "backspace", "1", "enter"],
}


async def test_every_kind_of_field_can_become_a_third_value(tmp_path: Path) -> None:
    async with service(tmp_path) as svc, desk(svc, tmp_path / "one") as (app, pilot):
        minh = await svc.client("minh")
        ticket = await new(minh, type="METER.TEST")
        pane = await opened(app, pilot, ticket)
        await until(pilot, lambda: "visit_on" in pane.form.entries)
        for name, value in (("status", "open"), ("priority", "high"), ("assignee", "lan")):
            pane.query_one(f"#ticket-{name}", Choice).set(value)
        for name, value in (("reading", "5"), ("reason_test", "fast"), ("visit_on", "2026-11-30")):
            pane.form.set(name, value)
        hers = {"reading": "7", "reason_test": "stopped", "visit_on": "2026-11-29"}
        await patch(minh, ticket, status="waiting", priority="urgent", assignee="minh", fields=hers)
        await until(pilot, lambda: app.state.tickets[ticket["id"]].version > 1)
        await pilot.press("f8")
        # Field after field: letters where it is chosen, a figure, a date that is wrong first.
        for field, keys in THIRDS.items():
            await until(pilot, lambda field=field: shows(app, Conflict)() and field in side(app, "field"))
            assert keys[0] != "2" or app.screen.query_one("#conflict-third").display
            await pilot.press(*keys)
        await until(pilot, lambda: app.outbox.count == 0 and not pane.waits_to_be_saved)
        now = await read(minh, ticket)
        assert (now["status"], now["priority"], now["assignee"]) == ("resolved", "low", None)
        assert now["fields"] == {"reading": "9", "reason_test": "other", "visit_on": "2026-12-31"}


async def test_saving_twice_without_the_service_is_no_conflict_with_oneself(tmp_path: Path) -> None:
    async with service(tmp_path) as svc:
        transport = Cut(svc.app)
        async with desk(svc, tmp_path / "one", transport) as (app, pilot):
            minh = await svc.client("minh")
            ticket = await new(minh)
            pane = await opened(app, pilot, ticket)
            transport.away = True
            for n, title in enumerate(("một", "hai"), 1):
                write(pane, title)
                pane.note.text = f"ghi {title}"
                await pilot.pause()
                await pilot.press("f8")
                await until(pilot, lambda n=n: app.outbox.count == 2 * n)
                await pilot.press("f8")
                await pilot.pause()
                pane.note.text = ""
            assert app.outbox.count == 4, "the same note pressed twice is one"
            transport.away = False
            app.reconnect()
            await until(pilot, lambda: app.outbox.count == 0 and not pane.waits_to_be_saved)
            now = await read(minh, ticket)
            assert now["title"] == "hai"
            assert [note["text"] for note in now["notes"]] == ["ghi một", "ghi hai"]
            assert not isinstance(app.screen, Conflict)


@pytest.mark.parametrize("loses", [True, False] if FULL else [True])
async def test_what_was_sent_when_the_desk_died_is_sent_once_by_the_next(tmp_path: Path, loses: bool) -> None:
    async with service(tmp_path) as svc:
        minh = await svc.client("minh")
        ticket = await new(minh)
        transport = Cut(svc.app)
        async with desk(svc, tmp_path / "one", transport) as (app, pilot):
            pane = await opened(app, pilot, ticket)
            pane.note.text = "khách hẹn sáng mai"
            await pilot.pause()
            transport.lose, transport.away = loses, not loses
            await pilot.press("f8")
            await until(pilot, lambda: app.outbox.count == 1)
            if loses:
                await until(pilot, lambda: app.outbox._entries[0].tries > 0)
        async with desk(svc, tmp_path / "one") as (app, pilot):
            await until(pilot, lambda: app.outbox.count == 0)
            assert not isinstance(app.screen, LeftTexts), "nobody is asked to send it again"
            await until(pilot, lambda: len(app.drafts) == 0)
        notes = (await read(minh, ticket))["notes"]
        assert [note["text"] for note in notes] == ["khách hẹn sáng mai"]


async def test_a_text_typed_at_one_desk_is_offered_at_the_next(tmp_path: Path) -> None:
    async with service(tmp_path) as svc:
        minh = await svc.client("minh")
        ticket = await new(minh)
        async with desk(svc, tmp_path / "one") as (app, pilot):
            pane = await opened(app, pilot, ticket)
            pane.note.text = "còn dở"
            lan = await svc.client("lan")
            await until(pilot, lambda: len(app.drafts) == 1 and app.drafts.all[0].copied)
        async with desk(svc, tmp_path / "two") as (app, pilot):
            pane = await found_again(app, pilot, "còn dở")
            await pilot.press("f8")
            await until(pilot, lambda: app.outbox.count == 0 and len(app.drafts) == 0)
            await until(pilot, lambda: not app.drafts.gone)
        assert lan is not None
        async with desk(svc, tmp_path / "one") as (app, pilot):
            await until(pilot, lambda: app._copies.read.is_set())
            assert len(app.drafts) == 0, "sent from the other desk: it goes here too"
        assert [note["text"] for note in (await read(minh, ticket))["notes"]] == ["còn dở"]


async def test_a_lead_who_takes_over_leaves_the_losers_text_here_and_at_the_next_desk(tmp_path: Path) -> None:
    async with service(tmp_path) as svc:
        await svc.add_user("boss", "lead")
        boss, lan = await svc.client("boss"), await svc.client("lan")
        ticket = await new(lan)
        await patch(lan, ticket, assignee="lan")
        async with desk(svc, tmp_path / "one") as (app, pilot):
            pane = await opened(app, pilot, ticket)
            write(pane, "Cột gãy, của Lan")
            pane.note.text = "khách hẹn 15 giờ"
            await pilot.pause()
            await patch(boss, ticket, assignee="boss", title="Cột gãy, tôi nhận", status="open")
            await until(pilot, lambda: pane.query_one("#ticket-assignee", Choice).value == "boss")
            assert pane.query_one("#ticket-title", TextField).value == "Cột gãy, của Lan"
            assert pane.note.text == "khách hẹn 15 giờ"
            await until(pilot, lambda: app.drafts.all and app.drafts.all[0].copied >= app.drafts.all[0].at)
            app.run_worker(app.screen.act_drafts(), exit_on_error=False)
            await until(pilot, shows(app, LeftTexts))
            await until(pilot, lambda: "15 giờ" in str(app.screen.query_one("#left-text", SafeStatic).content))
        async with desk(svc, tmp_path / "two") as (app, pilot):
            pane = await found_again(app, pilot, "khách hẹn 15 giờ")
            assert pane.query_one("#ticket-title", TextField).value == "Cột gãy, của Lan"
            await pilot.press("f8")
            await until(pilot, shows(app, Conflict))
            await until(pilot, lambda: "tôi nhận" in side(app, "theirs") and "của Lan" in side(app, "mine"))
            await pilot.press("tab")
            await until(pilot, lambda: app.outbox.count == 0 and len(app.drafts) == 0)
        now = await read(boss, ticket)
        assert (now["title"], now["assignee"], now["status"]) == ("Cột gãy, tôi nhận", "boss", "open")
        assert [(note["author"], note["text"]) for note in now["notes"]] == [("lan", "khách hẹn 15 giờ")]


async def test_both_see_who_is_at_the_ticket_and_where(tmp_path: Path) -> None:
    async with service(tmp_path) as svc, desk(svc, tmp_path / "one") as (app, pilot):
        minh = await svc.client("minh")
        ticket = await new(minh)
        where = f"/v1/tickets/{ticket['id']}/presence"
        pane = await opened(app, pilot, ticket)
        assert (await minh.put(where, json={"doing": "editing", "field": "note"})).status_code == 200
        head = pane.query_one("#ticket-side-head", SafeStatic)
        await until(pilot, lambda: "Minh is editing: Note" in str(head.content))
        write(pane, "Cột gãy")
        pane.query_one("#ticket-title").focus()

        async def mine() -> list[dict]:
            seen = (await read(minh, ticket))["presence"]
            return [one for one in seen if one["user"] == "lan"]

        async with asyncio.timeout(PATIENCE_S):
            while await mine() != [{"user": "lan", "doing": "editing", "field": "title"}]:
                await pilot.pause()
            await app.show_view("queue")
            while await mine():
                await pilot.pause()
