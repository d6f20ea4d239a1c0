"""The wallboard, from the running sums and a handful of small reads, and told to leads as it changes."""

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent_tui import wire
from backend_stub.clock import to_wire
from backend_stub.domain import forecast, hot_feeders
from backend_stub.domain.localtime import day_bounds
from backend_stub.settings import Settings
from backend_stub.store import announcements, commune_calls, dispatches, plans, usual
from backend_stub.store import board_figures as figures
from backend_stub.store.boards import AHEAD, Beside, Like, Look
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Engine, Tx
from backend_stub.store.metrics import HALF_HOUR_S, Books, Ledger

# What is usual changes by the half-hour; an import may bring feeders at any time.
USUAL_S: Final = 600.0
TELL_S: Final = 2.0
_GONE: Final = msgspec.json.encode(wire.Gone("wallboard"))


class Usual(Struct, frozen=True):
    """What is usual, the half-hour and the moment it was read for, and how many report trouble on a day."""

    read_at: float
    start: float
    like: Like
    seen: dict[str, hot_feeders.Seen]
    callers_a_day: float


class Boards:
    """The wallboard of one service: its running sums, and what it remembers between two looks."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._usual: Usual | None = None
        self._told: wire.Wallboard | None = None
        self._told_seq = 0
        self._next = 0.0

    def now(self, conn: sqlite3.Connection, settings: Settings, now: float) -> wire.Wallboard:
        """Return the wallboard as of now."""
        books = self._ledger.look(conn, settings, now)
        known = self._what_is_usual(conn, settings, now)
        everywhere, centres = Look(books, _beside(conn, books, known.like, settings), settings).boards()
        return wire.Wallboard(
            at=to_wire(now),
            all=everywhere,
            centres=centres,
            hot_feeders=_hot(conn, known, settings, now),
            false_alarms_a_day=settings.wallboard.false_alarms_a_day,
            forecast_method=forecast.METHOD,
            surge=announcements.surge(conn) or wire.Surge(on=False),
        )

    async def tell(self, engine: Engine, settings: Settings) -> None:
        """Tell leads of a wallboard that changed, at most every TELL_S seconds; worked out beside the writer."""
        if engine.clock.monotonic() < self._next:
            return
        self._next = engine.clock.monotonic() + TELL_S
        now = engine.clock.now()
        board = await engine.read(lambda conn: self.now(conn, settings, now))
        still = _still(board)
        if still == self._told:
            return
        # Before the first nobody has seen anything that could have changed.
        if self._told is not None:
            self._told_seq = await engine.write(lambda tx: self._emit(tx, board))
        # Only now: a board the store did not take is told again.
        self._told = still

    def _emit(self, tx: Tx, board: wire.Wallboard) -> int:
        # The log keeps one whole wallboard, not a day of them; a live reader has had the one before already.
        sql = "UPDATE event_log SET data = ? WHERE seq = ? AND kind = 'wallboard.changed'"
        tx.conn.execute(sql, (_GONE, self._told_seq))
        return tx.emit("wallboard.changed", board)

    def _what_is_usual(self, conn: sqlite3.Connection, settings: Settings, now: float) -> Usual:
        start = now - now % HALF_HOUR_S
        last = self._usual
        if last is not None and last.start == start and now - last.read_at < USUAL_S:
            return last
        # The last hour touches three half-hours; then come those to foretell.
        like = {at: usual.like(conn, at) for at in (start + n * HALF_HOUR_S for n in range(-2, AHEAD + 1))}
        seen, days, feeders = figures.feeders_seen(conn, now - usual.KEEP_DAYS * usual.DAY_S)
        every = settings.wallboard.callers_a_day * hot_feeders.PRIOR_DAYS * feeders
        every += sum(one.callers for one in seen.values())
        self._usual = Usual(now, start, like, seen, every / (hot_feeders.PRIOR_DAYS + days))
        return self._usual


def _still(board: wire.Wallboard) -> wire.Wallboard:
    """Return the board without what only time changes: a quiet night is no news."""
    calm = {name: _calm(one) for name, one in board.centres.items()}
    return replace(board, at=to_wire(0.0), all=_calm(board.all), centres=calm)


def _calm(board: wire.Board) -> wire.Board:
    alerts = [replace(alert, value=0.0, say=wire.Say("", "")) for alert in board.alerts]
    coming = [replace(part, offered=0.0, low=0.0, high=0.0) for part in board.forecast]
    return replace(board, longest_wait_s=None, feed_age_s=None, alerts=alerts, forecast=coming)


def _beside(conn: sqlite3.Connection, books: Books, like: Like, settings: Settings) -> Beside:
    start, end = day_bounds(books.now)
    served: dict[str, int] = {}
    for centre, _ in figures.contained(conn, start, end):
        served[centre] = served.get(centre, 0) + 1
    said = figures.scores(conn, start, end)
    return Beside(
        figures.crews(conn),
        figures.promises(conn),
        frozenset(figures.known_outage(conn)),
        {centre: figures.added(score for _, score in scores) for centre, scores in said.items()},
        served,
        figures.feeds(conn),
        like,
        dispatches.unanswered(conn, settings.danger.ack_s, books.now),
        commune_calls.by_centre(conn, settings.grouping, books.now),
        plans.due_by_centre(conn, books.now),
    )


def _hot(conn: sqlite3.Connection, known: Usual, settings: Settings, now: float) -> list[wire.HotFeeder]:
    board = settings.wallboard
    window = board.hot_window_s
    callers = figures.feeder_callers(conn, now - window)
    alpha = hot_feeders.level(known.callers_a_day, board.false_alarms_a_day)
    weight = forecast.share_of_day(now - window, now)
    found = hot_feeders.hot(callers, known.seen, board.callers_a_day, weight, alpha)
    names = figures.feeder_names(conn, found) if found else {}
    return [
        wire.HotFeeder(
            one.feeder, names.get(one.feeder, one.feeder), one.callers, window, round(one.usual, 2), one.chance
        )
        for one in found
    ]
