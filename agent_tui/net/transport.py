"""One HTTP connection pool for the life of the desk: requests out, typed clean answers or `errors` in."""

import asyncio
import hashlib
import importlib
import logging
import os
import platform
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from agent_tui.desk.decode import decode
from agent_tui.errors import (
    Conflict,
    DeskError,
    Forbidden,
    Invalid,
    NotFound,
    NotLoggedIn,
    Refused,
    ServiceBroken,
    ServiceUnreachable,
    Stale,
    TooManyRequests,
)
from agent_tui.text.clean import clean, clean_tree
from agent_tui.wire import Problem, TicketChange

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
Query = Mapping[str, str | int | bool | None]

CONNECT_S = 3.0
READ_S = 8.0
SILENCE_S = 12.0
MAX_RETRY_AFTER_S = 600.0
BIG_ANSWER = 128 * 1024


class _More(Struct, frozen=True):
    by: str | None = None
    by_name: str | None = None
    allowed: list[str] = []
    current: msgspec.Raw = msgspec.Raw(b"")
    since: list[TicketChange] = []


def new_key() -> str:
    """Return a fresh idempotency key: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def terminal_id() -> str | None:
    """Return a name for the terminal this program runs in, the same for every program there; None without one."""
    try:
        place = f"{platform.node()} {os.ttyname(0)} {os.getuid()}"
    except (OSError, AttributeError):
        return None
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def path(template: str, **parts: str) -> str:
    """Fill ids into a path, quoted so that no id can change its shape."""
    return template.format(**{name: quote(part, safe="") for name, part in parts.items()})


class Transport:
    """The pool, the token and the rules of the wire; `transport` (an httpx transport) replaces the network in tests.

    httpx is imported at the first request, on a thread: it costs a fifth of the desk's start.
    """

    def __init__(
        self,
        base_url: str,
        transport: "httpx.AsyncBaseTransport | None" = None,
        *,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.token: str | None = None
        self.terminal = terminal_id()
        self._transport = transport
        self._verify = verify
        self._pool: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def warm(self) -> None:
        """Load what the first request needs, without blocking the loop."""
        await self._client()

    async def aclose(self) -> None:
        """Close the pool; later calls open a new one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    async def call(
        self,
        method: str,
        where: str,
        answer: type[T],
        body: Struct | None = None,
        *,
        query: Query | None = None,
        key: str | None = None,
        version: int | None = None,
        reason: str | None = None,
    ) -> T:
        """Send one request and return its decoded answer; an empty answer is `None` decoded as `answer`.

        `key` becomes Idempotency-Key, `version` If-Match, `reason` Access-Reason. Raises errors of `agent_tui.errors`.
        """
        response = await self._send(method, where, body, query, self._headers(key, version, reason), answer)
        if len(response.content) > BIG_ANSWER:
            # A snapshot of thousands of rows takes longer to read than the screen may stand still.
            return await asyncio.to_thread(_understood, response, answer)
        return _understood(response, answer)

    async def fetch(self, where: str, *, query: Query | None = None) -> bytes:
        """Read a file as it is, not decoded; raises errors of `agent_tui.errors`."""
        return (await self._send("GET", where, None, query, self._headers(None, None, None), bytes)).content

    async def _send(
        self,
        method: str,
        where: str,
        body: Struct | None,
        query: Query | None,
        headers: dict[str, str],
        answer: object,
    ) -> "httpx.Response":
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        pool = await self._client()
        import httpx

        params = {name: _param(value) for name, value in (query or {}).items() if value is not None}
        try:
            response = await pool.request(method, where, content=content, headers=headers, params=params)
        except (httpx.TransportError, httpx.InvalidURL) as lost:
            raise ServiceUnreachable(_reason(lost)) from lost
        if response.status_code >= 400:
            raise _refusal(response.status_code, response.headers, response.content, answer)
        return response

    @asynccontextmanager
    async def open_stream(self, where: str, *, last_event_id: int | None = None) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open an endless answer as an iterator of byte chunks; 12 s of silence or a cut raise ServiceUnreachable."""
        headers = self._headers(None, None, None)
        headers["Accept"] = "text/event-stream"
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        pool = await self._client()
        import httpx

        timeout = httpx.Timeout(READ_S, connect=CONNECT_S, read=SILENCE_S)
        try:
            async with pool.stream("GET", where, headers=headers, timeout=timeout) as response:
                if response.status_code >= 400:
                    content = await response.aread()
                    raise _refusal(response.status_code, response.headers, content, type(None))
                yield response.aiter_raw()
        except (httpx.TransportError, httpx.StreamError, httpx.InvalidURL) as lost:
            raise ServiceUnreachable(_reason(lost)) from lost

    async def _client(self) -> "httpx.AsyncClient":
        async with self._opening:
            if self._pool is None:
                await asyncio.to_thread(importlib.import_module, "httpx")
                import httpx

                # httpx logs whole URLs at INFO; a log line must never hold a query about a person.
                logging.getLogger("httpx").setLevel(logging.WARNING)
                self._pool = httpx.AsyncClient(
                    base_url=self.base_url,
                    transport=self._transport,
                    # Without TLS there is nothing to verify, and building a TLS context costs 60 ms.
                    verify=self._verify if self.base_url.startswith("https:") else False,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
                )
            return self._pool

    def _headers(self, key: str | None, version: int | None, reason: str | None) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        elif self.terminal is not None:
            # Only a login says where it is: the session that was open at this terminal ends then.
            headers["X-Desk-Terminal"] = self.terminal
        if key is not None:
            headers["Idempotency-Key"] = key
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if reason is not None:
            headers["Access-Reason"] = reason
        return headers


def _param(value: str | int | bool) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _reason(lost: Exception) -> str:
    return clean(str(lost) or type(lost).__name__, cap=120)


def _understood(response: "httpx.Response", answer: type[T]) -> T:
    try:
        return decode(response.content or b"null", answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as bad:
        raise ServiceBroken(response.status_code, response.headers.get("x-request-id", "")) from bad


def _refusal(status: int, headers: Mapping[str, str], content: bytes, answer: object) -> DeskError:
    try:
        problem = decode(content, Problem)
        more = msgspec.json.decode(content, type=_More)
    except (msgspec.DecodeError, UnicodeDecodeError):
        request_id = clean(headers.get("x-request-id", ""), cap=64)
        problem = Problem("about:blank", f"HTTP {status}", status, f"HTTP {status}", "unknown", request_id)
        more = _More()
    wait = retry_after(headers.get("retry-after"))
    if status >= 500:
        return ServiceBroken(status, problem.request_id, wait)
    if status == 429:
        return TooManyRequests(1.0 if wait is None else wait)
    if status == 401:
        return NotLoggedIn(problem)
    if status == 409:
        more = clean_tree(more)
        return Conflict(problem, more.by, tuple(more.allowed), more.by_name)
    if status == 412:
        return Stale(problem, _current(more.current, answer), tuple(clean_tree(more.since)))
    return {403: Forbidden, 404: NotFound, 422: Invalid}.get(status, Refused)(problem)


def _current(raw: msgspec.Raw, answer: object) -> Struct | None:
    if not bytes(raw) or not (isinstance(answer, type) and issubclass(answer, Struct)):
        return None
    try:
        return decode(raw, answer)
    except msgspec.DecodeError:
        return None


def retry_after(value: str | None) -> float | None:
    """Return the seconds a Retry-After header asks for (seconds or a date), at most ten minutes; None without one."""
    if not value:
        return None
    if value.strip().isdigit():
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max(0.0, when.timestamp() - time.time()), MAX_RETRY_AFTER_S)
