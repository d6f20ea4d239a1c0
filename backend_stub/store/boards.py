"""One look at the wallboard's figures, board by board."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from agent_tui import wire
from backend_stub.clock import opt_to_wire, to_wire
from backend_stub.domain import alerts, forecast, metrics, staffing, wait
from backend_stub.domain.forecast import HALF_HOUR_S
from backend_stub.domain.metrics import Stay, Tally
from backend_stub.reference.catalogue import corporations
from backend_stub.settings import Settings
from backend_stub.store import board_figures as figures
from backend_stub.store.board_figures import Crew, Feed, Promises, Scores
from backend_stub.store.metrics import FINE_S, Books, usual_threshold

ALL: Final = "all"
HOUR_S: Final = 3_600.0
AHEAD: Final = 2
Like = Mapping[float, Mapping[str, Sequence[float]]]


class Beside(Struct, frozen=True):
    """What is read beside the stays, by centre; `known` are the waiting contacts whose outage is known."""

    crews: Mapping[str, Crew]
    promises: Mapping[str, Promises]
    known: frozenset[str]
    scores: Mapping[str, Scores]
    contained: Mapping[str, int]
    feeds: Mapping[str, Feed]
    like: Like
    dangers: Mapping[str, int] = {}
    communes: Mapping[str, Sequence[alerts.Reported]] = {}
    notices: Mapping[str, int] = {}


class Place(Struct, frozen=True):
    """One centre's share of it, or everybody's: agents, promises, scores, callers served before the queue, feed."""

    name: str
    crew: Crew
    promises: Promises
    scores: Scores
    contained: int
    feed: Feed | None
    dangers: int = 0
    communes: Sequence[alerts.Reported] = ()
    notices: int = 0

    @property
    def centre(self) -> str | None:
        """The centre to filter by, None for all."""
        return None if self.name == ALL else self.name


class Look:
    """The boards of one moment."""

    def __init__(self, books: Books, beside: Beside, settings: Settings) -> None:
        self.books = books
        self.beside = beside
        self.settings = settings
        self.now = books.now
        self._halves = books.by_half_hour()
        self._threshold_s = usual_threshold(settings)

    def boards(self) -> tuple[wire.Board, dict[str, wire.Board]]:
        """Return the board of all centres and each one's: the five corporations and whatever other has calls."""
        others = {centre for centre in self._halves if centre is not None} | set(self.beside.crews)
        names = [*corporations(), *sorted(others - set(corporations()))]
        queues = {name: self._queue(name) for name in names}
        coming = {name: self._coming(name, queues[name].aht_s) for name in names}
        boards = {
            name: self._board(self._place(name), self._ewt([(1.0, queues[name])]), coming[name]) for name in names
        }
        # A wait "in all centres" is that of whoever calls next, wherever that is.
        calls = [(self.books.last(HOUR_S, name, voice=True).offered + 1.0, queues[name]) for name in names]
        together = [_together(same) for same in zip(*coming.values(), strict=True)]
        return self._board(self._everywhere(), self._ewt(calls), together), boards

    def _place(self, name: str) -> Place:
        beside = self.beside
        heard = self.books.heard.get(name)
        return Place(
            name,
            beside.crews.get(name) or Crew(dict.fromkeys(figures.STATES, 0), {}),
            beside.promises.get(name, Promises()),
            beside.scores.get(name, Scores()),
            beside.contained.get(name, 0),
            beside.feeds.get(name) or (None if heard is None else Feed(heard, expected=False)),
            beside.dangers.get(name, 0),
            beside.communes.get(name, ()),
            beside.notices.get(name, 0),
        )

    def _everywhere(self) -> Place:
        beside = self.beside
        crew = Crew(dict.fromkeys(figures.STATES, 0), {})
        for one in beside.crews.values():
            for state, count in one.states.items():
                crew.states[state] += count
            for reason, count in one.reasons.items():
                crew.reasons[reason] = crew.reasons.get(reason, 0) + count
        promised = Promises(
            sum(one.count for one in beside.promises.values()),
            min((one.oldest for one in beside.promises.values() if one.oldest is not None), default=None),
        )
        # Of several feeds the one silent for longest, and the first gap; without any, whoever was heard last.
        gap = min((one.gap_since for one in beside.feeds.values() if one.gap_since is not None), default=None)
        feed = Feed(min(one.heard_at for one in beside.feeds.values()), gap) if beside.feeds else None
        if feed is None and self.books.heard:
            feed = Feed(max(self.books.heard.values()), expected=False)
        scores = figures.added(beside.scores.values())
        contained, dangers = sum(beside.contained.values()), sum(beside.dangers.values())
        communes = [one for reported in beside.communes.values() for one in reported]
        notices = sum(beside.notices.values())
        return Place(ALL, crew, promised, scores, contained, feed, dangers, communes, notices)

    def _queue(self, centre: str) -> wait.Queue:
        """Return what a caller of no special class meets: everybody who waits is ahead."""
        crew = self.beside.crews.get(centre)
        board = self.settings.wallboard
        aht_s = metrics.expected_aht(self.books.last(HOUR_S, centre, voice=True), board.aht_s)
        return wait.Queue(
            ahead=len(self.books.waiting(centre, voice=True)),
            agents=0 if crew is None else crew.staff,
            aht_s=max(1.0, round(aht_s)),
            patience_s=board.patience_s,
            idle=0 if crew is None else crew.states["available"],
        )

    def _ewt(self, queues: Sequence[tuple[float, wait.Queue]]) -> wire.Ewt | None:
        found = wait.mixed(queues)
        if found is None:
            return None
        agents = sum(queue.agents for _, queue in queues)
        aht = sum(queue.aht_s * queue.agents for _, queue in queues) / agents
        return wire.Ewt(round(found.p50), round(found.p80), sum(queue.ahead for _, queue in queues), agents, round(aht))

    def _coming(self, centre: str, aht_s: float) -> list[wire.ForecastPart]:
        board = self.settings.wallboard
        # The books know the last hour in whole parts: what was usual is asked of the same time.
        begin = (self.now - HOUR_S) // FINE_S * FINE_S
        start = self.now - self.now % HALF_HOUR_S
        usual_hour = sum(
            self._usual(centre, moment, max(begin, moment), min(self.now, moment + HALF_HOUR_S))
            for moment in (start - 2 * HALF_HOUR_S, start - HALF_HOUR_S, start)
        )
        last = self.books.last(HOUR_S, centre)
        parts = []
        for n in range(1, AHEAD + 1):
            at = start + n * HALF_HOUR_S
            usual = self._usual(centre, at, at, at + HALF_HOUR_S)
            found = forecast.ahead(self.now, at, usual, last.offered, usual_hour)
            needed = staffing.needed_now(
                round(2 * found.offered), round(aht_s), round(board.patience_s), board.target, self._threshold_s
            )
            offered, low, high = (round(calls, 1) for calls in (found.offered, found.low, found.high))
            parts.append(wire.ForecastPart(to_wire(at), offered, low, high, needed))
        return parts

    def _usual(self, centre: str, half_hour: float, begin: float, end: float) -> float:
        """Return the usual calls of a part of a half-hour."""
        if end <= begin:
            return 0.0
        part = (end - begin) / HALF_HOUR_S
        like = [offered * part for offered in self.beside.like.get(half_hour, {}).get(centre, ())]
        return forecast.usual(begin, end, self.settings.wallboard.calls_a_day, like)

    def _board(self, at: Place, ewt: wire.Ewt | None, coming: list[wire.ForecastPart]) -> wire.Board:
        today = self.books.today(at.centre)
        waiting = self.books.waiting(at.centre)
        recent = self.books.last(HALF_HOUR_S, at.centre)
        longest = metrics.longest_wait(waiting[:1], self.now)
        return wire.Board(
            centre=at.name,
            waiting=len(waiting),
            longest_wait_s=longest,
            longest_since=None if longest is None else to_wire(self.now - longest),
            by_channel=_by_channel(waiting),
            agents=at.crew.states,
            paused_by_reason=at.crew.reasons,
            service_level=self._level(today),
            service_level_30m=self._level(recent),
            service_level_calls=self._level(self.books.today(at.centre, voice=True)),
            asa_s=metrics.asa(today),
            aht_s=metrics.aht(today),
            abandon_rate=metrics.abandon_rate(today),
            abandon_rate_without_short=metrics.abandon_rate(today, without_short=True),
            answered=today.answered,
            offered=today.offered,
            counts=_counts(today, at.contained),
            callbacks_waiting=at.promises.count,
            oldest_promise=opt_to_wire(at.promises.oldest),
            known_outage_callers=sum(1 for stay in waiting if stay.contact in self.beside.known),
            ewt=ewt,
            said=_said(at.scores),
            data_gap=at.feed is not None and at.feed.gap_since is not None,
            feed_age_s=None if at.feed is None else max(0.0, self.now - at.feed.heard_at),
            bars=self._bars(at.centre),
            forecast=coming,
            alerts=self._alerts(at, recent, today, waiting, coming),
            feed_expected=at.feed is not None and at.feed.expected,
        )

    def _level(self, of: Tally) -> wire.ServiceLevel:
        board = self.settings.wallboard
        value = metrics.service_level(of, board.formula)
        return wire.ServiceLevel(value, board.formula, self._threshold_s, board.target, of.decided, board.source)

    def _bars(self, centre: str | None) -> wire.Bars:
        count = len(self._halves[None])
        spans = self._halves.get(centre) or [Tally()] * count
        start = self.now - self.now % HALF_HOUR_S - (count - 1) * HALF_HOUR_S
        formula = self.settings.wallboard.formula
        levels = [metrics.service_level(one, formula) for one in spans]
        return wire.Bars(
            start=to_wire(start),
            minutes=30,
            offered=[one.offered for one in spans],
            answered=[one.answered for one in spans],
            abandoned=[one.abandoned for one in spans],
            service_level=[None if level is None else round(level, 3) for level in levels],
        )

    def _alerts(
        self, at: Place, recent: Tally, today: Tally, waiting: list[Stay], coming: list[wire.ForecastPart]
    ) -> list[wire.BoardAlert]:
        oldest = at.promises.oldest
        seen = alerts.Figures(
            sample=recent.decided,
            service_level=metrics.service_level(recent, self.settings.wallboard.formula),
            abandon=metrics.abandon_rate(recent, without_short=True),
            longest_wait_s=metrics.longest_wait(self.books.waiting(at.centre, voice=True)[:1], self.now),
            waiting=len(waiting),
            staff=at.crew.staff,
            needed=coming[0].agents_needed,
            not_responding=at.crew.states["not_responding"],
            promise_late_s=None if oldest is None else self.now - oldest,
            feed_age_s=None if at.feed is None else self.now - at.feed.heard_at,
            feed_expected=at.feed is not None and at.feed.expected,
            data_gap=at.feed is not None and at.feed.gap_since is not None,
            never_got_in=today.refused,
            reached=today.offered,
            dangers=at.dangers,
            communes=tuple(at.communes),
            notices_due=at.notices,
        )
        found = alerts.alerts(seen, self.settings.alerts)
        return [wire.BoardAlert(one.code, one.level, one.value, one.threshold, one.say) for one in found]


def _by_channel(waiting: Sequence[Stay]) -> dict[wire.Channel, int]:
    counts: dict[wire.Channel, int] = {}
    for stay in waiting:
        counts[stay.channel] = counts.get(stay.channel, 0) + 1
    return counts


def _counts(of: Tally, contained: int) -> wire.Counts:
    return wire.Counts(
        of.abandoned, of.short, of.timeout, of.withdrawn, of.exit_key, of.overflowed, of.lost_with_pbx, of.waiting,
        of.refused, contained,
    )  # fmt: skip


def _said(scores: Scores) -> wire.Said:
    return wire.Said(metrics.ratio(scores.total, scores.count), scores.count, scores.offered, scores.accepted)


def _together(parts: Sequence[wire.ForecastPart]) -> wire.ForecastPart:
    """Add the centres' forecasts up; a surge is shared by all, so the ranges are added too, not averaged out."""
    needed = [part.agents_needed for part in parts if part.agents_needed is not None]
    return wire.ForecastPart(
        parts[0].start,
        round(sum(part.offered for part in parts), 1),
        round(sum(part.low for part in parts), 1),
        round(sum(part.high for part in parts), 1),
        sum(needed) if len(needed) == len(parts) else None,
    )
