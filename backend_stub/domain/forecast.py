"""How many calls the next half-hours bring: the day's usual profile, corrected by the last hour.

The usual of a half-hour is the mean of the same one on like days, with one day of the general profile mixed in. What
the last hour had more or less than usual is taken as a factor (shrunk by CAUTION calls, so that three calls at night
prove nothing) that fades with a half-life of 45 minutes, as surges do: contact-centre reference, sections 4.4 and 6.1.
The range holds four of five: Poisson noise and a day-to-day spread of 15 %.
"""

import math
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from backend_stub.domain.localtime import local

METHOD: Final = "usual of like days (one day of profile mixed in) x last hour / its usual, fading by half in 45 min"
HALF_HOUR_S: Final = 1_800.0
# Calls of each hour, % of the day (reference 6.1: a planning profile, replaced by a centre's own days as they come).
DAY_SHARES: Final = (
    0.8, 0.5, 0.4, 0.4, 0.5, 1.2, 3.0, 5.5, 8.2, 8.8, 8.6, 7.2,
    4.6, 5.4, 7.6, 7.8, 7.0, 5.8, 4.8, 4.6, 4.0, 2.8, 1.8, 1.1,
)  # fmt: skip
PROFILE_DAYS: Final = 1.0
CAUTION: Final = 20.0
FADE_S: Final = 2_700.0
SPREAD: Final = 0.15
_Z80: Final = 1.2816
_HOUR: Final = 3_600.0


class Forecast(Struct, frozen=True):
    """One half-hour to come: expected calls, and the range that holds four of five."""

    start: float
    offered: float
    low: float
    high: float


def share_of_day(begin: float, end: float) -> float:
    """Return the share 0..1 of a day's calls that the profile puts between two moments (epoch seconds)."""
    parts, at = 0.0, begin
    while at < end:
        moment = local(at)
        until = min(end, at + _HOUR - (moment.minute * 60 + moment.second + moment.microsecond / 1e6))
        parts += DAY_SHARES[moment.hour] * (until - at) / _HOUR
        at = until
    return parts / math.fsum(DAY_SHARES)


def like_days(start: float, days: int = 28) -> list[float]:
    """Return the same moment of the like days before: working days for a working day, weekends for a weekend."""
    weekend = local(start).weekday() >= 5
    before = (start - n * 86_400 for n in range(1, days + 1))
    return [moment for moment in before if (local(moment).weekday() >= 5) == weekend]


def usual(begin: float, end: float, per_day: float, like: Sequence[float] = ()) -> float:
    """Return the calls usual between two moments; `like` are the counts of the same span on days like this one."""
    profile = per_day * share_of_day(begin, end)
    return (PROFILE_DAYS * profile + math.fsum(like)) / (PROFILE_DAYS + len(like))


def ahead(now: float, start: float, usual_calls: float, last_hour: float, usual_last_hour: float) -> Forecast:
    """Return what the half-hour from `start` will bring, given the last hour's calls and what is usual for both."""
    factor = (last_hour + CAUTION) / (usual_last_hour + CAUTION)
    distance = max(0.0, start + HALF_HOUR_S / 2 - now)
    expected = usual_calls * (1 + (factor - 1) * 2 ** (-distance / FADE_S))
    spread = _Z80 * math.sqrt(expected + (SPREAD * expected) ** 2)
    return Forecast(start, expected, max(0.0, expected - spread), expected + spread)
