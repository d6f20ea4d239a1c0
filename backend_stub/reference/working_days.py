"""Vietnam's working days: the public holidays, and the weekdays officially swapped for a Saturday."""

from datetime import date
from functools import cache

from backend_stub.domain.deadlines import Calendar, vietnamese_holidays
from backend_stub.reference import table


@cache
def swapped_days() -> dict[date, date]:
    """Each weekday made free, with the Saturday worked for it."""
    rows = table.read("swapped_days.tsv")
    return {date.fromisoformat(row["off"]): date.fromisoformat(row["worked"]) for row in rows}


@cache
def vietnam() -> Calendar:
    """The calendar offices go by."""
    return Calendar(vietnamese_holidays, frozenset(swapped_days()), frozenset(swapped_days().values()))
