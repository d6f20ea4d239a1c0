"""The plan of a simulated day: who reaches us when, on what channel, why, how patient; pure and seeded.

Arrivals: a Poisson process by thinning over the hourly profile; patience: Weibull fitted to the survivors of
reference/contact-centre.md 6.1 (0.82 at 60 s, 0.26 at 600 s); handle times: log-normal, its median and spread scaled.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from agent_tui.wire import Channel, PriorityClass
from backend_stub.reference import places
from backend_stub.simulate import grid, phrases
from backend_stub.simulate.people import Customer, People
from backend_stub.simulate.scenario import BUSIEST, CHANNELS, DAY_PROFILE, QUEUES, START_HOUR, Failure, Reason, Scenario

T = TypeVar("T")
HOUR = 3600.0
_PATIENCE_SCALE, _PATIENCE_SHAPE = 423.0, 0.83
_HANDLE_MEDIAN: dict[Reason, float] = {
    "power_out": 55, "danger": 70, "bill": 130, "payment": 90, "meter": 110, "new_supply": 130, "other": 75,
}  # fmt: skip
_HANDLE_SPREAD, _HANDLE_LONGEST = 0.6, 900.0
_UNKNOWN_CALLER = 0.07


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
    feeder: str | None


def plan_hour(people: People, scenario: Scenario, seed: int, hour: int) -> tuple[Arrival, ...]:
    """Arrivals of the hour after `hour` full ones, in order of time; hour 0 begins with the backlog."""
    rng = Random(seed * 1_009 + hour)
    moments: list[tuple[float, str | None]] = [(at, None) for at in _thinned(rng, scenario, hour)]
    moments += [moment for failure in scenario.failures for moment in _surge(rng, failure, hour)]
    if hour == 0:
        # The eldest of the backlog joined minutes ago; ages spread like those of a queue under load.
        moments += [(-rng.expovariate(1 / 90) - 2, None) for _ in range(scenario.backlog)]
    moments.sort(key=lambda moment: moment[0])
    return tuple(
        _arrival(rng, people, scenario, f"{hour}-{number}", at, feeder) for number, (at, feeder) in enumerate(moments)
    )


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


def _surge(rng: Random, failure: Failure, hour: int) -> Iterator[tuple[float, str]]:
    """Calls from a failed feeder: the rate halves every half-life, thinned from its peak."""
    start = failure.minute * 60
    at = max(start, hour * HOUR)
    while (at := at + rng.expovariate(failure.per_minute / 60)) < (hour + 1) * HOUR:
        if rng.random() < 0.5 ** ((at - start) / 60 / failure.half_life):
            yield at, failure.feeder


def _arrival(rng: Random, people: People, scenario: Scenario, key: str, at: float, feeder: str | None) -> Arrival:
    reason = "power_out" if feeder else _weighted(rng, scenario.reasons)
    channel = _weighted(rng, CHANNELS)
    if reason == "power_out" and feeder is None and rng.random() < 0.4:
        feeder = grid.DEMO_FEEDER
    block = people.block(feeder) if feeder else rng.choice(people.blocks)
    customer = people.customer(rng.randrange(block.first, max(block.last, block.first + 1)) % people.count)
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
        text=None if voice else phrases.text(rng, reason, town),
        priority_class=_priority(rng, reason, known),
        patience=_patience(rng, channel, max(0.0, -at)),
        handle=_handle(rng, reason),
        customer=known,
        feeder=feeder,
    )


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
    scale = _PATIENCE_SCALE * (1.0 if channel == "hotline" else 2.0)
    return waited + max(4.0, rng.weibullvariate(scale, _PATIENCE_SHAPE))


def _handle(rng: Random, reason: Reason) -> float:
    return min(_HANDLE_LONGEST, rng.lognormvariate(math.log(_HANDLE_MEDIAN[reason]), _HANDLE_SPREAD))


def _weighted(rng: Random, weights: Mapping[T, float]) -> T:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]
