"""Stays in queues as the metrics read them, and the running sums behind the wallboard.

A closed stay never changes, so the sums take each one once and only the open ones are read again: a look costs what
happened since the last one, not the day.
"""

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Final, TypeAlias

from backend_stub.domain.localtime import local, midnight
from backend_stub.domain.metrics import Measure, Stay, Tally, tally, total
from backend_stub.settings import Settings
from backend_stub.store import events
from backend_stub.store.driver import sqlite3

_LEAN: Final = (
    "contact, channel, queue, joined_at, answered_at, ended_at, hold_s, acw_s, outcome, transferred_to, callback"
)
_COLUMNS: Final = f"{_LEAN}, centre, n"
FINE_S: Final = 300.0
HALF_HOUR_S: Final = 1_800.0
KEEP_FINE_S: Final = 7_200.0
KEEP_HALF_S: Final = 100_800.0
KEEP_DAY_S: Final = 172_800.0


def between(conn: sqlite3.Connection, start: float, end: float, centre: str | None = None) -> Iterator[Stay]:
    """Give the stays begun in [start, end), in no order, without centre and number; of one centre or of all (None)."""
    sql = f"SELECT {_LEAN} FROM segment WHERE joined_at >= ? AND joined_at < ?"
    values: list[object] = [start, end]
    if centre is not None:
        sql, values = sql + " AND centre = ?", [*values, centre]
    return _stays(conn, sql, values)


def _stays(conn: sqlite3.Connection, sql: str, values: Iterable[object] = ()) -> Iterator[Stay]:
    cursor = conn.cursor()
    # Tuples, not rows by name: a day has tens of thousands.
    cursor.row_factory = None
    return (Stay(*row) for row in cursor.execute(sql, tuple(values)))


def measure(settings: Settings) -> Measure:
    """Return what stays are measured by; a queue that no setting knows has the threshold of most."""
    known = {name: queue.sl_s for name, queue in settings.queues.items()}
    return Measure(usual_threshold(settings), known, settings.wallboard.short_s)


def usual_threshold(settings: Settings) -> float:
    """Return the threshold of most queues, in seconds; of two as frequent the shorter."""
    every = [queue.sl_s for queue in settings.queues.values()] or [30.0]
    return min(set(every), key=lambda seconds: (-every.count(seconds), seconds))


# Begin of the span, centre, calls or texts.
Span: TypeAlias = tuple[float, str, bool]
Spans: TypeAlias = Mapping[Span, Tally]


class Sums:
    """Tallies of closed stays by spans of one length."""

    def __init__(self, start_of: Callable[[float], float], keep_s: float) -> None:
        self.start_of = start_of
        self.keep_s = keep_s
        self._sums: dict[Span, Tally] = {}

    def take(self, stays: Iterable[Stay], by: Measure, now: float) -> None:
        """Count closed stays that are not too old."""
        groups: dict[Span, list[Stay]] = {}
        for stay in stays:
            if stay.joined_at >= now - self.keep_s:
                groups.setdefault((self.start_of(stay.joined_at), stay.centre, stay.channel == "hotline"), []).append(
                    stay
                )
        for span, group in groups.items():
            self._sums[span] = total([self._sums.get(span, Tally()), tally(group, by, now)])

    def forget(self, now: float) -> None:
        """Drop what is too old to be asked for."""
        for key in [key for key in self._sums if key[0] < now - self.keep_s]:
            del self._sums[key]

    def by_span(self, since: float) -> Spans:
        """Return the tallies of the spans begun at `since` or later."""
        return {key: value for key, value in self._sums.items() if key[0] >= since}


