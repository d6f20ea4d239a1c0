"""A day in virtual time: nothing waits, and the rules of routing and segments are the service's own.

Discrete events in one heap; the same seed gives the same day. Beside the segments the simulation keeps its own truth,
counted where things happen, so that whoever reads the segments can be checked against it.
"""

import heapq
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from backend_stub.domain import routing
from backend_stub.domain.contact import Trigger
from backend_stub.domain.metrics import Stay
from backend_stub.domain.routing import Ready, Waiting
from backend_stub.domain.segments import Segment, Step, follow
from backend_stub.simulate import centres
from backend_stub.simulate.centres import Call, Day

HALF_HOUR_S: Final = 1_800.0
SHORT_S: Final = 5.0
_RING_S: Final = (1.0, 5.0)
_RINGS_OUT_S: Final = 20.0
_MISSED_SHARE: Final = 0.01
_AWAY_S: Final = 60.0
_BREAK_EVERY_S, _BREAK_S = 7_200.0, (300.0, 900.0)
_SKILLS: Final = ("outage", "billing", "service", "general")

Truth = defaultdict[tuple[str, int], Counter[str]]


@dataclass(slots=True)
class Live:
    """One call under way."""

    call: Call
    waiting: Waiting
    segment: Segment | None = None
    agent: "Agent | None" = None
    state: str = "queued"
    offer: int = 0


@dataclass(slots=True)
class Agent:
    """One agent; breaks are taken between two calls, a shift ends after the last one."""

    id: str
    centre: "Centre"
    number: int
    skills: dict[str, int]
    rest_at: float
    busy: bool = False


@dataclass(slots=True)
class Centre:
    """One centre: its queues by skill in the router's order, and who is free."""

    name: str
    queues: dict[str, list[tuple[tuple[bool, float, str], Waiting]]] = field(
        default_factory=lambda: {skill: [] for skill in _SKILLS}
    )
    free: dict[str, Ready] = field(default_factory=dict)
    agents: list[Agent] = field(default_factory=list)
    on: int = 0

    def heads(self) -> list[Iterator[Waiting]]:
        """The queues as the router reads them: copied ends, because offers take away what is being read."""
        return [(waiting for _, waiting in queue[: len(self.free) + 1]) for queue in self.queues.values() if queue]

    def enter(self, waiting: Waiting) -> None:
        """Put a call where it belongs in its queue."""
        insort(self.queues[waiting.skill], (routing.order_key(waiting), waiting), key=lambda entry: entry[0])

    def leave(self, waiting: Waiting) -> None:
        """Take it out again."""
        queue, key = self.queues[waiting.skill], routing.order_key(waiting)
        del queue[bisect_left(queue, key, key=lambda entry: entry[0])]


