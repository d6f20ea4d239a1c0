"""The customer look-up: lanes of bounded index seeks, tried in the order of their precision.

Every text is a valid look-up. Within a lane the customers of the caller's commune and of communes with an open outage
come first, then the more popular names; equal questions have equal answers.
"""

import json
from collections.abc import Sequence
from itertools import islice

import msgspec

from agent_tui.text import phone as phones
from agent_tui.wire import CustomerHit, CustomerHits, Lane
from backend_stub.domain import lookup
from backend_stub.domain.lookup import Lookup, after
from backend_stub.domain.places import Place
from backend_stub.reference import gazetteer
from backend_stub.store import lanes
from backend_stub.store.driver import sqlite3

_COUNTS = msgspec.json.Decoder(dict[str, int])
Value = str | int
Terms = tuple[str, ...]
# Up to so many communes are looked through name by name; more of them are asked of the dictionary.
SLICES = 6
NAME_TERMS = 8
# Before an address a name is said shorter than this.
NAMED_TERMS = 6


def find(conn: sqlite3.Connection, q: str, *, commune: str | None = None, limit: int = 20) -> CustomerHits:
    """Return up to `limit` customers for what was typed, those of `commune` (a code) first among equals."""
    if (whole := lookup.whole(q)) is not None:
        key, lane = whole
        rows = conn.execute(lanes.CODE if lane == "code" else lanes.NUMBER, (key,)).fetchmany(limit + 1)
        if rows:
            return CustomerHits([lanes.hit(row, row[9]) for row in rows[:limit]], rows[0][9], len(rows) > limit)
    return _search(conn, lookup.plan(q), commune, limit)


def _search(conn: sqlite3.Connection, plan: Lookup, commune: str | None, limit: int) -> CustomerHits:
    finder = _Finder(conn, limit, commune)
    conn.set_progress_handler(finder.tick, lanes.OPS_A_TICK)
    note = None
    try:
        finder.run(plan)
        if not finder.found and (retry := lookup.untyped(plan)) is not None:
            finder.words(retry, "telex_retry")
            if finder.found:
                note = f"Telex/VNI → {' '.join(retry.terms)}"
    finally:
        conn.set_progress_handler(None, 0)
    return CustomerHits(list(finder.found.values())[:limit], finder.lane, finder.more, note)


