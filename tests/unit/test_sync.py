import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from agent_tui import wire
from agent_tui.desk.store import DeskState
from agent_tui.errors import DeskError, NotLoggedIn, ServiceBroken, ServiceUnreachable
from agent_tui.messages import Arrived, LinkChanged, SessionEnded
from agent_tui.net.stream import Beat
from agent_tui.net.sync import BATCH_S, CAP_S, Batcher, Sync
from tests.unit.desk_samples import ME, contact, event, hello, snapshot


class Script:
    """A service that plays a script: each connection is a list of items, errors raise; at the end it stops the test."""

    def __init__(self, snapshots: list[wire.Snapshot | DeskError], streams: list[list[object]]) -> None:
        self.snapshots, self.streams = list(snapshots), list(streams)
        self.resumed_after: list[int] = []
        self.snapshots_read = 0

    async def snapshot(self) -> wire.Snapshot:
        self.snapshots_read += 1
        answer = self.snapshots.pop(0) if len(self.snapshots) > 1 else self.snapshots[0]
        if isinstance(answer, DeskError):
            raise answer
        return answer

    async def events(self, after: int) -> AsyncGenerator[wire.Event | Beat, None]:
        self.resumed_after.append(after)
        if not self.streams:
            raise NotLoggedIn
        for item in self.streams.pop(0):
            if isinstance(item, DeskError):
                raise item
            if callable(item):
                item()
            else:
                yield item


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def played(script: Script, chance: float = 1.0) -> tuple[list[object], Clock, Sync]:
    posted: list[object] = []
    clock = Clock()
    sync = Sync(script, posted.append, clock=clock, sleep=clock.sleep, chance=lambda: chance)
    await asyncio.wait_for(sync.run(), 5)
    return posted, clock, sync


def arrived(posted: list[object]) -> list[object]:
    return [
        one.snapshot.seq if one.snapshot else [event.seq for event in one.events]
        for one in posted
        if isinstance(one, Arrived)
    ]


def phases(posted: list[object]) -> list[str]:
    return [one.link.phase for one in posted if isinstance(one, LinkChanged)]


def change(seq: int, after: int | None = None) -> wire.Event:
    return event(seq, "contact.changed", contact("a", version=seq), after)


async def test_snapshot_then_stream_then_the_session_ends():
    script = Script([snapshot(4)], [[hello(4), change(5)]])
    posted, _, sync = await played(script)
    assert arrived(posted) == [4, [5]]
    assert phases(posted) == ["live", "stale", "lost"]
    assert isinstance(posted[-1], SessionEnded)
    assert script.resumed_after == [4, 5]
    assert script.snapshots_read == 1
    assert sync.link.phase == "lost"


async def test_a_cut_resumes_after_the_last_event_seen_without_a_snapshot():
    cut = ServiceUnreachable("cut")
    script = Script([snapshot(4)], [[hello(4), change(5), cut], [hello(7), change(5), change(6), change(7)]])
    posted, _, _ = await played(script)
    assert script.resumed_after[:2] == [4, 5]
    assert script.snapshots_read == 1
    assert [seq for batch in arrived(posted)[1:] for seq in batch] == [5, 6, 7]


@pytest.mark.parametrize(
    "trouble",
    [
        [hello(4), change(6)],
        [hello(4), change(9, after=6)],
        [hello(4), event(None, "reset", wire.Reset(9))],
        [hello(4, "another")],
        [hello(2)],
    ],
    ids=["hole", "hole behind hidden ones", "reset", "generation", "log went back"],
)
async def test_what_cannot_be_continued_is_read_afresh(trouble):
    script = Script([snapshot(4), snapshot(9)], [trouble, [hello(9), change(10)]])
    posted, _, _ = await played(script)
    assert arrived(posted) == [4, 9, [10]]
    assert script.resumed_after[:2] == [4, 9]


async def test_hidden_numbers_are_no_hole():
    script = Script([snapshot(4)], [[hello(4), change(9, after=4), change(10)]])
    posted, _, _ = await played(script)
    assert script.snapshots_read == 1
    assert [seq for batch in arrived(posted)[1:] for seq in batch] == [9, 10]


async def test_the_replica_can_ask_for_a_snapshot():
    holder: list[Sync] = []
    script = Script([snapshot(4), snapshot(8)], [[hello(4), lambda: holder[0].resync(), Beat()], [hello(8)]])
    posted: list[object] = []
    clock = Clock()
    holder.append(Sync(script, posted.append, clock=clock, sleep=clock.sleep))
    await asyncio.wait_for(holder[0].run(), 5)
    assert arrived(posted) == [4, 8]


