"""Agents: my state, my colleagues."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import agents
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx


def set_state(tx: Tx, call: Call) -> Answer:
    """Ask to be available, paused or logged out; during a contact it waits for its end."""
    request = call.body_as(wire.StateRequest)
    return Answer(agents.ask(tx, call.user.id, request.state, request.reason))


def scope(call: Call) -> str | None:
    """Return the centre whose agents the caller sees, None for all."""
    return call.user.centre if call.user.role == "agent" else None


def listing(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the agents the caller may see, by user name."""
    limit = call.limit(most=500)
    found = [agent for agent in agents.everybody(conn, scope(call)) if agent.username > (call.after() or "")]
    return Answer(wire.Page(found[:limit], found[limit - 1].username if len(found) > limit else None))


ROUTES: tuple[Route, ...] = (
    Route("PUT", "/v1/me/state", "me.state", "write", set_state, wire.StateRequest, wire.AgentState),
    Route("GET", "/v1/agents", "agent.list", "read", listing, answer=wire.Page[wire.Agent], query=("limit", "after")),
)
