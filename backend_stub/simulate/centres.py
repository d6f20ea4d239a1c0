"""A day of the five centres: who calls or writes to whom when, and who is on duty; pure and seeded.

19,178 calls a day are 7 M a year (contact-centre reference, 4.4). Shares of the corporations: EVNNPC 5,540 a day
(August 2025) and EVNSPC 4,000 a day (2018) are published (domain reference, A2); those of the other three are guesses.
"""

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Final

from agent_tui.wire import Channel, PriorityClass
from backend_stub.domain import staffing
from backend_stub.simulate import callers, scenario
from backend_stub.simulate.scenario import CHANNELS, DAY_PROFILE, QUEUES, Reason

CALLS_A_DAY: Final = 19_178
SHARES: Final = {"EVNNPC": 0.289, "EVNSPC": 0.209, "EVNHCMC": 0.21, "EVNCPC": 0.16, "EVNHANOI": 0.132}
HOUR_S: Final = 3_600.0
DAY_S: Final = 86_400.0
TARGET, WITHIN_S = 0.8, 30.0
AHT_S, PATIENCE_S = 180, 345
# Paid but on a break or not answering (a guess).
SHRINKAGE: Final = 0.12
_LIFE_SUPPORT = 0.002
VOICE: Final = "hotline"
# Contacts on each channel for one call: the demonstration's mix. The reference (6.1) gives none, so these are guesses,
# as is what follows: a text takes longer than a call, an agent has several at once, only a web chat is left again.
MIX: Final = {channel: share / CHANNELS[VOICE] for channel, share in CHANNELS.items()}
CHATS: Final = 3
TEXT_TIMES, TEXT_PATIENCE = 1.6, 3.0
LEAVES: Final = frozenset({"webchat"})
ACW_S: Final = 20.0
_HOLD_SHARE: Final = 0.06


@dataclass(frozen=True, slots=True)
class Surge:
    """An outage at second `at` of the day: the rate is `times` the usual one and halves every `half_life_s`."""

    at: float
    times: float
    half_life_s: float = 2_700.0


TWO_O_CLOCK: Final = Surge(14 * HOUR_S, 5.0)


@dataclass(frozen=True, slots=True)
class Day:
    """What kind of day: reasons are those of the scenario; with `mixing` the volume differs as that of days does."""

    seed: int = 1
    calls: float = CALLS_A_DAY
    surges: tuple[Surge, ...] = (TWO_O_CLOCK,)
    mixing: bool = False
    scenario: str = "day"
    channels: tuple[Channel, ...] = tuple(MIX)
    redials: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """One contact of one customer, by telephone one attempt; seconds, `at` from midnight, `attempt` from 1."""

    id: str
    centre: str
    at: float
    queue: str
    priority: PriorityClass
    patience: float
    talk: float
    hold: float
    acw: float
    attempt: int = 1
    channel: Channel = "hotline"


def of_scenario(name: str, seed: int) -> Day:
    """Return the scenario's day of all centres; ValueError for an unknown one. All factors but heat's are guesses.

    In the heat of June 2016 Hanoi counted a fifth more calls than usual (contact-centre reference, 4.4).
    """
    factor, surges = {
        "quiet": (0.6, ()),
        "day": (1.0, ()),
        "heatwave": (1.2, (Surge(13 * HOUR_S, 2.0), Surge(19.5 * HOUR_S, 3.0, HOUR_S))),
        "storm": (1.1, (TWO_O_CLOCK, Surge(17 * HOUR_S, 8.0, HOUR_S))),
        "billshock": (1.5, ()),
    }[scenario.by_name(name).name]
    return Day(seed, CALLS_A_DAY * factor, surges, mixing=True, scenario=name)


def usual(hour: int, calls: float) -> float:
    """Return the calls an hour of all centres in this hour of an ordinary day."""
    return calls * DAY_PROFILE[hour] / sum(DAY_PROFILE)


def exact(total: float, shares: Mapping[str, float]) -> dict[str, int]:
    """Return whole numbers in the proportions of `shares` whose sum is `total` rounded: largest remainders."""
    whole, most = round(total), sum(shares.values())
    parts = {name: whole * share / most for name, share in shares.items()}
    counts = {name: int(part) for name, part in parts.items()}
    behind = sorted(parts, key=lambda name: (counts[name] - parts[name], name))
    for name in behind[: whole - sum(counts.values())]:
        counts[name] += 1
    return counts


def calls_of(day: Day, centre: str) -> Iterator[Call]:
    """Give the first attempts of a centre's callers in order of time."""
    return contacts_of(day, centre, "hotline")


