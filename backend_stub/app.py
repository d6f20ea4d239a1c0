"""The service's ASGI assembly and its error boundary; nothing else."""

import functools
import logging
import time
from pathlib import Path
from typing import cast

from backend_stub import openapi, routes
from backend_stub.clock import Clock, to_wire
from backend_stub.errors import Refused
from backend_stub.logs import Line, places
from backend_stub.metrics import UNKNOWN
from backend_stub.routes import http, plumbing, problem
from backend_stub.routes.http import Head, Receive, Reply, Scope, Send
from backend_stub.routes.table import Route, StreamHandler
from backend_stub.service import Service
from backend_stub.settings import Settings

LOG = logging.getLogger("backend_stub")


class App:
    """One service behind HTTP."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._router = plumbing.Router(routes.ROUTES)
        self._hosts = http.LOOPBACK | {name.lower() for name in service.settings.server.hosts}
        service.jobs.extend(routes.JOBS)
        service.contract = functools.cache(lambda: openapi.document(routes.ROUTES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(http.head(scope), receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, head: Head, receive: Receive, send: Send) -> None:
        started, route_name, began = False, UNKNOWN, time.perf_counter()

        async def track(event: http.Event) -> None:
            nonlocal started
            started = True
            await send(event)

        try:
            http.check_host(head.headers, self._hosts)
            route, path = self._router.find(head.method, head.path)
            route_name = (route.method, route.path)
            if route.kind == "stream":
                try:
                    await self._stream(route, path, head, receive, track)
                finally:
                    if started:
                        self._log_request(head, route_name, 200, began)
                return
            reply = await plumbing.handle(self.service, route, path, head, receive)
        except http.Gone:
            return
        except Refused as refused:
            reply = _refusal(refused, head)
        except Exception as error:  # the boundary: whatever happened, the caller gets a number to quote
            if started:
                raise
            _log(error, head.request_id)
            detail = f"Something went wrong here; quote request {head.request_id}."
            reply = _refusal(Refused(500, "internal", "Internal error", detail), head)
        await http.respond(send, reply, head.request_id, bodiless=head.method == "HEAD")
        self.service.meter.answered(route_name, reply.status, time.perf_counter() - began)
        self._log_request(head, route_name, reply.status, began)

    async def _stream(self, route: Route, path: dict[str, str], head: Head, receive: Receive, send: Send) -> None:
        call, _ = await plumbing.prepare(self.service, route, path, head, receive)
        reader, first = await cast("StreamHandler", route.handler)(self.service, call)
        sessions, meter = self.service.sessions, self.service.meter
        token, ended = call.token, sessions.watch(call.token, call.user)
        # Thousands of streams stay open: none keeps what only its beginning needed.
        head.headers = {}
        del call, path
        meter.streams += 1
        try:
            await http.stream(reader, first, head.direct, receive, send, head.request_id, ended)
        finally:
            meter.streams -= 1
            sessions.unwatch(token, ended)

    def _log_request(self, head: Head, route: tuple[str, str], status: int, began: float) -> None:
        log = self.service.requests
        if log is not None:
            ms = round((time.perf_counter() - began) * 1_000, 2)
            at = to_wire(self.service.clock.now())
            log.add(Line(at, head.request_id, head.user, *route, status, ms))


def _refusal(refused: Refused, head: Head) -> Reply:
    return Reply(refused.status, problem.body(refused, head.request_id), problem.CONTENT_TYPE, refused.headers)


def _log(error: Exception, request_id: str) -> None:
    """Log where it happened and of what kind; the message itself may hold personal data."""
    LOG.error("request %s failed: %s at %s", request_id, type(error).__name__, places(error.__traceback__))


def build(service: Service) -> App:
    """Assemble the ASGI app; raises LookupError when a route has no rule in the policy."""
    return App(service)


def create(data_dir: Path, clock: Clock | None = None, settings: Settings | None = None) -> App:
    """Make a service over a data directory and its ASGI app; start it with `app.service.start()`."""
    return build(Service(data_dir, clock, settings))
