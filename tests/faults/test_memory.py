"""What the service keeps in memory when bodies are too large and readers of the event stream do not read."""

import asyncio
import itertools
import re
import socket
from pathlib import Path

import pytest

from tests.faults import process
from tests.faults.process import Serving
from tests.faults.talk import Link, request
from tests.full import count

KIB, MIB = 1_024, 1_048_576
BODY = 50 * MIB
CHUNK = 64 * KIB
STALLED = count(60, 300)
EVENTS = count(1_000, 10_000)
RING = 200
SAID = "Mất điện do giông lốc tại nhiều xã; các tổ trực đang xử lý. " * 6
SEQ = re.compile(rb"^(?:id|): (\d+)$", re.MULTILINE)


def memory(served: Serving, name: str) -> int:
    """Return VmRSS or VmHWM (the most there ever was) of the service, in bytes."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) * KIB


@pytest.fixture
def served(data_dir: Path) -> Serving:
    with (data_dir / "settings.toml").open("a") as file:
        file.write(f"[server]\nevent_ring = {RING}\n")
    with Serving(data_dir) as served:
        yield served
        assert served.stop() == 0
        assert served.said() == ""


async def pour(port: int, head: bytes) -> tuple[bytes, int]:
    """Send 50 MB as chunks, as long as anybody takes them; return the answer's first line and what was taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    chunk, sent = b"%x\r\n" % CHUNK + b" " * CHUNK + b"\r\n", 0
    answer = b""
    try:
        while sent < BODY:
            writer.write(chunk)
            await writer.drain()
            sent += CHUNK
        answer = await reader.readline() or b"hung up"
    except ConnectionError:
        answer = b"hung up"
    writer.close()
    return answer, sent


def test_bodies_of_50_mb_leave_no_trace_in_memory(served: Serving) -> None:
    chunked = request("agent0", "POST", "/v1/tickets").replace(b"content-length: 0", b"transfer-encoding: chunked")
    heads = [
        chunked.replace(b"\r\n\r\n", b"\r\ncontent-type: application/json\r\n\r\n"),
        # A route that takes no body, and one nobody is logged in for: neither is read further.
        chunked.replace(b"POST /v1/tickets", b"GET /v1/me"),
        re.sub(rb"authorization: [^\r]+\r\n", b"", chunked),
    ]

    async def work(times: int) -> list[tuple[bytes, int]]:
        return await asyncio.gather(*(pour(served.port, head) for head in heads for _ in range(times)))

    asyncio.run(work(1))
    before = memory(served, "VmHWM")
    poured = [one for _ in range(count(2, 10)) for one in asyncio.run(work(4))]
    assert {answer[:12] for answer, _ in poured} <= {b"HTTP/1.1 413", b"HTTP/1.1 200", b"HTTP/1.1 401", b"hung up"}
    # One body kept whole would be 50 MiB, one of the twelve at a time a quarter of what is allowed here.
    assert memory(served, "VmHWM") - before <= 12 * MIB
    assert max(sent for _, sent in poured) > 0


def stall(port: int) -> socket.socket:
    """Open a stream of events and read nothing of it; small packets keep the kernel from buffering megabytes."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    sock.connect(("127.0.0.1", port))
    sock.sendall(request("agent1", "GET", "/v1/events"))
    return sock


async def announce(port: int, numbers: "itertools.count[int]", until: int) -> None:
    """Have a lead say something else again and again: one event of about a kilobyte each."""
    link = Link(port, "head")
    number = next(numbers)
    while number <= until:
        said = await link.ask("PUT", "/v1/banner", {"text": {"vi": f"{SAID}{number}", "en": f"{SAID}{number}"}})
        if said.status == 429:
            # A quick machine asks more often than a session may: then it waits, as a desk does.
            await asyncio.sleep(float(said.headers["retry-after"]))
            continue
        assert said.status == 200, said.body
        number = next(numbers)
    link.close()


async def follow(port: int, events: int) -> list[int]:
    """Read a stream to its end of `events` as a desk does and return the numbers seen."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(request("agent2", "GET", "/v1/events"))
    seen: list[int] = []
    async with asyncio.timeout(process.CALM_S * 10):
        await reader.readuntil(b"event: hello")
        while len(seen) < events:
            frame = await reader.readuntil(b"\n\n")
            assert b"event: reset" not in frame, "who reads is not overtaken"
            seen += [int(found) for found in SEQ.findall(frame)]
    writer.close()
    return seen


def test_readers_that_stall_cost_a_bounded_buffer_each_and_nobody_else(served: Serving) -> None:
    async def say(first: int, last: int) -> list[int]:
        numbers = itertools.count(first)
        says = [announce(served.port, numbers, last) for _ in range(4)]
        seen, *_ = await asyncio.gather(follow(served.port, last - first + 1), *says)
        return seen

    # The ring is full and every code path was taken before the first look.
    asyncio.run(say(1, 3 * RING))
    stalled = [stall(served.port) for _ in range(STALLED)]
    try:
        asyncio.run(opened(served, STALLED))
        before = memory(served, "VmRSS")
        seen = asyncio.run(say(3 * RING + 1, 3 * RING + EVENTS))
        grown = memory(served, "VmHWM") - before
        assert seen == list(range(seen[0], seen[0] + EVENTS))
        # A reader's events kept for it would be its whole share of them: 1 MB of 1,000, 10 MB of 10,000.
        assert grown <= 4 * MIB + STALLED * 200 * KIB, f"{grown / MIB:.1f} MiB for {STALLED} readers"
        for sock in stalled[:: max(1, STALLED // 5)]:
            overtaken(sock)
    finally:
        for sock in stalled:
            sock.close()
    asyncio.run(opened(served, 0))


def overtaken(sock: socket.socket) -> None:
    """Read what was kept for a stalled reader: less than everything, then a reset."""
    sock.settimeout(process.CALM_S)
    kept = b""
    while b"event: reset" not in kept:
        part = sock.recv(65_536)
        assert part, "the stream ended"
        kept = kept[-40:] + part


async def opened(served: Serving, streams: int) -> None:
    """Wait until the service counts so many open streams."""
    link = Link(served.port, "head")
    async with asyncio.timeout(process.CALM_S):
        while b"\nevent_streams %d.0\n" % streams not in (await link.ask("GET", "/metrics")).body:
            pass
    link.close()