async def test_pauses_double_with_full_jitter_up_to_the_cap():
    away = [ServiceUnreachable("refused")] * 8
    script = Script([*away, snapshot(1)], [[hello(1)]])
    posted, clock, _ = await played(script)
    assert clock.slept[:8] == [1.0, 2.0, 4.0, 8.0, CAP_S, CAP_S, CAP_S, CAP_S]
    links = [one.link for one in posted if isinstance(one, LinkChanged)][:8]
    assert [link.attempt for link in links] == list(range(1, 9))
    assert {link.phase for link in links} == {"lost"}
    assert links[2].retry_in == 4.0
    assert links[2].since == links[0].since
    half = Script([*away, snapshot(1)], [[hello(1)]])
    _, clock, _ = await played(half, chance=0.25)
    assert clock.slept[:3] == [0.25, 0.5, 1.0]


async def test_retry_after_is_honoured_and_the_services_window_too():
    busy = ServiceBroken(503, retry_after=7.0)
    script = Script([busy, snapshot(1)], [[hello(1), Beat(4.0)], [hello(1)]])
    _, clock, _ = await played(script)
    assert clock.slept[:2] == [8.0, 4.0]


async def test_a_service_that_always_says_resync_is_not_asked_in_a_busy_loop():
    script = Script([snapshot(4)], [[hello(4, "other")]] * 5)
    _, clock, _ = await played(script)
    assert len(clock.slept) >= 5
    assert all(pause > 0 for pause in clock.slept)


async def test_every_sign_of_life_is_heard():
    clock = Clock()
    heard: list[float | None] = []

    def later() -> None:
        clock.now += 5

    script = Script([snapshot(1)], [[hello(1), later, Beat(), lambda: heard.append(sync.link.last_heard)]])
    sync = Sync(script, lambda _: None, clock=clock, sleep=clock.sleep)
    await asyncio.wait_for(sync.run(), 5)
    assert heard == [105.0]
    assert sync.link.age(clock.now) is not None


class Timers:
    """Sleeps that end when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleeping: list[tuple[float, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        done = asyncio.Event()
        self._sleeping.append((self.now + seconds, done))
        await done.wait()

    async def advance(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.now += seconds
        for due, done in self._sleeping:
            if due <= self.now + 1e-9:
                done.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_batches_first_at_once_then_ten_a_second():
    posted: list[object] = []
    timers = Timers()
    batcher = Batcher(posted.append, timers, timers.sleep)
    for seq in range(1, 101):
        batcher.add(change(seq))
        await timers.advance(0.01)
    batcher.stop()
    batches = arrived(posted)
    assert batches[0] == [1]
    assert [seq for batch in batches for seq in batch] == list(range(1, 101))
    assert 10 <= len(batches) <= 1 / BATCH_S + 2
    quiet = len(posted)
    await timers.advance(1)
    batcher.add(change(101))
    assert len(posted) == quiet + 1


async def test_any_weather_ends_with_the_state_of_the_service():
    """Cuts, holes and resets at every position of a run: the replica equals the service's own state."""
    history = [event(n, "contact.changed", contact(f"c{n % 7}", version=n, score_adj=float(n))) for n in range(1, 41)]

    def state_at(seq: int) -> wire.Snapshot:
        latest = {f"c{n % 7}": contact(f"c{n % 7}", version=n, score_adj=float(n)) for n in range(1, seq + 1)}
        return snapshot(seq, tuple(latest.values()))

    faults: list[Callable[[int], list[object]]] = [
        lambda n: [ServiceUnreachable("cut")],
        lambda n: [event(None, "reset", wire.Reset(n))],
        lambda n: [history[min(n + 1, 39)]],
        lambda n: [*history[max(0, n - 3) : n]],
    ]
    for position in range(1, 40):
        fault = faults[position % len(faults)](position)
        tail = history[position:]
        script = Script(
            [state_at(0), state_at(position)],
            [[hello(40), *history[:position], *fault], [hello(40), *history[max(0, position - 2) : position], *tail]],
        )
        posted, _, _ = await played(script)
        state = DeskState(ME)
        for one in posted:
            if isinstance(one, Arrived):
                if one.snapshot is not None:
                    state.take_snapshot(one.snapshot)
                state.apply_all(one.events)
        fresh = DeskState(ME)
        fresh.take_snapshot(state_at(40))
        assert state.contacts == fresh.contacts
        assert state.seq == 40
