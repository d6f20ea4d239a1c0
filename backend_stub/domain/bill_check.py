"""Why a bill is what it is: compared with the month before and the same month a year ago, taken apart exactly."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from agent_tui.wire.bills import BillFlag
from backend_stub.domain import tariff
from backend_stub.domain.bills import Anomaly, BillFact, Reading, anomalies, ends
from backend_stub.domain.tariff import Charge, Prices, half_up

# A re-read must be offered from 1.3 times the kWh of the month before (EVN letter 2693/2020).
RECHECK = (13, 10)
# Our defaults: use a day is called changed from a tenth on, a reading late from three days beyond the month.
NOTABLE = (11, 10)
LATE_DAYS = 3


@dataclass(frozen=True, slots=True)
class Period:
    """One bill with what it costs."""

    fact: BillFact
    charge: Charge

    @property
    def kwh(self) -> int:
        """What was used, kWh."""
        return self.fact.usage.kwh

    @property
    def days(self) -> int:
        """How many days were charged."""
        return self.fact.usage.days


@dataclass(frozen=True, slots=True)
class Effects:
    """The change of the amount before VAT, VND, in parts that add up: days, use a day, tiers, prices."""

    days: int
    use: int
    tier: int
    price: int

    @property
    def all(self) -> int:
        """The whole change."""
        return self.days + self.use + self.tier + self.price


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; ratios in hundredths, cut and never rounded up, so that 1.29 is said of what is below 1.3."""

    now: Period
    before: Period | None
    year_ago: Period | None
    ratio: int | None
    days_ratio: int | None
    year_ratio: int | None
    effects: Effects | None
    flags: tuple[BillFlag, ...]
    estimated_now: bool = False
    hours: tuple[int, int, int] | None = None


@cache
def tet_days(year: int) -> frozenset[date]:
    """Days off for the lunar new year in a year (package `holidays`, imported on first use)."""
    import holidays

    found = holidays.country_holidays("VN", years=year, language="vi")
    return frozenset(day for day, name in found.items() if "Nguyên" in name or name.endswith(" Tết"))


def examine(
    now: Period, before: Period | None, year_ago: Period | None, readings: Sequence[Reading], prices: Prices
) -> Findings:
    """Compare a bill with the month before and the same month a year ago (None: not on file)."""
    effects = None if before is None else _effects(now, before, prices)
    estimated = [_estimated(readings, period) for period in (now, before)]
    hours = tariff.in_force(prices.tables, now.fact.usage.tariff, now.fact.usage.last).hours
    told: tuple[BillFlag, ...] = () if hours is None else ("one_register",)
    flags = (
        *told,
        *_against_month(now, before, effects),
        *_against_year(now, year_ago),
        *_of_itself(now, any(estimated)),
        *_of_readings(now, readings),
    )
    return Findings(
        now, before, year_ago,
        ratio=None if before is None else _hundredths(now.kwh, before.kwh),
        days_ratio=None if before is None else _hundredths(now.days, before.days),
        year_ratio=None if year_ago is None else _hundredths(now.kwh, year_ago.kwh),
        effects=effects, flags=tuple(sorted(flags, key=_ORDER.index)), estimated_now=estimated[0],
        hours=hours,
    )  # fmt: skip


_ORDER: tuple[BillFlag, ...] = (
    "recheck_offer", "no_previous", "more_days", "fewer_days", "more_use", "less_use", "year_up", "year_down",
    "tier_up", "tier_down", "price_up", "price_down", "price_mid_period", "vat_changed", "late_reading", "estimated",
    "holiday", "reading_falls", "reading_gap", "reading_double", "reading_differs",
    "one_register",
)  # fmt: skip


def _hundredths(a: int, b: int) -> int | None:
    return 100 * a // b if b else None


def recheck_offered(kwh: int, kwh_before: int) -> bool:
    """Say whether the rule obliges to offer a re-read: at least 1.3 times the month before, and anything used."""
    return kwh > 0 and kwh * RECHECK[1] >= kwh_before * RECHECK[0]


