"""From a request to a handler and back: caller, policy, body, version, stored answers."""

import hashlib
from collections.abc import Callable, Iterable
from typing import cast

import msgspec

from backend_stub import policy, tally
from backend_stub.errors import Forbidden, Malformed, NotAuthenticated, PreconditionRequired, Refused
from backend_stub.routes import audited, decode, http
from backend_stub.routes.http import Head, Reply
from backend_stub.routes.table import Answer, AsyncHandler, Call, ReadHandler, Route
from backend_stub.service import Service
from backend_stub.store import idempotency
from backend_stub.store.audit import Trail
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

WITH_BODY = {"POST", "PUT", "PATCH"}
# A PATCH whose answer got lost would meet its own change as a conflict.
KEYED = {"POST", "PATCH"}


class Router:
    """Finds the route of a method and a path; a path's `{name}` parts match one non-empty segment."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._tree: dict[str, object] = {}
        self._values: dict[str, list[tuple[int, str]]] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        if not policy.known(route.verb):
            raise LookupError(f"{route.method} {route.path} has no rule in the policy: {route.verb!r}")
        node = self._tree
        for part in route.path.strip("/").split("/"):
            node = cast("dict[str, object]", node.setdefault("{}" if part.startswith("{") else part, {}))
        methods = cast("dict[str, Route]", node.setdefault("", {}))
        if route.method in methods:
            raise LookupError(f"{route.method} {route.path} is there twice")
        methods[route.method] = route
        parts = enumerate(route.path.strip("/").split("/"))
        self._values[route.path] = [(n, part[1:-1]) for n, part in parts if part.startswith("{")]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and the path's values; raises Refused 404 or 405."""
        parts = path.strip("/").split("/")
        node: dict[str, object] = self._tree
        if not path.isascii() or "\x00" in path or (len(path) > 200 and max(map(len, parts)) > 200):
            raise _nothing()
        for part in parts:
            below = (node.get(part) or node.get("{}")) if part else None
            if not isinstance(below, dict):
                raise _nothing()
            node = below
        methods = cast("dict[str, Route]", node.get("", {}))
        route = methods.get("GET" if method == "HEAD" else method)
        if route is not None and route.kind == "stream" and method == "HEAD":
            route = None
        if route is None and methods:
            allow = ", ".join(sorted(methods))
            raise Refused(405, "method_not_allowed", "Method not allowed", f"Use {allow}.", headers={"allow": allow})
        if route is None:
            raise _nothing()
        return route, {name: parts[n] for n, name in self._values[route.path]}


def _nothing() -> Refused:
    return Refused(404, "not_found", "Not found", "There is nothing at this address.")


def bearer(head: Head) -> str:
    """Return the token of the Authorization header; raises NotAuthenticated."""
    scheme, _, token = head.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 200:
        raise NotAuthenticated
    return token.strip()


async def admit(service: Service, route: Route, head: Head) -> tuple[policy.Principal, str]:
    """Return the caller and the token; raises NotAuthenticated, or Forbidden when the role may not."""
    if route.verb == policy.PUBLIC:
        return policy.ANONYMOUS, ""
    token = bearer(head)
    user = await service.sessions.authenticate(token)
    head.user = user.id
    service.limits.check(token, user.id, route.verb)
    if not policy.role_may(user, route.verb):
        raise Forbidden
    return user, token


async def prepare(
    service: Service, route: Route, path: dict[str, str], head: Head, receive: http.Receive
) -> tuple[Call, bytes]:
    """Check everything that needs no handler and return the call with its raw body; raises Refused."""
    limit = service.settings.server.body_limit
    http.check_length(head.headers, limit)
    user, token = await admit(service, route, head)
    raw = await http.read_body(receive, limit) if route.method in WITH_BODY else b""
    body = _body(route, head, raw)
    version = decode.if_match(head.headers.get("if-match"))
    if version is None and route.method == "PATCH":
        raise PreconditionRequired
    call = Call(
        user,
        path,
        decode.query(head.query, route.query),
        body,
        head.headers.get("access-reason"),
        version,
        service.clock.now(),
        service.settings,
        head.request_id,
        token,
        decode.last_event_id(head.headers.get("last-event-id")),
        decode.terminal(head.headers.get("x-desk-terminal")),
        head.peer,
    )
    return call, raw


async def handle(service: Service, route: Route, path: dict[str, str], head: Head, receive: http.Receive) -> Reply:
    """Carry a request out; raises Refused."""
    call, raw = await prepare(service, route, path, head, receive)
    if route.kind == "read":
        read = cast("ReadHandler", route.handler)

        def reading(conn: sqlite3.Connection) -> tuple[Reply, int]:
            answer = read(conn, call)
            return encode(answer, route), tally.shown(answer.body)

        reply, shown = await service.engine.read(reading)
        if route.verb.endswith(".search"):
            service.searches.add(user=call.user.id, verb=route.verb, shown=shown)
        return reply
    key = decode.idempotency_key(head.headers.get("idempotency-key")) if route.method in KEYED else None
    if route.kind == "async":
        return encode(await cast("AsyncHandler", route.handler)(service, call), route)
    return await service.engine.write(command(route, call, key, raw, service.trail))


def _body(route: Route, head: Head, raw: bytes) -> object:
    if route.request is None:
        if raw and raw.strip() not in (b"", b"{}"):
            raise Malformed("This request has no body.")
        return None
    http.check_json(head.headers)
    return decode.body(raw, route.request)


def command(route: Route, call: Call, key: str | None, raw: bytes, trail: Trail) -> Callable[[Tx], Reply]:
    """Return the writer's command: the stored answer, or the handler's, kept with its effect and its audit row."""
    write = audited.handler(trail, route)
    if key is None:
        return lambda tx: encode(write(tx, call), route)
    names = "/".join(call.path.values())
    fingerprint = hashlib.sha256(b"\n".join((route.path.encode(), names.encode(), raw))).digest()

    def run(tx: Tx) -> Reply:
        stored = idempotency.get(tx.conn, call.user.id, key)
        if stored is None:
            reply = encode(write(tx, call), route)
            answer = idempotency.Stored(fingerprint, reply.status, reply.body, reply.headers)
            idempotency.put(tx.conn, call.user.id, key, tx.now, answer)
            return reply
        if stored.fingerprint != fingerprint:
            raise Refused(
                422,
                "idempotency_mismatch",
                "Invalid request",
                "This Idempotency-Key was used for another request.",
            )
        return Reply(stored.status, stored.body, http.JSON, stored.headers)

    return run


def encode(answer: Answer, route: Route) -> Reply:
    """Turn a handler's answer into bytes."""
    status = answer.status or (204 if answer.body is None else route.status)
    headers = dict(answer.headers)
    if answer.etag is not None:
        headers["etag"] = f'"{answer.etag}"'
    return Reply(status, b"" if answer.body is None else msgspec.json.encode(answer.body), answer.content_type, headers)
