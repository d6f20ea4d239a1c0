"""The service as one object: store, stream, sessions, settings and clock, started and stopped together."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from agent_tui.wire import EventKind
from backend_stub import harvest, tally
from backend_stub.clock import Clock, SystemClock
from backend_stub.errors import Refused
from backend_stub.limits import Limits
from backend_stub.logs import DIRECTORY, RequestLog
from backend_stub.sessions import Sessions
from backend_stub.settings import Settings
from backend_stub.store import audit, connect, grouping, idempotency, leaps
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Engine, Tx
from backend_stub.store.events import Logged
from backend_stub.store.wallboard import Boards
from backend_stub.stream import Ring

LOG = logging.getLogger("backend_stub")

CATCH_UP_S = 1.0
SAVE_USE_S = 60.0
SEARCHES_S = 60.0
PRUNE_S = 3_600.0
# Long enough that a burst of changes is one round, short enough that nobody notices.
WAKE_S = 0.25
ANCHOR_S = 600.0
# Smaller steps are a clock that is being corrected, or a busy machine between two looks.
LEAP_S = 5.0
# What may change which outages the calls show.
NEWS: frozenset[EventKind] = frozenset({"contact.changed", "outage.changed"})


@dataclass(frozen=True, slots=True)
class Job:
    """Work that comes round by itself: a command on the writer, every `seconds` and soon after an event of `on`."""

    name: str
    seconds: float
    command: Callable[[Tx, Settings], object]
    on: frozenset[EventKind] = frozenset()


class Service:
    """Everything a handler may need."""

    def __init__(self, data_dir: Path, clock: Clock | None = None, settings: Settings | None = None) -> None:
        self.data_dir = data_dir
        self.clock = clock or SystemClock()
        self.settings = settings or Settings()
        server = self.settings.server
        self.engine = Engine(
            data_dir.resolve() / connect.DATABASE, self.clock, readers=server.readers, keep_events=server.event_log
        )
        self.meter = self.engine.meter
        self.ring = Ring(server.event_ring)
        self.trail = audit.Trail.of(data_dir)
        self.sessions = Sessions(self.engine, self.clock, self.settings.sessions, self.trail)
        self.limits = Limits(self.clock, self.settings.limits)
        self.searches = tally.Tally()
        self.harvest = harvest.Watch(self.settings.limits)
        logs = self.settings.logs
        self.requests = RequestLog(data_dir / DIRECTORY, logs.file_bytes, logs.keep) if logs.requests else None
        self.jobs: list[Job] = [
            Job("forget old answers", PRUNE_S, lambda tx, _: idempotency.prune(tx.conn, tx.now)),
            Job("group calls", self.settings.grouping.every_s, grouping.Grouper().run, NEWS),
        ]
        self.boards = Boards()
        self.contract: Callable[[], bytes] = lambda: b"{}"
        self._due: dict[str, float] = {}
        self._offset = self._wall_offset()
        self._woken: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, *, rounds: bool = True) -> None:
        """Open the store; with `rounds` the recurring work runs by itself (tests call `go_round`)."""
        self.engine.start()
        self.ring.start(self.engine.head)
        self.engine.on_events = self._published if rounds else self.ring.publish
        self.engine.on_foreign_change = self.sessions.forget
        if rounds:
            heartbeat_s = self.settings.server.heartbeat_s
            self._tasks = [
                asyncio.create_task(self._every(CATCH_UP_S, self.go_round)),
                asyncio.create_task(self._every(SAVE_USE_S, self._save_use)),
                asyncio.create_task(self._every(SEARCHES_S, self.look_out)),
                asyncio.create_task(self._every(ANCHOR_S, self._anchor)),
                asyncio.create_task(self._every(heartbeat_s, self.ring.check)),
                # Five ticks a heartbeat, so that no reader's silence is much longer than one.
                asyncio.create_task(self._every(heartbeat_s / 5, self._heartbeat)),
            ]

    async def stop(self) -> None:
        """End the streams, store what is open and close."""
        self.ring.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A full or failed disk must not keep the service from ending; only the last minute of idle times is lost.
        with contextlib.suppress(Refused):
            await self.sessions.save_use()
            await self.note_searches()
        self.sessions.passwords.close()
        await self._write_log()
        with contextlib.suppress(Refused, OSError, sqlite3.Error):
            await self._anchor()
        await self.engine.stop()

    async def go_round(self) -> None:
        """Take over what other processes wrote, then run the jobs that are due."""
        await self._write_log()
        await self.mind_the_clock()
        await self.engine.catch_up()
        now = self.clock.monotonic()
        for job in self.jobs:
            if now >= self._due.get(job.name, 0.0):
                self._due[job.name] = now + job.seconds
                await self._run(job)
        await self.boards.tell(self.engine, self.settings)

    def _wall_offset(self) -> float:
        return self.clock.now() - self.clock.monotonic()

    async def mind_the_clock(self) -> None:
        """Let nothing that runs end early or late because the wall clock leapt; the leap is on record.

        Raises Refused when that cannot be stored now; the next look tries again.
        """
        offset = self._wall_offset()
        leap, self._offset = offset - self._offset, offset
        if abs(leap) < LEAP_S:
            return
        LOG.warning("the clock leapt by %+.0f s; what is running was moved with it", leap)

        def follow(tx: Tx) -> None:
            leaps.move(tx.conn, leap)
            tx.audit(self.trail, audit.Entry(tx.now, "", "clock.leap", change=f'{{"seconds":{round(leap)}}}'))

        try:
            await self.engine.write(follow)
        except Refused:
            self._offset -= leap
            raise

    async def _save_use(self) -> None:
        await self.mind_the_clock()
        await self.sessions.save_use()

    async def note_searches(self) -> None:
        """Put on record how often everybody searched since the last time; raises Refused, and keeps the counts."""
        counts = self.searches.take()
        if not counts:
            return
        try:
            await self.engine.write(lambda tx: tally.note(tx, self.trail, counts))
        except Refused:
            self.searches.give_back(counts)
            raise

    async def look_out(self) -> None:
        """Put the searches on record, then whoever takes more than a day's work needs; raises Refused."""
        await self.note_searches()
        now = self.clock.now()
        found = await self.engine.read(lambda conn: self.harvest.look(conn, now))
        if found:
            await self.engine.write(lambda tx: harvest.note(tx, self.trail, found))
            self.harvest.tell(found)

    async def _write_log(self) -> None:
        if self.requests is None:
            return
        lost = self.requests.lost
        await asyncio.to_thread(self.requests.write, self.requests.take())
        if self.requests.lost > lost:
            LOG.warning("the log of requests cannot be written: %d lines lost", self.requests.lost - lost)

    def _published(self, logged: list[Logged]) -> None:
        """Hand on what happened, and run the jobs that wait for it, each once in WAKE_S at most."""
        self.ring.publish(logged)
        kinds = {event.kind for event in logged}
        for job in self.jobs:
            if job.name not in self._woken and not job.on.isdisjoint(kinds):
                self._woken.add(job.name)
                self._tasks.append(asyncio.create_task(self._wake(job)))

    async def _wake(self, job: Job) -> None:
        await asyncio.sleep(WAKE_S)
        self._woken.discard(job.name)
        self._tasks = [task for task in self._tasks if not task.done() and task is not asyncio.current_task()]
        # A store that takes no change says so by itself; the next round tries again.
        with contextlib.suppress(Refused):
            await self._run(job)

    async def _run(self, job: Job) -> None:
        await self.mind_the_clock()
        await self.engine.write(lambda tx: job.command(tx, self.settings))

    async def _anchor(self) -> None:
        """Keep the audit log's head outside the database, so that a cut-off tail is noticed."""
        last = await self.engine.read(audit.head)
        await asyncio.to_thread(self.trail.write_anchor, self.data_dir, last, self.clock.now())

    async def _heartbeat(self) -> None:
        self.ring.flush()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            # A round of its own, so that one that fails is reported and the next one comes.
            turn = asyncio.ensure_future(work())
            try:
                await asyncio.wait([turn])
            finally:
                # Where the service ends meanwhile: what goes on would meet a closed store.
                turn.cancel()
            if not turn.cancelled() and (error := turn.exception()) is not None:
                LOG.error("round failed: %s in %s", type(error).__name__, getattr(work, "__name__", work))
