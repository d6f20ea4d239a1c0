"""The brake on guessing passwords: failed logins of a name or an address within a time, counted in memory."""

import math
from collections import deque

from backend_stub.clock import Clock
from backend_stub.errors import TooMany

MOST_WATCHED = 10_000


class Brake:
    """Counts by key; who has had `most` within `window_s` seconds is refused until the oldest is that old."""

    def __init__(self, clock: Clock, most: int, window_s: float) -> None:
        self._clock = clock
        self._most = most
        self._window_s = window_s
        self._counted: dict[str, deque[float]] = {}
        self._told: set[str] = set()

    def check(self, key: str) -> None:
        """Raise TooMany while the key has had too many."""
        now = self._clock.monotonic()
        counted = self._counted.get(key, deque())
        while counted and counted[0] <= now - self._window_s:
            counted.popleft()
        if len(counted) >= self._most:
            raise TooMany(math.ceil(counted[0] + self._window_s - now), "Too many failed logins; wait and try again.")
        self._told.discard(key)

    def count(self, key: str) -> None:
        """Count one more."""
        self._counted.setdefault(key, deque()).append(self._clock.monotonic())
        if len(self._counted) > MOST_WATCHED:
            self.forget(next(iter(self._counted)))

    def forget(self, key: str) -> None:
        """Clear the count."""
        self._counted.pop(key, None)
        self._told.discard(key)

    def first_refusal(self, key: str) -> bool:
        """Say, once for each time a key is shut out, that this has just begun: whoever goes on fills no log."""
        if key in self._told:
            return False
        self._told.add(key)
        return True
