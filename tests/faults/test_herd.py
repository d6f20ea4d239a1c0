"""The service comes back and every desk wants its stream again: nobody is refused, and the jitter spares it."""

import asyncio
import random
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_tui import wire
from agent_tui.net.sync import Sync
from backend_stub.clock import SystemClock
from backend_stub.sessions import token_hash
from backend_stub.store import connect, events, sessions, users
from tests.faults.process import Serving, token
from tests.faults.talk import request
from tests.full import FULL, count

DESKS = count(100, 1_000)
PATIENCE_S = 60.0
MISSED = 50
# How long the service was away: the desks have tried some times in vain, and their windows have grown.
AWAY_S = count(1, 20)


@dataclass(frozen=True)
class Herd:
    """How long each desk waited for its stream (seconds), and what went wrong."""

    waits: list[float]
    errors: list[str]

    @property
    def p99_ms(self) -> float:
        """Return what 99 of 100 desks did not exceed."""
        return sorted(self.waits)[int(0.99 * len(self.waits))] * 1e3


def add_desks(data_dir: Path) -> None:
    """Store a user with a session for every desk, and what happened while they were away."""
    conn = connect.writer(data_dir / connect.DATABASE)
    now = SystemClock().now()
    conn.execute("BEGIN IMMEDIATE")
    for n in range(DESKS):
        user = users.add(
            conn, username=f"desk{n}", name=f"Desk {n}", role="agent", centre="EVNCPC", password_hash="-", now=now
        )  # fmt: skip
        sessions.add(conn, token_hash(token(f"desk{n}")), user, now, now + 36_000)
    for n in range(MISSED):
        events.append(
            conn, now, "outage.changed", wire.Gone(f"o_{n}"), centre=None, owner=None, masked=None
        )  # fmt: skip
    conn.execute("COMMIT")
    conn.close()


def return_times(away_s: float) -> list[float]:
    """Return when each desk's first attempt after the return comes, in seconds after it: the client's own rule."""
    times = []
    for n in range(DESKS):
        desk = Sync(source=None, post=lambda message: None, chance=random.Random(n).random)
        at, attempt = desk._pause(0), 0
        while at < away_s:
            attempt += 1
            at += desk._pause(attempt)
        times.append(at - away_s)
    return times


async def reconnect(port: int, name: str, herd: Herd, everybody: asyncio.Barrier) -> None:
    """Open the stream where it was cut, as a desk does, and stay until everybody has theirs."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            writer.write(request(name, "GET", "/v1/events").replace(b"\r\n", b"\r\nlast-event-id: 0\r\n", 1))
            got = await reader.readuntil(b"\r\n\r\n")
            if got.startswith(b"HTTP/1.1 200 "):
                await reader.readuntil(b"id: %d\n" % MISSED)
                herd.waits.append(time.perf_counter() - began)
            else:
                herd.errors.append(got.split(b"\r\n", 1)[0].decode())
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        herd.errors.append(type(error).__name__)
        return
    finally:
        await everybody.wait()
    writer.close()


async def storm(data_dir: Path, delays: list[float]) -> Herd:
    """Start the service and let every desk come when its own timer says so."""
    herd, everybody, loop = Herd([], []), asyncio.Barrier(DESKS), asyncio.get_running_loop()
    with await asyncio.to_thread(Serving, data_dir) as serving:
        async with asyncio.TaskGroup() as group:

            async def desk(n: int, its_turn: asyncio.Event) -> None:
                await its_turn.wait()
                await reconnect(serving.port, f"desk{n}", herd, everybody)

            for n, delay in enumerate(delays):
                its_turn = asyncio.Event()
                group.create_task(desk(n, its_turn))
                loop.call_later(delay, its_turn.set)
        assert await asyncio.to_thread(serving.stop) == 0
    return herd


@pytest.mark.serial
async def test_a_herd_of_desks_is_served_and_jitter_spares_it(data_dir: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8_192)), hard))
    add_desks(data_dir)
    at_once = await storm(data_dir, [0.0] * DESKS)
    spread = await storm(data_dir, return_times(AWAY_S))
    assert (at_once.errors, spread.errors) == ([], [])
    assert len(at_once.waits) == len(spread.waits) == DESKS
    print(f"\nherd of {DESKS}: p99 {at_once.p99_ms:.0f} ms at once, {spread.p99_ms:.0f} ms with jitter")
    if FULL:
        assert spread.p99_ms <= at_once.p99_ms / 5


def test_the_jitter_spreads_the_desks_over_the_whole_window() -> None:
    times = return_times(20)
    assert len({round(at, 6) for at in times}) == DESKS
    assert max(times) > 8.0
    assert max(sum(1 for at in times if second <= at < second + 1) for second in range(15)) < DESKS / 4
