"""Fan-out of the event log: one shared ring of frames encoded once, a position per reader, a 50 ms tick."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import msgspec
from msgspec import Struct

from agent_tui import wire
from agent_tui.wire import EventKind
from backend_stub import policy
from backend_stub.policy import Principal, Row
from backend_stub.store import events
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Engine

Valid = Callable[[], Awaitable[bool]]
TICK_S = 0.05
HEARTBEAT = b": \n\n"


def frame(kind: str, data: bytes, seq: int | None = None) -> bytes:
    """Return one event in the text/event-stream format."""
    head = b"" if seq is None else b"id: %d\n" % seq
    return head + b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"


class Entry(Struct, frozen=True):
    """One event of the ring, framed for everybody but its owner, who is one and gets a frame made of `data`."""

    seq: int
    verb: str
    row: Row
    owner: str | None
    kind: EventKind
    data: bytes
    masked: bytes

    def bytes_for(self, user: Principal) -> bytes:
        """Return the frame this user may see, else a comment with the number, so that a reader can tell a hole."""
        if not policy.can(user, self.verb, self.row):
            return b": %d\n\n" % self.seq
        return frame(self.kind, self.data, self.seq) if self.owner == user.id else self.masked


def entry(logged: events.Logged) -> Entry:
    """Frame a logged event."""
    hidden = logged.masked is not None
    masked = frame(logged.kind, logged.masked if logged.masked is not None else logged.data, logged.seq)
    return Entry(
        logged.seq, policy.VERB_OF_EVENT[logged.kind], Row(centre=logged.centre), logged.owner if hidden else None,
        logged.kind, logged.data if hidden else b"", masked,
    )  # fmt: skip


class Sink(Protocol):
    """Where the frames of one reader go."""

    def ready(self) -> bool:
        """Say whether what was written before has left."""

    def write(self, part: bytes) -> None:
        """Send frames on their way; never waits."""


class Ring:
    """The last events, and the readers that follow them, tick by tick."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.head = 0
        self.closed = False
        self._entries: list[Entry] = []
        self._first = 1
        self._readers: dict[Reader, None] = {}
        self._flushed = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._shared: dict[tuple[int, int, str, str], tuple[bytes, frozenset[str]]] = {}

    def start(self, head: int) -> None:
        """Begin after `head`: what is older comes from the log."""
        self.head, self._first = head, head + 1

    def publish(self, logged: Iterable[events.Logged]) -> None:
        """Take committed events; the readers get them at once if the last tick is over, else with the next."""
        self._entries.extend(entry(one) for one in logged)
        if len(self._entries) > 2 * self.size:
            del self._entries[: -self.size]
        self._first, self.head = self._entries[0].seq, self._entries[-1].seq
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = self._flushed + TICK_S - loop.time()
            self._timer = loop.call_later(max(wait, 0), self.flush)

    def flush(self) -> None:
        """Let every reader catch up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._flushed = asyncio.get_running_loop().time()
        self._shared.clear()
        for reader in tuple(self._readers):
            reader.catch_up(self._flushed)

    def close(self) -> None:
        """End every stream."""
        self.flush()
        self.closed = True
        for reader in tuple(self._readers):
            reader.end()

    def join(self, reader: "Reader") -> None:
        """Take a reader in, and up to now."""
        self._readers[reader] = None
        reader.catch_up(asyncio.get_running_loop().time())
        if self.closed:
            reader.end()

    async def check(self) -> None:
        """End the streams whose session has ended: one round for all, no timer a stream."""
        for reader in tuple(self._readers):
            if not await reader.valid():
                reader.end()

    def leave(self, reader: "Reader") -> None:
        """Forget a reader."""
        self._readers.pop(reader, None)

    def holds(self, seq: int) -> bool:
        """Say whether everything after `seq` is still in the ring."""
        return seq + 1 >= self._first and self.head - seq <= self.size

    def after(self, seq: int, user: Principal) -> bytes:
        """Return the frames after `seq` for this user; readers of a role and centre at one position share the work."""
        key = (seq, self.head, user.role, user.centre)
        shared = self._shared.get(key)
        if shared is None:
            new = self._entries[seq + 1 - self._first :]
            owners = frozenset(one.owner for one in new if one.owner is not None)
            nobody = Principal("", "", "", user.role, user.centre)
            shared = self._shared[key] = (b"".join(one.bytes_for(nobody) for one in new), owners)
        if user.id in shared[1]:
            return b"".join(one.bytes_for(user) for one in self._entries[seq + 1 - self._first :])
        return shared[0]


class Reader:
    """One open stream: whose it is, where it stands, and how its frames leave."""

    __slots__ = ("_ended", "_quiet_s", "_ring", "_sent", "_sink", "position", "user", "valid")

    def __init__(self, ring: Ring, user: Principal, position: int, heartbeat_s: float, valid: Valid) -> None:
        self.user = user
        self.valid = valid
        self.position = position
        self._ring = ring
        self._quiet_s = heartbeat_s * 0.8

    def begin(self, sink: Sink, ended: "asyncio.Future[None]") -> None:
        """Take part in the ring's ticks; `ended` is set when the ring closes."""
        self._sink, self._ended = sink, ended
        self._sent = asyncio.get_running_loop().time()
        self._ring.join(self)

    def leave(self) -> None:
        """Take no more part."""
        self._ring.leave(self)

    def end(self) -> None:
        """Say that nothing more will come."""
        if not self._ended.done():
            self._ended.set_result(None)

    def catch_up(self, now: float) -> None:
        """Send what is new, or a heartbeat after a silence; one that takes nothing now stays where it is."""
        ring = self._ring
        if not self._sink.ready():
            return
        if ring.head > self.position:
            part = ring.after(self.position, self.user) if ring.holds(self.position) else _reset(ring.head)
            self.position = ring.head
        elif now - self._sent >= self._quiet_s:
            part = HEARTBEAT
        else:
            return
        self._sent = now
        self._sink.write(part)


