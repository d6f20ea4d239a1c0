"""Plays a planned day against a running service: posts contacts, lets the impatient leave, runs the other agents."""

import asyncio
import math
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import httpx

from agent_tui import wire
from backend_stub.simulate import callers, grid, world
from backend_stub.simulate.agents import SimAgent
from backend_stub.simulate.arrivals import Arrival, plan
from backend_stub.simulate.door import Door, Refused, unless_refused
from backend_stub.simulate.field import Field
from backend_stub.simulate.floor import Floor
from backend_stub.simulate.people import People
from backend_stub.simulate.scenario import Scenario

_COUNT_EVERY_S = 2.0
_AGENTS_FROM_S = 1.0
_AT_ONCE = 6
_TOO_LATE_S = 60.0
_ANSWERS_SHARE, _ANSWERS_IN_S = 0.5, 20.0
_SCORES = {5: 0.46, 4: 0.3, 3: 0.12, 2: 0.06, 1: 0.06}


@dataclass(frozen=True, slots=True)
class Account:
    """A login of a simulated party."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Play:
    """What to play where; `minutes` of simulated time, None for ever."""

    server: str
    people: People
    scenario: Scenario
    seed: int
    speed: float
    minutes: float | None
    channel: Account
    agents: tuple[Account, ...] = ()
    lead: Account | None = None


class Player:
    """One play from start to end."""

    def __init__(self, play: Play, http: httpx.AsyncClient) -> None:
        self.play = play
        self.floor = Floor(play.speed, play.scenario.floor)
        self.floor.broken.update({f.device: f.cause for f in play.scenario.failures if f.minute <= 0})
        self.channel = Door(http, play.channel.username, play.channel.password, Random(play.seed))
        self.agents = [
            SimAgent(Door(http, a.username, a.password, Random(play.seed + n)), self.floor, n, Random(play.seed + n))
            for n, a in enumerate(play.agents)
        ]
        lead = play.lead
        self.lead = Door(http, lead.username, lead.password, Random(play.seed)) if lead else None
        self.field = Field(self.lead, self.floor, play.people, Random(play.seed)) if self.lead else None
        self._rng = Random(play.seed)
        # External ids must not meet those of an earlier play against the same service.
        self._run = secrets.token_hex(4)
        self._leaving: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Play until the end of the minutes; raises WrongAccount."""
        await asyncio.gather(*(door.login() for door in (self.channel, self.lead) if door))
        await self._clear_queue()
        end = math.inf if self.play.minutes is None else self.play.minutes * 60
        async with asyncio.TaskGroup() as group:
            group.create_task(self._begin_outages())
            others = [group.create_task(self._break()), group.create_task(self._score())]
            others += [group.create_task(self._staff())] if self.agents else []
            others += [group.create_task(self.field.work())] if self.field else []
            await self._arrive(end)
            for task in [*others, *self._leaving]:
                task.cancel()

    async def _clear_queue(self) -> None:
        """Nobody of an earlier play waits any more; contacts of other channels are not ours to end."""
        if self.lead is None:
            return
        left = await self.lead.call("GET", "/v1/contacts?state=queued&limit=200", wire.Page[wire.Contact])
        for contact in left.items if left else []:
            await self._abandon(contact.id)

    async def _begin_outages(self) -> None:
        """The lead sees to it that the day begins with a known outage and planned work; what is open already stays."""
        if self.lead is None:
            return
        now = datetime.now(UTC)
        page = await self.lead.call("GET", "/v1/outages?status=open&limit=200", wire.Page[wire.Outage])
        planned = await self.lead.call("GET", "/v1/outages?status=planned&limit=200", wire.Page[wire.Outage])
        there = {outage.device: outage for outages in (page, planned) if outages for outage in outages.items}
        for wanted in (world.known_outage(now), world.planned_work(now)):
            # A service without this made-up grid has no such device, and then no such outage.
            with suppress(Refused):
                await _report(self.lead, there.get(wanted.device), wanted)
        if self.play.scenario.works and grid.WORKED_ON not in there:
            await unless_refused(self.lead.call("POST", "/v1/plans", wire.Plan, world.going_on(now)))

    async def _break(self) -> None:
        """Let things fail at their time: what is broken the field crews find."""
        passed = 0.0
        for failure in sorted(self.play.scenario.failures, key=lambda failure: failure.minute):
            await self.floor.sleep(max(0.0, failure.minute * 60 - passed))
            passed = max(passed, failure.minute * 60)
            self.floor.broken[failure.device] = failure.cause

    async def _score(self) -> None:
        """Some who were invited say what they thought of it."""
        while True:
            await self.floor.sleep(_ANSWERS_IN_S)
            for _ in range(len(self.floor.invited)):
                contact = self.floor.invited.popleft()
                if self._rng.random() < _ANSWERS_SHARE:
                    score = self._rng.choices(tuple(_SCORES), tuple(_SCORES.values()))[0]
                    path = f"/v1/contacts/{contact}/csat"
                    await unless_refused(self.channel.call("POST", path, wire.Contact, wire.CsatRequest(score)))

    async def _arrive(self, end: float) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        arrivals = plan(self.play.people, self.play.scenario, self.play.seed)
        backlog: list[Arrival] = []
        for arrival in arrivals:
            if arrival.at < 0:
                backlog.append(arrival)
                continue
            if backlog:
                await self._backlog(backlog)
                backlog = []
            due = started + min(arrival.at, end) / self.play.speed
            await asyncio.sleep(max(0.0, due - loop.time()))
            if arrival.at >= end:
                return
            if loop.time() - due < _TOO_LATE_S and not self.floor.has_supply(arrival):
                await self._post(arrival)

    async def _backlog(self, arrivals: Iterable[Arrival]) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def post(arrival: Arrival) -> None:
            async with gate:
                await self._post(arrival)

        await asyncio.gather(*(post(arrival) for arrival in arrivals))

    async def _post(self, arrival: Arrival, attempt: int = 1) -> None:
        waited = max(0.0, -arrival.at) / self.play.speed
        request = wire.NewContact(
            external_id=f"sim-{self._run}-{arrival.key}",
            channel=arrival.channel,
            address=arrival.address,
            queue=arrival.queue,
            name=arrival.name,
            priority_class=arrival.priority_class,
            text=arrival.text,
            joined_at=datetime.now(UTC) - timedelta(seconds=waited) if waited else None,
        )
        contact = await self.channel.call("POST", "/v1/contacts", wire.Contact, request)
        if contact is None:
            return
        self.floor.joined(contact.id, arrival)
        if arrival.patience is not None:
            left = arrival.patience - max(0.0, -arrival.at)
            leaving = asyncio.create_task(self._leave(contact.id, left, arrival, attempt))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _leave(self, contact: str, after: float, arrival: Arrival, attempt: int) -> None:
        await self.floor.sleep(after)
        # Somebody answered in time: then the service refuses, and the customer stays.
        left = await self._abandon(contact)
        self.floor.playing.pop(contact, None)
        if not left:
            return
        self.floor.waiting -= 1
        again = callers.redial(self._rng, attempt) if arrival.channel == "hotline" else None
        if again is not None:
            await self.floor.sleep(again)
            if self.floor.has_supply(arrival):
                return
            key, patience = f"{arrival.key}-{attempt + 1}", max(4.0, callers.patience(self._rng))
            await self._post(replace(arrival, at=0.0, key=key, patience=patience), attempt + 1)

    async def _abandon(self, contact: str) -> bool:
        try:
            await self.channel.call("POST", f"/v1/contacts/{contact}/abandon", wire.Contact)
        except Refused:
            return False
        return True

    async def _staff(self) -> None:
        """The other agents: one counts the queue for all, the first starts at once, the rest follow one by one."""
        watcher = self.agents[-1]
        await watcher.door.login()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._count(watcher))
            for agent in self.agents:
                # One at a time: every login costs the service a slow password hash while desks start up.
                await asyncio.sleep(_AGENTS_FROM_S / min(self.play.speed, 4))
                group.create_task(agent.work())

    async def _count(self, watcher: SimAgent) -> None:
        while True:
            await watcher.count_waiting()
            await asyncio.sleep(_COUNT_EVERY_S / min(self.play.speed, 10))


async def _report(lead: Door, there: wire.Outage | None, wanted: wire.NewOutage) -> None:
    """Report an outage that is not there yet; an unplanned one gets a crew and a restoration time of today."""
    outage = there or await lead.call("POST", "/v1/outages", wire.Outage, wanted)
    if outage and outage.kind == "unplanned":
        # A report just made has its time already: said again it would stand twice in the history.
        change = wire.PatchOutage(crew="onsite")
        if there is not None:
            change = wire.PatchOutage(crew="onsite", etr=wanted.etr, etr_source="crew")
        await lead.call("PATCH", f"/v1/outages/{outage.id}", wire.Outage, change, version=outage.version)
