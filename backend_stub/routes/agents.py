"""Agents: my state, my colleagues, what a lead changes of them, the end of a shift."""

from msgspec.structs import asdict

from agent_tui import wire
from backend_stub.domain.agent import capacity
from backend_stub.errors import NotFound
from backend_stub.policy import Row
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import agent_moves, agents, contact_offers, handover, undo, users
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx


def set_state(tx: Tx, call: Call) -> Answer:
    """Ask to be available, paused or logged out; during a contact it waits for its end."""
    request = call.body_as(wire.StateRequest)
    if request.state != "available":
        contact_offers.quiet(tx, call.user.id)
    return Answer(agents.ask(tx, call.user.id, request.state, request.reason))


def scope(call: Call) -> str | None:
    """Return the centre whose agents the caller sees, None for all."""
    return call.user.centre if call.user.role == "agent" else None


def listing(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the agents the caller may see, by user name."""
    limit = call.limit(most=500)
    found = [agent for agent in agents.everybody(conn, scope(call)) if agent.username > (call.after() or "")]
    return Answer(wire.Page(found[:limit], found[limit - 1].username if len(found) > limit else None))


def _somebody(tx: Tx, call: Call, verb: str) -> str:
    found = users.get(tx.conn, call.path["id"])
    if found is None or found.disabled or found.role not in ("agent", "lead"):
        raise NotFound("agent")
    call.allow(verb, Row(centre=found.centre), "agent")
    return found.id


def set_state_of(tx: Tx, call: Call) -> Answer:
    """Pause an agent, end the pause or log the agent out, during a contact from its end on."""
    request = call.body_as(wire.StateRequest)
    user_id = _somebody(tx, call, "agent.state")
    return _moved(tx, call, user_id, agent_moves.set_state(tx, user_id, request.state, request.reason))


def set_skills_of(tx: Tx, call: Call) -> Answer:
    """Replace an agent's skills."""
    user_id = _somebody(tx, call, "agent.skills")
    return _moved(tx, call, user_id, agent_moves.set_skills(tx, user_id, call.body_as(wire.SkillsRequest).skills))


def _moved(tx: Tx, call: Call, user_id: str, was: undo.Was | None) -> Answer:
    token = None if was is None else undo.offer(tx, call.user.username, [was])
    return Answer(wire.AgentMoved(**asdict(agents.wire_agent(tx.conn, user_id)), undo=token))


def bulk(tx: Tx, call: Call) -> Answer:
    """Change skills or state of several agents as one step."""
    return Answer(agent_moves.apply(tx, call.body_as(wire.AgentsRequest), call.user))


def hand_over(tx: Tx, call: Call) -> Answer:
    """Leave my open work to a colleague."""
    routing = call.settings.routing
    request = call.body_as(wire.HandoverRequest)
    return Answer(
        handover.hand_over(tx, call.user, request, ring_s=routing.offer_s, places=capacity(routing.chats))
    )  # fmt: skip


ROUTES: tuple[Route, ...] = (
    Route("PUT", "/v1/me/state", "me.state", "write", set_state, wire.StateRequest, wire.AgentState),
    Route("GET", "/v1/agents", "agent.list", "read", listing, answer=wire.Page[wire.Agent], query=("limit", "after")),
    Route("POST", "/v1/agents/{id}/state", "agent.state", "write", set_state_of, wire.StateRequest, wire.AgentMoved),
    Route(
        "POST", "/v1/agents/{id}/skills", "agent.skills", "write", set_skills_of, wire.SkillsRequest, wire.AgentMoved
    ),
    Route("POST", "/v1/agents/bulk", "agent.bulk", "write", bulk, wire.AgentsRequest, wire.BulkAnswer),
    Route("POST", "/v1/me/handover", "me.handover", "write", hand_over, wire.HandoverRequest, wire.Handover),
)
