"""A day in virtual time, every channel: nothing waits, and the rules of routing and segments are the service's own.

Discrete events in one heap; the same seed gives the same day. Beside the segments the simulation keeps its own truth,
counted where things happen, so that whoever reads the segments can be checked against it.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from agent_tui.wire import Channel
from backend_stub.domain import routing
from backend_stub.domain.contact import Trigger
from backend_stub.domain.metrics import SHORT_S, Stay
from backend_stub.domain.routing import Ready, Waiting
from backend_stub.domain.segments import Segment, Step, follow
from backend_stub.simulate import centres
from backend_stub.simulate.centres import Call, Day
from backend_stub.simulate.virtual_floor import SKILLS, Agent, Centre, Live, Team

HALF_HOUR_S: Final = 1_800.0
_RING_S: Final = (1.0, 5.0)
_RINGS_OUT_S: Final = 20.0
_MISSED_SHARE: Final = 0.01
_AWAY_S: Final = 60.0
_BREAK_EVERY_S, _BREAK_S = 7_200.0, (300.0, 900.0)

# By centre, half-hour of joining, and channel.
Truth = defaultdict[tuple[str, int, Channel], Counter[str]]


class Virtual:
    """One day from midnight until the last contact has ended; `start` is midnight in epoch seconds."""

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
            centre.teams = [Team(centre, True, 1), Team(centre, False, centres.CHATS)]
            for hour in range(24):
                self._after(hour * centres.HOUR_S, self._shift, centre, hour)
            for channel in day.channels:
                self._draw(centres.contacts_of(day, name, channel))

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
        voice = call.channel == centres.VOICE
        waiting = Waiting(call.id, self.now, call.queue, priority_class=call.priority, voice=voice)
        live = self._live[call.id] = Live(call, waiting)
        self._step(live, "join")
        self._count(live, "offered")
        centre = self._centres[call.centre]
        centre.enter(waiting)
        if call.patience < math.inf:
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
        another = centres.again(self.rng, live.call, self.now - self.start) if self.day.redials else None
        if another is not None:
            self._count(live, "redials")
            self._after(self.start + another.at - self.now, self._join, another, None)
        self._route(centre)

    # The router and its agents

    def _route(self, centre: Centre) -> None:
        if not centre.free or not any(centre.queues.values()):
            return
        # Each is paired once in a match: who has places left comes into the next one.
        while pairs := routing.match(centre.heads(), centre.free.values(), self.now):
            for waiting, ready in pairs:
                self._offer(centre, self._live[waiting.id], self._agents[ready.id])

    def _offer(self, centre: Centre, live: Live, agent: Agent) -> None:
        centre.leave(live.waiting)
        live.state, live.agent, live.offer = "offered", agent, live.offer + 1
        agent.held += 1
        if agent.held < agent.team.places:
            centre.free[agent.id] = self._as_ready(agent)
        else:
            del centre.free[agent.id]
        self._step(live, "reserve")
        if self.rng.random() < _MISSED_SHARE:
            self._after(_RINGS_OUT_S, self._missed, live, live.offer)
        else:
            self._after(self.rng.uniform(*_RING_S), self._answer, live, live.offer)

    def _missed(self, live: Live, offer: int) -> None:
        if live.state != "offered" or live.offer != offer or live.agent is None:
            return
        missed, centre = live.agent, live.agent.team.centre
        live.state, live.agent = "queued", None
        before = live.waiting
        live.waiting = Waiting(
            before.id, before.joined_at, before.skill, priority_class=before.priority_class,
            excluded=before.excluded | {missed.id}, voice=before.voice, back_at=self.now,
        )  # fmt: skip
        self._step(live, "no_answer")
        centre.enter(live.waiting)
        missed.held, missed.away = missed.held - 1, True
        centre.free.pop(missed.id, None)
        self._after(_AWAY_S, self._return, missed)
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
        """One place of the agent is free again."""
        agent.held -= 1
        self._ready(agent)

    def _return(self, agent: Agent) -> None:
        """Back from a break or from not answering."""
        agent.away = False
        self._ready(agent)

    def _ready(self, agent: Agent) -> None:
        """The agent takes more, unless away, the shift is over or a break is due."""
        centre = agent.team.centre
        if agent.away or agent.number >= agent.team.on:
            centre.free.pop(agent.id, None)
        elif self.now >= agent.rest_at:
            centre.free.pop(agent.id, None)
            if not agent.held:
                pause = self.rng.uniform(*_BREAK_S)
                agent.rest_at, agent.away = self.now + pause + _BREAK_EVERY_S, True
                self._after(pause, self._return, agent)
        elif agent.held < agent.team.places:
            centre.free[agent.id] = self._as_ready(agent)
            self._route(centre)

    def _as_ready(self, agent: Agent) -> Ready:
        return Ready(agent.id, self.now, agent.skills, voice=agent.team.voice, text=not agent.team.voice)

    def _shift(self, centre: Centre, hour: int) -> None:
        """Change the shift: who is free goes at once, who has a contact in hand goes after it."""
        for team in centre.teams:
            team.on = (centres.on_duty if team.voice else centres.texts_on_duty)(centre.name, hour)
            while len(team.agents) < team.on:
                self._hire(team)
            for agent in team.agents:
                if agent.number >= team.on or agent.id not in centre.free:
                    self._ready(agent)

    def _hire(self, team: Team) -> None:
        number = len(team.agents)
        # Everybody takes everything, but each is best at something.
        skills = {skill: 3 if n == number % len(SKILLS) else 1 for n, skill in enumerate(SKILLS)}
        name = f"{team.centre.name}-{'a' if team.voice else 't'}{number}"
        agent = Agent(name, team, number, skills, self.now + self.rng.random() * _BREAK_EVERY_S)
        team.agents.append(agent)
        self._agents[agent.id] = agent

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
                call.id, call.channel, of.queue, of.joined_at, of.answered_at, of.ended_at, of.hold_s, of.acw_s,
                of.outcome, of.transferred_to, of.callback, call.centre, len(self.stays) + 1,
            )
        )  # fmt: skip

    def _count(self, live: Live, what: str, number: int = 1) -> None:
        half_hour = int((live.waiting.joined_at - self.start) // HALF_HOUR_S)
        self.truth[live.call.centre, half_hour, live.call.channel][what] += number
