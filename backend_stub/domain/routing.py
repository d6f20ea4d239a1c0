"""Who is next, and for whom: one comparable number per contact, the virtual age in seconds.

`score = now - joined + boost + adjustment` (contact-centre reference, section 3); danger and life support are absolute:
they go before every score. Everybody ages alike, so the order of the queue never changes by itself: `place` is fixed.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from agent_tui.wire import PriorityClass

ABSOLUTE: Final[frozenset[PriorityClass]] = frozenset({"danger", "life_support"})
BOOST_S: Final[dict[PriorityClass, float]] = {
    "danger": 0.0,
    "life_support": 0.0,
    "hospital": 300.0,
    "repeat": 90.0,
    "normal": 0.0,
}
# Who called within this time calls again about the same trouble, as a rule.
REPEAT_S: Final = 7_200.0
RELAX_EVERY_S: Final = 60.0
# Whom a contact went back from gets it again only after this; without an end one that everybody missed would wait
# for ever beside free agents.
FORGIVE_S: Final = 60.0
ANY_LEVEL: Final = 9


@dataclass(frozen=True, slots=True)
class Waiting:
    """One contact that waits; times in epoch seconds, `excluded` are agents from whom it went back at `back_at`."""

    id: str
    joined_at: float
    skill: str
    skill_level: int = 1
    priority_class: PriorityClass = "normal"
    score_adj: float = 0.0
    excluded: frozenset[str] = frozenset()
    voice: bool = True
    back_at: float | None = None


def classify(given: PriorityClass, queue: str, priority_load: str, last_s: float | None) -> PriorityClass:
    """Return a new contact's class: what the channel knows, else what the customer and the last call tell.

    A hospital or life support without power comes first, not one with a question about its bill; `last_s` is how many
    seconds ago the same number called (None: not known to have).
    """
    if given != "normal":
        return given
    if queue == "outage" and priority_load == "life_support":
        return "life_support"
    if queue == "outage" and priority_load == "hospital":
        return "hospital"
    return "repeat" if last_s is not None and last_s <= REPEAT_S else "normal"


@dataclass(frozen=True, slots=True)
class Ready:
    """One agent who may get an offer, waiting for one since `since`; `generalist` has no skills and takes anything."""

    id: str
    since: float
    skills: Mapping[str, int] = field(default_factory=dict)
    generalist: bool = False
    voice: bool = True
    text: bool = True

    def level(self, skill: str) -> int:
        """Return the agent's level of a skill, 0 without it."""
        return ANY_LEVEL if self.generalist else self.skills.get(skill, 0)

    def serves(self, waiting: Waiting) -> bool:
        """Return whether the channel and the skill are this agent's, whatever the level."""
        return (self.voice if waiting.voice else self.text) and self.level(waiting.skill) > 0


def score(waiting: Waiting, now: float) -> float:
    """Return the virtual age in seconds."""
    return now - waiting.joined_at + BOOST_S[waiting.priority_class] + waiting.score_adj


def place(waiting: Waiting) -> float:
    """Return when a contact without boost and adjustment would have joined to be as old as this one."""
    return waiting.joined_at - waiting.score_adj - BOOST_S[waiting.priority_class]


def order_key(waiting: Waiting) -> tuple[bool, float, str]:
    """Return the sort key of the queue, the same at any time: absolute classes, the highest score, then the id."""
    return (waiting.priority_class not in ABSOLUTE, place(waiting), waiting.id)


def required_level(waiting: Waiting, now: float) -> int:
    """Return the level asked now: one less for every 60 s waited, never below 1, never relaxed for absolute classes."""
    if waiting.priority_class in ABSOLUTE:
        return waiting.skill_level
    relaxed = int(max(0.0, now - waiting.joined_at) // RELAX_EVERY_S)
    return max(min(1, waiting.skill_level), waiting.skill_level - relaxed)


def excluded(waiting: Waiting, agent: str, now: float) -> bool:
    """Return whether the contact went back from this agent and has not yet waited long enough for anybody else."""
    return agent in waiting.excluded and (waiting.back_at is None or now - waiting.back_at < FORGIVE_S)


def eligible(waiting: Waiting, agent: str, skills: Mapping[str, int], now: float) -> bool:
    """Return whether the contact may be offered to the agent; an agent without any skill entry takes anything."""
    if excluded(waiting, agent, now):
        return False
    return not skills or skills.get(waiting.skill, 0) >= max(1, required_level(waiting, now))


def best_for(agent: str, skills: Mapping[str, int], contacts: Iterable[Waiting], now: float) -> Waiting | None:
    """Return the contact the agent should take next, or None."""
    mine = (waiting for waiting in contacts if eligible(waiting, agent, skills, now))
    return min(mine, key=order_key, default=None)


def fittest(waiting: Waiting, agents: Iterable[Ready], now: float) -> Ready | None:
    """Return who should get the contact: the highest level of its skill, of these the longest idle; or None.

    Whoever has no skills at all comes after everybody who has this one.
    """
    needed = max(1, required_level(waiting, now))
    fit = (
        agent
        for agent in agents
        if agent.serves(waiting) and agent.level(waiting.skill) >= needed and not excluded(waiting, agent.id, now)
    )
    return min(fit, key=lambda agent: (-agent.skills.get(waiting.skill, 0), agent.since, agent.id), default=None)


def match(heads: Iterable[Iterator[Waiting]], agents: Iterable[Ready], now: float) -> list[tuple[Waiting, Ready]]:
    """Pair waiting contacts with agents, the first of the queue first; each head is one skill and kind, in order.

    A head is left as soon as no free agent serves it, so the length of a queue does not matter.
    """
    free = {agent.id: agent for agent in agents}
    pairs: list[tuple[Waiting, Ready]] = []
    order: list[tuple[tuple[bool, float, str], int, Waiting, Iterator[Waiting]]] = []
    for n, head in enumerate(heads):
        if (first := next(head, None)) is not None:
            order.append((order_key(first), n, first, head))
    heapq.heapify(order)
    while order and free:
        _, n, waiting, head = heapq.heappop(order)
        agent = fittest(waiting, free.values(), now)
        if agent is not None:
            pairs.append((waiting, agent))
            del free[agent.id]
        served = any(one.serves(waiting) for one in free.values())
        if served and (following := next(head, None)) is not None:
            heapq.heappush(order, (order_key(following), n, following, head))
    return pairs
