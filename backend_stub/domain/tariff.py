"""What a quantity of electricity costs: tiers by households and days, changes of price, VAT; integer VND.

The rules are those EVNCPC's customer pages gave ("Tính tiền trong tháng đổi giá", EVNCPC-CC) and EVN's price desk
answered (giadien.vietbao.vn, question 363), which the circulars on retail prices only outline:
- width of tier i = Mq_i / T x N x h, rounded half up to a whole kWh: Mq_i the width in the price table, T the calendar
  days of the month before, N the days charged at that table, h the households on the meter;
- where prices change within a period: kWh at old prices = S / T x Nc (S kWh and T days of the period, Nc days at old
  prices), the rest at new ones; rounded half up [our default: the source does not say].
Ours [D]: the "month before" is the one the period begins in, which is the same for readings within a month and makes
a whole calendar month exactly the table; VAT is the rate of the period's last day, when the bill is made, rounded half
up. Money needs no other rounding: kWh and prices are whole numbers.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Poor and policy households: the state pays 30 kWh a month at the first tier (Decision 28/2014, now 14/2025/QĐ-TTg).
SUPPORT_KWH = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One tier: its width in kWh a month and household (None: without end), its price in VND a kWh before VAT."""

    width: int | None
    price: int


@dataclass(frozen=True, slots=True)
class Table:
    """The tiers of a tariff from a day on; a flat price is one step.

    `hours` are the prices of normal, off-peak and peak hours, VND a kWh, where a meter with three registers tells.
    """

    tariff: str
    since: date
    steps: tuple[Step, ...]
    source: str
    hours: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class VatRate:
    """The VAT rate in per cent from a day on."""

    since: date
    pct: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Everything in force, in order of its first day."""

    tables: tuple[Table, ...]
    vat: tuple[VatRate, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used from day `first` to day `last`, both counted."""

    tariff: str
    first: date
    last: date
    kwh: int
    households: int = 1

    @property
    def days(self) -> int:
        """How many days were charged."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Line:
    """kWh `first` to `last` (None: without end) of a part of the period; `since` where prices changed within it."""

    step: int
    first: int
    last: int | None
    kwh: int
    price: int
    since: date | None = None

    @property
    def amount(self) -> int:
        """VND before VAT."""
        return self.kwh * self.price


@dataclass(frozen=True, slots=True)
class Charge:
    """What a usage costs, tier by tier."""

    lines: tuple[Line, ...]
    vat_pct: int

    @property
    def amount(self) -> int:
        """VND before VAT."""
        return sum(line.amount for line in self.lines)

    @property
    def vat(self) -> int:
        """VND of VAT, rounded half up."""
        return half_up(self.amount * self.vat_pct, 100)

    @property
    def total(self) -> int:
        """VND with VAT."""
        return self.amount + self.vat

    @property
    def top(self) -> int:
        """Number, from 0, of the highest tier that was reached."""
        return max((line.step for line in self.lines), default=0)


class NoPrice(ValueError):
    """There is no price on file for a day."""


def half_up(dividend: int, divisor: int) -> int:
    """Return dividend / divisor (both not negative) rounded half up: the arithmetic rounding of the sources."""
    return (2 * dividend + divisor) // (2 * divisor)


def month_days(day: date) -> int:
    """Return how many days the calendar month of a day has."""
    return monthrange(day.year, day.month)[1]


def in_force(tables: Sequence[Table], tariff: str, day: date) -> Table:
    """Return the table of a tariff on a day; raises NoPrice before the first."""
    found = [table for table in tables if table.tariff == tariff and table.since <= day]
    if not found:
        raise NoPrice(f"no {tariff} price on file for {day}")
    return max(found, key=lambda table: table.since)


def vat_pct(rates: Sequence[VatRate], day: date) -> int:
    """Return the VAT rate of a day in per cent; raises NoPrice before the first."""
    found = [rate for rate in rates if rate.since <= day]
    if not found:
        raise NoPrice(f"no VAT rate on file for {day}")
    return max(found, key=lambda rate: rate.since).pct


def charge(prices: Prices, usage: Usage) -> Charge:
    """Compute what a usage costs; raises NoPrice where no price is on file."""
    parts = list(_parts(prices.tables, usage))
    lines: list[Line] = []
    for table, begin, days, kwh in parts:
        since = begin if len(parts) > 1 else None
        # Widths follow the whole period's month, also in the part after a change of price.
        lines += _tiers(table, kwh, _widths(table, usage, days), since)
    return Charge(tuple(lines), vat_pct(prices.vat, usage.last))


def at_table(table: Table, prices: Prices, usage: Usage) -> Charge:
    """Compute what a usage would cost if the table had been in force all the time."""
    return charge(Prices((Table(table.tariff, date.min, table.steps, table.source),), prices.vat), usage)


def support(prices: Prices, day: date) -> int:
    """Return what the state pays a poor household for a month, VND: 30 kWh at the first residential tier."""
    return SUPPORT_KWH * in_force(prices.tables, "residential", day).steps[0].price


def _parts(tables: Sequence[Table], usage: Usage) -> Iterator[tuple[Table, date, int, int]]:
    """Yield for each table in force within the period: table, its first day there, its days, its kWh."""
    first = in_force(tables, usage.tariff, usage.first)
    later = [t for t in tables if t.tariff == usage.tariff and usage.first < t.since <= usage.last]
    starts = [(first, usage.first), *((table, table.since) for table in sorted(later, key=lambda t: t.since))]
    ends = [begin for _, begin in starts[1:]] + [usage.last + timedelta(days=1)]
    left = usage.kwh
    for (table, begin), end in zip(starts, ends, strict=True):
        days = (end - begin).days
        last = end > usage.last
        # Rounding up twice could ask for more than there is, with three tables in one period.
        kwh = left if last else min(left, half_up(usage.kwh * days, usage.days))
        left -= kwh
        yield table, begin, days, kwh


def _widths(table: Table, usage: Usage, days: int) -> list[int | None]:
    month = month_days(usage.first)
    return [
        None if step.width is None else half_up(step.width * days * usage.households, month) for step in table.steps
    ]


def _tiers(table: Table, kwh: int, widths: Sequence[int | None], since: date | None) -> Iterator[Line]:
    """Yield the tiers that are reached, lowest first."""
    begin = 0
    for number, (step, width) in enumerate(zip(table.steps, widths, strict=True)):
        if kwh <= begin:
            return
        end = None if width is None else begin + width
        used = kwh - begin if end is None else min(kwh, end) - begin
        if used:
            yield Line(number, begin + 1, end, used, step.price, since)
        begin = kwh if end is None else end
