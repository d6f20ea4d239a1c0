"""The desk's own memory: a service away for ten minutes, desks killed meanwhile, and a power cut on the journal."""

import asyncio
import contextlib
import heapq
import itertools
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import pytest

from agent_tui import wire
from agent_tui.desk.drafts import DraftBook
from agent_tui.messages import IntentRefused, IntentSent
from agent_tui.net.client import DeskClient
from agent_tui.net.journal import DraftJournal, Kept
from agent_tui.net.outbox import Outbox
from tests.asgi_stream import AppTransport
from tests.faults.shim import disk
from tests.full import count
from tests.service import PASSWORD, Running, running_service

AGENTS, AWAY_S, STEP_S = 50, 600.0, 2.0
WRITES = count(3, 30)
CUTS = count(3, 60)


class Time:
    """Minutes that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._numbers), woken))
        await woken

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        while self._waiting and self._waiting[0][0] <= self.now:
            woken = heapq.heappop(self._waiting)[2]
            if not woken.done():
                woken.set_result(None)


class Line(AppTransport):
    """The line to the service: away, or back and losing some answers."""

    away, busy, losing = False, 0, 0.0
    chance = random.Random(5)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        self.busy += 1
        try:
            answer = await super().handle_async_request(request)
        finally:
            self.busy -= 1
        if self.chance.random() < self.losing:
            raise httpx.ReadError("answer lost")
        return answer


@dataclass
class Agent:
    """One desk without its screen: a client, an outbox, for some a journal."""

    name: str
    client: DeskClient
    ticket: str
    time: Time
    folder: Path | None
    decided: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    refused: list[object] = field(default_factory=list)

    def start(self) -> None:
        self.outbox = Outbox(self.client, self.hear, clock=self.time, sleep=self.time.sleep)
        if self.folder is not None:
            self.journal = DraftJournal(self.folder, self.name, DraftBook(lambda: 0.0), pytest.fail, self.outbox)
            self.outbox.keeper = self.journal
            self.journal.open()
        self.task = asyncio.ensure_future(self.outbox.run())

    async def die(self) -> None:
        """What was put stands on the disk when its debounce is over; then the process is gone."""
        await self.journal.safe()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.journal._path = None
        self.journal.close()

    def hear(self, news: object) -> None:
        if isinstance(news, IntentSent):
            self.sent.append(news.intent.key)
        elif isinstance(news, IntentRefused):
            self.refused.append(news)

    def decide(self) -> None:
        text = f"{self.name} {len(self.decided)}"
        self.decided.append(text)
        self.outbox.put("note", self.ticket, wire.NewNote(text), lane=self.ticket)


async def hire(svc: Running, line: Line, time: Time, home: Path) -> list[Agent]:
    agents = []
    for n in range(AGENTS):
        name = f"agent{n}"
        await svc.add_user(name)
        client = DeskClient("http://localhost", line)
        client.terminal = None
        await client.login(name, PASSWORD)
        ticket = await client.create_ticket(wire.NewTicket("OTHER", f"phiếu {n}"))
        agents.append(Agent(name, client, ticket.id, time, home if n % 10 == 0 else None))
        agents[-1].start()
    return agents


async def settle(line: Line) -> None:
    """Let everybody do what they can do at this moment."""
    quiet = 0
    while quiet < 20:
        await asyncio.sleep(0)
        quiet = 0 if line.busy else quiet + 1


async def test_ten_minutes_without_the_service_lose_and_double_nothing(tmp_path: Path) -> None:
    time, chance = Time(), random.Random(11)
    async with running_service(tmp_path / "service") as svc:
        line = Line(svc.app)
        agents = await hire(svc, line, time, tmp_path / "drafts")
        line.away = True
        moments = sorted((chance.uniform(0, AWAY_S), agent.name) for agent in agents for _ in range(WRITES))
        by_name = {agent.name: agent for agent in agents}
        while time.now < AWAY_S:
            while moments and moments[0][0] <= time.now:
                by_name[moments.pop(0)[1]].decide()
            time.pass_by(STEP_S)
            await settle(line)
            if time.now == AWAY_S / 2:
                for agent in agents[::10]:
                    await agent.die()
                    agent.start()
        for _at, name in moments:
            by_name[name].decide()
        assert sum(agent.outbox.count for agent in agents) == AGENTS * WRITES
        line.away, line.losing = False, 0.1
        back = time.now
        while any(agent.outbox.count for agent in agents):
            await asyncio.sleep(0)
            if not line.busy:
                await settle(line)
                time.pass_by(0.5)
            assert time.now - back <= 30.0, "drained within half a minute of the return"
        line.losing = 0.0
        for agent in agents:
            notes = [note.text for note in (await agent.client.ticket(agent.ticket)).notes]
            assert notes == agent.decided, "nothing lost, nothing doubled, in order"
            assert agent.refused == []
            agent.task.cancel()
            await asyncio.gather(agent.task, return_exceptions=True)
            if agent.folder is not None:
                agent.journal.close()
        await agents[0].client.aclose()
    assert not list((tmp_path / "drafts").glob("*.json"))


TYPIST = """
import asyncio, sys, time
from pathlib import Path
from agent_tui import wire
from agent_tui.desk.drafts import DraftBook
from agent_tui.net.journal import DraftJournal
from agent_tui.net.outbox import Outbox

async def main():
    book = DraftBook(time.time)
    outbox = Outbox(None, lambda news: None)
    journal = DraftJournal(Path(sys.argv[1]), "lan", book, print, outbox)
    outbox.keeper, book._changed = journal, journal.soon
    journal.open()
    for n in range(1, 100_000):
        book.keep("ticket", "t", "T", {"note": f"{n:06} " + "chữ " * (n % 400)})
        if n % 3 == 0:
            outbox.put("note", "t", wire.NewNote(f"{n:06}"), lane="t")
            if outbox.count > 5:
                outbox._entries.pop(0)
        await journal.safe()
        print(n, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("round_", range(CUTS))
def test_a_power_cut_takes_nothing_older_than_the_last_sync(library: Path, tmp_path: Path, round_: int) -> None:
    chance = random.Random(round_)
    folder = tmp_path / "state" / "drafts"
    folder.mkdir(parents=True)
    hardware = disk(library, folder)
    words = [sys.executable, "-c", TYPIST, str(folder)]
    environment = {**hardware.environment(), "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as typist:
        assert typist.stdout is not None
        promised = 0
        for _ in range(chance.randint(3, 60)):
            promised = int(typist.stdout.readline())
        typist.kill()
        # What was said between the last line read and the end counts too.
        promised = max([promised, *map(int, typist.stdout.read().split())])
    left = hardware.survivors(tmp_path / "left", chance if round_ % 2 else None)
    (path,) = left.glob("drafts-*.json")
    kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    (draft,) = kept.drafts
    assert int(draft.fields["note"].split()[0]) >= promised
    notes = [int(msgspec.json.decode(unsent.body, type=wire.NewNote).text) for unsent in kept.unsent]
    assert max(notes, default=0) >= promised // 3 * 3
    assert notes == sorted(notes)


def test_this_disk_does_lose_what_is_not_synced(library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    folder.mkdir()
    hardware = disk(library, folder)
    script = "import sys, pathlib; pathlib.Path(sys.argv[1], 'drafts-x.json').write_text('{}')"
    subprocess.run([sys.executable, "-c", script, str(folder)], env=hardware.environment(), check=True)
    with contextlib.suppress(FileNotFoundError):
        assert list(hardware.survivors(tmp_path / "left").iterdir()) == []
