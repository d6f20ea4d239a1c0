"""Many readers of an event stream in one process, and a publisher that keeps the time of each event."""

import asyncio
import time
from dataclasses import dataclass, field

from benchmarks import client
from benchmarks.common import Process

MARK = b"\ndata: "


@dataclass
class Seen:
    """What the readers got: (moment, first event, events) of every part, and when the events were sent."""

    sent: list[float] = field(default_factory=list)
    parts: list[tuple[float, int, int]] = field(default_factory=list)
    count: int = 0
    open: int = 0
    lost: int = 0

    def latencies(self) -> list[float]:
        """Return the time of every delivery since its event was sent."""
        return [at - self.sent[n] for at, first, new in self.parts for n in range(first, first + new)]


class Reader(asyncio.Protocol):
    """Counts events; they come in order, so that the n-th delivered is the n-th published."""

    def __init__(self, ask: bytes, seen: Seen) -> None:
        self.ask = ask
        self.seen = seen
        self.count = -1
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.ask)

    def data_received(self, data: bytes) -> None:
        whole = self.tail + data
        self.tail = whole[-len(MARK) + 1 :]
        new = whole.count(MARK)
        if self.count < 0:
            if new:
                self.seen.open += 1
                self.count = new - 1
            return
        self.seen.parts.append((time.perf_counter(), self.count, new))
        self.seen.count += new
        self.count += new

    def connection_lost(self, exc: Exception | None) -> None:
        self.seen.lost += 1


class Publisher(asyncio.Protocol):
    """Sends one message after the other on one connection; a service's answer is awaited, a bare socket's is not."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1") and not data.startswith(b"HTTP/1.1 201"):
            raise SystemExit(f"not published: {data[:200]!r}")
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(None)

    async def send(self, message: bytes, *, answered: bool) -> None:
        self.transport.write(message)
        if answered:
            self.answer = asyncio.get_running_loop().create_future()
            await self.answer


async def open_all(port: int, asks: list[bytes], seen: Seen) -> list[Reader]:
    """Connect every reader, a hundred at a time, and wait until each has its first frame."""
    loop, readers = asyncio.get_running_loop(), []
    async with asyncio.timeout(60):
        for start in range(0, len(asks), 100):
            part = asks[start : start + 100]
            made = (loop.create_connection(lambda a=ask: Reader(a, seen), "127.0.0.1", port) for ask in part)
            readers += [protocol for _, protocol in await asyncio.gather(*made)]
            while seen.open < len(readers):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    return readers


async def publish(port: int, messages: list[bytes], rate: float, seen: Seen, *, answered: bool) -> float:
    """Publish at `rate` a second, wait for the last delivery, and return the seconds it all took."""
    loop = asyncio.get_running_loop()
    _, publisher = await loop.create_connection(Publisher, "127.0.0.1", port)
    began = time.perf_counter()
    for n, message in enumerate(messages):
        await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
        seen.sent.append(time.perf_counter())
        await publisher.send(message, answered=answered)
    until = time.perf_counter() + 2.0
    while seen.count < seen.open * len(messages) and time.perf_counter() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    publisher.transport.close()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Run:
    """One run: server CPU seconds, seconds, share delivered, latencies, bytes of memory a reader."""

    cpu: float
    seconds: float
    delivered: float
    latencies: list[float]
    memory: float


async def run(server: Process, asks: list[bytes], messages: list[bytes], rate: float, *, answered: bool = True) -> Run:
    """Open the readers, publish, and hang up."""
    seen, memory = Seen(), server.rss()
    readers = await open_all(server.port, asks, seen)
    grown = server.rss() - memory
    before = server.cpu()
    seconds = await publish(server.port, messages, rate, seen, answered=answered)
    cpu = server.cpu() - before
    got = seen.count / max(1, len(asks) * len(messages))
    for reader in readers:
        reader.transport.close()
    async with asyncio.timeout(30):
        while seen.lost < len(readers):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return Run(cpu, seconds, got, seen.latencies(), grown / max(1, len(asks)))


def stream_request(token: str, last: int | None = None) -> bytes:
    """Return the request that opens a stream."""
    ask = client.request("GET", "/v1/events", token)
    return ask if last is None else ask.replace(b"\r\n", b"\r\nlast-event-id: %d\r\n" % last, 1)
