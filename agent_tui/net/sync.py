"""Keeps the desk's replica fed: snapshot, then the stream, again and again until the session ends.

A hole, a `reset`, another generation or a log that went back are answered with a fresh snapshot; a cut with a resume at
the last event seen. Clock, sleep and chance are arguments: tests run hours in milliseconds, without a network.
"""

import asyncio
import dataclasses
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

import msgspec

from agent_tui.desk.decode import decode
from agent_tui.errors import DeskError, NotLoggedIn, ServiceBroken, ServiceUnreachable, TooManyRequests
from agent_tui.messages import Arrived, Link, LinkChanged, LinkPhase, Post, SessionEnded
from agent_tui.net import stream
from agent_tui.net.client import DeskClient
from agent_tui.wire import Event, Hello, Snapshot

__all__ = ["Link", "LiveSource", "ServiceSource", "Sync"]

BASE_S = 0.5
CAP_S = 15.0
BATCH_S = 0.1

Sleep = Callable[[float], Awaitable[None]]


class LiveSource(Protocol):
    """Where live state comes from."""

    async def snapshot(self) -> Snapshot:
        """Return the state now; raises DeskError."""
        ...

    def events(self, after: int) -> AsyncGenerator[Event | stream.Beat, None]:
        """Return what happens after event `after`; raises DeskError."""
        ...


class ServiceSource:
    """The live state of the real service."""

    def __init__(self, client: DeskClient) -> None:
        self._client = client

    async def snapshot(self) -> Snapshot:
        """Return the state now; raises DeskError."""
        return await self._client.snapshot()

    def events(self, after: int) -> AsyncGenerator[Event | stream.Beat, None]:
        """Return what happens after event `after`; raises DeskError."""
        return stream.follow(self._client, after)


class _Resync(Exception):
    """The stream cannot be continued: read a snapshot."""


class Batcher:
    """Collects events and posts them at most every 100 ms, the first of a burst at once."""

    def __init__(self, post: Post, clock: Callable[[], float], sleep: Sleep) -> None:
        self._post, self._clock, self._sleep = post, clock, sleep
        self._waiting: list[Event] = []
        self._posted = float("-inf")
        self._timer: asyncio.Task[None] | None = None

    def add(self, event: Event) -> None:
        """Take one event for the next batch."""
        self._waiting.append(event)
        if self._timer is None:
            due = self._posted + BATCH_S - self._clock()
            if due <= 0:
                self.flush()
            else:
                self._timer = asyncio.ensure_future(self._later(due))

    def flush(self) -> None:
        """Post what is waiting."""
        if self._waiting:
            batch, self._waiting = tuple(self._waiting), []
            self._posted = self._clock()
            self._post(Arrived(events=batch))

    def stop(self) -> None:
        """Post what is waiting and let no timer stay behind."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.flush()

    async def _later(self, delay: float) -> None:
        await self._sleep(delay)
        self._timer = None
        self.flush()


class Sync:
    """The one task that reads the live state; `link` tells at any moment how well."""

    def __init__(
        self,
        source: LiveSource,
        post: Post,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._source, self._post, self._clock, self._sleep, self._chance = source, post, clock, sleep, chance
        self._batcher = Batcher(post, clock, sleep)
        self._seq = 0
        self._generation: str | None = None
        self._fresh = False
        self._window = BASE_S
        self.link = Link(since=clock())

    def resync(self) -> None:
        """Read a snapshot at the next sign of life: the replica found a gap."""
        self._generation = None

    async def run(self) -> None:
        """Follow the service until the session ends (SessionEnded is posted) or the task is cancelled."""
        try:
            while True:
                try:
                    await self._follow()
                    raise ServiceUnreachable("stream ended")
                except _Resync:
                    self._generation = None
                    # A service that answers every resume with "resync" must not be asked in a busy loop.
                    pause = 0.0 if self._fresh else self._pause()
                    self._fresh = False
                    await self._sleep(pause)
                except NotLoggedIn as ended:
                    self._enter("lost", detail=ended)
                    self._post(SessionEnded(ended))
                    return
                except DeskError as trouble:
                    await self._wait_after(trouble)
        finally:
            self._batcher.stop()

    async def _follow(self) -> None:
        if self._generation is None:
            snapshot = await self._source.snapshot()
            self._seq, self._generation = snapshot.seq, snapshot.generation
            self._batcher.stop()
            self._post(Arrived(snapshot=snapshot))
        async with aclosing(self._source.events(self._seq)) as events:
            async for item in events:
                self._heard()
                if self._generation is None:
                    raise _Resync
                if isinstance(item, Event):
                    self._take(item)
                elif item.retry is not None:
                    self._window = min(max(item.retry, BASE_S), CAP_S)

    def _take(self, event: Event) -> None:
        if event.kind == "reset":
            raise _Resync
        if event.kind == "hello":
            hello = _hello(event)
            # A log that is shorter than what we saw is another log: a restored backup.
            if hello.generation != self._generation or hello.seq < self._seq:
                raise _Resync
            return
        if event.seq is None or event.seq <= self._seq:
            return
        if (event.seq - 1 if event.after is None else event.after) > self._seq:
            raise _Resync
        self._seq = event.seq
        self._fresh = True
        self._batcher.add(event)

    def _heard(self) -> None:
        now = self._clock()
        if self.link.is_live:
            self.link = dataclasses.replace(self.link, last_heard=now)
            return
        self._enter("live", last_heard=now)

    def _enter(
        self,
        phase: LinkPhase,
        *,
        last_heard: float | None = None,
        attempt: int = 0,
        retry_in: float = 0.0,
        detail: DeskError | None = None,
    ) -> None:
        since = self.link.since if phase == self.link.phase else self._clock()
        heard = self.link.last_heard if last_heard is None else last_heard
        self.link = Link(phase, since, heard, attempt, retry_in, detail)
        self._post(LinkChanged(self.link))

    async def _wait_after(self, trouble: DeskError) -> None:
        self._batcher.stop()
        was = self.link
        # The first cut makes the picture old, a failed reconnect makes the service lost.
        phase: LinkPhase = "stale" if was.is_live else "lost"
        attempt = 0 if was.is_live else was.attempt + 1
        pause = self._pause(attempt, trouble)
        self._enter(phase, attempt=attempt, retry_in=pause, detail=trouble)
        await self._sleep(pause)

    def _pause(self, attempt: int = 0, trouble: DeskError | None = None) -> float:
        """Full jitter over a window that doubles up to 15 s, never before the service's Retry-After."""
        window = min(CAP_S, self._window * 2.0 ** min(attempt, 10))
        asked = trouble.retry_after if isinstance(trouble, TooManyRequests | ServiceBroken) else None
        return (asked or 0.0) + self._chance() * window


def _hello(event: Event) -> Hello:
    try:
        return decode(event.data, Hello)
    except msgspec.DecodeError as bad:
        raise ServiceBroken(200) from bad
