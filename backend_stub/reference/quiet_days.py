"""Days on which no planned work is announced: round Tết, and what the settings add (exams, elections)."""

from datetime import date
from functools import cache

from backend_stub.domain.plans import tet_quiet_days


@cache
def round_tet(year: int) -> tuple[tuple[date, date], ...]:
    """Return first and last quiet day round the Tết of a year (package `holidays`, imported on first use)."""
    import holidays

    named = holidays.country_holidays("VN", years=year, language="vi").items()
    return tuple(tet_quiet_days(day for day, name in named if "Tết" in name and "Dương" not in name))


def periods(years: tuple[int, ...], also: tuple[tuple[date, date], ...] = ()) -> list[tuple[date, date]]:
    """Return all quiet periods of some years, those of the settings among them."""
    return [period for year in years for period in round_tet(year)] + list(also)
