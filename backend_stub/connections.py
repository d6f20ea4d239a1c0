"""A connection that may not dawdle: uvicorn waits for a request's head and body as long as anybody likes."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from backend_stub.errors import Refused
from backend_stub.routes import problem
from backend_stub.routes.http import DIRECT
from backend_stub.settings import Limits


class Stage(Enum):
    """How far the current request has arrived."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()


class Guarded(HttpToolsProtocol):
    """One connection; a request that arrives in one piece costs no timer."""

    limits = Limits()
    _stage = Stage.BETWEEN
    _timed = Stage.BETWEEN
    _head_bytes = 0
    _part = 0
    _arrived = 0
    _refused = False
    _timer: asyncio.TimerHandle | None = None
    _tell_lost: Callable[[], None] = staticmethod(lambda: None)
    _earlier: tuple[RequestResponseCycle, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request its time."""
        super().connection_made(transport)
        self._start(Stage.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit, and tell every request that is still being answered."""
        self._stop()
        # uvicorn tells only the last: those before it would write to a connection that is gone, which uvloop refuses.
        for cycle in self._earlier:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)
        self._tell_lost()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and watch the clock and the size while the request is not whole."""
        if self._refused:
            return
        arrived = self._arrived
        self._part = len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._stage is Stage.HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > self.limits.head_bytes:
                self._refuse(431, "head_too_large", "Request header fields too large")
                return
        if self._stage is not Stage.BETWEEN:
            if self._timer is None or self._timed is not self._stage:
                self._start(self._stage)
        elif self._arrived != arrived:
            self._stop()
        elif self._timer is None:
            # Blank lines between requests end uvicorn's own patience without beginning anything.
            self._start(Stage.HEAD)

    def when_lost(self, tell: Callable[[], None]) -> None:
        """Have `tell` called when the connection is lost, at once if it already is."""
        self._tell_lost = tell
        if self.transport.is_closing():
            tell()

    def ready(self) -> bool:
        """Say whether what was written before has left."""
        return not self.flow.write_paused and not self.transport.is_closing()

    def write(self, part: bytes) -> None:
        """Write a part of an answer that has begun (its encoding is chunked)."""
        self.transport.write(b"%x\r\n%b\r\n" % (len(part), part))

    def on_message_begin(self) -> None:
        """A request begins."""
        self._stage, self._head_bytes = Stage.HEAD, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole: refuse one that is too large, else begin to answer."""
        self._stage = Stage.BODY
        # What has arrived is as long as the head at least: nearly every request is spared the count.
        if self._refused or (self._head_bytes + self._part > self.limits.head_bytes and self._too_large()):
            self._refuse(431, "head_too_large", "Request header fields too large")
            return
        self.scope[DIRECT] = self  # type: ignore[literal-required]
        if self.cycle is not None and not self.cycle.response_complete:
            self._earlier = (*(cycle for cycle in self._earlier if not cycle.response_complete), self.cycle)
        super().on_headers_complete()

    def _too_large(self) -> bool:
        return len(self.url) + sum(len(n) + len(v) + 4 for n, v in self.headers) > self.limits.head_bytes

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._stage = Stage.BETWEEN
        self._arrived += 1
        if not self._refused:
            super().on_message_complete()

    def _start(self, stage: Stage) -> None:
        self._stop()
        self._timed = stage
        seconds = self.limits.body_s if stage is Stage.BODY else self.limits.head_s
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        self._refuse(408, "too_slow", "Request timeout")

    def _refuse(self, status: int, code: str, title: str) -> None:
        """Say why, unless an answer is under way, and hang up."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            body = problem.body(Refused(status, code, title, f"{title}."), "")
            head = b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            kind = problem.CONTENT_TYPE.encode()
            self.transport.write(STATUS_LINE[status] + head % (kind, len(body)) + body)
        self.transport.close()


def guarded(limits: Limits) -> type[Guarded]:
    """Return the protocol class with these limits, as uvicorn wants it."""
    return cast("type[Guarded]", type("Guarded", (Guarded,), {"limits": limits}))
