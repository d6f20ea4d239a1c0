"""Sessions, users and the state of agents."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from agent_tui.wire.base import Activity, Intent, Request, Role, Short, Time


class SessionRequest(Request, frozen=True):
    """A login."""

    username: Short
    password: Annotated[str, Meta(min_length=1, max_length=256)]


class User(Struct, frozen=True):
    """Who is logged in; `skills` maps a skill to its level 1..5."""

    id: str
    username: str
    name: str
    role: Role
    centre: str
    skills: dict[str, int]


class Session(Struct, frozen=True):
    """A login's answer; `token` goes into `Authorization: Bearer`."""

    token: str
    expires_at: Time
    user: User


class StateRequest(Request, frozen=True):
    """An agent's wish to be available, paused (with a reason) or logged out."""

    state: Intent
    reason: Short | None = None


class SkillsRequest(Request, frozen=True):
    """All the skills of an agent with their levels 1..5; what is not named is taken away."""

    skills: dict[Short, Annotated[int, Meta(ge=1, le=5)]]


class AgentChange(Request, frozen=True):
    """What a lead changes of several agents: a state asked, skills to serve beside their own (`only`: alone)."""

    serve: dict[Short, Annotated[int, Meta(ge=1, le=5)]] | UnsetType = UNSET
    only: bool = False
    state: Intent | UnsetType = UNSET
    reason: Short | None = None


class AgentsRequest(Request, frozen=True):
    """Change up to 500 agents in one go."""

    ids: Annotated[list[Short], Meta(min_length=1, max_length=500)]
    change: AgentChange


class AgentState(Struct, frozen=True):
    """Intent is what the agent wants, activity what happens; `pending` waits for the end of the contact."""

    intent: Intent
    activity: Activity
    since: Time
    pending: Intent | None = None
    reason: str | None = None


class Agent(Struct, frozen=True):
    """An agent as colleagues and leads see them."""

    id: str
    username: str
    name: str
    centre: str
    skills: dict[str, int]
    intent: Intent
    activity: Activity
    since: Time
    pending: Intent | None = None
    reason: str | None = None


class AgentMoved(Agent, frozen=True):
    """An agent after a lead's change; `undo` takes it back (null: nothing was changed)."""

    undo: str | None = None
