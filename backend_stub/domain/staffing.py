"""How many agents, and what each lever buys: Erlang B, C and A with the standard library alone.

Sources: contact-centre reference, section 4.1; Erlang A is the birth-death chain of M/M/N+M. A caller who finds k
waiting would wait a sum of exponentials of rates N*mu + j*theta, j = 0..k, so that the share served within a time has
a closed form through the Beta distribution (see `wait`): exact, and without uniformisation.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from msgspec import Struct

MOST_ERLANG: Final = 3_000.0
MOST_AGENTS: Final = 5_000
_NEGLIGIBLE: Final = 1e-12
# A queue that keeps longer than this, and eight standard deviations from empty, is taken as it is on the mean: the
# chain would be cut off before its peak, and cost a minute.
_LONG_QUEUE: Final = 10_000


class Load(Struct, frozen=True):
    """Calls an hour, mean handle time and mean patience in seconds."""

    calls_per_hour: float
    aht_s: float
    patience_s: float = math.inf

    @property
    def erlang(self) -> float:
        """The offered load in Erlang."""
        return self.calls_per_hour * self.aht_s / 3600


class Outcome(Struct, frozen=True):
    """What a number of agents gives: shares 0..1, seconds; `asa_s` is None where the queue grows without end."""

    service_level: float
    asa_s: float | None
    abandon_rate: float
    occupancy: float


def erlang_b(erlang: float, agents: int) -> float:
    """Return the share of calls blocked by `agents` lines without a queue."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = erlang * blocked / (n + erlang * blocked)
    return blocked


def erlang_c(erlang: float, agents: int) -> float:
    """Return the probability of waiting; 1 where the agents cannot keep up."""
    if agents <= erlang:
        return 1.0
    blocked = erlang_b(erlang, agents)
    return blocked / (1 - erlang / agents * (1 - blocked))


def patient(load: Load, agents: int, threshold_s: float) -> Outcome:
    """Return what Erlang C says: nobody ever gives up."""
    if load.erlang <= 0:
        return Outcome(1.0, 0.0, 0.0, 0.0)
    spare = agents - load.erlang
    if spare <= 0:
        return Outcome(0.0, None, 0.0, 1.0)
    waits = erlang_c(load.erlang, agents)
    level = 1 - waits * math.exp(-spare * threshold_s / load.aht_s)
    return Outcome(level, waits * load.aht_s / spare, 0.0, load.erlang / agents)


def impatient(load: Load, agents: int, threshold_s: float) -> Outcome:
    """Return what Erlang A says: served within the threshold of all offered, mean wait of all, share giving up."""
    if math.isinf(load.patience_s):
        return patient(load, agents, threshold_s)
    if load.erlang <= 0:
        return Outcome(1.0, 0.0, 0.0, 0.0)
    arrivals, giving_up = load.calls_per_hour / 3600, 1 / load.patience_s
    serving = agents / load.aht_s
    length = (arrivals - serving) / giving_up
    if length > _LONG_QUEUE and length > 8 * math.sqrt(arrivals / giving_up):
        return _overrun(arrivals, serving, load.patience_s, threshold_s)
    free, idle_part, queued = _chain(arrivals, serving, giving_up, load.erlang, agents)
    norm = free + math.fsum(queued)
    length = math.fsum(k * p for k, p in enumerate(queued)) / norm
    served = _served_within(queued, serving / giving_up, math.exp(-threshold_s * giving_up)) if agents else 0.0
    lost = giving_up * length / arrivals
    busy = 1.0 if agents == 0 else (idle_part + agents * math.fsum(queued)) / norm / agents
    return Outcome(min(1.0, (free + served) / norm), length / arrivals, min(1.0, lost), min(1.0, busy))


def _overrun(arrivals: float, serving: float, patience_s: float, threshold_s: float) -> Outcome:
    """Return the fluid limit of Erlang A (Whitt 2006): whoever is served waits patience x ln(arrivals / serving)."""
    lost = 1 - serving / arrivals
    wait = patience_s * math.log(arrivals / serving) if serving else math.inf
    return Outcome(1 - lost if wait <= threshold_s else 0.0, patience_s * lost, lost, 1.0)


