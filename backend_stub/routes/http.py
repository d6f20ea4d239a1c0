"""ASGI at arm's length: a request's head and body in, an answer's bytes out."""

import asyncio
import functools
import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Protocol, TypeAlias, cast

from msgspec import Struct

from backend_stub.errors import Forbidden, Malformed, Refused
from backend_stub.routes import decode
from backend_stub.stream import Reader, Sink

Scope: TypeAlias = MutableMapping[str, object]
Event: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]

HOST = re.compile(r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{1,5})?")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
JSON = "application/json"
DIRECT = "agent_tui.direct"
# A request without an id gets one that is unique, not secret: the system's random numbers cost a switch of threads.
PROCESS = secrets.token_hex(4)
NUMBERS = itertools.count(1)


class Direct(Sink, Protocol):
    """A connection that takes the parts of an answer without ASGI between: that costs a task switch a part."""

    def when_lost(self, tell: Callable[[], None]) -> None:
        """Have `tell` called when the connection is lost."""


class Gone(Exception):
    """The caller hung up before the request was complete: there is nobody to answer."""


class Head(Struct):
    """What is known before the body is read."""

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    request_id: str
    peer: str = ""
    direct: Direct | None = None
    user: str = ""


class Reply(Struct):
    """An answer as bytes."""

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str]


def head(scope: Scope) -> Head:
    """Read method, path and headers, names in lower case; of a repeated one the texts are joined, as HTTP has it."""
    pairs = cast("list[tuple[bytes, bytes]]", scope["headers"])
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
    if len(headers) < len(pairs):
        headers = _joined(pairs)
    request_id = headers.get("x-request-id", "")
    if not request_id or not decode.REQUEST_ID.fullmatch(request_id):
        request_id = f"{PROCESS}{next(NUMBERS):08x}"
    # Behind a proxy on this machine uvicorn puts the address the proxy names here.
    peer = cast("tuple[str, int] | None", scope.get("client")) or ("", 0)
    return Head(
        str(scope["method"]), str(scope["path"]), cast("bytes", scope["query_string"]), headers, request_id, peer[0],
        cast("Direct | None", scope.get(DIRECT)),
    )  # fmt: skip


def _joined(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    # None of the headers we act on is a list, so that a joined one fits no rule and is refused.
    headers: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def check_host(headers: dict[str, str], known: frozenset[str]) -> None:
    """Refuse a foreign Host (DNS rebinding) and any web page; raises Refused 421 or Forbidden."""
    if _host(headers.get("host", "")) not in known:
        raise Refused(421, "unknown_host", "Misdirected request", "This service does not go by that name.")
    # Browsers name the page that asks; our clients are no browsers, and no page of ours exists.
    if "origin" in headers:
        raise Forbidden("Web pages may not use this service.")


@functools.lru_cache(256)
def _host(text: str) -> str | None:
    found = HOST.fullmatch(text.lower())
    return None if found is None else found["name"]


def check_length(headers: dict[str, str], limit: int) -> None:
    """Refuse a body that announces itself as too large or in two ways at once."""
    length = headers.get("content-length")
    if length is None:
        return
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
        unclear = Malformed("The length of the body is not clear.")
        # Nobody can say where the next request on this connection would begin.
        unclear.headers["connection"] = "close"
        raise unclear
    if len(length) > 12 or int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> Refused:
    """Return the refusal of a body over the limit (bytes)."""
    return Refused(413, "too_large", "Too large", f"A request has at most {limit // 1024} KiB.")


def check_json(headers: dict[str, str]) -> None:
    """Refuse a body that is not declared as JSON; raises Refused 415."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise Refused(415, "unsupported_media_type", "Unsupported media type", "Send application/json.")


async def read_body(receive: Receive, limit: int) -> bytes:
    """Read the body, counting chunks; raises Refused 413 over the limit, Gone when the caller hung up."""
    parts: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Gone
        part = cast("bytes", event.get("body", b""))
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
        if not event.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def start(status: int, content_type: str, headers: dict[str, str], request_id: str) -> Event:
    """Return the event that starts an answer."""
    pairs = [
        *([] if status == 204 else [(b"content-type", content_type.encode())]),
        (b"x-request-id", request_id.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *((name.encode(), value.encode("latin-1")) for name, value in headers.items()),
    ]
    return {"type": "http.response.start", "status": status, "headers": pairs}


async def respond(send: Send, reply: Reply, request_id: str, *, bodiless: bool = False) -> None:
    """Send an answer in full; `bodiless` for HEAD."""
    headers = reply.headers if reply.status == 204 else {**reply.headers, "content-length": str(len(reply.body))}
    await send(start(reply.status, reply.content_type, headers, request_id))
    await send({"type": "http.response.body", "body": b"" if bodiless or reply.status == 204 else reply.body})


class Pump:
    """The way of frames into any ASGI server: one part at a time, each awaited by a task of its own."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._part = b""
        self._filled = asyncio.Event()

    def ready(self) -> bool:
        """Say whether the last part has left."""
        return not self._part

    def write(self, part: bytes) -> None:
        """Hand over the next part."""
        self._part = part
        self._filled.set()

    async def run(self) -> None:
        """Send part after part."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            await self._send({"type": "http.response.body", "body": self._part, "more_body": True})
            self._part = b""


async def stream(
    reader: Reader,
    first: list[bytes],
    direct: Direct | None,
    receive: Receive,
    send: Send,
    request_id: str,
    ended: "asyncio.Future[None]",
) -> None:
    """Send an event stream, beginning with `first`, until the caller hangs up or `ended` is done."""

    async def hang_up() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        reader.end()

    await send(start(200, "text/event-stream; charset=utf-8", {"x-accel-buffering": "no"}, request_id))
    while first:
        await send({"type": "http.response.body", "body": first.pop(0), "more_body": True})
    tasks = []
    if direct is None:
        pump = Pump(send)
        tasks = [asyncio.ensure_future(work) for work in (pump.run(), hang_up())]
    reader.begin(direct or pump, ended)
    if direct is not None:
        direct.when_lost(reader.end)
    try:
        await ended
    finally:
        reader.leave()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await send({"type": "http.response.body", "body": b""})
