"""What a lead changes of agents, in one transaction and taken back as one.

Each agent is changed whole or left as they are with a code: `not_found`, or `only_the_agent` where only they can say
that they are back.
"""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from agent_tui import wire
from backend_stub import policy
from backend_stub.domain import agent as rules
from backend_stub.domain.agent import Agent, IllegalAgentStep
from backend_stub.errors import Conflict, Invalid
from backend_stub.policy import Principal
from backend_stub.store import agents, contact_offers, undo, users
from backend_stub.store.engine import Tx
from backend_stub.store.undo import Was

SKILLS, WISH = "agent_skills", "agent_wish"
_SKILLS = msgspec.json.Decoder(dict[str, int])


def apply(tx: Tx, request: wire.AgentsRequest, user: Principal) -> wire.BulkAnswer:
    """Change every agent that can be and say which cannot; raises Invalid for a change that changes nothing."""
    wanted = request.change
    if wanted.serve is UNSET and wanted.state is UNSET:
        raise Invalid("change", "missing", "Name at least one thing to change.")
    was: list[Was] = []
    failed: list[wire.BulkFailure] = []
    ids = list(dict.fromkeys(request.ids))
    for user_id in ids:
        found = users.get(tx.conn, user_id)
        if found is None or not _may(user, found, wanted):
            failed.append(wire.BulkFailure(user_id, "not_found"))
            continue
        try:
            was += _change(tx, found.id, wanted)
        except Conflict as refused:
            failed.append(wire.BulkFailure(user_id, refused.code))
    return wire.BulkAnswer(len(ids) - len(failed), failed, undo.offer(tx, user.username, was) if was else None)


def _may(user: Principal, of: users.UserRow, wanted: wire.AgentChange) -> bool:
    verbs = [verb for verb, value in (("skills", wanted.serve), ("state", wanted.state)) if value is not UNSET]
    row = policy.Row(centre=of.centre)
    here = not of.disabled and of.role in ("agent", "lead")
    return here and all(policy.can(user, f"agent.{verb}", row) for verb in verbs)


def _change(tx: Tx, user_id: str, wanted: wire.AgentChange) -> list[Was]:
    # The state first: it may be refused, and then nothing of this agent has changed.
    was = [] if wanted.state is UNSET else [set_state(tx, user_id, wanted.state, wanted.reason)]
    if wanted.serve is not UNSET:
        now = agents.wire_agent(tx.conn, user_id).skills
        was.append(set_skills(tx, user_id, rules.serving(now, wanted.serve, only=wanted.only)))
    return [one for one in was if one is not None]


def set_skills(tx: Tx, user_id: str, skills: Mapping[str, int]) -> Was | None:
    """Replace an agent's skills and return what they were, None when they were these; raises Invalid."""
    before = agents.wire_agent(tx.conn, user_id).skills
    if before == dict(skills):
        return None
    agents.set_skills(tx, user_id, skills)
    return Was(SKILLS, user_id, _version(tx, SKILLS, user_id), {"skills": msgspec.json.encode(before).decode()})


def set_state(tx: Tx, user_id: str, intent: wire.Intent, reason: str | None) -> Was | None:
    """Ask for a state on an agent's behalf and return what was asked before, None when that was it; raises Conflict."""
    before, version = agents.load(tx.conn, user_id), _version(tx, WISH, user_id)
    if intent != "available":
        contact_offers.quiet(tx, user_id)
    agents.set_by_lead(tx, user_id, intent, reason)
    after = _version(tx, WISH, user_id)
    return None if after == version else Was(WISH, user_id, after, msgspec.structs.asdict(before))


def _version(tx: Tx, kind: str, user_id: str) -> int:
    return int(tx.conn.execute(undo.VERSIONS[kind], (user_id,)).fetchone()[0])


def _restore_skills(tx: Tx, was: Was) -> None:
    agents.set_skills(tx, was.id, _SKILLS.decode(str(was.before["skills"])))


def _restore_wish(tx: Tx, was: Was) -> None:
    before = msgspec.convert(was.before, Agent)
    if before.intent != "available":
        contact_offers.quiet(tx, was.id)
    now = agents.load(tx.conn, was.id)
    try:
        after = rules.back(now, before, agents.slots(tx.conn, was.id), tx.now)
    except IllegalAgentStep as gone:
        raise Conflict("only_the_agent", "Only the agent can say that they are back.", activity=now.activity) from gone
    agents.wish(tx, was.id, now, after)


undo.RESTORE[SKILLS] = _restore_skills
undo.RESTORE[WISH] = _restore_wish
