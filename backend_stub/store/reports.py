"""Interval reports: the stays of a local day by entry time."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from agent_tui import wire
from backend_stub.clock import to_wire
from backend_stub.domain import metrics
from backend_stub.domain.localtime import midnight
from backend_stub.domain.metrics import Measure, Stay, Tally
from backend_stub.settings import Settings
from backend_stub.store import board_figures as figures
from backend_stub.store.board_figures import Scores
from backend_stub.store.driver import sqlite3
from backend_stub.store.metrics import between, measure

ALL: Final = "all"
DAY_S: Final = 86_400.0


class Filter(Struct, frozen=True):
    """Which stays a report is of; None filters nothing."""

    centre: str | None = None
    channel: str | None = None
    queue: str | None = None

    def fits(self, stay: Stay) -> bool:
        """Whether the stay is one of them; the centre was asked of the database."""
        return self.channel in (None, stay.channel) and self.queue in (None, stay.queue)


class Part(Struct):
    """What one interval gathers; waits of those still there last until now."""

    tally: Tally
    contacts: set[str]
    buckets: list[int]
    longest: float = 0.0
    pending: bool = False
    contained: int = 0
    scores: Scores = Scores()


def _part(stays: Sequence[Stay], by: Measure, now: float) -> Part:
    counted = [stay for stay in stays if not stay.callback and stay.outcome != "refused"]
    left = [metrics.bucket(metrics.wait_of(stay)) for stay in counted if stay.outcome == "abandoned"]
    waits = [now - stay.joined_at if stay.waiting else metrics.wait_of(stay) for stay in counted]
    return Part(
        metrics.tally(stays, by, now),
        {stay.contact for stay in counted},
        [left.count(bucket) for bucket in range(len(metrics.WAIT_BUCKETS) + 1)],
        max(waits, default=0.0),
        any(stay.outcome is None for stay in stays),
    )


def intervals(
    conn: sqlite3.Connection, day: date, minutes: int, wanted: Filter, settings: Settings, now: float
) -> wire.IntervalReport:
    """Return the local day in intervals of `minutes` by entry time, those that have begun, and their total."""
    start, step = midnight(day), minutes * 60.0
    count = max(0, min(round(DAY_S / step), int((now - start) // step) + 1))
    end = start + count * step
    everything = wanted.channel is None and wanted.queue is None
    gathered: list[list[Stay]] = [[] for _ in range(count)]
    for stay in between(conn, start, end, wanted.centre):
        if everything or wanted.fits(stay):
            gathered[int((stay.joined_at - start) // step)].append(stay)
    by = measure(settings)
    parts = [_part(stays, by, now) for stays in gathered]
    _beside(conn, parts, wanted, start, step)
    rows = [_row(part, start + n * step, start + (n + 1) * step, now) for n, part in enumerate(parts)]
    whole = _row(_together(parts), start, start + DAY_S, now)
    return wire.IntervalReport(
        day=day.isoformat(),
        minutes=minutes,
        centre=wanted.centre or ALL,
        thresholds_s={name: queue.sl_s for name, queue in settings.queues.items()},
        short_s=by.short_s,
        formulas=metrics.FORMULAS,
        items=rows,
        total=whole,
    )


def _beside(conn: sqlite3.Connection, parts: Sequence[Part], wanted: Filter, start: float, step: float) -> None:
    """Put in what is not in the stays: promised calls still to come, callers served before the queue, scores."""
    end = start + len(parts) * step
    sql = "SELECT centre, joined_at, channel, queue FROM contact WHERE state = 'callback_waiting'"
    for centre, joined_at, channel, queue in conn.execute(sql):
        fits = (wanted.centre in (None, centre), wanted.channel in (None, channel), wanted.queue in (None, queue))
        if start <= joined_at < end and all(fits):
            parts[int((joined_at - start) // step)].pending = True
    if wanted.channel in (None, "hotline") and wanted.queue is None:
        for centre, at in figures.contained(conn, start, end):
            if wanted.centre in (None, centre):
                parts[int((at - start) // step)].contained += 1
    if wanted.channel is None and wanted.queue is None:
        for centre, said in figures.scores(conn, start, end).items():
            for joined_at, score in said if wanted.centre in (None, centre) else ():
                part = parts[int((joined_at - start) // step)]
                part.scores = figures.added((part.scores, score))


def _together(parts: Sequence[Part]) -> Part:
    return Part(
        metrics.total(part.tally for part in parts),
        set().union(*(part.contacts for part in parts)),
        [
            sum(column)
            for column in zip([0] * (len(metrics.WAIT_BUCKETS) + 1), *(part.buckets for part in parts), strict=True)
        ],
        max((part.longest for part in parts), default=0.0),
        any(part.pending for part in parts),
        sum(part.contained for part in parts),
        figures.added(part.scores for part in parts),
    )


def _row(part: Part, start: float, end: float, now: float) -> wire.IntervalRow:
    of, said = part.tally, part.scores
    level, rate, b = metrics.service_level, metrics.abandon_rate, part.buckets
    return wire.IntervalRow(
        start=to_wire(start), end=to_wire(end), final=end <= now and not part.pending,
        offered=of.offered, calls=len(part.contacts), answered=of.answered, answered_in_threshold=of.answered_in,
        abandoned=of.abandoned, abandoned_in_threshold=of.abandoned_in, abandoned_short=of.short,
        timed_out=of.timeout, withdrawn=of.withdrawn, exit_key=of.exit_key, overflowed=of.overflowed,
        lost_with_pbx=of.lost_with_pbx, waiting=of.waiting, refused=of.refused, contained=part.contained,
        transferred=of.transferred, handled=of.handled, talk_s=of.talk_s, hold_s=of.hold_s, acw_s=of.acw_s,
        wait_s=of.wait_s, callbacks_called=of.callbacks_called, callbacks_reached=of.callbacks_reached,
        service_level_SL_all=level(of, "SL_all"), service_level_SL_excl=level(of, "SL_excl"),
        service_level_SL_pos=level(of, "SL_pos"), service_level_SL_ans=level(of, "SL_ans"),
        service_level_SL_short=level(of, "SL_short"),
        abandon_rate_AB_all=rate(of), abandon_rate_AB_short=rate(of, without_short=True),
        asa_s_ASA_all=metrics.asa(of), asa_s_ASA_waited=metrics.asa(of, waited_only=True), aht_s_AHT=metrics.aht(of),
        callback_wait_s_average=metrics.ratio(of.callback_wait_s, of.callbacks_reached),
        longest_wait_s=part.longest if of.offered else None,
        abandoned_le_5=b[0], abandoned_le_10=b[1], abandoned_le_20=b[2], abandoned_le_30=b[3], abandoned_le_60=b[4],
        abandoned_le_120=b[5], abandoned_le_300=b[6], abandoned_gt_300=b[7],
        csat_count=said.count, csat_average=metrics.ratio(said.total, said.count),
        self_service_offered=said.offered, self_service_accepted=said.accepted,
    )  # fmt: skip
