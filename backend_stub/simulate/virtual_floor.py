"""Who and what stands on the floor of a day in virtual time: contacts, agents, teams, centres and their queues."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from backend_stub.domain import routing
from backend_stub.domain.routing import Ready, Waiting
from backend_stub.domain.segments import Segment
from backend_stub.simulate.centres import Call

SKILLS: Final = ("outage", "billing", "service", "general")


@dataclass(slots=True)
class Live:
    """One contact under way."""

    call: Call
    waiting: Waiting
    segment: Segment | None = None
    agent: "Agent | None" = None
    state: str = "queued"
    offer: int = 0


@dataclass(slots=True)
class Agent:
    """One agent, with as many `places` for contacts at once as the team has; `held` of them are taken.

    Breaks are taken when nothing is held, a shift ends after the last contact; `away` is a break, or a missed offer.
    """

    id: str
    team: "Team"
    number: int
    skills: dict[str, int]
    rest_at: float
    held: int = 0
    away: bool = False


@dataclass(slots=True)
class Team:
    """The agents of a centre for calls or for texts; `on` of them are on duty."""

    centre: "Centre"
    voice: bool
    places: int
    agents: list[Agent] = field(default_factory=list)
    on: int = 0


@dataclass(slots=True)
class Centre:
    """One centre: its queues by skill and kind in the router's order, its teams, and who is free."""

    name: str
    queues: dict[tuple[str, bool], list[tuple[tuple[bool, float, str], Waiting]]] = field(
        default_factory=lambda: {(skill, voice): [] for skill in SKILLS for voice in (True, False)}
    )
    free: dict[str, Ready] = field(default_factory=dict)
    teams: list[Team] = field(default_factory=list)

    def heads(self) -> list[Iterator[Waiting]]:
        """The queues as the router reads them: copied ends, because offers take away what is being read."""
        return [(waiting for _, waiting in queue[: len(self.free) + 1]) for queue in self.queues.values() if queue]

    def enter(self, waiting: Waiting) -> None:
        """Put a contact where it belongs in its queue."""
        queue = self.queues[waiting.skill, waiting.voice]
        insort(queue, (routing.order_key(waiting), waiting), key=lambda entry: entry[0])

    def leave(self, waiting: Waiting) -> None:
        """Take it out again."""
        queue, key = self.queues[waiting.skill, waiting.voice], routing.order_key(waiting)
        del queue[bisect_left(queue, key, key=lambda entry: entry[0])]
