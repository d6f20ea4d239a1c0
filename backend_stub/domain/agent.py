"""The state of an agent: intent (what the agent wants) and activity (what happens), as FreeSWITCH splits them.

Every contact an agent has is one slot that runs through TABLE by itself; the activity shown is the strongest of the
slots, else where the agent rests (`idle`, `not_responding`, `offline`). Section 7 of the contact-centre reference.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from agent_tui.wire import Activity, Channel, ContactState, Intent
from backend_stub.domain.contact import ChannelClass, Trigger, channel_class

AgentTrigger = Literal[
    "log_in", "log_out", "reserve", "answer", "decline", "withdraw", "miss", "end", "finish", "return"
]  # fmt: skip

TABLE: Final[dict[tuple[Activity, AgentTrigger], Activity]] = {
    ("offline", "log_in"): "idle",
    ("idle", "reserve"): "reserved",
    ("reserved", "answer"): "on_contact",
    ("reserved", "decline"): "idle",
    ("reserved", "withdraw"): "idle",
    ("reserved", "miss"): "not_responding",
    ("on_contact", "end"): "wrap_up",
    ("wrap_up", "finish"): "idle",
    ("not_responding", "return"): "idle",
    ("idle", "log_out"): "offline",
    ("not_responding", "log_out"): "offline",
}
# What a step of the contact means for the slot it occupies; a contact that moves on leaves a wrap-up of no length.
SLOT_STEPS: Final[dict[Trigger, tuple[AgentTrigger, ...]]] = {
    "reserve": ("reserve",),
    "answer": ("answer",),
    "decline": ("decline",),
    "no_answer": ("miss",),
    "withdraw": ("withdraw",),
    "callback_declined": ("decline",),
    "callback_missed": ("miss",),
    "callback_withdrawn": ("withdraw",),
    "abandon": ("withdraw",),
    "outbound_failed": ("withdraw",),
    "outbound_given_up": ("withdraw",),
    "transfer": ("end", "finish"),
    "release": ("end", "finish"),
    "end": ("end",),
    "finish": ("finish",),
    "acw_limit": ("finish",),
}
SLOT_OF: Final[dict[ContactState, Activity]] = {
    "offered": "reserved",
    "connected": "on_contact",
    "held": "on_contact",
    "wrap_up": "wrap_up",
}
CAPACITY: Final[Mapping[ChannelClass, int]] = {"voice": 1, "text": 3}
_STRENGTH: Final[tuple[Activity, ...]] = ("on_contact", "wrap_up", "reserved")


class IllegalAgentStep(Exception):
    """A step the agent table does not have."""


class Agent(Struct, frozen=True):
    """An agent's state; `since` in epoch seconds, `pending` waits until the last contact is done."""

    intent: Intent = "logged_out"
    activity: Activity = "offline"
    since: float = 0.0
    pending: Intent | None = None
    reason: str | None = None
    pending_reason: str | None = None


class Slot(Struct, frozen=True):
    """One contact an agent has, offered or in hand."""

    channel: Channel
    state: ContactState


def step(activity: Activity, trigger: AgentTrigger) -> Activity:
    """Return the activity after `trigger`; raises IllegalAgentStep."""
    try:
        return TABLE[activity, trigger]
    except KeyError:
        raise IllegalAgentStep(f"{activity} does not know {trigger}") from None


def slot_step(slot: Activity, trigger: Trigger) -> Activity:
    """Return where a slot stands after a step of its contact; raises IllegalAgentStep.

    A lost contact frees its slot from anywhere: the line died, nobody moved.
    """
    if trigger == "lose":
        return "idle"
    for agent_trigger in SLOT_STEPS.get(trigger, ()):
        slot = step(slot, agent_trigger)
    return slot


def after_contact(agent: Agent, slots: Iterable[Slot], rested: Activity, now: float) -> Agent:
    """Return the agent after a step of one of the contacts; `rested` is where that contact's slot now stands.

    A pause or log-out asked during a contact takes effect when no slot is left.
    """
    busy = {SLOT_OF[slot.state] for slot in slots if slot.state in SLOT_OF}
    shown = next((activity for activity in _STRENGTH if activity in busy), None)
    if shown is not None:
        return _shown(agent, shown, now)
    after = _shown(agent, "not_responding" if rested == "not_responding" else "idle", now)
    if agent.pending is None:
        return after
    return ask(replace(after, pending=None, pending_reason=None), agent.pending, agent.pending_reason, (), now)


def ask(agent: Agent, intent: Intent, reason: str | None, slots: Iterable[Slot], now: float) -> Agent:
    """Return the agent after asking for `intent`; with a contact offered or in hand it becomes pending."""
    if any(slot.state in SLOT_OF for slot in slots):
        if intent == agent.intent:
            return replace(agent, pending=None, pending_reason=None)
        return replace(agent, pending=intent, pending_reason=reason)
    activity = agent.activity
    if intent == "logged_out":
        activity = "offline" if activity == "offline" else step(activity, "log_out")
    elif activity != "idle":
        activity = step(activity, "log_in" if activity == "offline" else "return")
    if (intent, activity, reason) == (agent.intent, agent.activity, agent.reason):
        return replace(agent, pending=None, pending_reason=None)
    return Agent(intent=intent, activity=activity, since=now, reason=reason)


def back(agent: Agent, before: Agent, slots: Sequence[Slot], now: float) -> Agent:
    """Return the agent with the wishes of `before` again, waiting for the end of the contact where there is one.

    Raises IllegalAgentStep for one who was there and has left since: only they can say that they are back.
    """
    if agent.activity == "offline" and before.activity != "offline":
        raise IllegalAgentStep("offline does not come back by itself")
    if any(slot.state in SLOT_OF for slot in slots):
        pending = before.pending is not None
        wish, reason = (before.pending, before.pending_reason) if pending else (before.intent, before.reason)
        return ask(agent, wish or before.intent, reason, slots, now)
    rested = before.activity if before.activity in ("not_responding", "offline") else "idle"
    restored = Agent(before.intent, rested, now, reason=before.reason)
    return restored if before.pending is None else ask(restored, before.pending, before.pending_reason, (), now)


def serving(skills: Mapping[str, int], added: Mapping[str, int], *, only: bool) -> dict[str, int]:
    """Return an agent's skills with others added (`only`: these alone); a higher level they have stays."""
    raised = {skill: max(level, skills.get(skill, 0)) for skill, level in added.items()}
    return raised if only else {**skills, **raised}


def capacity(chats: int) -> Mapping[ChannelClass, int]:
    """Return the places an agent has: one voice, so many texts."""
    return {**CAPACITY, "text": chats}


def can_take(
    agent: Agent,
    slots: Iterable[Slot],
    channel: Channel,
    offered_to_me: bool = False,
    places: Mapping[ChannelClass, int] = CAPACITY,
) -> bool:
    """Return whether the agent is available and has a free place for `channel`.

    An offer the agent already has keeps its own place, also when a pause is pending.
    """
    if offered_to_me:
        return True
    if agent.intent != "available" or agent.pending is not None or agent.activity in ("not_responding", "offline"):
        return False
    wanted = channel_class(channel)
    taken = sum(1 for slot in slots if slot.state in SLOT_OF and channel_class(slot.channel) == wanted)
    return taken < places[wanted]


def _shown(agent: Agent, activity: Activity, now: float) -> Agent:
    return agent if agent.activity == activity else replace(agent, activity=activity, since=now)