class _Finder:
    """Collects rows in the order of the lanes, each customer once, one more than asked for."""

    def __init__(self, conn: sqlite3.Connection, limit: int, commune: str | None) -> None:
        self.conn = conn
        self.limit = limit
        self.commune = commune
        self.found: dict[int, CustomerHit] = {}
        self.said: frozenset[str] = frozenset()
        self.lane: Lane = "name"
        self.cut = False
        self._ticks = 0
        self._hot: list[str] | None = None

    def tick(self) -> int:
        """Count the database's work; a true answer ends a statement that costs too much."""
        self._ticks += 1
        return self._ticks > lanes.MOST_TICKS

    @property
    def more(self) -> bool:
        """Whether the answer was cut."""
        return self.cut or len(self.found) > self.limit

    @property
    def full(self) -> bool:
        """Whether further lanes would add nothing that is shown."""
        return len(self.found) > self.limit

    @property
    def hot(self) -> list[str]:
        """The communes that come first: the caller's, and those where the power is out."""
        if self._hot is None:
            self._hot = [] if self.commune is None else [self.commune]
            for row in self.conn.execute(lanes.HOT):
                self._hot += _COUNTS.decode(row[0])
            self._hot = list(dict.fromkeys(self._hot))[: lanes.MAX_HOT]
        return self._hot

    def run(self, plan: Lookup) -> None:
        """Try the lanes of the plan; words are tried as names only when no number or code was meant."""
        if plan.numbers:
            self._number(plan)
        elif plan.code:
            self._range(lanes.CODES, plan.code)
        elif plan.tail:
            self._code_end(plan.tail)
        if plan.terms and not self.found:
            self.words(plan, "name")

    def words(self, plan: Lookup, lane: Lane) -> None:
        """Try the words as a name, then as a name and a place, an address, a place."""
        if not plan.terms:
            return
        terms = plan.terms
        if len(terms) <= NAME_TERMS:
            self._names(lane, terms)
        placed: Lane = "name_place" if lane == "name" else lane
        named = bool(self.found)
        if self.full or (named and not lookup.says_place(terms)):
            return
        self.said = frozenset(terms)
        whole = gazetteer.known().read(terms, prefix=not named)
        self._name_and_place(placed, terms, only_strong=named)
        if not self.found:
            self._addresses(placed, plan)
        if whole is not None and (whole.names > 1 or not self.found):
            self._place(placed, whole)

    def _number(self, plan: Lookup) -> None:
        """Try digits as a whole number, then as a phone or its end, the end of a code, the beginning of a meter."""
        for number in plan.numbers:
            self._collect("phone", lanes.NUMBER, (number,))
        if self.found:
            return
        for number in plan.numbers:
            self._range(lanes.PHONES, number)
            self._end(lanes.PHONE_TAILS, number)
        if plan.tail:
            self._code_end(plan.tail)
        last = plan.numbers[-1]
        if not self.found and 9 <= len(last) <= 11 and (today := phones.normalise(last)) is not None:
            self._range(lanes.PHONES, today)

    def _range(self, sql: str, prefix: str) -> None:
        self._collect("name", sql, (prefix, after(prefix)))

    def _code_end(self, tail: str) -> None:
        self._end(lanes.CODE_TAILS, tail)
        self._range(lanes.METERS, tail)

    def _end(self, sql: str, end: str) -> None:
        last = end[: -lanes.MAX_END - 1 : -1]
        self._collect("name", sql, (last, after(last), end))

    def _names(self, lane: Lane, terms: Terms) -> None:
        """Find names of these words in any order: the very name first, names that begin so, then the more popular."""
        match, first = lookup.match_expression(terms), self._beginning(terms)
        if hot := self.hot:
            codes = json.dumps(hot)
            for nids in first:
                self._collect(lane, lanes.OF_NAMES_IN, (nids, codes))
            self._collect(lane, lanes.NAMES_NEAR, (match, codes))
        for nids in first:
            self._collect(lane, lanes.OF_NAMES, (nids,))
        self._collect(lane, lanes.NAMES, (match,))

    def _beginning(self, terms: Terms) -> list[str]:
        """Return the numbers of the name of these words, and of the names that go on from there where they are few."""
        if len(terms) == 1:
            return [json.dumps([row[0]]) for row in self.conn.execute(lanes.SAME, terms)]
        name = " ".join(terms)
        known = self.conn.execute(lanes.BEGIN, (name, after(name))).fetchall()
        same = [nid for known_name, nid in known if known_name == name]
        more = [nid for known_name, nid in known if known_name != name]
        few = more if len(known) < lanes.MAX_BEGIN else []
        return [json.dumps(nids) for nids in (same, few) if nids]

    def _name_and_place(self, lane: Lane, terms: Terms, *, only_strong: bool) -> None:
        for name, words, last in lookup.splits(terms):
            place = gazetteer.known().read(words, prefix=last and not only_strong)
            if place is None or (not place.strong and (only_strong or not last)) or len(name) > NAME_TERMS:
                continue
            before = len(self.found)
            for communes in self._hot_first(place.communes):
                self._name_in(lane, name, communes, half_typed=not last or len(name[-1]) < 3)
            self._street_in(lane, name, "", place)
            if len(self.found) > before:
                return

    def _name_in(self, lane: Lane, name: Terms, communes: list[str], *, half_typed: bool) -> None:
        codes = json.dumps(communes)
        if len(communes) > SLICES:
            self._collect(lane, lanes.NAMES_IN, (lookup.match_expression(name, half_typed=half_typed), codes))
        else:
            test, values = lookup.holds(name, half_typed=half_typed)
            self._collect(lane, lanes.slice_of(test), (codes, *values))

    def _addresses(self, lane: Lane, plan: Lookup) -> None:
        """Find an address alone, or a name and an address; the place at the end of it may be missing."""
        house, street = lookup.house_and_street(plan.folded, lookup.MAX_TERMS)
        if house or len(plan.terms) < 3:
            self._street(lane, tuple(street.split()), house)
            return
        terms = plan.terms
        for end in range(len(terms), 1, -1):
            place = gazetteer.known().read(terms[end:]) if end < len(terms) else None
            if end < len(terms) and place is None:
                continue
            for start in range(1, min(end, NAMED_TERMS)):
                self._named_street(lane, terms[:start], terms[start:end], place)
                if self.found:
                    return
        self._street(lane, tuple(street.split()), house)

    def _street(self, lane: Lane, terms: Terms, house: str) -> None:
        for i in range(1, len(terms)):
            place = gazetteer.known().read(terms[i:], prefix=True)
            if place is not None:
                self._street_in(lane, terms[:i], house, place)
            if self.found:
                return
        if sids := self._sids(terms, half_typed=True):
            if hot := self.hot:
                self._collect(lane, lanes.STREET_IN, (sids, house, json.dumps(hot)))
            self._collect(lane, lanes.STREET, (sids, house))

    def _street_in(self, lane: Lane, terms: Terms, house: str, place: Place) -> None:
        if sids := self._sids(terms):
            for communes in self._hot_first(place.communes):
                self._collect(lane, lanes.STREET_IN, (sids, house, json.dumps(communes)))

    def _named_street(self, lane: Lane, name: Terms, rest: Terms, place: Place | None) -> None:
        house, street = lookup.house_and_street(" ".join(rest))
        sids = self._sids(tuple(street.split()))
        if not sids or len(name) > NAME_TERMS:
            return
        if place is None:
            self._collect(lane, lanes.NAMED_STREET, (sids, house, lookup.match_expression(name)))
        else:
            test, values = lookup.holds(name)
            self._collect(lane, lanes.street_of(test), (sids, house, json.dumps(place.communes), *values))

    def _sids(self, terms: Terms, *, half_typed: bool = False) -> str | None:
        """Return the numbers of the streets with all these words as JSON, None when there are none."""
        if not terms or self.full:
            return None
        rows = self.conn.execute(lanes.STREETS, (lookup.all_words(terms, half_typed=half_typed),)).fetchall()
        return json.dumps([row[0] for row in rows]) if rows else None

    def _place(self, lane: Lane, place: Place) -> None:
        for communes in self._hot_first(place.communes):
            for commune in communes:
                if self.full:
                    return
                self._collect(lane, lanes.PLACE, (commune,))

    def _hot_first(self, communes: Sequence[str]) -> list[list[str]]:
        hot = [code for code in self.hot if code in communes]
        rest = [code for code in communes if code not in hot]
        return [part for part in (hot, rest) if part]

    def _collect(self, lane: Lane, sql: str, values: tuple[Value, ...]) -> None:
        if not self.full:
            rows = self._rows(sql, values, self.limit + 1 + len(self.found))
            if len(self.said) > 1 and len(rows) > 1:
                rows.sort(key=self._unsaid)
            self._keep(lane, rows)

    def _unsaid(self, row: sqlite3.Row) -> int:
        """Count the typed words that are not in the addresses: a commune of today holds several old wards."""
        return len(self.said.difference(lookup.words(f"{row[3]} {row[4]}")))

    def _rows(self, sql: str, values: tuple[Value, ...], most: int) -> list[sqlite3.Row]:
        """Return the first rows of a statement, those it had when it was ended for its cost."""
        self._ticks = 0
        rows: list[sqlite3.Row] = []
        try:
            rows.extend(islice(self.conn.execute(sql, values), most))
        except sqlite3.OperationalError:
            if self._ticks <= lanes.MOST_TICKS:
                raise
            self.cut = True
        return rows

    def _keep(self, lane: Lane, rows: list[sqlite3.Row]) -> None:
        for row in rows:
            if row[0] in self.found:
                continue
            found: Lane = row[9] or lane
            if not self.found:
                self.lane = found
            self.found[row[0]] = lanes.hit(row, found)
