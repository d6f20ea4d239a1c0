"""The simulated dispatcher and field crews: outages go their way, dangers are acknowledged, all through public doors.

A course is drawn for every outage when it is first seen; times are simulated seconds from then on. Whatever a person
at the desk did before is refused here and simply counts as done.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Literal

from agent_tui import wire
from backend_stub.simulate.door import Door, unless_refused
from backend_stub.simulate.floor import Floor
from backend_stub.simulate.people import People

Act = Literal["confirm", "cancel", "tell", "onsite", "part", "whole", "close"]
LOOK_S: Final = 3.0
# Past this a prediction is taken as it is; before, the dispatcher waits for one that names what really failed.
_SETTLED_S: Final = 240.0
_ACK_S: Final = (15.0, 75.0)
_LOST_ACK_S: Final = (200.0, 320.0)
_LOST_SHARE: Final = 0.25
_DANGER_OVER_S: Final = (420.0, 900.0)
_ETR_STEP_S: Final = 900
_GUESSED: Final = ("predicted", "probable")
_OUT: Final = ("confirmed", "partially_restored")


@dataclass(frozen=True, slots=True)
class Course:
    """When what happens to one outage; seconds from the first sight."""

    confirm: float
    tell: float
    onsite: float
    part: float
    whole: float
    close: float


def course(rng: Random, status: str) -> Course:
    """Draw a course; what was confirmed before we came is in hand, and takes long."""
    if status in _GUESSED:
        confirm = rng.uniform(60, 150)
        # Faster than any crew, so that who looks on for a quarter of an hour sees the whole of it.
        onsite = confirm + rng.uniform(120, 200)
        part = onsite + rng.uniform(60, 150)
        whole = part + rng.uniform(90, 240)
    else:
        confirm = onsite = 0.0
        part = rng.uniform(1_300, 1_900)
        whole = part + rng.uniform(1_500, 2_600)
    return Course(confirm, confirm + rng.uniform(30, 70), onsite, part, whole, whole + rng.uniform(900, 1_500))


def next_act(outage: wire.Outage, age: float, plan: Course, cause: str | None, done: frozenset[Act]) -> Act | None:
    """Return what is due for an outage `age` seconds after it was first seen, None for nothing yet.

    `cause` is what really happened there, None when nothing did: then the patrol finds the line sound.
    """
    if outage.status in _GUESSED:
        if cause is None:
            return "cancel" if age >= _SETTLED_S else None
        return "confirm" if age >= plan.confirm else None
    if outage.status in _OUT:
        steps: tuple[tuple[Act, float], ...] = (
            ("tell", plan.tell), ("onsite", plan.onsite), ("part", plan.part), ("whole", plan.whole),
        )  # fmt: skip
        return next((act for act, at in steps if act not in done and age >= at), None)
    if outage.status in ("restored", "verified"):
        return "close" if age >= plan.close and not outage.callbacks_open else None
    return None


def quarter(moment: datetime) -> datetime:
    """Return the next full quarter of an hour: nobody promises 14:37."""
    return datetime.fromtimestamp(math.ceil(moment.timestamp() / _ETR_STEP_S) * _ETR_STEP_S, UTC)


class Field:
    """The dispatcher's desk, played by an account of role lead."""

    def __init__(self, door: Door, floor: Floor, people: People, rng: Random) -> None:
        self.door, self.floor, self.people, self.rng = door, floor, people, rng
        self._now = 0.0
        self._seen: dict[str, tuple[float, Course]] = {}
        self._done: dict[str, frozenset[Act]] = {}
        self._dangers: dict[str, tuple[float, float, float]] = {}

    async def work(self) -> None:
        """Work until cancelled."""
        while True:
            await self.look()
            await self.floor.poll(LOOK_S)
            self._now += LOOK_S * self.floor.speed / min(self.floor.speed, 10.0)

    async def look(self) -> None:
        """See to every outage and every danger once."""
        for status in ("open", "back"):
            page = await self.door.call("GET", f"/v1/outages?status={status}&limit=200", wire.Page[wire.Outage])
            for outage in page.items if page else []:
                if outage.kind == "unplanned":
                    await self._follow(outage)
        dangers = await self.door.call("GET", "/v1/dispatches?open=1", wire.Page[wire.OpenDispatch])
        for danger in dangers.items if dangers else []:
            await self._answer(danger)

    async def _follow(self, outage: wire.Outage) -> None:
        since, plan = self._seen.setdefault(outage.id, (self._now, course(self.rng, outage.status)))
        if outage.id not in self._done:
            # A crew that is there already needs no sending, and its restoration time was told.
            self._done[outage.id] = frozenset() if outage.crew == "none" else frozenset(("tell", "onsite"))
        done = self._done[outage.id]
        # Whoever reported it confirmed knows why.
        cause = self.floor.cause_of(outage.device_path, outage.device) or outage.cause
        if outage.device not in self.floor.broken and outage.status in _GUESSED and self._now - since < _SETTLED_S:
            return
        act = next_act(outage, self._now - since, plan, cause, done)
        if act is not None:
            self._done[outage.id] = done | {act}
            await self._do(act, outage, plan, cause)

    async def _do(self, act: Act, outage: wire.Outage, plan: Course, cause: str | None) -> None:
        left = (plan.whole - (self._now - self._seen[outage.id][0])) / self.floor.speed
        etr = quarter(datetime.now(UTC) + timedelta(seconds=max(300.0, left)))
        match act:
            case "confirm" | "cancel" | "close":
                await self._post(outage, act)
            case "tell":
                await self._patch(outage, wire.PatchOutage(crew="enroute", etr=etr, etr_source="dispatcher"))
                await self._post(outage, "notify", wire.NotifyRequest("sms"))
            case "onsite":
                known = wire.PatchOutage(crew="onsite", cause=cause or "UNK", etr=etr, etr_source="crew")
                await self._patch(outage, known)
            case "part":
                await self._patch(outage, wire.PatchOutage(crew="working"))
                below = self._below(outage.device)
                if half := below[: (len(below) + 1) // 2] if len(below) > 1 else []:
                    await self._post(outage, "restore", wire.RestoreRequest(devices=half))
                    self.floor.mend(None, half)
            case "whole":
                await self._post(outage, "restore", wire.RestoreRequest(note="Đã khôi phục toàn bộ."))
                await self._patch(outage, wire.PatchOutage(crew="done"), again=True)
                self.floor.mend(outage.device, self._below(outage.device))

    def _below(self, device: str) -> list[str]:
        """The transformers below a device, none for one the made-up grid does not have."""
        block = next((b for b in self.people.blocks if f"{device}-".startswith(f"{b.feeder.code}-")), None)
        return [] if block is None else [block.code_of(number) for number in block.below(device)]

    async def _answer(self, danger: wire.OpenDispatch) -> None:
        """A unit that has the message says so; now and then one does not, which the lead must see; later it is over."""
        if danger.dispatch is None:
            return
        if danger.contact not in self._dangers:
            lost = self.rng.random() < _LOST_SHARE
            times = (self.rng.uniform(*(_LOST_ACK_S if lost else _ACK_S)), self.rng.uniform(*_DANGER_OVER_S))
            self._dangers[danger.contact] = (self._now, *times)
        since, ack, over = self._dangers[danger.contact]
        path = f"/v1/contacts/{danger.contact}/dispatch"
        if danger.dispatch.acked_at is None and self._now - since >= ack:
            await unless_refused(self.door.call("POST", f"{path}/ack", wire.Contact))
        elif danger.dispatch.acked_at is not None and self._now - since >= over:
            await unless_refused(self.door.call("POST", f"{path}/close", wire.Contact))

    async def _patch(self, outage: wire.Outage, change: wire.PatchOutage, *, again: bool = False) -> None:
        path, version = f"/v1/outages/{outage.id}", outage.version
        if again:
            fresh = await unless_refused(self.door.call("GET", path, wire.Outage))
            version = fresh.version if fresh else version
        await unless_refused(self.door.call("PATCH", path, wire.Outage, change, version=version))

    async def _post(self, outage: wire.Outage, verb: str, body: wire.Request | None = None) -> None:
        kind = wire.SentNotice if verb == "notify" else wire.Outage
        await unless_refused(self.door.call("POST", f"/v1/outages/{outage.id}/{verb}", kind, body))