def contacts_of(day: Day, centre: str, channel: Channel) -> Iterator[Call]:
    """Give a centre's first contacts of the day on a channel in order of time.

    An ordinary day has its number exactly, spread as the profile says (a Poisson process, given its number); with
    `mixing` the number is drawn. What a surge adds is a Poisson process of its own, by thinning.
    """
    voice = channel == VOICE
    rng = Random(f"{day.seed} {centre}" if voice else f"{day.seed} {centre} {channel}")
    mixed = callers.mixing(rng) if day.mixing else 1.0
    number = exact(day.calls * MIX[channel], SHARES)[centre]
    if day.mixing:
        number = max(0, round(rng.gauss(number * mixed, math.sqrt(number * mixed))))
    hours = rng.choices(range(24), DAY_PROFILE, k=number)
    usual_ones = sorted((hour + rng.random()) * HOUR_S for hour in hours)
    extra = _surged(rng, day, SHARES[centre] * MIX[channel] * mixed)
    reasons = scenario.by_name(day.scenario).reasons
    begun = ((at, True) for at in extra), ((at, False) for at in usual_ones)
    for n, (at, surged) in enumerate(heapq.merge(*begun)):
        # The extra ones all ask the same.
        why: Reason = "power_out" if surged else rng.choices(tuple(reasons), tuple(reasons.values()))[0]
        yield _call(rng, f"{centre}-{n}" if voice else f"{centre}-{channel}-{n}", centre, at, why, channel)


def _surged(rng: Random, day: Day, factor: float) -> list[float]:
    """Return when the contacts come that a surge adds."""
    found = []
    for hour in range(24):
        # The surge only falls inside an hour in which none begins, so its rate is highest at one of these.
        starts = [hour * HOUR_S, *(surge.at for surge in day.surges if surge.at // HOUR_S == hour)]
        rate, most = usual(hour, day.calls) * factor / HOUR_S, max(_factor(day, at) for at in starts) - 1
        at = hour * HOUR_S
        while rate * most > 0 and (at := at + rng.expovariate(rate * most)) < (hour + 1) * HOUR_S:
            if rng.random() * most < _factor(day, at) - 1:
                found.append(at)
    return found


def again(rng: Random, call: Call, at: float) -> Call | None:
    """Return the next attempt of somebody who gave up at second `at`, or None."""
    after = callers.redial(rng, call.attempt)
    if call.channel != VOICE or after is None or at + after >= DAY_S:
        return None
    name = f"{call.id.partition('+')[0]}+{call.attempt}"
    return Call(
        name, call.centre, at + after, call.queue, call.priority, callers.patience(rng), call.talk, call.hold, call.acw,
        call.attempt + 1,
    )  # fmt: skip


@lru_cache(maxsize=1_000)
def on_duty(centre: str, hour: int, calls: float = CALLS_A_DAY) -> int:
    """Return the agents of a centre in this hour: Erlang A for 80 % in 30 s on an ordinary day, and some on a break."""
    rate = round(usual(hour, calls) * SHARES[centre])
    wanted = staffing.needed_now(rate, round(AHT_S + ACW_S), PATIENCE_S, TARGET, WITHIN_S)
    return max(2, math.ceil((wanted or 0) / (1 - SHRINKAGE)))


@lru_cache(maxsize=1_000)
def texts_on_duty(centre: str, hour: int, calls: float = CALLS_A_DAY) -> int:
    """Return the agents of a centre for texts in this hour: places by Erlang A as for calls, several to an agent."""
    rate = round(usual(hour, calls) * SHARES[centre] * sum(share for channel, share in MIX.items() if channel != VOICE))
    places = staffing.needed_now(
        rate, round(TEXT_TIMES * AHT_S + ACW_S), round(TEXT_PATIENCE * PATIENCE_S), TARGET, WITHIN_S
    )
    return max(1, math.ceil((places or 0) / CHATS / (1 - SHRINKAGE)))


def _factor(day: Day, at: float) -> float:
    return 1.0 + sum(callers.surge(at - surge.at, surge.times, surge.half_life_s) - 1 for surge in day.surges)


def _call(rng: Random, name: str, centre: str, at: float, reason: Reason, channel: Channel) -> Call:
    priority: PriorityClass = "danger" if reason == "danger" else "normal"
    if reason == "power_out" and rng.random() < _LIFE_SUPPORT:
        priority = "life_support"
    voice = channel == VOICE
    hold = rng.uniform(10, 60) if voice and rng.random() < _HOLD_SHARE else 0.0
    acw = rng.expovariate(1 / ACW_S)
    patience, talk = callers.patience(rng), callers.talk(rng)
    if not voice:
        patience = TEXT_PATIENCE * patience if channel in LEAVES else math.inf
        talk *= TEXT_TIMES
    return Call(name, centre, at, QUEUES[reason], priority, patience, talk, hold, acw, channel=channel)
