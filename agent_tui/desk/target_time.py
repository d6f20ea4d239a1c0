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


def parse_target(typed: str, now: datetime) -> datetime | Fault:
    """The moment that was meant, to the minute, or what is wrong with it; a clock that has passed today is tomorrow's.

    Between `SOON` before now and now it is a slip and no target for tomorrow.
    """
    text = typed.strip().lower()
    local = now.astimezone(ZONE).replace(second=0, microsecond=0)
    if found := _IN.fullmatch(text):
        hours, minutes, alone = found.groups()
        meant = timedelta(minutes=int(alone)) if alone else timedelta(hours=int(hours), minutes=int(minutes or 0))
        return _checked(local + meant, local)
    if (found := _AT.fullmatch(text)) is None:
        return "unreadable"
    day, month, hour, minute = found.groups()
    try:
        at = local.replace(hour=int(hour), minute=int(minute or 0))
        if day is not None:
            at = at.replace(month=int(month), day=int(day))
            # In December January is meant of next year.
            at = at.replace(year=at.year + 1) if at < local - timedelta(days=180) else at
    except ValueError:
        return "unreadable"
    if day is None and at < local - SOON:
        at += _DAY
    return _checked(at, local)


def parse_past(typed: str, now: datetime) -> datetime | Fault:
    """The moment something happened, `14:10` or `22/11 23:50`; a clock still to come today is yesterday's."""
    text = typed.strip().lower()
    local = now.astimezone(ZONE).replace(second=0, microsecond=0)
    if (found := _AT.fullmatch(text)) is None:
        return "unreadable"
    day, month, hour, minute = found.groups()
    try:
        at = local.replace(hour=int(hour), minute=int(minute or 0))
        if day is not None:
            at = at.replace(month=int(month), day=int(day))
            at = at.replace(year=at.year - 1) if at > local + timedelta(days=180) else at
    except ValueError:
        return "unreadable"
    if day is None and at > local + SOON:
        at -= _DAY
    if at > local + SOON:
        return "too_far"
    return "past" if at < local - MOST else min(at, now)


def _checked(at: datetime, now: datetime) -> datetime | Fault:
    if at <= now:
        return "past"
    return "too_far" if at > now + MOST else at
