"""One simulated party's way into the service: the public HTTP doors, with patience for a service that restarts."""

import asyncio
import uuid
from collections.abc import Awaitable
from random import Random
from typing import TypeVar

import httpx
import msgspec
from msgspec import Struct

from agent_tui import wire

T = TypeVar("T")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 5.0
_TIMEOUT_S = 10.0


class WrongAccount(Exception):
    """The service does not accept a simulated party's user name and password."""


class Refused(Exception):
    """The service answered no: `status` and stable `code` as in its problem document."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class _Code(Struct, frozen=True):
    code: str = "unknown"


class Door:
    """A logged-in client; every call waits out a service that is away, busy or newly started."""

    def __init__(self, http: httpx.AsyncClient, username: str, password: str, rng: Random) -> None:
        self._http = http
        self._rng = rng
        self.username = username
        self._password = password
        self._token: str | None = None
        self.user: wire.User | None = None

    async def login(self) -> wire.User:
        """Open a session; raises WrongAccount."""
        body = msgspec.json.encode(wire.SessionRequest(self.username, self._password))
        answer = await self._patiently("POST", "/v1/sessions", body, {})
        if answer.status_code in (401, 403, 422):
            raise WrongAccount(f"The service does not accept the password of {self.username}.")
        session = msgspec.json.decode(answer.content, type=wire.Session)
        self._token, self.user = session.token, session.user
        return session.user

    async def call(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: Struct | None = None,
        reason: str = "",
        version: int | None = None,
    ) -> T | None:
        """Send one request until it is answered, None for an empty answer; raises Refused; a 401 logs in again."""
        headers = {"Access-Reason": reason} if reason else {}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if method != "GET":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        content = None if body is None else msgspec.json.encode(body)
        answer = await self._patiently(method, path, content, headers)
        if answer.status_code == 401:
            await self.login()
            answer = await self._patiently(method, path, content, headers)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, _code(answer.content))
        return msgspec.json.decode(answer.content, type=kind) if answer.content else None

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    async def _patiently(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> httpx.Response:
        pause = _FIRST_PAUSE_S
        while True:
            sent = {**headers, "Content-Type": "application/json", **self._bearer()}
            try:
                answer = await self._http.request(method, path, content=body, headers=sent, timeout=_TIMEOUT_S)
            except (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError):
                wait = self._rng.uniform(pause / 2, pause)
            else:
                if answer.status_code not in (429, 502, 503, 504):
                    return answer
                wait = _asked_wait(answer) or pause
            await asyncio.sleep(wait)
            pause = min(_LONGEST_PAUSE_S, pause * 1.6)


def _asked_wait(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), 60.0) if text.isdigit() else None


def _code(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_Code).code
    except msgspec.DecodeError:
        return "unknown"


async def unless_refused(call: Awaitable[T | None]) -> T | None:
    """The answer, or None where the service says no: a colleague was faster, the customer hung up."""
    try:
        return await call
    except Refused:
        return None
