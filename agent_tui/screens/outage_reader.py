"""What the outages' view reads beside the live state, when it is looked at: what is back, planned, the storm board."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.i18n import ZONE
from agent_tui.net.client import DeskClient

FRESH = timedelta(seconds=15)
Start = Callable[[Coroutine[None, None, None]], None]


class OutageReader:
    """Keeps the last answer, and what was wrong with the last question; `changed` hears of both."""

    def __init__(self, client: Callable[[], DeskClient], start: Start, changed: Callable[[], None]) -> None:
        self._client, self._start, self._changed = client, start, changed
        self.plans: dict[str, wire.Plan] | None = None
        self.stats: wire.OutageStats | None = None
        self.back: dict[str, wire.Outage] | None = None
        self.possible: dict[str, int] = {}
        self.failed: dict[str, str] = {}
        self._asked: dict[str, datetime] = {}

    def need_plans(self, now: datetime, *, at_once: bool = False) -> None:
        """Read the plans unless they were asked for a moment ago."""
        self._need("plans", self._read_plans, now, at_once)

    def need_stats(self, now: datetime, began: datetime | None, *, at_once: bool = False) -> None:
        """Read the board of today; a storm that began before midnight (`began`, aware) is shown whole."""
        midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        begin = min(midnight, began) if began is not None else midnight
        self._need("stats", lambda: self._read_stats(begin), now, at_once)

    def need_back(self, now: datetime, *, at_once: bool = False) -> None:
        """Read the outages whose power is back and that are not closed; the live state has only those that go on."""
        self._need("back", self._read_back, now, at_once)

    def need_possible(self, now: datetime) -> None:
        """Read how many callers known only by commune may mean each outage: no event tells of them."""
        self._need("possible", self._read_possible, now, at_once=False)

    def take(self, plan: wire.Plan) -> None:
        """A plan as the service answered it."""
        self.plans = {**(self.plans or {}), plan.id: plan}

    def _need(self, what: str, reading: Callable[[], Awaitable[None]], now: datetime, at_once: bool) -> None:
        asked = self._asked.get(what)
        if at_once or asked is None or now - asked >= FRESH:
            self._asked[what] = now
            self._start(self._guarded(what, reading))

    async def _guarded(self, what: str, reading: Callable[[], Awaitable[None]]) -> None:
        try:
            await reading()
        except DeskError as error:
            self.failed[what] = error.say()
        else:
            self.failed.pop(what, None)
        self._changed()

    async def _read_plans(self) -> None:
        found: dict[str, wire.Plan] = {}
        after: str | None = None
        while True:
            page = await self._client().plans(after=after)
            found |= {plan.id: plan for plan in page.items}
            after = page.next
            if after is None:
                break
        self.plans = found

    async def _read_back(self) -> None:
        self.back = {outage.id: outage for outage in (await self._client().outages(status="back")).items}

    async def _read_possible(self) -> None:
        self.possible = {one.outage: one.callers for one in await self._client().possible_calls()}

    async def _read_stats(self, begin: datetime) -> None:
        self.stats = await self._client().outage_stats(begin=begin)
