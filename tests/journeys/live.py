"""A desk with its real views on a live state that the test writes; every other call finds nobody."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from textual.pilot import Pilot

from agent_tui import i18n, wire
from agent_tui.app import DeskApp
from agent_tui.errors import ServiceUnreachable
from agent_tui.launch import Launch
from tests.journeys.pages import PASSWORD, FakeClient, contact
from tests.watched import until

PEOPLE = 300


class AwayClient(FakeClient):
    """Logs in; every other call finds nobody."""

    async def call(self, *_args, **_names):
        raise ServiceUnreachable("test")


class Flood:
    """The live state, fed by the test: `put` as many events as it likes."""

    def __init__(self) -> None:
        self.seq = 0
        self.waiting: asyncio.Queue[wire.Event] = asyncio.Queue()
        self.first: list[wire.Contact] | None = None
        self.more: dict[str, object] = {}
        self.numbers = itertools.count()

    async def snapshot(self) -> wire.Snapshot:
        now = datetime.now(UTC)
        mine = contact("mine", agent="u1", state="connected", channel="zalo")
        waiting = [contact(f"w{n}", joined_at=now - timedelta(seconds=n)) for n in range(PEOPLE)]
        people = [mine, *waiting] if self.first is None else self.first
        snapshot = wire.Snapshot(self.seq, "g1", now, wire.AgentState("available", "idle", now), people, [], [])
        return msgspec.structs.replace(snapshot, **self.more)

    async def events(self, after: int) -> AsyncIterator[wire.Event]:
        yield wire.Event(None, "hello", msgspec.Raw(b'{"seq":%d,"generation":"g1"}' % self.seq))
        for n in itertools.count(1):
            yield await self.waiting.get()
            if n % 50 == 0:
                await asyncio.sleep(0)

    def put(self, kind: str, body: object) -> None:
        self.seq += 1
        self.waiting.put_nowait(wire.Event(self.seq, kind, msgspec.Raw(msgspec.json.encode(body))))

    def happen(self, many: int) -> None:
        """So many changes at once."""
        for event in self.changes(many):
            self.waiting.put_nowait(event)

    def changes(self, many: int) -> list[wire.Event]:
        """So many changes: two callers who come, one who leaves."""
        made = []
        now = datetime.now(UTC)
        for n in itertools.islice(self.numbers, many):
            who = f"w{n % PEOPLE}"
            state = ("queued", "queued", "abandoned")[n % 3]
            changed = contact(who, version=n + 2, state=state, name=f"Khách {n}", joined_at=now, state_since=now)
            self.seq += 1
            made.append(wire.Event(self.seq, "contact.changed", msgspec.Raw(msgspec.json.encode(changed))))
        return made


@asynccontextmanager
async def desk(
    tmp_path: Path, source: Flood | None = None, client: FakeClient | None = None, size: tuple[int, int] = (140, 40)
) -> AsyncIterator[tuple[DeskApp, Pilot[None], Flood]]:
    """A desk on the queue with everybody of the source's snapshot."""
    source = source or Flood()
    launch = Launch("http://nowhere.invalid", "lan", PASSWORD, language="en", state_dir=tmp_path)
    app = DeskApp(launch, client=client or AwayClient(), source=source)
    try:
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            await until(pilot, lambda: app.live and app.state.generation and app.view_on_screen())
            yield app, pilot, source
    finally:
        i18n.set_language("en")
