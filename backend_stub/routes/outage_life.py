"""What becomes of an outage: confirm, cancel, close, restore, and the calls that were promised."""

from collections.abc import Callable

from agent_tui import wire
from backend_stub.clock import from_wire
from backend_stub.errors import NotFound, VersionConflict
from backend_stub.policy import Row
from backend_stub.routes.outages import answer, need
from backend_stub.routes.table import Answer, Call, Route, page
from backend_stub.store import contact_rows, outage_callbacks, outage_life, outages, plans
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.outage_life import Restoration


def _status(target: str) -> Callable[[Tx, Call], Answer]:
    def handler(tx: Tx, call: Call) -> Answer:
        row = need(tx.conn, call)
        _match(tx, call, row)
        after = outage_life.set_status(tx, row, target)
        plans.follow(tx, row, call.user.username)
        return answer(tx.conn, after, tx.now)

    handler.__name__ = target
    return handler


def restore(tx: Tx, call: Call) -> Answer:
    """Bring a part or all of it back."""
    row = need(tx.conn, call)
    _match(tx, call, row)
    wanted = call.body_as(wire.RestoreRequest)
    if wanted.note is not None:
        outages.add_note(tx, row["id"], call.user.username, wanted.note)
    at = tx.now if wanted.at is None else from_wire(wanted.at)
    report = Restoration(at, wanted.customers, wanted.devices or [])
    after = outage_life.restore(tx, row, report)
    plans.follow(tx, row, call.user.username)
    return answer(tx.conn, after, tx.now)


def calls(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the contacts attached to it, newest first."""
    row, limit = need(conn, call), call.limit()
    ids = outage_callbacks.calls(conn, row["id"], _centre(call), call.place(), limit + 1)
    found = [contact_rows.need(conn, contact_id) for contact_id in ids]
    cut = page(found, limit, lambda contact: str(contact["n"]))
    return Answer(wire.Page([contact_rows.seen_by(contact, call.user.id) for contact in cut.items], cut.next))


def callbacks(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the calls promised about it, oldest first."""
    row, limit = need(conn, call), call.limit()
    state = call.choice("state", tuple(outage_callbacks.STATES)) or "all"
    after = call.place() or 0
    found = outage_callbacks.page(conn, row["id"], call.user, _centre(call), state, after, limit + 1, call.now)
    cut = page(found, limit, lambda one: str(one[0]))
    return Answer(wire.Page([one for _, one in cut.items], cut.next))


def claim(tx: Tx, call: Call) -> Answer:
    """Take a call on and learn the number."""
    row = need(tx.conn, call)
    return Answer(outage_callbacks.claim(tx, row["id"], _contact(tx, call, "outage.claim"), call.user))


def result(tx: Tx, call: Call) -> Answer:
    """Keep what came of a call."""
    row = need(tx.conn, call)
    request = call.body_as(wire.CallbackResultRequest)
    return Answer(outage_callbacks.report(tx, row, _contact(tx, call, "outage.callback"), request, call.user))


def _contact(tx: Tx, call: Call, verb: str) -> str:
    contact = contact_rows.get(tx.conn, call.path["contact"])
    if contact is None:
        raise NotFound("callback")
    call.allow(verb, Row(centre=contact["centre"]), "callback")
    return str(contact["id"])


def _centre(call: Call) -> str | None:
    return None if call.user.role == "admin" else call.user.centre


def _match(tx: Tx, call: Call, row: sqlite3.Row) -> None:
    # Not demanded: a desk that acts on what it sees now sends the version, a script need not.
    if call.if_match is not None and call.if_match != row["version"]:
        raise VersionConflict(outages.to_wire(tx.conn, row, tx.now), row["version"])


def _move(verb: str, target: str) -> Route:
    return Route("POST", f"/v1/outages/{{id}}/{verb}", f"outage.{verb}", "write", _status(target), answer=wire.Outage)


_PAGE = ("limit", "after")
_CALLBACK = "/v1/outages/{id}/callbacks/{contact}"
ROUTES: tuple[Route, ...] = (
    _move("confirm", "confirmed"),
    _move("cancel", "cancelled"),
    _move("close", "closed"),
    Route("POST", "/v1/outages/{id}/restore", "outage.restore", "write", restore, wire.RestoreRequest, wire.Outage),
    Route(
        "GET", "/v1/outages/{id}/calls", "outage.calls", "read", calls, answer=wire.Page[wire.Contact], query=_PAGE
    ),
    Route(
        "GET", "/v1/outages/{id}/callbacks", "outage.callbacks", "read", callbacks,
        answer=wire.Page[wire.OutageCallback], query=("state", *_PAGE),
    ),
    Route("POST", f"{_CALLBACK}/claim", "outage.claim", "write", claim, answer=wire.OutageCallback),
    Route("POST", _CALLBACK, "outage.callback", "write", result, wire.CallbackResultRequest, wire.OutageCallback),
)  # fmt: skip