class Virtual:
    """One day from midnight until the last call has ended; `start` is midnight in epoch seconds."""

    def __init__(self, day: Day, start: float = 0.0) -> None:
        self.day, self.start, self.now = day, start, start
        self.rng = Random(f"{day.seed} floor")
        self.stays: list[Stay] = []
        self.truth: Truth = defaultdict(Counter)
        self.events = 0
        self._heap: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._live: dict[str, Live] = {}
        self._agents: dict[str, Agent] = {}
        self._centres = {name: Centre(name) for name in centres.SHARES}
        for name, centre in self._centres.items():
            for hour in range(24):
                self._after(hour * centres.HOUR_S, self._shift, centre, hour)
            self._draw(centres.calls_of(day, name))

    def run(self) -> "Virtual":
        """Play the day to its end and return it."""
        while self._heap:
            self.now, _, happen, what = heapq.heappop(self._heap)
            happen(*what)
        return self

    def _after(self, seconds: float, happen: Callable[..., None], *what: object) -> None:
        self.events += 1
        heapq.heappush(self._heap, (self.now + seconds, self.events, happen, what))

    def _draw(self, source: Iterator[Call]) -> None:
        call = next(source, None)
        if call is not None:
            self._after(self.start + call.at - self.now, self._join, call, source)

    # Callers

    def _join(self, call: Call, source: Iterator[Call] | None) -> None:
        if source is not None:
            self._draw(source)
        waiting = Waiting(call.id, self.now, call.queue, priority_class=call.priority)
        live = self._live[call.id] = Live(call, waiting)
        self._step(live, "join")
        self._count(live, "offered")
        centre = self._centres[call.centre]
        centre.enter(waiting)
        self._after(call.patience, self._give_up, live)
        self._route(centre)

    def _give_up(self, live: Live) -> None:
        if live.state not in ("queued", "offered"):
            return
        centre = self._centres[live.call.centre]
        if live.state == "queued":
            centre.leave(live.waiting)
        elif live.agent is not None:
            self._free(live.agent)
        live.state = "abandoned"
        self._step(live, "abandon")
        self._count(live, "abandoned")
        self._count(live, "short", int(self.now - live.waiting.joined_at <= SHORT_S))
        another = centres.again(self.rng, live.call, self.now - self.start)
        if another is not None:
            self._count(live, "redials")
            self._after(self.start + another.at - self.now, self._join, another, None)
        self._route(centre)

    # The router and its agents

    def _route(self, centre: Centre) -> None:
        if not centre.free or not any(centre.queues.values()):
            return
        for waiting, ready in routing.match(centre.heads(), centre.free.values(), self.now):
            live, agent = self._live[waiting.id], self._agents[ready.id]
            centre.leave(waiting)
            del centre.free[ready.id]
            live.state, live.agent, live.offer, agent.busy = "offered", agent, live.offer + 1, True
            self._step(live, "reserve")
            if self.rng.random() < _MISSED_SHARE:
                self._after(_RINGS_OUT_S, self._missed, live, live.offer)
            else:
                self._after(self.rng.uniform(*_RING_S), self._answer, live, live.offer)

    def _missed(self, live: Live, offer: int) -> None:
        if live.state != "offered" or live.offer != offer or live.agent is None:
            return
        missed, centre = live.agent, live.agent.centre
        live.state, live.agent = "queued", None
        before = live.waiting
        live.waiting = Waiting(
            before.id, before.joined_at, before.skill, priority_class=before.priority_class,
            excluded=before.excluded | {missed.id}, back_at=self.now,
        )  # fmt: skip
        self._step(live, "no_answer")
        centre.enter(live.waiting)
        self._after(_AWAY_S, self._free, missed)
        self._after(routing.FORGIVE_S, self._route, centre)
        self._route(centre)

    def _answer(self, live: Live, offer: int) -> None:
        if live.state != "offered" or live.offer != offer:
            return
        live.state = "connected"
        self._step(live, "answer")
        wait = self.now - live.waiting.joined_at
        self._count(live, "answered")
        self._count(live, "in_time", int(wait <= centres.WITHIN_S))
        held = live.call.hold
        if held:
            self._after(live.call.talk / 3, self._step, live, "hold")
            self._after(live.call.talk / 3 + held, self._step, live, "resume")
        self._after(live.call.talk + held, self._hang_up, live)

    def _hang_up(self, live: Live) -> None:
        self._step(live, "end")
        self._after(live.call.acw, self._finish, live)

    def _finish(self, live: Live) -> None:
        self._step(live, "finish")
        self._count(live, "handled")
        if live.agent is not None:
            self._free(live.agent)

    def _free(self, agent: Agent) -> None:
        """The agent is ready again, unless the shift is over or a break is due."""
        centre = agent.centre
        agent.busy = False
        if agent.number >= centre.on:
            return
        if self.now >= agent.rest_at:
            pause = self.rng.uniform(*_BREAK_S)
            agent.rest_at, agent.busy = self.now + pause + _BREAK_EVERY_S, True
            self._after(pause, self._free, agent)
            return
        centre.free[agent.id] = Ready(agent.id, self.now, agent.skills)
        self._route(centre)

    def _shift(self, centre: Centre, hour: int) -> None:
        """Change the shift: who is free goes at once, who talks goes after the call."""
        centre.on = centres.on_duty(centre.name, hour)
        while len(centre.agents) < centre.on:
            number = len(centre.agents)
            # Everybody takes everything, but each is best at something.
            skills = {skill: 3 if n == number % len(_SKILLS) else 1 for n, skill in enumerate(_SKILLS)}
            agent = Agent(
                f"{centre.name}-a{number}", centre, number, skills, self.now + self.rng.random() * _BREAK_EVERY_S
            )
            centre.agents.append(agent)
            self._agents[agent.id] = agent
        for agent in centre.agents:
            if agent.number >= centre.on:
                centre.free.pop(agent.id, None)
            elif not agent.busy and agent.id not in centre.free:
                self._free(agent)

    # What is kept

    def _step(self, live: Live, trigger: Trigger) -> None:
        """Let the segment follow, as the store lets it."""
        agent = live.agent.id if live.agent is not None else None
        step = Step(trigger, self.now, live.call.queue, live.waiting.joined_at, agent)
        current, following = follow(live.segment, step)
        live.segment = following or current
        if current is not None and current.outcome is not None:
            self._keep(live, current)

    def _keep(self, live: Live, of: Segment) -> None:
        call = self._live.pop(live.call.id).call
        self.stays.append(
            Stay(
                call.id, "hotline", of.queue, of.joined_at, of.answered_at, of.ended_at, of.hold_s, of.acw_s,
                of.outcome, of.transferred_to, of.callback, call.centre, len(self.stays) + 1,
            )
        )  # fmt: skip

    def _count(self, live: Live, what: str, number: int = 1) -> None:
        self.truth[live.call.centre, int((live.waiting.joined_at - self.start) // HALF_HOUR_S)][what] += number
