"""An httpx transport into an ASGI app that streams, and that a test can cut: httpx's own reads answers to their end."""

import asyncio
from collections.abc import AsyncIterator

import httpx


class Pipe(httpx.AsyncByteStream):
    """One answer's body, chunk by chunk; None ends it, an exception breaks it."""

    def __init__(self, hang_up: asyncio.Event) -> None:
        self.chunks: asyncio.Queue[bytes | None | Exception] = asyncio.Queue()
        self._hang_up = hang_up

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self.chunks.get()) is not None:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    async def aclose(self) -> None:
        self._hang_up.set()


class AppTransport(httpx.AsyncBaseTransport):
    """Requests go to `app`; while it is None nobody listens, and `listening` can be awaited."""

    def __init__(self, app: object) -> None:
        self.listening = asyncio.Event()
        self.app = app
        self.requests: list[httpx.Request] = []
        self.lose_next_answer = False
        self._open: list[Pipe] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def app(self) -> object:
        """Who answers."""
        return self._app

    @app.setter
    def app(self, app: object) -> None:
        self._app = app
        if app is None:
            self.listening.clear()
        else:
            self.listening.set()

    def cut(self) -> None:
        """Break every open stream as a lost connection does."""
        for pipe in self._open:
            pipe.chunks.put_nowait(httpx.ReadError("connection lost"))
        self._open.clear()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.app is None:
            raise httpx.ConnectError("nobody listens")
        body = await request.aread()
        hang_up, started = asyncio.Event(), asyncio.get_running_loop().create_future()
        pipe = Pipe(hang_up)
        task = asyncio.ensure_future(self._run(self.app, request, body, pipe, hang_up, started))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        status, headers = await started
        if request.url.path == "/v1/events":
            self._open.append(pipe)
            return httpx.Response(status, headers=headers, stream=pipe)
        whole = b"".join([chunk async for chunk in pipe])
        if self.lose_next_answer:
            self.lose_next_answer = False
            raise httpx.ReadTimeout("answer lost")
        return httpx.Response(status, headers=headers, content=whole)

    async def _run(self, app, request, body, pipe, hang_up, started) -> None:
        asked = False

        async def receive() -> dict[str, object]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": body, "more_body": False}
            await hang_up.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            if message["type"] == "http.response.start":
                started.set_result((message["status"], message["headers"]))
                return
            pipe.chunks.put_nowait(message.get("body", b""))
            if not message.get("more_body"):
                pipe.chunks.put_nowait(None)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw], "scheme": request.url.scheme,
            "path": request.url.path, "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query, "server": ("localhost", 80), "client": ("127.0.0.1", 1), "root_path": "",
        }  # fmt: skip
        await app(scope, receive, send)
        pipe.chunks.put_nowait(None)
