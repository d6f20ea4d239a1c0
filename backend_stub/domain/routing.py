"""Who is next: one comparable number per contact, the virtual age in seconds.

`score = now - joined + boost + adjustment` (contact-centre reference, section 3); danger and life support are absolute:
they go before every score.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
RELAX_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One contact that waits; times in epoch seconds, `excluded` are agents who missed it."""

    id: str
    joined_at: float
    skill: str
    skill_level: int = 1
    priority_class: PriorityClass = "normal"
    score_adj: float = 0.0
    excluded: frozenset[str] = frozenset()


def score(waiting: Waiting, now: float) -> float:
    """Return the virtual age in seconds."""
    return now - waiting.joined_at + BOOST_S[waiting.priority_class] + waiting.score_adj


def order_key(waiting: Waiting, now: float) -> tuple[bool, float, str]:
    """Return the sort key of the queue: absolute classes first, then the highest score, then the id."""
    return (waiting.priority_class not in ABSOLUTE, -score(waiting, now), waiting.id)


def required_level(waiting: Waiting, now: float) -> int:
    """Return the level asked now: one less for every 60 s waited, never below 1, never relaxed for absolute classes."""
    if waiting.priority_class in ABSOLUTE:
        return waiting.skill_level
    relaxed = int(max(0.0, now - waiting.joined_at) // RELAX_EVERY_S)
    return max(min(1, waiting.skill_level), waiting.skill_level - relaxed)


def eligible(waiting: Waiting, agent: str, skills: Mapping[str, int], now: float) -> bool:
    """Return whether the contact may be offered to the agent; an agent without any skill entry takes anything."""
    if agent in waiting.excluded:
        return False
    return not skills or skills.get(waiting.skill, 0) >= max(1, required_level(waiting, now))


def best_for(agent: str, skills: Mapping[str, int], contacts: Iterable[Waiting], now: float) -> Waiting | None:
    """Return the contact the agent should take next, or None."""
    mine = (waiting for waiting in contacts if eligible(waiting, agent, skills, now))
    return min(mine, key=lambda waiting: order_key(waiting, now), default=None)