async def open_reader(
    ring: Ring, engine: Engine, user: Principal, last: int | None, heartbeat_s: float, valid: Valid
) -> tuple[Reader, list[bytes]]:
    """Return a reader that goes on after `last` (None: from now), and the frames it begins with."""
    position = ring.head
    first = [frame("hello", msgspec.json.encode(wire.Hello(position, engine.generation)))]
    if last is not None:
        position, missed = await _missed(ring, engine, user, last)
        # The greeting and what was missed leave together: each part is a write of its own.
        first = [b"".join([*first, *missed[:1]]), *missed[1:]]
    return Reader(ring, user, position, heartbeat_s, valid), first


def _reset(seq: int) -> bytes:
    return frame("reset", msgspec.json.encode(wire.Reset(seq)))


async def _missed(ring: Ring, engine: Engine, user: Principal, last: int) -> tuple[int, list[bytes]]:
    """Return the position reached and the frames of a gap: from the ring, else from the log, else a reset."""
    head = ring.head
    if last > head or head - last > ring.size:
        return head, [_reset(head)]
    if ring.holds(last):
        return head, [ring.after(last, user)]
    reached, missed = await engine.read(lambda conn: _replay(conn, last, user))
    return (head, [_reset(head)]) if reached is None else (reached, missed)


def _replay(conn: sqlite3.Connection, last: int, user: Principal) -> tuple[int | None, list[bytes]]:
    """Return the last seq and the frames after `last` from the log, (None, ...) when it no longer reaches back."""

    def may(kind: EventKind, centre: str | None) -> bool:
        return policy.can(user, policy.VERB_OF_EVENT[kind], Row(centre=centre))

    chunks, reached = list[bytes](), last
    for first, end, count, frames in events.frames_since(conn, last, user.id, may):
        if (first, end) != (reached + 1, reached + count):
            return None, []
        reached = end
        chunks.append(frames)
    return (reached if chunks else None), chunks
