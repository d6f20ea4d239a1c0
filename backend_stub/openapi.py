"""The OpenAPI 3.1 document, made from the route table and the wire types."""

import re
from collections.abc import Iterable

import msgspec

from agent_tui import __version__, wire
from backend_stub.limits import OPENINGS
from backend_stub.policy import PUBLIC
from backend_stub.routes.table import Route

REFERENCE = "#/components/schemas/{name}"
PARAMETER = re.compile(r"\{(\w+)\}")
EVENT = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["event", "data"],
}
HEADERS = {
    "Idempotency-Key": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
    "If-Match": {"type": "string"},
    "Last-Event-ID": {"type": "string"},
    "Access-Reason": {"type": "string", "pattern": "^(search|(contact|ticket|outage):[A-Za-z0-9_.-]{1,80})$"},
    "X-Desk-Terminal": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"},
}


# Good answers besides the route's own: nobody waits; the contact is known already.
ALSO = {("POST", "/v1/contacts/next"): 204, ("POST", "/v1/contacts"): 200}
# What else than JSON a route may answer, if asked.
FORMS = {path: {"text/csv": {"schema": {"type": "string"}}} for path in ("/v1/reports/intervals", "/v1/reports/agents")}
REQUIRED = frozenset({"If-Match", "Access-Reason"})


def document(routes: Iterable[Route]) -> bytes:
    """Return the document as JSON."""
    table = list(routes)
    types: list[object] = [wire.Problem]
    types += [kind for route in table for kind in (route.request, route.answer) if kind is not None]
    _, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    paths: dict[str, dict[str, object]] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "agent-tui-service", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }
    return msgspec.json.encode(whole)


def _schema(kind: object) -> dict[str, object]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REFERENCE)
    return schema


def _operation(route: Route) -> dict[str, object]:
    operation: dict[str, object] = {
        "operationId": f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_')}",
        "summary": (route.handler.__doc__ or route.verb).partition("\n")[0],
        "tags": [route.verb.partition(".")[0]],
        "parameters": _parameters(route),
        "responses": _responses(route),
        "security": [] if route.verb == PUBLIC else [{"session": []}],
    }
    if route.request is not None:
        content = {"application/json": {"schema": _schema(route.request)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(route: Route) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PARAMETER.findall(route.path)
    ]
    found += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in route.query]
    headers = []
    if route.method == "POST" and route.kind == "write":
        headers.append("Idempotency-Key")
    if route.method == "PATCH":
        headers.append("If-Match")
    if route.kind == "stream":
        headers.append("Last-Event-ID")
    if route.verb in OPENINGS:
        headers.append("Access-Reason")
    if route.path == "/v1/sessions":
        headers.append("X-Desk-Terminal")
    found += [{"name": name, "in": "header", "required": name in REQUIRED, "schema": HEADERS[name]} for name in headers]
    return found


def _responses(route: Route) -> dict[str, object]:
    good: dict[str, object] = {"description": "Done"}
    if route.kind == "stream":
        good["content"] = {"text/event-stream": {"schema": EVENT}}
    elif route.answer is not None:
        good["content"] = {"application/json": {"schema": _schema(route.answer)}, **FORMS.get(route.path, {})}
    problem = {"application/problem+json": {"schema": _schema(wire.Problem)}}
    more = ALSO.get((route.method, route.path))
    also = {} if more is None else {str(more): {"description": "Nothing"} if more == 204 else good}
    return {str(route.status): good, **also, "default": {"description": "Refused", "content": problem}}
