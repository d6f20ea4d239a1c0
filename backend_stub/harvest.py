"""Who opened or looked up more than a day's work needs: found in the audit log, told once a user and day.

The audit log is the count: what was opened before a restart counts too, and nothing is kept twice.
"""

import logging
from dataclasses import dataclass

import msgspec

from backend_stub.domain.localtime import day_bounds
from backend_stub.limits import OPENINGS
from backend_stub.settings import Limits
from backend_stub.store import audit
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

LOG = logging.getLogger("backend_stub")
VERB = "harvest.suspect"
SEARCHES = ("customer.search", "ticket.search")
_OPENINGS = ", ".join(f"'{verb}'" for verb in sorted(OPENINGS))
_COUNTED = f"""SELECT who, sum(verb IN ({_OPENINGS})), coalesce(sum(json_extract(nullif(change, ''), '$.searches')), 0),
    sum(verb = '{VERB}') FROM {{which}} AND at >= ? AND at < ?
    AND verb IN ({_OPENINGS}, '{VERB}', {", ".join(f"'{verb}'" for verb in SEARCHES)}) GROUP BY +who"""
# The first look at a day goes through the index of users, every later one through the rows that are new.
_FIRST = _COUNTED.format(which="user CROSS JOIN audit ON who = user.id WHERE ? = 0")
_NEW = _COUNTED.format(which="audit WHERE n > ?")
_RECORDS = f"SELECT count(DISTINCT object) FROM audit WHERE who = ? AND at >= ? AND at < ? AND verb IN ({_OPENINGS})"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A user (an id), how many different customers' records were opened today, and how often was searched."""

    user: str
    records: int
    searches: int


class Watch:
    """The counts of the local day; one look at a time."""

    def __init__(self, settings: Limits) -> None:
        self._most_records = settings.records_day
        self._most_searches = settings.searches_day
        self._day = (0.0, 0.0)
        self._last = 0
        self._counts: dict[str, tuple[int, int]] = {}
        self._told: set[str] = set()

    @property
    def told(self) -> int:
        """How many users were told of today."""
        return len(self._told)

    def look(self, conn: sqlite3.Connection, now: float) -> list[Suspect]:
        """Count what is new and return who is over a threshold and was not told of today."""
        day = day_bounds(now)
        if day != self._day:
            self._day, self._last, self._counts, self._told = day, 0, {}, set()
        for who, openings, searches, told in conn.execute(_NEW if self._last else _FIRST, (self._last, *day)):
            before = self._counts.get(who, (0, 0))
            self._counts[who] = (before[0] + openings, before[1] + searches)
            if told:
                self._told.add(who)
        self._last = audit.head(conn).n
        found = (self._weigh(conn, who, *counted) for who, counted in self._counts.items() if who not in self._told)
        return [one for one in found if one is not None]

    def _weigh(self, conn: sqlite3.Connection, who: str, openings: int, searches: int) -> Suspect | None:
        if openings <= self._most_records and searches <= self._most_searches:
            return None
        # The same record opened again and again is no harvest.
        records = int(conn.execute(_RECORDS, (who, *self._day)).fetchone()[0])
        over = records > self._most_records or searches > self._most_searches
        return Suspect(who, records, searches) if over else None

    def tell(self, found: list[Suspect]) -> None:
        """Say in the service's log what is on record now."""
        for one in found:
            self._told.add(one.user)
            LOG.warning("user %s opened %d records and searched %d times today", one.user, one.records, one.searches)


def note(tx: Tx, trail: Trail, found: list[Suspect]) -> None:
    """Append one row a suspect."""
    for one in found:
        change = msgspec.json.encode({"records": one.records, "searches": one.searches}).decode()
        tx.audit(trail, Entry(tx.now, one.user, VERB, change=change))
