"""Dangers handed to field units."""

from agent_tui import wire
from backend_stub.routes.contacts import answer, fetch
from backend_stub.routes.table import Answer, Call, Job, Route
from backend_stub.settings import Settings
from backend_stub.store import dispatches
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

ESCALATE_S = 5.0


def dispatch(tx: Tx, call: Call) -> Answer:
    """Hand it to a unit."""
    row = fetch(tx.conn, call, "contact.dispatch")
    return answer(dispatches.dispatch(tx, row, call.user, call.body_as(wire.DispatchRequest)), call)


def acknowledge(tx: Tx, call: Call) -> Answer:
    """Keep that the unit has it."""
    return answer(dispatches.acknowledge(tx, fetch(tx.conn, call, "contact.dispatch"), call.user), call)


def close(tx: Tx, call: Call) -> Answer:
    """Take it off the list: the danger is over."""
    return answer(dispatches.close(tx, fetch(tx.conn, call, "dispatch.close"), call.user), call)


def listing(conn: sqlite3.Connection, call: Call) -> Answer:
    """List dangers: those open, or the last ones."""
    centre = None if call.user.role == "admin" else call.user.centre
    only_open = call.choice("open", ("0", "1")) != "0"
    return Answer(wire.Page(dispatches.listed(conn, centre, only_open=only_open)))


def _escalate(tx: Tx, settings: Settings) -> None:
    dispatches.escalate(tx, settings.danger.ack_s)


_PATH = "/v1/contacts/{id}/dispatch"
ROUTES: tuple[Route, ...] = (
    Route("POST", _PATH, "contact.dispatch", "write", dispatch, wire.DispatchRequest, wire.Contact),
    Route("POST", f"{_PATH}/ack", "contact.dispatch", "write", acknowledge, answer=wire.Contact),
    Route("POST", f"{_PATH}/close", "dispatch.close", "write", close, answer=wire.Contact),
    Route(
        "GET", "/v1/dispatches", "dispatch.list", "read", listing, answer=wire.Page[wire.OpenDispatch], query=("open",)
    ),
)
JOBS: tuple[Job, ...] = (Job("escalate dangers", ESCALATE_S, _escalate),)
