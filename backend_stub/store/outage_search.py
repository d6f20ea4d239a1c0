"""Which outages and planned works words belong to: their own text, or the streets of the customers below the device.

From a street the way goes over its customers in communes something is out in, their transformers, and the devices
above these: what it costs depends on the street, never on how many customers a corporation has.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from agent_tui import wire
from agent_tui.text.fold import fold
from backend_stub.domain import lookup
from backend_stub.domain import outage as rules
from backend_stub.reference import gazetteer
from backend_stub.store import lanes, outage_grid
from backend_stub.store.driver import sqlite3

# The newest outages looked at, customers of streets looked through, and what one statement may cost (some 40 ms).
MOST_OUTAGES = 2_000
MOST_CUSTOMERS = 10_000
MOST_TICKS = 2_000
MOST_STREETS = 3

_STATUSES = ", ".join(f"'{one}'" for one in sorted(rules.OFF_NOW | rules.PLAN_AHEAD | {"restored", "verified"}))
_LIVE = f"""SELECT id, device, device_name, below, coalesce(area, '') AS area, coalesce(reason, '') AS reason
    FROM outage LEFT JOIN plan ON plan.outage = outage.id WHERE status IN ({_STATUSES}) ORDER BY n DESC LIMIT ?"""
_FED = """SELECT c.transformer, c.street, c.address FROM customer c WHERE c.street IN (SELECT value FROM json_each(?1))
    AND c.commune IN (SELECT value FROM json_each(?2)) AND (?3 = '' OR c.house = ?3)
    AND c.transformer IS NOT NULL AND c.status <> 'closed'"""
_ABOVE = f"""SELECT o.id, fed.value FROM json_each(?) fed CROSS JOIN device_node node ON node.device = fed.value
    CROSS JOIN json_each(node.path) above CROSS JOIN outage o ON o.device = above.value
    WHERE o.status IN ({_STATUSES})"""


def find(conn: sqlite3.Connection, q: str) -> wire.OutageHits:
    """Return the open, restored and planned outages for what was typed, newest first, each with the streets found."""
    house, street = lookup.house_and_street(fold(q), lookup.MAX_TERMS)
    terms = tuple(street.split())
    live = conn.execute(_LIVE, (MOST_OUTAGES + 1,)).fetchall()
    if not terms or not live:
        return wire.OutageHits([])
    finder = _Finder(conn, frozenset(code for row in live for code in outage_grid.counts(row["below"])))
    conn.set_progress_handler(finder.tick, lanes.OPS_A_TICK)
    try:
        found = finder.streets(terms, house)
    finally:
        conn.set_progress_handler(None, 0)
    asked = fold(q).split()
    shown = [row["id"] for row in live[:MOST_OUTAGES] if row["id"] in found or _says(row, asked)]
    return wire.OutageHits(
        [wire.OutageHit(one, found.get(one, [])) for one in shown], finder.cut or len(live) > MOST_OUTAGES
    )


def _says(row: sqlite3.Row, words: Sequence[str]) -> bool:
    own = fold(" ".join((row["device"], row["device_name"], row["area"], row["reason"])))
    text = " ".join((own, *map(_place, outage_grid.counts(row["below"]))))
    return all(word in text for word in words)


@lru_cache(4_096)
def _place(commune: str) -> str:
    return fold(outage_grid.names([commune])[0])


def spelled(address: str) -> str:
    """Return the street of an address as it is written there, without the house: `12/3 Trần Phú, ...` -> `Trần Phú`."""
    words = address.partition(",")[0].split()
    while words and (any(sign.isdigit() for sign in words[0]) or fold(words[0]) in ("so", "nha")):
        words.pop(0)
    return " ".join(words)


class _Finder:
    """From words to streets to the outages above their customers, in the communes that outages lie in."""

    def __init__(self, conn: sqlite3.Connection, communes: frozenset[str]) -> None:
        self.conn, self.communes = conn, communes
        self.cut = False
        self._ticks = 0

    def tick(self) -> int:
        """Count the database's work; a true answer ends a statement that costs too much."""
        self._ticks += 1
        return self._ticks > MOST_TICKS

    def streets(self, terms: tuple[str, ...], house: str) -> dict[str, list[str]]:
        """Return the streets of each outage: of all the words, else of the first of them in the place the rest name."""
        found = self._of(terms, house, self.communes)
        for i in range(len(terms) - 1, 0, -1):
            if found:
                break
            place = gazetteer.known().read(terms[i:], prefix=True)
            if place is not None:
                found = self._of(terms[:i], house, self.communes.intersection(place.communes))
        return found

    def _of(self, terms: Sequence[str], house: str, communes: Iterable[str]) -> dict[str, list[str]]:
        sids = [row[0] for row in self._rows(lanes.STREETS, (lookup.all_words(terms, half_typed=True),))]
        values = (json.dumps(sids), json.dumps(sorted(communes)), house)
        fed: dict[str, set[str]] = {}
        seen: set[tuple[str, int]] = set()
        for transformer, sid, address in self._rows(_FED, values) if sids else ():
            # One customer of a street says how it is written.
            if (transformer, sid) not in seen:
                seen.add((transformer, sid))
                fed.setdefault(transformer, set()).add(spelled(address))
        found: dict[str, set[str]] = {}
        for outage, transformer in self._rows(_ABOVE, (json.dumps(list(fed)),)) if fed else ():
            found.setdefault(outage, set()).update(fed[transformer])
        return {outage: sorted(names)[:MOST_STREETS] for outage, names in found.items()}

    def _rows(self, sql: str, values: tuple[str, ...]) -> Iterator[sqlite3.Row]:
        """Yield the rows of a statement, those it had when it was ended for its cost."""
        self._ticks = rows = 0
        try:
            for row in islice(self.conn.execute(sql, values), MOST_CUSTOMERS):
                rows += 1
                yield row
        except sqlite3.OperationalError:
            if self._ticks <= MOST_TICKS:
                raise
            self.cut = True
        self.cut = self.cut or rows == MOST_CUSTOMERS
