"""Bills and readings as facts: what is owed, what the meter said, and what cannot be right about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from agent_tui import wire
from agent_tui.wire.bills import BillStatus, ReadingKind
from backend_stub.domain import tariff
from backend_stub.domain.tariff import Charge, Prices, Usage

Oddity = Literal["falls", "gap", "double"]
# Our default: readings further apart than this leave a month out.
GAP_DAYS = 45
# Of several readings of one day, the one that says most about the meter.
_TRUST: tuple[ReadingKind, ...] = ("actual", "remote", "customer", "estimated")


@dataclass(frozen=True, slots=True)
class BillFact:
    """One billed period as stored: `status` as the billing system last said."""

    period: str
    usage: Usage
    status: BillStatus
    due: date
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of one meter at the end of a day, in kWh."""

    meter_no: str
    read_on: date
    value: int
    kind: ReadingKind


@dataclass(frozen=True, slots=True)
class Anomaly:
    """What cannot be right: `reading` is the later of the two that do not fit."""

    oddity: Oddity
    before: Reading
    reading: Reading


def status_on(fact: BillFact, today: date) -> BillStatus:
    """Return a bill's status on a day: unpaid turns overdue the day after it was due."""
    return "overdue" if fact.status == "unpaid" and fact.due < today else fact.status


def owed(facts: Iterable[BillFact], prices: Prices) -> tuple[int, date | None]:
    """Return what is owed in VND with VAT, and when the oldest of it was or will be due."""
    open_ones = [fact for fact in facts if fact.status != "paid"]
    total = sum(tariff.charge(prices, fact.usage).total for fact in open_ones)
    return total, min((fact.due for fact in open_ones), default=None)


def ends(readings: Sequence[Reading], usage: Usage) -> tuple[Reading | None, Reading | None]:
    """Return the readings that begin and end a period: of its last day and of the day before its first."""
    return _of_day(readings, usage.first - timedelta(days=1)), _of_day(readings, usage.last)


def _of_day(readings: Sequence[Reading], day: date) -> Reading | None:
    found = [reading for reading in readings if reading.read_on == day]
    return min(found, key=lambda reading: _TRUST.index(reading.kind), default=None)


def anomalies(readings: Iterable[Reading]) -> list[Anomaly]:
    """Return what does not fit, meter by meter: a figure that falls, a month left out, two figures for one day."""
    found: list[Anomaly] = []
    order = sorted(readings, key=lambda r: (r.meter_no, r.read_on, -_TRUST.index(r.kind)))
    for before, after in pairwise(order):
        if before.meter_no != after.meter_no:
            continue
        if before.read_on == after.read_on:
            # The order puts the estimate first: one that the meter's own figure replaces is no second figure.
            if before.value != after.value and before.kind != "estimated":
                found.append(Anomaly("double", before, after))
            continue
        if after.value < before.value:
            found.append(Anomaly("falls", before, after))
        if (after.read_on - before.read_on).days > GAP_DAYS:
            found.append(Anomaly("gap", before, after))
    return found


def to_wire(fact: BillFact, charge: Charge, readings: Sequence[Reading], prices: Prices, today: date) -> wire.Bill:
    """Put a bill together with its tiers, its status of today and the readings at both ends."""
    usage = fact.usage
    begin, end = ends(readings, usage)
    residential = usage.tariff == "residential"
    return wire.Bill(
        period=fact.period, first=usage.first, to=usage.last, days=usage.days, kwh=usage.kwh, amount=charge.amount,
        vat=charge.vat, total=charge.total, status=status_on(fact, today), due=fact.due, paid_on=fact.paid_on,
        tiers=[
            wire.Tier(line.first, line.last, line.kwh, line.price, line.amount, line.since) for line in charge.lines
        ],
        vat_pct=charge.vat_pct, reading_from=begin.value if begin else None, reading_to=end.value if end else None,
        reading_kind=end.kind if end else None,
        support=tariff.support(prices, usage.last) if residential else 0,
        hours=tariff.in_force(prices.tables, usage.tariff, usage.last).hours,
    )  # fmt: skip
