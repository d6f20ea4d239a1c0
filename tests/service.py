"""A whole service over ASGI, without sockets, for contract tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import msgspec

from agent_tui import wire
from backend_stub import app as assembly
from backend_stub.clock import Clock
from backend_stub.service import Service
from backend_stub.settings import Server, Sessions, Settings
from backend_stub.store import connect, gate, migrations, users
from backend_stub.store.engine import Tx

PASSWORD = "correct horse"
# The cheapest argon2 there is: the tests are about what a login means, not about what it costs.
CHEAP = Settings(sessions=Sessions(argon2_time=1, argon2_memory_kib=8), server=Server(heartbeat_s=0.1))


def make_database(data_dir: Path) -> Path:
    """Create an empty database as `init` does."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / connect.DATABASE
    if not path.exists():
        migrations.create(path, gate.APPLICATION_ID)
    return path


class Stream:
    """One reader of the event stream, read frame by frame (httpx's ASGI transport cannot stream)."""

    def __init__(self, app: assembly.App, token: str, last: int | None) -> None:
        headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())]
        if last is not None:
            headers.append((b"last-event-id", str(last).encode()))
        self.scope = {
            "type": "http", "method": "GET", "path": "/v1/events", "query_string": b"", "headers": headers,
        }  # fmt: skip
        self.app = app
        self.status = 0
        self.ended = asyncio.Event()
        self._parts: asyncio.Queue[bytes] = asyncio.Queue()
        self._hung_up = asyncio.Event()
        self._asked = False
        self._buffer = b""
        self._task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        try:
            await self.app(self.scope, self._receive, self._send)
        finally:
            self.ended.set()
            self._parts.put_nowait(b"")

    async def _receive(self) -> dict[str, object]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def _send(self, event: dict) -> None:
        if event["type"] == "http.response.start":
            self.status = event["status"]
        else:
            self._parts.put_nowait(event["body"])

    async def frame(self, within: float = 5.0) -> str:
        """Return the next frame as text, comments included; EOFError at the end."""
        async with asyncio.timeout(within):
            while b"\n\n" not in self._buffer:
                part = await self._parts.get()
                if not part and self.ended.is_set():
                    raise EOFError
                self._buffer += part
        one, _, self._buffer = self._buffer.partition(b"\n\n")
        return one.decode()

    async def next(self) -> wire.Event:
        """Return the next event, heartbeats skipped."""
        while (text := await self.frame()).startswith(":"):
            pass
        fields = dict(line.split(": ", 1) for line in text.split("\n"))
        seq = int(fields["id"]) if "id" in fields else None
        return wire.Event(seq, fields["event"], msgspec.Raw(fields["data"].encode()))

    async def until(self, kind: str) -> wire.Event:
        """Return the next event of a kind."""
        while (event := await self.next()).kind != kind:
            pass
        return event

    async def close(self) -> None:
        """Hang up as a client does."""
        self._hung_up.set()
        with suppress(asyncio.CancelledError):
            await self._task


class Running:
    """A started service with its helpers."""

    def __init__(self, app: assembly.App) -> None:
        self.app = app
        self.service: Service = app.service
        self.engine = app.service.engine
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._streams: list[Stream] = []

    async def add_user(
        self,
        name: str,
        role: str = "agent",
        centre: str = "EVNCPC",
        skills: dict[str, int] | None = None,
        display: str | None = None,
    ) -> str:
        """Store a user and return its id."""
        hashed = self.service.sessions.passwords.hash(PASSWORD)

        def add(tx: Tx) -> str:
            return users.add(
                tx.conn, username=name, name=display or name.title(), role=role, centre=centre,
                password_hash=hashed, now=tx.now, skills=skills,
            )  # fmt: skip

        return await self.engine.write(add)

    def anonymous(self) -> httpx.AsyncClient:
        """Return a client that is not logged in."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://localhost")
        self._clients[f" {len(self._clients)}"] = client
        return client

    async def client(self, user: str) -> httpx.AsyncClient:
        """Return a client logged in as the user (added as an agent of EVNCPC when unknown)."""
        if user not in self._clients:
            if await self.engine.read(lambda conn: users.by_name(conn, user)) is None:
                await self.add_user(user)
            client = self._clients[user] = self.anonymous()
            answer = await client.post("/v1/sessions", json={"username": user, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return self._clients[user]

    async def channel(self, centre: str = "EVNCPC") -> httpx.AsyncClient:
        """Return a client of the role `channel` of that centre."""
        name = f"channel-{centre.lower()}"
        if await self.engine.read(lambda conn: users.by_name(conn, name)) is None:
            await self.add_user(name, "channel", centre)
        return await self.client(name)

    async def stream(self, user: str, last: int | None = None) -> Stream:
        """Open the event stream of a user."""
        client = await self.client(user)
        stream = Stream(self.app, client.headers["authorization"].removeprefix("Bearer "), last)
        self._streams.append(stream)
        return stream

    async def close(self) -> None:
        """End streams and clients, then the service."""
        for stream in self._streams:
            await stream.close()
        for client in self._clients.values():
            await client.aclose()
        await self.service.stop()


@asynccontextmanager
async def running_service(
    tmp_path: Path, clock: Clock | None = None, settings: Settings = CHEAP, *, rounds: bool = False
) -> AsyncIterator[Running]:
    """Run a service over `tmp_path`; recurring work runs only with `rounds` (else call `svc.service.go_round()`)."""
    make_database(tmp_path)
    app = assembly.create(tmp_path, clock, settings)
    await app.service.start(rounds=rounds)
    running = Running(app)
    try:
        yield running
    finally:
        await running.close()
