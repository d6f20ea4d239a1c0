"""A target as a dispatcher types it: `15:30`, `+90` minutes, `+1:30` hours, `23/11 08:00`; Vietnam's clock. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final, Literal

from agent_tui.i18n import ZONE

Fault = Literal["unreadable", "past", "too_far"]
MOST: Final = timedelta(days=7)
SOON: Final = timedelta(minutes=5)
_IN: Final = re.compile(r"\+\s*(?:(\d{1,2})\s*[:hg]\s*(\d{2})?|(\d{1,4}))")
_AT: Final = re.compile(r"(?:(\d{1,2})/(\d{1,2})\s+)?(\d{1,2})\s*[:hg.]\s*(\d{2})?")
_DAY: Final = timedelta(days=1)
_HALF: Final = timedelta(days=180)


def parse_target(typed: str, now: datetime) -> datetime | Fault:
    """The moment that was meant, to the minute, or what is wrong with it; a clock that has passed today is tomorrow's.

    Between `SOON` before now and now it is a slip and no target for tomorrow.
    """
    local = _minute(now)
    if found := _IN.fullmatch(typed.strip().lower()):
        hours, minutes, alone = found.groups()
        meant = timedelta(minutes=int(alone)) if alone else timedelta(hours=int(hours), minutes=int(minutes or 0))
        at, dated = local + meant, True
    elif (read := _read(typed, local, 1)) is not None:
        at, dated = read
    else:
        return "unreadable"
    if not dated and at < local - SOON:
        at += _DAY
    if at <= local:
        return "past"
    return "too_far" if at > local + MOST else at


def parse_past(typed: str, now: datetime) -> datetime | Fault:
    """The moment something happened, `14:10` or `22/11 23:50`; a clock still to come today is yesterday's."""
    local = _minute(now)
    if (read := _read(typed, local, -1)) is None:
        return "unreadable"
    at, dated = read
    if not dated and at > local + SOON:
        at -= _DAY
    if at > local + SOON:
        return "too_far"
    return "past" if at < local - MOST else min(at, now)


def _minute(now: datetime) -> datetime:
    return now.astimezone(ZONE).replace(second=0, microsecond=0)


def _read(typed: str, local: datetime, ahead: Literal[1, -1]) -> tuple[datetime, bool] | None:
    """The clock that was typed, on its day or today, and whether a day was typed; None where there is no such time.

    A day far on the other side of now is of the next year (`ahead` 1: in December January is meant so) or the last.
    """
    if (found := _AT.fullmatch(typed.strip().lower())) is None:
        return None
    day, month, hour, minute = found.groups()
    try:
        at = local.replace(hour=int(hour), minute=int(minute or 0))
        if day is None:
            return at, False
        at = at.replace(month=int(month), day=int(day))
        return (at.replace(year=at.year + ahead) if (local - at) * ahead > _HALF else at), True
    except ValueError:
        return None