def _effects(now: Period, before: Period, prices: Prices) -> Effects:
    """Take the change apart at the prices that ended the month before: what is left is the change of prices."""
    usage, usage_before = now.fact.usage, before.fact.usage
    table = tariff.in_force(prices.tables, usage_before.tariff, usage_before.last)
    amount = tariff.at_table(table, prices, _as(usage, table.tariff)).amount
    amount_before = tariff.at_table(table, prices, usage_before).amount
    # What today's kWh would cost at last month's mean price: the rest of the change at equal prices is the tiers'.
    alike = half_up(amount_before * usage.kwh, usage_before.kwh) if usage_before.kwh else amount
    days = half_up(amount_before * usage.days, usage_before.days) - amount_before
    use, tier = alike - amount_before - days, amount - alike
    changed = now.charge.amount - before.charge.amount
    return Effects(days, use, tier, changed - days - use - tier)


def _as(usage: tariff.Usage, name: str) -> tariff.Usage:
    return tariff.Usage(name, usage.first, usage.last, usage.kwh, usage.households)


def _against_month(now: Period, before: Period | None, effects: Effects | None) -> Iterator[BillFlag]:
    if before is None or effects is None:
        yield "no_previous"
        return
    if recheck_offered(now.kwh, before.kwh):
        yield "recheck_offer"
    if now.days != before.days:
        yield "more_days" if now.days > before.days else "fewer_days"
    change = _notable(now, before)
    if change:
        yield "more_use" if change > 0 else "less_use"
    same_kind = now.fact.usage.tariff == before.fact.usage.tariff
    if same_kind and now.charge.top != before.charge.top:
        yield "tier_up" if now.charge.top > before.charge.top else "tier_down"
    if effects.price:
        yield "price_up" if effects.price > 0 else "price_down"
    if now.charge.vat_pct != before.charge.vat_pct:
        yield "vat_changed"


def _against_year(now: Period, year_ago: Period | None) -> Iterator[BillFlag]:
    change = 0 if year_ago is None else _notable(now, year_ago)
    if change:
        yield "year_up" if change > 0 else "year_down"


def _notable(now: Period, other: Period) -> int:
    """Return 1 or -1 where use a day changed by a tenth or more, else 0."""
    mine, theirs = now.kwh * other.days, other.kwh * now.days
    if mine == theirs:
        return 0
    if mine * NOTABLE[1] >= theirs * NOTABLE[0]:
        return 1
    return -1 if mine * NOTABLE[0] <= theirs * NOTABLE[1] else 0


def _of_itself(now: Period, estimated: bool) -> Iterator[BillFlag]:
    usage = now.fact.usage
    if any(line.since is not None for line in now.charge.lines):
        yield "price_mid_period"
    if usage.days >= tariff.month_days(usage.first) + LATE_DAYS:
        yield "late_reading"
    if estimated:
        yield "estimated"
    if _has_tet(usage):
        yield "holiday"


def _has_tet(usage: tariff.Usage) -> bool:
    days: list[Container[date]] = [tet_days(year) for year in range(usage.first.year, usage.last.year + 1)]
    every = (usage.first + timedelta(days=n) for n in range(usage.days))
    return any(day in off for day in every for off in days)


def _estimated(readings: Sequence[Reading], period: Period | None) -> bool:
    end = None if period is None else ends(readings, period.fact.usage)[1]
    return end is not None and end.kind == "estimated"


def _of_readings(now: Period, readings: Sequence[Reading]) -> Iterator[BillFlag]:
    usage = now.fact.usage
    found = {anomaly.oddity for anomaly in anomalies(readings) if _touches(anomaly, usage)}
    if "falls" in found:
        yield "reading_falls"
    if "gap" in found:
        yield "reading_gap"
    if "double" in found:
        yield "reading_double"
    begin, end = ends(readings, usage)
    if begin and end and begin.meter_no == end.meter_no and end.value - begin.value != usage.kwh:
        yield "reading_differs"


def _touches(anomaly: Anomaly, usage: tariff.Usage) -> bool:
    """Say whether an anomaly lies in the days that a bill charges."""
    return anomaly.reading.read_on >= usage.first and anomaly.before.read_on <= usage.last