def _chain(
    arrivals: float, serving: float, giving_up: float, erlang: float, agents: int
) -> tuple[float, float, list[float]]:
    """Return (weight of a free agent, of busy agents while one is free, weights of 0.. waiting), all agents busy = 1.

    Counted outwards from "all busy, none waiting", so that nothing overflows however long the queue.
    """
    free, busy, weight = 0.0, 0.0, 1.0
    for n in range(agents, 0, -1):
        weight *= n / erlang
        free += weight
        busy += (n - 1) * weight
        if weight < _NEGLIGIBLE * free:
            break
    queued, weight, peak = [1.0], 1.0, 1.0
    while weight > _NEGLIGIBLE * peak and len(queued) < 100_000:
        weight *= arrivals / (serving + len(queued) * giving_up)
        queued.append(weight)
        peak = max(peak, weight)
        if peak > 1e200:
            free, busy, weight, peak = free / 1e200, busy / 1e200, weight / 1e200, peak / 1e200
            queued = [w / 1e200 for w in queued]
    return free, busy, queued


def _served_within(queued: list[float], alpha: float, x: float) -> float:
    """Return the weight of those who find k waiting and are served in time: E[U; U > x] of U ~ Beta(alpha, k + 1)."""
    if x >= 1:
        return 0.0
    # The tail of Beta(alpha + 1, k + 1) grows by one term with each k; as logarithms, which no large alpha drowns.
    log_term = (alpha + 1) * math.log(x) if x > 0 else -math.inf
    below, served = math.exp(log_term), 0.0
    for k, weight in enumerate(queued):
        served += weight * alpha / (alpha + k + 1) * max(0.0, 1 - below)
        log_term += math.log((alpha + 1 + k) / (k + 1) * (1 - x))
        below += math.exp(log_term)
    return served


Model = Callable[[Load, int, float], Outcome]


def agents_needed(model: Model, load: Load, target: float, threshold_s: float) -> int | None:
    """Return the fewest agents whose service level reaches the target, None where MOST_AGENTS do not.

    Never fewer than the load asks for: with Erlang A and many calls less would do, but only because callers give up,
    and no plan should count on that (reference, section 4.4: 164 for 163 Erlang, where 158 reach 80 %).
    """

    def enough(agents: int) -> bool:
        return model(load, agents, threshold_s).service_level >= target

    low = min(int(load.erlang), MOST_AGENTS)
    high = low + 1
    while not enough(high):
        if high >= MOST_AGENTS:
            return None
        low, high = high, min(2 * high - int(load.erlang), MOST_AGENTS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@lru_cache(maxsize=1_024)
def needed_now(calls_per_hour: int, aht_s: int, patience_s: int, target: float, threshold_s: float) -> int | None:
    """Return the agents Erlang A asks for; whole numbers, so that a live screen finds its last answers again."""
    return agents_needed(impatient, Load(calls_per_hour, max(1, aht_s), patience_s), target, threshold_s)


def surged(calls_per_hour: float, multiplier: float, deflect: float) -> float:
    """Return the calls of a surge of which a share of the extra ones never reaches the queue."""
    extra = calls_per_hour * max(0.0, multiplier - 1) * (1 - deflect)
    return calls_per_hour * min(1.0, multiplier) + extra


def split(load: Load, centres: int, model: Model, agents: int, threshold_s: float) -> Outcome:
    """Return what `agents` give when the calls are shared evenly by centres that do not help each other."""
    part = Load(load.calls_per_hour / centres, load.aht_s, load.patience_s)
    few, more = divmod(agents, centres)
    shares = [(model(part, few + 1, threshold_s), more / centres), (model(part, few, threshold_s), 1 - more / centres)]
    waits = [None if outcome.asa_s is None else outcome.asa_s * share for outcome, share in shares]
    return Outcome(
        math.fsum(outcome.service_level * share for outcome, share in shares),
        None if None in waits else math.fsum(wait for wait in waits if wait is not None),
        math.fsum(outcome.abandon_rate * share for outcome, share in shares),
        math.fsum(outcome.occupancy * share for outcome, share in shares),
    )


def split_needed(load: Load, centres: int, model: Model, target: float, threshold_s: float) -> int | None:
    """Return the agents needed by all the centres together when each serves its own calls alone."""
    part = Load(load.calls_per_hour / centres, load.aht_s, load.patience_s)
    each = agents_needed(model, part, target, threshold_s)
    return None if each is None else each * centres
