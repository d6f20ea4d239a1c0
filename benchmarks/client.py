"""Keep-alive HTTP clients on one loop, as cheap as Python makes them: the machine is for the server."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop


@dataclass
class Answers:
    """What came back: statuses counted, latencies in seconds, and how long it all took."""

    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def only(self, *good: int) -> "Answers":
        """Stop the benchmark on any other status: a figure over errors is no figure."""
        if set(self.statuses) - set(good):
            raise SystemExit(f"unexpected answers: {self.statuses}")
        return self


class _Client(asyncio.Protocol):
    """Sends its requests one after the other."""

    def __init__(self) -> None:
        self._requests: Iterator[bytes] = iter(())
        self._answers = Answers()
        self._done: asyncio.Future[None] | None = None
        self._buffer = b""
        self._sent = 0.0

    def go(self, requests: Iterable[bytes], answers: Answers) -> "asyncio.Future[None]":
        """Begin, and return the future of the last answer."""
        self._requests, self._answers = iter(requests), answers
        self._done = asyncio.get_running_loop().create_future()
        self._next()
        return self._done

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.find(b"content-length: ")
        length = int(head[at + 16 :].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(rest) < length:
            return
        status = int(head[9:12])
        self._answers.statuses[status] = self._answers.statuses.get(status, 0) + 1
        self._answers.latencies.append(time.perf_counter() - self._sent)
        self._buffer = b""
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._sent = time.perf_counter()
            self._transport.write(request)
        elif self._done is not None and not self._done.done():
            self._done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or ConnectionError("closed early"))

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


def request(method: str, path: str, token: str = "", key: str = "", body: bytes = b"") -> bytes:
    """Return a request with the headers the desk sends."""
    lines = [f"{method} {path} HTTP/1.1", "host: localhost", "accept: */*", "user-agent: agent-tui"]
    if token:
        lines.append(f"authorization: Bearer {token}")
    if key:
        lines.append(f"idempotency-key: {key}")
    if body:
        lines.append("content-type: application/json")
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


class Pool:
    """Connections that stay open from one wave of requests to the next."""

    def __init__(self, port: int, connections: int) -> None:
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._loop = self._runner.get_loop()
        self._clients = [self._runner.run(self._connect(port)) for _ in range(connections)]

    async def _connect(self, port: int) -> "_Client":
        _, made = await asyncio.get_running_loop().create_connection(_Client, "127.0.0.1", port)
        return made

    def send(self, requests: list[bytes]) -> Answers:
        """Deal the requests out, each connection sends its share one after the other; wait for every answer."""
        answers = Answers()

        async def wave() -> None:
            began = time.perf_counter()
            shares = (requests[n :: len(self._clients)] for n in range(len(self._clients)))
            await asyncio.gather(*(one.go(share, answers) for one, share in zip(self._clients, shares, strict=True)))
            answers.seconds = time.perf_counter() - began

        self._runner.run(wave())
        return answers

    def close(self) -> None:
        """Hang up."""
        for one in self._clients:
            one.close()
        self._runner.close()


def send(port: int, requests: list[bytes], connections: int) -> Answers:
    """Send all requests over so many connections at once and wait for every answer."""
    pool = Pool(port, connections)
    try:
        return pool.send(requests)
    finally:
        pool.close()