class Ledger:
    """The running sums of one database; any thread may ask, one at a time brings them up to date."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seq = -1
        self._last = 0
        self._open: dict[int, Stay] = {}
        self._heard: dict[str, float] = {}
        self._days = Sums(_day, KEEP_DAY_S)
        self._halves = Sums(_half_hour, KEEP_HALF_S)
        self._fine = Sums(_fine, KEEP_FINE_S)
        self._forgotten = -math.inf

    def look(self, conn: sqlite3.Connection, settings: Settings, now: float) -> "Books":
        """Take over what changed since the last look and return the books as of now."""
        with self._lock:
            self._follow(conn, settings, now)
            return Books(
                now,
                list(self._open.values()),
                self._days.by_span(_day(now)),
                self._halves.by_span(_half_hour(now) - 23 * HALF_HOUR_S),
                self._fine.by_span(now - 3_600 - FINE_S),
                settings,
                dict(self._heard),
            )

    def _follow(self, conn: sqlite3.Connection, settings: Settings, now: float) -> None:
        seq = events.head(conn)
        if seq < self._seq:
            # This read began before another one that is counted already: what it would see as open is closed.
            return
        self._seq = seq
        is_open = self._still_open(conn)
        since = now - KEEP_DAY_S if self._last == 0 else -math.inf
        new = f"SELECT {_COLUMNS} FROM segment WHERE outcome IS NOT NULL AND n > ? AND joined_at >= ?"
        # The plus keeps SQLite from walking the whole index of times for a few new numbers.
        closed = list(
            _stays(conn, new if self._last == 0 else new.replace("joined_at", "+joined_at"), (self._last, since))
        )
        gone = [n for n in self._open if n not in is_open]
        for n in gone:
            closed += _stays(conn, f"SELECT {_COLUMNS} FROM segment WHERE n = ?", (n,))
        for sums in (self._days, self._halves, self._fine):
            sums.take(closed, measure(settings), now)
        for stay in closed:
            self._hear(stay)
        for n, stay in is_open.items():
            # New, or answered since the last look.
            if self._open.get(n) is not stay:
                self._hear(stay)
        self._open = is_open
        self._last = int(conn.execute("SELECT coalesce(max(n), 0) FROM segment").fetchone()[0])
        if now - self._forgotten > HALF_HOUR_S:
            self._forgotten = now
            for sums in (self._days, self._halves, self._fine):
                sums.forget(now)

    def _still_open(self, conn: sqlite3.Connection) -> dict[int, Stay]:
        """Return the open stays; of those known already only the answer can be news."""
        cursor = conn.cursor()
        cursor.row_factory = None
        found: dict[int, Stay] = {}
        for n, answered_at in cursor.execute("SELECT n, answered_at FROM segment WHERE outcome IS NULL"):
            stay = self._open.get(n)
            if stay is None or stay.answered_at != answered_at:
                (stay,) = _stays(conn, f"SELECT {_COLUMNS} FROM segment WHERE n = ?", (n,))
            found[n] = stay
        return found

    def _hear(self, stay: Stay) -> None:
        last = max(stay.joined_at, stay.answered_at or 0.0, stay.ended_at or 0.0)
        self._heard[stay.centre] = max(last, self._heard.get(stay.centre, 0.0))


class Books:
    """What the ledger knew at one moment, closed and open stays together."""

    def __init__(
        self, now: float, is_open: list[Stay], days: Spans, halves: Spans, fine: Spans, settings: Settings,
        heard: Mapping[str, float],
    ) -> None:  # fmt: skip
        self.now = now
        self.open = is_open
        self.heard = heard
        self._closed = {"day": days, "half": halves, "fine": fine}
        groups: dict[Span, list[Stay]] = {}
        for stay in is_open:
            groups.setdefault((_fine(stay.joined_at), stay.centre, stay.channel == "hotline"), []).append(stay)
        first_come = sorted([stay for stay in is_open if stay.waiting], key=attrgetter("joined_at"))
        self._waiting: dict[str | None, list[Stay]] = {None: first_come}
        for stay in self._waiting[None]:
            self._waiting.setdefault(stay.centre, []).append(stay)
        by = measure(settings)
        self._lasting = {span: tally(stays, by, now) for span, stays in groups.items()}

    def waiting(self, centre: str | None = None, *, voice: bool | None = None) -> list[Stay]:
        """Return who still waits, in a centre or in all, whoever joined first first."""
        found = self._waiting.get(centre, [])
        return found if voice is None else [stay for stay in found if voice == (stay.channel == "hotline")]

    def today(self, centre: str | None = None, *, voice: bool | None = None) -> Tally:
        """Return the sums of what began since midnight."""
        return self._sum("day", _day(self.now), math.inf, centre, voice)

    def last(self, seconds: float, centre: str | None = None, *, voice: bool | None = None) -> Tally:
        """Return the sums of what began in the last `seconds` (up to an hour), rounded up to whole five minutes."""
        return self._sum("fine", _fine(self.now - seconds), math.inf, centre, voice)

    def by_half_hour(self, count: int = 24) -> dict[str | None, list[Tally]]:
        """Return the last half-hours, oldest first, by centre and (None) of all; a centre without calls is not in."""
        first = _half_hour(self.now) - (count - 1) * HALF_HOUR_S
        found: dict[str | None, list[list[Tally]]] = {None: [[] for _ in range(count)]}
        for spans in (self._closed["half"], self._lasting):
            for (at, centre, _), value in spans.items():
                place = int((at - first) // HALF_HOUR_S)
                if 0 <= place < count:
                    found.setdefault(centre, [[] for _ in range(count)])[place].append(value)
                    found[None][place].append(value)
        return {centre: [total(parts) for parts in spans] for centre, spans in found.items()}

    def _sum(self, which: str, start: float, end: float, centre: str | None, voice: bool | None) -> Tally:
        parts = [
            value
            for spans in (self._closed[which], self._lasting)
            for (at, where, calls), value in spans.items()
            if start <= at < end and centre in (None, where) and voice in (None, calls)
        ]
        return total(parts)


def _day(t: float) -> float:
    return midnight(local(t).date())


def _half_hour(t: float) -> float:
    return t - t % HALF_HOUR_S


def _fine(t: float) -> float:
    return t - t % FINE_S
