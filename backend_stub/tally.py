"""How often each user searched and how much was shown: counted in memory, put into the audit log a minute at a time.

A row a search would be a durable write a keystroke, and what was typed is people's data: neither is kept.
"""

from typing import TypeAlias

import msgspec

from backend_stub.store.audit import Entry, Trail
from backend_stub.store.engine import Tx

Counts: TypeAlias = "dict[tuple[str, str], list[int]]"


def shown(body: object) -> int:
    """Return how many things an answer lists."""
    listed = getattr(body, "items", None)
    return len(listed) if isinstance(listed, list) else 0


class Tally:
    """Searches since they were last taken."""

    def __init__(self) -> None:
        self._counts: Counts = {}

    def add(self, user: str, verb: str, shown: int) -> None:
        """Count a search that listed so many."""
        count = self._counts.setdefault((user, verb), [0, 0])
        count[0] += 1
        count[1] += shown

    def take(self) -> Counts:
        """Return the counts and begin anew."""
        counts, self._counts = self._counts, {}
        return counts

    def give_back(self, counts: Counts) -> None:
        """Add counts that could not be stored."""
        for key, (searches, listed) in counts.items():
            count = self._counts.setdefault(key, [0, 0])
            count[0] += searches
            count[1] += listed


def note(tx: Tx, trail: Trail, counts: Counts) -> None:
    """Append one row a user and kind of search."""
    for (user_id, verb), (searches, listed) in sorted(counts.items()):
        change = msgspec.json.encode({"searches": searches, "shown": listed}).decode()
        tx.audit(trail, Entry(tx.now, user_id, verb, change=change))
