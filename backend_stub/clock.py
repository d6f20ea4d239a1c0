"""Time as a value: the service asks one clock object, tests move it by hand."""

import time
from datetime import UTC, datetime
from typing import Protocol

from backend_stub.errors import Invalid


class Clock(Protocol):
    """Wall time for what is stored, monotonic time for durations; both in seconds."""

    def now(self) -> float:
        """Return epoch seconds, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never jump."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        """Return epoch seconds, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until `advance` moves it."""

    def __init__(self, t: float) -> None:
        self._now = t
        self._monotonic = 0.0

    def now(self) -> float:
        """Return epoch seconds, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since this clock was made."""
        return self._monotonic

    def advance(self, s: float) -> None:
        """Move both times forward by `s` seconds."""
        self._now += s
        self._monotonic += s


def to_wire(t: float) -> datetime:
    """Turn epoch seconds into an aware UTC datetime."""
    return datetime.fromtimestamp(t, UTC)


def from_wire(d: datetime) -> float:
    """Turn an aware datetime into epoch seconds; raises Invalid outside the years 1970 to 9998."""
    # Nearer the ends of the calendar a zone's offset leads to a year that does not exist.
    if not 1970 <= d.year <= 9998:
        raise Invalid("", "bad_time", "A time lies between 1970 and 9998.")
    return d.timestamp()


def opt_to_wire(t: float | None) -> datetime | None:
    """Turn epoch seconds into an aware UTC datetime, None into None."""
    return None if t is None else to_wire(t)
