"""The plan of a simulated day: who reaches us when, on what channel, why, how patient; pure and seeded.

Arrivals: a Poisson process by thinning over the hourly profile; how callers are, see callers.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from agent_tui.wire import Channel, PriorityClass
from agent_tui.wire.trouble import TroubleDanger, TroubleScope
from backend_stub.reference import places
from backend_stub.simulate import callers, grid, phrases
from backend_stub.simulate.people import Customer, People
from backend_stub.simulate.scenario import BUSIEST, CHANNELS, DAY_PROFILE, QUEUES, START_HOUR, Failure, Reason, Scenario

T = TypeVar("T")
HOUR = 3600.0
_UNKNOWN_CALLER = 0.07
_NEIGHBOURS_TOO, _ONLY_PART = 0.3, 0.04
_DANGERS: dict[TroubleDanger, float] = {"wire_down": 5, "pole": 3, "fire": 2, "shock": 1}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One customer's attempt: `at` in seconds from the start (negative: waiting since before it), times in seconds.

    `patience` is None for those who never give up by themselves; `customer` is None for unknown callers.
    """

    at: float
    key: str
    reason: Reason
    channel: Channel
    queue: str
    address: str
    name: str | None
    text: str | None
    priority_class: PriorityClass
    patience: float | None
    handle: float
    customer: Customer | None
    device: str | None
    scope: TroubleScope = "all"
    danger: TroubleDanger = "none"


@dataclass(frozen=True, slots=True)
class _Moment:
    """When somebody calls, and what made them."""

    at: float
    device: str | None = None
    danger: TroubleDanger = "none"


def plan_hour(people: People, scenario: Scenario, seed: int, hour: int) -> tuple[Arrival, ...]:
    """Arrivals of the hour after `hour` full ones, in order of time; hour 0 begins with the backlog."""
    rng = Random(seed * 1_009 + hour)
    moments = [_Moment(at) for at in _thinned(rng, scenario, hour)]
    moments += [moment for failure in scenario.failures for moment in _surge(rng, failure, hour)]
    perils = [(peril, peril.minute * 60) for peril in scenario.perils]
    moments += [_Moment(at, peril.device, peril.danger) for peril, at in perils if max(0.0, at) // HOUR == hour]
    if hour == 0:
        # The eldest of the backlog joined minutes ago; ages spread like those of a queue under load.
        moments += [_Moment(-rng.expovariate(1 / 90) - 2) for _ in range(scenario.backlog)]
    moments.sort(key=lambda moment: moment.at)
    return tuple(_arrival(rng, people, scenario, f"{hour}-{n}", moment) for n, moment in enumerate(moments))


def plan(people: People, scenario: Scenario, seed: int) -> Iterator[Arrival]:
    """All arrivals of a day without end, planned hour by hour."""
    hour = 0
    while True:
        yield from plan_hour(people, scenario, seed, hour)
        hour += 1


def _thinned(rng: Random, scenario: Scenario, hour: int) -> Iterator[float]:
    rate = scenario.per_hour / HOUR
    at = hour * HOUR
    while (at := at + rng.expovariate(rate)) < (hour + 1) * HOUR:
        share = DAY_PROFILE[int(START_HOUR + at / HOUR) % 24] / BUSIEST
        if rng.random() < share:
            yield at


def _surge(rng: Random, failure: Failure, hour: int) -> Iterator[_Moment]:
    """Calls about a failed device: the rate halves every half-life, thinned from its peak."""
    start = failure.minute * 60
    at = start if hour == 0 else max(start, hour * HOUR)
    while (at := at + rng.expovariate(failure.per_minute / 60)) < (hour + 1) * HOUR:
        if rng.random() < 0.5 ** ((at - start) / 60 / failure.half_life):
            yield _Moment(at, failure.device)


def _arrival(rng: Random, people: People, scenario: Scenario, key: str, moment: _Moment) -> Arrival:
    at, device, danger = moment.at, moment.device, moment.danger
    reason: Reason = _weighted(rng, scenario.reasons)
    if device is not None:
        reason = "power_out" if danger == "none" else "danger"
    channel: Channel = "hotline" if danger != "none" else _weighted(rng, CHANNELS)
    if reason == "danger" and danger == "none":
        danger = _weighted(rng, _DANGERS)
    if reason == "power_out" and device is None and rng.random() < 0.4:
        device = grid.DEMO_FEEDER
    customer = people.customer(_who(rng, people, device))
    town = places.communes()[customer.commune].name
    if rng.random() < _UNKNOWN_CALLER:
        known, address = None, f"0958{rng.randrange(1_000_000):06d}"
    else:
        known, address = customer, _address(rng, channel, customer)
    voice = channel == "hotline"
    return Arrival(
        at=at,
        key=key,
        reason=reason,
        channel=channel,
        queue=QUEUES[reason],
        address=address,
        name=customer.name if known and channel in ("email", "facebook", "zalo", "app") else None,
        text=None if voice else phrases.text(rng, reason, town, danger),
        priority_class=_priority(rng, reason, known),
        patience=_patience(rng, channel, max(0.0, -at)),
        handle=callers.handle(rng, reason),
        customer=known,
        device=device if reason == "power_out" else None,
        scope=_scope(rng) if device and reason == "power_out" else "all",
        danger=danger,
    )


def _who(rng: Random, people: People, device: str | None) -> int:
    if device is None:
        block = rng.choice(people.blocks)
        return rng.randrange(block.first, max(block.last, block.first + 1)) % people.count
    return rng.choice(people.fed_by(device)) % people.count


def _scope(rng: Random) -> TroubleScope:
    chance = rng.random()
    if chance < _NEIGHBOURS_TOO:
        return "neighbours"
    return "part" if chance > 1 - _ONLY_PART else "all"


def _address(rng: Random, channel: Channel, customer: Customer) -> str:
    """What a channel knows its customer by: a phone, an e-mail at a name reserved for examples, a page's own number."""
    if channel == "email":
        return f"kh{customer.code[-7:]}@example.com"
    if channel == "facebook":
        return f"fb:{rng.randrange(10**9, 10**10)}"
    if channel == "webchat":
        return f"khach-{rng.randrange(1000, 9999)}"
    return customer.phone


def _priority(rng: Random, reason: Reason, customer: Customer | None) -> PriorityClass:
    if reason == "danger":
        return "danger"
    if customer and customer.priority_load == "life_support" and reason == "power_out":
        return "life_support"
    if customer and customer.priority_load == "hospital" and reason == "power_out":
        return "hospital"
    return "repeat" if rng.random() < 0.03 else "normal"


def _patience(rng: Random, channel: Channel, waited: float) -> float | None:
    if channel not in ("hotline", "webchat"):
        return None
    return waited + max(4.0, callers.patience(rng) * (1.0 if channel == "hotline" else 2.0))


def _weighted(rng: Random, weights: Mapping[T, float]) -> T:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]
