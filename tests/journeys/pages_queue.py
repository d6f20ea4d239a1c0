"""The queue as a test sees it: a whole service in this process, one desk on it, and what stands on the screen."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from textual.screen import Screen
from textual.widgets._toast import Toast

from agent_tui import wire
from agent_tui.app import DeskApp
from agent_tui.launch import Launch
from agent_tui.net.client import DeskClient
from agent_tui.screens.queue import QueueScreen
from agent_tui.screens.wrap_up import WrapUp
from agent_tui.widgets.contact_card import ContactCard
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import SafeStatic
from tests.asgi_stream import AppTransport
from tests.contract import grid
from tests.service import PASSWORD, Running, running_service
from tests.watched import Watched

NUMBERS = itertools.count(1)


@dataclass
class Desk(Watched):
    """One running desk and the service behind it."""

    svc: Running
    transport: AppTransport
    channel: httpx.AsyncClient

    async def report(self, **fields: object) -> dict:
        """A customer reaches the service; wait until the desk shows it."""
        body = {"external_id": f"j-{next(NUMBERS)}", "channel": "hotline", "queue": "outage", **fields}
        answer = await self.channel.post("/v1/contacts", json=body)
        assert answer.status_code == 201, answer.text
        contact = answer.json()
        await self.until(lambda: contact["id"] in self.app.state.contacts)
        return contact

    def shows(self, text: str) -> bool:
        """Whether the text stands on the screen."""
        return text in self.text()

    def told(self, text: str) -> bool:
        """Whether a toast on the screen says this (its lines are broken where the terminal is narrow)."""
        return any(text in str(note.message) for note in self.app._notifications) and bool(self.app.screen.query(Toast))

    def dialog(self, kind: type[Screen]) -> bool:
        """Whether this dialog is on top."""
        return isinstance(self.app.screen, kind)

    @property
    def queue(self) -> QueueScreen:
        """The queue screen."""
        view = self.app.view("queue")
        assert isinstance(view, QueueScreen)
        return view

    @property
    def hand(self) -> wire.Contact | None:
        """The contact in hand."""
        return self.app.state.hand

    def rows(self) -> tuple[str, ...]:
        """Ids in the list, as shown."""
        return self.queue.query_one("#queue", LineList).row_ids

    def card(self, part: str) -> str:
        """A part of the card: head, who, power, more."""
        return str(self.queue.query_one(ContactCard).query_one(f"#card-{part}", SafeStatic).content)

    async def all_sent(self) -> None:
        """Until every key has done all it does, and the service has answered all that was decided here."""
        await self.until(lambda: not self.app.keys_waiting)
        await self.until(lambda: not self.app.outbox.count)

    async def wrap_up(self) -> None:
        """End the contact in hand as the desk proposes, and wait until the service has it."""
        await self.press("f8")
        await self.until(lambda: self.dialog(WrapUp))
        await self.press("enter")
        await self.until(lambda: self.hand is None)
        await self.all_sent()

    async def service_says(self, contact: dict) -> dict:
        """The contact as the service knows it."""
        return (await (await self.svc.client("boss")).get(f"/v1/contacts/{contact['id']}")).json()


@asynccontextmanager
async def open_desk(
    tmp_path: Path,
    size: tuple[int, int] = (140, 40),
    lang: str = "en",
    ready: bool = True,
    role: str = "agent",
    views_file: Path | None = None,
) -> AsyncIterator[Desk]:
    """A service with the small grid of the contract tests, and a desk logged in as Lan, on the queue."""
    async with running_service(tmp_path / "data") as svc:
        await grid.set_up(svc)
        await svc.add_user("lan", role, display="Lan Trần")
        await svc.add_user("boss", "lead")
        transport = AppTransport(svc.app)
        client = DeskClient("http://localhost", transport=transport)
        launch = Launch("http://localhost", "lan", PASSWORD, language=lang, state_dir=tmp_path, views_file=views_file)
        app = DeskApp(launch, client=client)
        if ready:
            assert (await (await svc.client("lan")).put("/v1/me/state", json={"state": "available"})).status_code == 200
        async with app.run_test(size=size, notifications=True) as pilot:
            desk = Desk(app, pilot, svc, transport, await svc.channel())
            await desk.until(lambda: app.live and isinstance(app.screen, QueueScreen) and app.state.me is not None)
            yield desk
        await client.aclose()


async def feeder_outage(desk: Desk, **fields: object) -> dict:
    """A lead confirms that the feeder 474 is out."""
    boss = await desk.svc.client("boss")
    body = {"device": "F474", "kind": "unplanned", "status": "confirmed", "cause": "VEG", **fields}
    answer = await boss.post("/v1/outages", json=body)
    assert answer.status_code == 201, answer.text
    outage = answer.json()
    await desk.until(lambda: outage["id"] in desk.app.state.outages)
    return outage
