"""Deadlines of requests: hours of the clock, or working days that skip weekends and holidays and count swapped days."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from backend_stub.domain.localtime import local, midnight

# Our default: a working-day deadline ends with the office day. A utility's own hours come with the settings.
OFFICE_ENDS_H = 17
SOON_S = 4 * 3600.0
SOON_SHARE = 0.2

Holidays = Callable[[int], Container[date]]


@cache
def vietnamese_holidays(year: int) -> frozenset[date]:
    """Vietnam's public holidays of a year, substitute days included (package `holidays`, imported on first use)."""
    import holidays

    return frozenset(holidays.country_holidays("VN", years=year))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When offices work: `holidays_of` a year, weekdays made free by a swap (`off`), Saturdays worked for them."""

    holidays_of: Holidays
    off: Container[date] = frozenset()
    worked: Container[date] = frozenset()


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Whether offices work on `day`."""
    if day in calendar.worked:
        return True
    return day.weekday() < 5 and day not in calendar.off and day not in calendar.holidays_of(day.year)


def add_working_days(start: date, days: int, calendar: Calendar) -> date:
    """The `days`-th working day after `start`; `start` itself is never counted. ValueError for a negative count."""
    if days < 0:
        raise ValueError("working days cannot be negative")
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, calendar)
    return day


@dataclass(frozen=True, slots=True)
class Site:
    """Where the work is: the serving corporation, `urban` or `rural` (None: unknown), and whether works are needed."""

    corporation: str
    area: Literal["urban", "rural"] | None = None
    works: bool = False


def area_of(kind: str) -> Literal["urban", "rural"]:
    """The area of a commune of this kind: a phường is urban, a xã rural (Law 72/2025/QH15 on local government).

    A đặc khu (an island) counts as rural: the longer of two published periods is the one that can be promised.
    """
    return "urban" if kind == "phường" else "rural"


def rule_at(usual: str, variants: Mapping[str, str], site: Site) -> str:
    """The deadline rule of a request at a site, the most specific variant of the catalogue first.

    Works come before the area: with a new pole, cable or current transformers the area no longer matters.
    """
    wanted = ["works"] if site.works else []
    wanted += [site.area] if site.area is not None else []
    for word in wanted:
        for key in (f"{site.corporation}.{word}", word):
            if key in variants:
                return variants[key]
    return variants.get(site.corporation, usual)


def due_at(rule: str, created: float, calendar: Calendar) -> float | None:
    """When a request is due (epoch seconds) by a catalogue rule `none`, `hours:N`, `days:N`; ValueError for another."""
    unit, _, figure = rule.partition(":")
    if unit == "none":
        return None
    if unit == "hours":
        return created + float(figure) * 3600
    if unit == "days":
        last = add_working_days(local(created).date(), int(figure), calendar)
        return midnight(last) + OFFICE_ENDS_H * 3600
    raise ValueError(f"unknown deadline rule {rule!r}")


def due_state(
    created: float, due: float | None, now: float, done_at: float | None = None
) -> Literal["ok", "soon", "late"]:
    """Late after the deadline; soon with less than 4 hours or less than a fifth of the time left; times in seconds.

    What was done at `done_at` stays late or in time for ever.
    """
    if due is None:
        return "ok"
    if done_at is not None:
        return "late" if done_at > due else "ok"
    left = due - now
    if left < 0:
        return "late"
    return "soon" if left < SOON_S or left < SOON_SHARE * (due - created) else "ok"
