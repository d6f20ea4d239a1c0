"""A TCP proxy that cuts connections where it hurts: between the request and its answer."""

import asyncio
import enum
from dataclasses import dataclass, field

from tests.faults.talk import parse_head


class Where(enum.Enum):
    """Where a connection is cut."""

    NOWHERE = "nowhere"
    IN_REQUEST = "half of the request went through"
    AFTER_REQUEST = "the request went through, nobody waits for the answer"
    BEFORE_ANSWER = "the service answered, nothing of it goes through"
    IN_ANSWER = "half of the answer goes through"


async def message(reader: asyncio.StreamReader) -> tuple[bytes, int, bytes]:
    """Read one request or answer with its Content-Length; return head, status (0 for a request) and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
    status = parse_head(head)[0] if head.startswith(b"HTTP/") else 0
    return head, status, await reader.readexactly(length)


@dataclass
class Proxy:
    """Stands between clients and the service; `cuts` says by Idempotency-Key where its next attempts are cut."""

    upstream: int
    cuts: dict[str, list[Where]] = field(default_factory=dict)
    made: int = 0
    withheld: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    port: int = 0

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above, below = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            while await self._exchange(reader, writer, above, below):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            below.close()
            writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, above: asyncio.StreamReader,
        below: asyncio.StreamWriter,
    ) -> bool:  # fmt: skip
        head, _, body = await message(reader)
        planned = self.cuts.get(_key(head))
        where = planned.pop() if planned else Where.NOWHERE
        self.made += where is not Where.NOWHERE
        sent = head + body
        below.write(sent[: len(head) + len(body) // 2] if where is Where.IN_REQUEST else sent)
        await below.drain()
        if where in (Where.IN_REQUEST, Where.AFTER_REQUEST):
            return False
        head_back, status, answer = await message(above)
        if where is not Where.NOWHERE:
            self.withheld.setdefault(_key(head), (status, answer))
        if where is Where.BEFORE_ANSWER:
            return False
        whole = head_back + answer
        writer.write(whole[: len(whole) // 2] if where is Where.IN_ANSWER else whole)
        await writer.drain()
        return where is Where.NOWHERE


def _key(head: bytes) -> str:
    lines = head.decode("latin-1").split("\r\n")
    return next((line.partition(": ")[2] for line in lines if line.startswith("idempotency-key")), "")
