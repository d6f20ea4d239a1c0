"""How often: requests of a session, openings of customer records by an agent. Counted in memory, by monotonic time."""

import math
from collections import deque

from backend_stub.clock import Clock
from backend_stub.errors import TooMany
from backend_stub.settings import Limits as LimitSettings

MINUTE_S = 60.0
KEEP = 10_000
# Sums of small steps are off by less than this, in seconds.
EPSILON = 1e-6
# What counts as opening a customer's record.
OPENINGS = frozenset({"customer.read", "customer.bills", "customer.bill_check"})


class Limits:
    """The brakes of one service."""

    def __init__(self, clock: Clock, settings: LimitSettings) -> None:
        self._clock = clock
        self._spacing = 1.0 / settings.requests_s
        self._tolerance = settings.burst_s
        self._openings = settings.openings_minute
        self._due: dict[str, float] = {}
        self._opened: dict[str, deque[float]] = {}

    def check(self, token: str, user_id: str, verb: str) -> None:
        """Count a request of a session, and of an agent when it opens a record; raises TooMany."""
        now = self._clock.monotonic()
        # Generic cell rate: `due` is when a session that asked at exactly the permitted rate would ask next.
        due = max(self._due.get(token, now), now) + self._spacing
        if due - now > self._tolerance + EPSILON:
            raise TooMany(1, "This session asks too often; slow down.")
        self._due[token] = due
        if len(self._due) > KEEP:
            self._due = {key: when for key, when in self._due.items() if when > now}
        if verb in OPENINGS:
            self._open(user_id, now)

    def _open(self, user_id: str, now: float) -> None:
        opened = self._opened.setdefault(user_id, deque())
        while opened and opened[0] <= now - MINUTE_S:
            opened.popleft()
        if len(opened) >= self._openings:
            wait = math.ceil(opened[0] + MINUTE_S - now)
            raise TooMany(wait, f"At most {self._openings} customer records a minute; wait a moment.")
        opened.append(now)
