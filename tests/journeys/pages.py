"""The desk as a test sees it, without a network: a fake service, keys, clicks, and what stands on the screen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Raw
from textual.app import ComposeResult
from textual.content import Content

from agent_tui import i18n, wire
from agent_tui.app import DeskApp
from agent_tui.desk.store import Diff
from agent_tui.errors import ServiceUnreachable, WrongPassword
from agent_tui.launch import Launch
from agent_tui.net.client import DeskClient
from agent_tui.screens.base import DeskScreen
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import Cell, Column, LineList, Row
from tests.watched import Watched

PASSWORD = "right"


class FakeClient(DeskClient):
    """Answers logins; everything else is not for the shell."""

    def __init__(self) -> None:
        super().__init__("http://nowhere.invalid")
        self.logged_out = False
        self.away = False

    async def login(self, username: str, password: str) -> wire.Session:
        if self.away:
            raise ServiceUnreachable("test")
        if password != PASSWORD:
            raise WrongPassword(None)
        user = wire.User("u1", username, "Lan Trần", "agent", "EVNCPC", {"outage": 3})
        return wire.Session("token", datetime.now(UTC), user)

    async def logout(self) -> None:
        self.logged_out = True


class FakeSource:
    """The live state: `snapshot_now` is what a reader gets, `cut()` breaks the stream, `down` keeps it broken."""

    def __init__(self) -> None:
        self.contacts: list[wire.Contact] = []
        self.down = False
        self.broken = asyncio.Event()
        self.seq = 5

    async def snapshot(self) -> wire.Snapshot:
        if self.down:
            raise ServiceUnreachable("test")
        now = datetime.now(UTC)
        me = wire.AgentState("available", "idle", now)
        return wire.Snapshot(self.seq, "g1", now, me, list(self.contacts), [], [])

    async def events(self, after: int) -> AsyncIterator[wire.Event]:
        if self.down:
            raise ServiceUnreachable("test")
        yield wire.Event(None, "hello", Raw(b'{"seq":%d,"generation":"g1"}' % self.seq))
        self.broken.clear()
        await self.broken.wait()
        raise ServiceUnreachable("test")

    def cut(self) -> None:
        self.down = True
        self.broken.set()


class FakeFlow:
    """Remembers what it was asked to do; `reasons` says why an action cannot act."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.reasons: dict[str, str] = {"attach": "There is no outage here."}
        self.broken: set[str] = set()

    def why_not(self, action: str, screen: DeskScreen) -> str | None:
        return self.reasons.get(action)

    def face(self, action: str, screen: DeskScreen) -> str:
        return ""

    async def act(self, action: str, screen: DeskScreen) -> None:
        if action in self.broken:
            raise LookupError("Nguyễn Văn Ty 0905 123 456")
        self.done.append(f"{action} on {screen.VIEW}")

    def live_changed(self, diff: Diff) -> None:
        self.done.append("live")


class ListView(DeskScreen):
    """A view with a list and a text field."""

    def body(self) -> ComposeResult:
        yield LineList((Column("who", "who", 12, flex=1), Column("wait", "wait", 6, align="right")))
        yield TextField(id="note")

    def on_mount(self) -> None:
        listed = self.query_one(LineList)
        listed.set_rows([Row(f"r{i}", (Cell(f"row {i}"), Cell(lambda now: f"{now % 100:.0f}"))) for i in range(50)])
        listed.placeholder("data")
        self.diffs: list[Diff] = []

    def live_changed(self, diff: Diff) -> None:
        self.diffs.append(diff)

    def totals(self) -> Content | str:
        return f"waiting {len(self.desk.state.contacts)}"


def view(name: str) -> Callable[[], DeskScreen]:
    return type(f"{name.title()}View", (ListView,), {"VIEW": name})


@dataclass
class Shell(Watched):
    """One running desk and what it talks to."""

    client: FakeClient
    source: FakeSource
    flow: FakeFlow = field(default_factory=FakeFlow)

    async def settle(self) -> None:
        """Until every queue is empty and no key waits."""
        await self.pilot.pause()
        self.app.settle_keys()
        await self.until(lambda: not self.app.keys_waiting)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await super().press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*("space" if char == " " else char for char in text))

    def line(self, number: int) -> str:
        return self.text().split("\n")[number]

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text())

    @property
    def view(self) -> DeskScreen:
        found = self.app.view_on_screen()
        assert found is not None
        return found

    @property
    def listed(self) -> LineList:
        return self.view.query_one(LineList)

    @property
    def note(self) -> TextField:
        return self.view.query_one("#note", TextField)


def contact(id: str = "c1", **changes: object) -> wire.Contact:
    """A waiting call from a customer with a hostile name."""
    now = datetime.now(UTC)
    fields: dict[str, object] = {
        "id": id, "channel": "hotline", "direction": "in", "state": "queued", "queue": "outage", "skill": "outage",
        "skill_level": 1, "priority_class": "normal", "joined_at": now - timedelta(seconds=40), "score_adj": 0.0,
        "address": "09xx xxx 222", "name": "[/b] [@click=app.quit]Ty[/]", "customer": None, "candidates": [],
        "agent": None, "offered_to": None, "outage": None, "ticket": None, "text_preview": None,
        "state_since": now, "version": 1, "centre": "EVNCPC", "place": "Đồng Xuân",
    }  # fmt: skip
    return wire.Contact(**{**fields, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def open_shell(
    state_dir: Path,
    size: tuple[int, int] = (120, 36),
    password: str | None = PASSWORD,
    lang: str = "en",
    contacts: list[wire.Contact] | None = None,
    keys: dict[str, str] | None = None,
) -> AsyncIterator[Shell]:
    """A desk with fake views; logged in when the password is given."""
    client, source, flow = FakeClient(), FakeSource(), FakeFlow()
    source.contacts = contacts or []
    launch = Launch("http://nowhere.invalid", "lan", password, language=lang, keys=keys or {}, state_dir=state_dir)
    views = {name: view(name) for name in ("queue", "customers", "outages", "tickets")}
    app = DeskApp(launch, client=client, source=source, views=views, flow=lambda _desk: flow)
    try:
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            shell = Shell(app, pilot, client, source, flow)
            if password == PASSWORD:
                await shell.until(lambda: app.view_on_screen() is not None and app.link.is_live)
            await shell.settle()
            yield shell
    finally:
        i18n.set_language("en")
