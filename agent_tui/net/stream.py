"""The event stream (text/event-stream), parsed as it arrives."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import cast, get_args

from msgspec import Raw

from agent_tui.errors import ServiceBroken
from agent_tui.net.transport import Transport
from agent_tui.wire import Event, EventKind

MAX_BLOCK = 8 * 1024 * 1024
_KINDS = frozenset(get_args(EventKind))


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life without an event; `retry` is the service's hint for the reconnect window in seconds."""

    retry: float | None = None


class Parser:
    """Turns chunks of bytes, cut anywhere, into events and beats.

    A comment that is a number (or a block with only an `id`) stands for an event this reader may not see: the next
    event's `after` is then the number before that run, so that a hole still shows.
    """

    def __init__(self) -> None:
        self._tail = b""
        self._hidden: tuple[int, int] | None = None
        self._clear()

    def feed(self, chunk: bytes) -> Iterator[Event | Beat]:
        """Yield what became complete with `chunk`; raises ServiceBroken on a block beyond 8 MiB."""
        lines = (self._tail + chunk).split(b"\n")
        self._tail = lines.pop()
        if len(self._tail) + sum(map(len, self._data)) > MAX_BLOCK:
            raise ServiceBroken(200)
        for raw in lines:
            line = raw[:-1] if raw.endswith(b"\r") else raw
            if line:
                yield from self._line(line)
            else:
                yield from self._block()

    def _clear(self) -> None:
        self._id: int | None = None
        self._kind = ""
        self._data: list[bytes] = []

    def _line(self, line: bytes) -> Iterator[Beat]:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not name:
            if value.isdigit():
                self._hide(int(value))
            yield Beat()
        elif name == b"id" and value.isdigit():
            self._id = int(value)
        elif name == b"event":
            self._kind = value.decode("ascii", "replace")
        elif name == b"data":
            self._data.append(value)
        elif name == b"retry" and value.isdigit():
            yield Beat(int(value) / 1000)

    def _block(self) -> Iterator[Event | Beat]:
        seq, kind, data = self._id, self._kind, self._data
        self._clear()
        if data and kind in _KINDS:
            yield Event(seq, cast(EventKind, kind), Raw(b"\n".join(data)), self._before(seq))
        elif seq is not None:
            # Kinds of a newer service and bare ids alike: known of, nothing to do.
            self._hide(seq)
            yield Beat()

    def _hide(self, seq: int) -> None:
        run = self._hidden
        self._hidden = (run[0], seq) if run is not None and run[1] == seq - 1 else (seq, seq)

    def _before(self, seq: int | None) -> int | None:
        if seq is None or self._hidden is None:
            return None
        (first, last), self._hidden = self._hidden, None
        return first - 1 if last == seq - 1 else None


async def follow(transport: Transport, last_event_id: int | None) -> AsyncGenerator[Event | Beat, None]:
    """Open the live stream after `last_event_id`; raises ServiceUnreachable on a cut or 12 s of silence."""
    parser = Parser()
    async with transport.open_stream("/v1/events", last_event_id=last_event_id) as chunks:
        async for chunk in chunks:
            for item in parser.feed(chunk):
                yield item
