"""HTTP as bytes over one kept connection: the tests cut it at will and see exactly what arrived."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from tests.faults.process import token

PATIENCE_S = 20.0


class Cut(Exception):
    """The connection ended before the answer was whole."""


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the body's object."""
        return cast("dict[str, Any]", msgspec.json.decode(self.body))

    @property
    def code(self) -> str:
        """Return the problem's code."""
        return str(self.json()["code"])


def request(user: str, method: str, path: str, body: object = None, key: str | None = None) -> bytes:
    """Return a request's bytes."""
    content = b"" if body is None else msgspec.json.encode(body)
    lines = [
        f"{method} {path} HTTP/1.1", "host: localhost", f"authorization: Bearer {token(user)}",
        f"content-length: {len(content)}",
    ]  # fmt: skip
    if content:
        lines.append("content-type: application/json")
    if key is not None:
        lines.append(f"idempotency-key: {key}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def parse_head(raw: bytes) -> tuple[int, dict[str, str]]:
    """Return an answer's status and headers."""
    first, *rest = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.split(": ", 1) for line in rest)
    return int(first.split()[1]), {name.lower(): value for name, value in pairs}


class Link:
    """One connection of one user, opened at the first request."""

    def __init__(self, port: int, user: str) -> None:
        self.port = port
        self.user = user
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> Said:
        """Send a request and return its answer; raises Cut, and TimeoutError when none comes."""
        return await self.send(request(self.user, method, path, body, key))

    async def send(self, raw: bytes) -> Said:
        """Send a request's bytes and return its answer; raises Cut, and TimeoutError when none comes."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                if self._ends is None:
                    self._ends = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
                reader, writer = self._ends
                writer.write(raw)
                status, headers = parse_head(await reader.readuntil(b"\r\n\r\n"))
                return Said(status, headers, await reader.readexactly(int(headers.get("content-length", 0))))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise
            raise Cut from error

    def close(self) -> None:
        """Hang up."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None
