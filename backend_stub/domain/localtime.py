"""Vietnamese wall-clock time: UTC+7 the whole year since 1975, so no time-zone database is needed."""

from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def local(t: float) -> datetime:
    """The local time of epoch seconds `t`."""
    return datetime.fromtimestamp(t, VIETNAM)


def midnight(day: date) -> float:
    """Epoch seconds at which the local `day` begins."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()


def day_bounds(now: float) -> tuple[float, float]:
    """Begin and end (epoch seconds, end excluded) of the local day that holds `now`."""
    today = local(now).date()
    return midnight(today), midnight(today + timedelta(days=1))
