"""The audit row of a write route: one call around the handler, in its transaction."""

import functools
import re
from collections.abc import Mapping
from typing import TypeAlias, cast

import msgspec
from msgspec import UNSET, Struct

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.routes.table import Answer, Call, Route, WriteHandler
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

REASON = re.compile(r"search|(?:contact|ticket|outage):[A-Za-z0-9_.\-]{1,80}")
# An id we may have given out: what else was sent as one is nobody's and may be anything.
ID = re.compile(r"[a-z]{1,3}_[A-Za-z0-9_\-]{4,40}")
# The fields that hold codes, ids, states and times: never what people wrote, and no phone, name or address.
PLAIN = frozenset((
    "status", "priority", "type", "assignee", "outage", "customer", "queue", "agent", "disposition", "state", "kind",
    "cause", "crew", "etr", "etr_source", "callback", "score", "channel", "scope", "sign", "danger", "place", "device",
    "commune", "priority_class", "parent", "result", "read_back", "customers", "devices", "ids", "into",
    "skills", "serve", "only",
))  # fmt: skip
# Renewed every few seconds by every desk: presence is gone within half a minute, a draft is nobody's but its writer's.
FLEETING = frozenset({"ticket.presence", "draft.write"})
_BEFORE = {
    "/v1/tickets/{id}": "SELECT type, status, priority, assignee, outage, customer FROM ticket WHERE id = ?",
    "/v1/contacts/{id}/identify": "SELECT customer FROM contact WHERE id = ? AND customer IS NOT NULL",
    "/v1/outages/{id}": "SELECT status, cause, etr, etr_source, crew FROM outage WHERE id = ?",
}
Values: TypeAlias = Mapping[str, object]


def handler(trail: Trail, route: Route) -> WriteHandler:
    """Return the route's handler, which then leaves one row; a refused request leaves none."""
    inner = cast("WriteHandler", route.handler)
    if route.verb in FLEETING:
        return inner

    def run(tx: Tx, call: Call) -> Answer:
        before = _before(tx.conn, route, call)
        answer = inner(tx, call)
        reason = call.reason if call.reason is not None and REASON.fullmatch(call.reason) else ""
        entry = Entry(
            tx.now, call.user.id, route.verb, _object(trail, tx, call, answer), reason, call.request_id,
            _change(trail, tx, call, before) or _undone(answer),
        )  # fmt: skip
        tx.audit(trail, entry)
        return answer

    return run


def _object(trail: Trail, tx: Tx, call: Call, answer: Answer) -> str:
    """Name the thing: the path's ids, else the id of what the answer shows; a customer by its number in the log."""
    if "code" in call.path:
        return trail.subject(tx.conn, call.path["code"].upper())
    if call.path:
        return "/".join(call.path.values())
    made = getattr(answer.body, "id", "")
    return made if isinstance(made, str) else ""


def _before(conn: sqlite3.Connection, route: Route, call: Call) -> Values:
    """Read what a change is about to replace."""
    sql = _BEFORE.get(route.path)
    row = None if sql is None else conn.execute(sql, (call.path["id"],)).fetchone()
    if row is None:
        return {}
    return {name: opt_to_wire(row[name]) if name == "etr" else row[name] for name in row.keys()}  # noqa: SIM118


def _undone(answer: Answer) -> str:
    """Name what an undo gave back: its address says nothing of that."""
    if not isinstance(answer.body, wire.Undone):
        return ""
    return msgspec.json.encode({"ids": [one.id for one in answer.body.items]}).decode()


@functools.cache
def _fields(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(name for name in kind.__struct_fields__ if name in PLAIN)


def _change(trail: Trail, tx: Tx, call: Call, before: Values) -> str:
    """Return the changed plain fields as JSON: the new value, or old and new of a PATCH; empty when there is none."""
    if call.body is None:
        return ""
    body = cast("Struct", call.body)
    after = {name: getattr(body, name) for name in _fields(type(body))}
    # A bulk change holds what is done to each beside whom it is done to.
    if isinstance(each := getattr(body, "change", None), Struct):
        after |= {name: getattr(each, name) for name in _fields(type(each))}
    changed: dict[str, object] = {
        name: [_named(trail, tx, name, before[name]), _named(trail, tx, name, value)]
        if name in before
        else _named(trail, tx, name, value)
        for name, value in after.items()
        if value is not UNSET and value != before.get(name)
    }
    return msgspec.json.encode(changed).decode() if changed else ""


def _named(trail: Trail, tx: Tx, name: str, value: object) -> object:
    if name == "ids" and isinstance(value, list):
        return [one for one in value if ID.fullmatch(one)]
    return trail.subject(tx.conn, value) if name == "customer" and isinstance(value, str) else value
