"""Agents' states: stored at first use, changed only through the agent table."""

from collections.abc import Mapping

import msgspec

from agent_tui import wire
from backend_stub.clock import to_wire
from backend_stub.domain import agent as rules
from backend_stub.domain.agent import Agent, Slot
from backend_stub.domain.contact import Trigger
from backend_stub.errors import Conflict, NotFound
from backend_stub.store import users
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_SKILLS = msgspec.json.Decoder(dict[str, int])
_AGENT = """SELECT user.id, user.username, user.name, user.centre, coalesce(s.intent, 'logged_out') AS intent,
    coalesce(s.activity, 'offline') AS activity, coalesce(s.since, user.created_at) AS since, s.pending, s.reason,
    (SELECT json_group_object(skill, level) FROM user_skill WHERE user_id = user.id) AS skills
    FROM user LEFT JOIN agent_state s ON s.user_id = user.id"""


def load(conn: sqlite3.Connection, user_id: str) -> Agent:
    """Return an agent's state; one that never worked is logged out."""
    sql = "SELECT intent, activity, since, pending, reason, pending_reason FROM agent_state WHERE user_id = ?"
    row = conn.execute(sql, (user_id,)).fetchone()
    return Agent() if row is None else Agent(*row)


def slots(conn: sqlite3.Connection, user_id: str) -> list[Slot]:
    """Return the contacts offered to the agent or in hand."""
    sql = """SELECT channel, state FROM contact WHERE offered_to = ? AND state = 'offered'
             UNION ALL SELECT channel, state FROM contact INDEXED BY contact_in_hand WHERE agent = ?
             AND state IN ('connected', 'held', 'wrap_up')"""
    return [Slot(row["channel"], row["state"]) for row in conn.execute(sql, (user_id, user_id))]


def store(tx: Tx, user_id: str, before: Agent, after: Agent) -> None:
    """Store the state and tell everybody, unless nothing changed."""
    if after == before:
        return
    tx.conn.execute(
        """INSERT INTO agent_state (user_id, intent, activity, since, pending, reason, pending_reason, centre)
           VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT centre FROM user WHERE id = ?1))
           ON CONFLICT (user_id) DO UPDATE SET intent = excluded.intent, activity = excluded.activity,
           since = excluded.since, pending = excluded.pending,
           reason = excluded.reason, pending_reason = excluded.pending_reason""",
        (user_id, after.intent, after.activity, after.since, after.pending, after.reason, after.pending_reason),
    )
    agent = wire_agent(tx.conn, user_id)
    tx.emit("agent.changed", agent, centre=agent.centre)


def ask(tx: Tx, user_id: str, intent: wire.Intent, reason: str | None) -> wire.AgentState:
    """Ask for a state: at once, or pending while a contact is offered or in hand."""
    before = load(tx.conn, user_id)
    wish(tx, user_id, before, rules.ask(before, intent, reason, slots(tx.conn, user_id), tx.now))
    return wire_state(tx.conn, user_id)


def wish(tx: Tx, user_id: str, before: Agent, after: Agent) -> None:
    """Store what somebody asked for, which an older undo must not lose."""
    if after != before:
        tx.conn.execute("UPDATE user SET wish_version = wish_version + 1 WHERE id = ?", (user_id,))
    store(tx, user_id, before, after)


def set_by_lead(tx: Tx, user_id: str, intent: wire.Intent, reason: str | None) -> wire.Agent:
    """Ask for a state on an agent's behalf; raises Conflict where only the agent can say so.

    Who is logged out or does not respond comes back by nobody's word but their own.
    """
    agent = load(tx.conn, user_id)
    away = agent.activity == "offline" and intent != "logged_out"
    if away or (intent == "available" and agent.activity == "not_responding"):
        raise Conflict("only_the_agent", "Only the agent can say that they are back.", activity=agent.activity)
    ask(tx, user_id, intent, reason)
    return wire_agent(tx.conn, user_id)


def set_skills(tx: Tx, user_id: str, skills: Mapping[str, int]) -> wire.Agent:
    """Replace an agent's skills and tell everybody; they count from the next contact on. Raises Invalid."""
    users.check_skills(skills)
    tx.conn.execute("DELETE FROM user_skill WHERE user_id = ?", (user_id,))
    rows = [(user_id, skill, level) for skill, level in skills.items()]
    tx.conn.executemany("INSERT INTO user_skill (user_id, skill, level) VALUES (?, ?, ?)", rows)
    tx.conn.execute("UPDATE user SET skills_version = skills_version + 1 WHERE id = ?", (user_id,))
    agent = wire_agent(tx.conn, user_id)
    tx.emit("agent.changed", agent, centre=agent.centre)
    return agent


def signed_off(tx: Tx, user_id: str) -> None:
    """The agent ended the session: logged out now, or after the contact still open."""
    if load(tx.conn, user_id).intent != "logged_out":
        ask(tx, user_id, "logged_out", None)


def after_contact(
    tx: Tx,
    user_id: str,
    before: wire.ContactState,
    triggers: tuple[Trigger, ...],
    known: tuple[Agent, list[Slot]] | None = None,
) -> None:
    """Follow the steps of one of the agent's contacts; call it when the contact is already saved.

    `known` spares the look at the agent and the slots as they are now.
    """
    slot = rules.SLOT_OF.get(before, "idle")
    for trigger in triggers:
        slot = rules.slot_step(slot, trigger)
    agent, held = known or (load(tx.conn, user_id), slots(tx.conn, user_id))
    store(tx, user_id, agent, rules.after_contact(agent, held, slot, tx.now))


def wire_state(conn: sqlite3.Connection, user_id: str) -> wire.AgentState:
    """Return the state as the agent sees it; raises NotFound."""
    agent = wire_agent(conn, user_id)
    return wire.AgentState(agent.intent, agent.activity, agent.since, agent.pending, agent.reason)


def wire_agent(conn: sqlite3.Connection, user_id: str) -> wire.Agent:
    """Return the agent as colleagues see them; raises NotFound."""
    row = conn.execute(_AGENT + " WHERE user.id = ?", (user_id,)).fetchone()
    if row is None:
        raise NotFound("agent")
    return _agent(row)


def find(conn: sqlite3.Connection, name_or_id: str, centre: str) -> wire.Agent | None:
    """Return the centre's agent or lead of that id or user name who is not disabled, or None."""
    sql = (
        _AGENT
        + """ WHERE (user.id = ? OR user.username = ?) AND user.centre = ?
        AND user.role IN ('agent', 'lead') AND NOT user.disabled"""
    )
    row = conn.execute(sql, (name_or_id, name_or_id, centre)).fetchone()
    return None if row is None else _agent(row)


def everybody(conn: sqlite3.Connection, centre: str | None) -> list[wire.Agent]:
    """Return agents and leads by user name, of one centre or of all (None)."""
    sql = (
        _AGENT
        + """ WHERE user.role IN ('agent', 'lead') AND NOT user.disabled
        AND (? IS NULL OR user.centre = ?) ORDER BY user.username"""
    )
    return [_agent(row) for row in conn.execute(sql, (centre, centre))]


def _agent(row: sqlite3.Row) -> wire.Agent:
    return wire.Agent(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        centre=row["centre"],
        skills=_SKILLS.decode(row["skills"]),
        intent=row["intent"],
        activity=row["activity"],
        since=to_wire(row["since"]),
        pending=row["pending"],
        reason=row["reason"],
    )
