"""Feeders from which more people call than usual, by an exact test with a known rate of false alarms.

A feeder's callers a day are Gamma distributed by what was seen on it, with one average day mixed in, so the callers
of a window of a weight w (share of a day) are negative binomial. At each call the test asks how likely so many
*others* were in the window: by Slivnyak's theorem those are distributed as if the call were not there. With the level
alpha = false alarms a day / calls a day, no more than that many alarms a day can be expected without a cause.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from backend_stub.domain.wait import beta_share

WINDOW_S: Final = 600.0
FALSE_ALARMS_A_DAY: Final = 0.1
# Callers a day and feeder before anything was seen, and how many days that opinion weighs.
PRIOR_DAYS: Final = 1.0


class Seen(Struct, frozen=True):
    """What was seen on a feeder: callers on so many days."""

    callers: int = 0
    days: float = 0.0


class Hot(Struct, frozen=True):
    """A feeder with more callers in the window than chance explains; `usual` is what the window should have had."""

    feeder: str
    callers: int
    usual: float
    chance: float


def expected(seen: Seen, prior_per_day: float, weight: float) -> float:
    """Return the usual callers of a window of `weight` days."""
    return weight * (prior_per_day * PRIOR_DAYS + seen.callers) / (PRIOR_DAYS + seen.days)


def chance(callers: int, seen: Seen, prior_per_day: float, weight: float) -> float:
    """Return how likely it is, nothing being wrong, to find so many callers at the call of one of them."""
    others = callers - 1
    if others <= 0:
        return 1.0
    shape = prior_per_day * PRIOR_DAYS + seen.callers
    return beta_share(others, shape, weight / (weight + PRIOR_DAYS + seen.days))


def level(calls_a_day: float, false_alarms_a_day: float = FALSE_ALARMS_A_DAY) -> float:
    """Return alpha: below this chance a feeder is hot."""
    return false_alarms_a_day / max(1.0, calls_a_day)


def hot(
    callers: Mapping[str, int], seen: Mapping[str, Seen], prior_per_day: float, weight: float, alpha: float
) -> list[Hot]:
    """Return the feeders that are hot, the least likely first."""
    return sorted(
        _tested(callers.items(), seen, prior_per_day, weight, alpha), key=lambda one: (one.chance, one.feeder)
    )


def _tested(
    callers: Iterable[tuple[str, int]], seen: Mapping[str, Seen], prior: float, weight: float, alpha: float
) -> Iterable[Hot]:
    for feeder, count in callers:
        before = seen.get(feeder, Seen())
        unlikely = chance(count, before, prior, weight)
        if unlikely < alpha:
            yield Hot(feeder, count, expected(before, prior, weight), unlikely)
