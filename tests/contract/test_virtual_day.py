"""A small day of two centres through the service itself, its clock moved from event to event: the report is the day."""

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from random import Random

import httpx
import msgspec

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.domain.localtime import VIETNAM
from backend_stub.settings import Routing
from backend_stub.simulate import centres
from backend_stub.simulate.centres import Call, Day, calls_of
from tests.contract.desk import ready, report
from tests.full import count
from tests.service import CHEAP, Running, running_service

MIDNIGHT = datetime(2026, 11, 20, tzinfo=VIETNAM).timestamp()
PLACES = ("EVNCPC", "EVNHANOI")
AGENTS = 1
# A day goes by: nobody is to be logged out, and agents take by hand.
SETTINGS = msgspec.structs.replace(
    CHEAP,
    routing=Routing(offers=False, acw_s=0),
    sessions=msgspec.structs.replace(CHEAP.sessions, idle_s=172_800.0, absolute_s=172_800.0),
)


class Played:
    """The day as it happens: events in order of time, what is true counted beside them."""

    def __init__(self, svc: Running, clock: ManualClock) -> None:
        self.svc, self.clock, self.rng = svc, clock, Random(1)
        self.truth: dict[tuple[str, int], Counter[str]] = {}
        self.free: dict[str, list[httpx.AsyncClient]] = {}
        self.doors: dict[str, httpx.AsyncClient] = {}
        self.waiting: dict[str, tuple[Call, float]] = {}
        self._heap: list[tuple[float, int, Callable[..., Awaitable[None]], tuple[object, ...]]] = []
        self._number = 0

    def at(self, when: float, happen: Callable[..., Awaitable[None]], *what: object) -> None:
        self._number += 1
        heapq.heappush(self._heap, (when, self._number, happen, what))

    async def run(self) -> None:
        while self._heap:
            when, _, happen, what = heapq.heappop(self._heap)
            self.clock.advance(max(0.0, when - self.clock.now()))
            await happen(*what)

    def count(self, call: Call, joined: float, what: str, number: int = 1) -> None:
        span = call.centre, int((joined - MIDNIGHT) // 1_800)
        self.truth.setdefault(span, Counter())[what] += number

    async def join(self, call: Call) -> None:
        self._number += 1
        address = f"0958{self._number:06d}"
        fields = {"queue": call.queue, "priority_class": call.priority, "address": address}
        contact = await report(self.doors[call.centre], **fields)
        joined = self.clock.now()
        self.waiting[contact["id"]] = (call, joined)
        self.count(call, joined, "offered")
        self.at(joined + call.patience, self.give_up, contact["id"])
        await self.take(call.centre)

    async def give_up(self, contact: str) -> None:
        if contact not in self.waiting:
            return
        call, joined = self.waiting.pop(contact)
        assert (await self.doors[call.centre].post(f"/v1/contacts/{contact}/abandon")).status_code == 200
        self.count(call, joined, "abandoned")
        self.count(call, joined, "short", int(self.clock.now() - joined <= 5.0))
        again = centres.again(self.rng, call, self.clock.now() - MIDNIGHT)
        if again is not None:
            self.at(MIDNIGHT + again.at, self.join, again)

    async def take(self, centre: str) -> None:
        while self.free[centre] and any(call.centre == centre for call, _ in self.waiting.values()):
            agent = self.free[centre].pop(0)
            answer = await agent.post("/v1/contacts/next")
            assert answer.status_code == 200, answer.text
            contact = answer.json()["id"]
            call, joined = self.waiting.pop(contact)
            now = self.clock.now()
            self.count(call, joined, "answered")
            self.count(call, joined, "in_time", int(now - joined <= 30.0))
            self.at(now + call.talk, self.finish, contact, call, joined, agent)

    async def finish(self, contact: str, call: Call, joined: float, agent: httpx.AsyncClient) -> None:
        done = await agent.post(f"/v1/contacts/{contact}/finish", json={"disposition": "information"})
        assert done.status_code == 200, done.text
        self.count(call, joined, "handled")
        self.free[call.centre].append(agent)
        await self.take(call.centre)


async def test_the_report_reproduces_what_happened_at_the_doors(tmp_path: Path) -> None:
    clock = ManualClock(MIDNIGHT)
    async with running_service(tmp_path, clock, SETTINGS) as svc:
        played = Played(svc, clock)
        for place in PLACES:
            played.doors[place] = await svc.channel(place)
            played.free[place] = await ready(svc, *(f"{place.lower()}{n}" for n in range(AGENTS)), centre=place)
            for call in calls_of(Day(seed=2, calls=count(330, 4_000)), place):
                played.at(MIDNIGHT + call.at, played.join, call)
        await played.run()
        assert not played.waiting
        await svc.add_user("hoa", "lead")
        clock.advance(max(0.0, MIDNIGHT + 2 * 86_400 - clock.now()))
        hoa = await svc.client("hoa")
        for place in ("all", *PLACES):
            query = {"day": "2026-11-20", "minutes": "30", **({} if place == "all" else {"centre": place})}
            answer = await hoa.get("/v1/reports/intervals", params=query)
            said = msgspec.json.decode(answer.content, type=wire.IntervalReport)
            for n, row in enumerate((*said.items, said.total)):
                spans = [c for (at, span), c in played.truth.items() if place in ("all", at) and n in (48, span)]
                was = sum(spans, Counter())
                assert (row.offered, row.answered, row.abandoned, row.abandoned_short, row.handled) == tuple(
                    was[what] for what in ("offered", "answered", "abandoned", "short", "handled")
                )
                decided = was["offered"] - was["short"]
                assert row.service_level_SL_short == (was["in_time"] / decided if decided else None)
                assert row.final
        total = sum(played.truth.values(), Counter())
        assert total["abandoned"] > 5
        assert total["in_time"] < total["answered"]
