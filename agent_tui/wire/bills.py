"""Bills: what was used and charged in a period, and why it differs from other periods."""

from datetime import date
from typing import Literal

from msgspec import Struct, field

from agent_tui.wire.base import Say, Time

BillStatus = Literal["paid", "unpaid", "overdue"]
ReadingKind = Literal["actual", "remote", "customer", "estimated"]
BillFlag = Literal[
    "recheck_offer", "no_previous", "more_days", "fewer_days", "more_use", "less_use", "year_up", "year_down",
    "tier_up", "tier_down", "price_up", "price_down", "price_mid_period", "vat_changed", "late_reading", "estimated",
    "holiday", "reading_falls", "reading_gap", "reading_double", "reading_differs", "one_register",
]  # fmt: skip


class Tier(Struct, frozen=True):
    """One line of a bill: kWh `from` (first) to `to` (last, null: without end) at `price` VND a kWh before VAT.

    `since` is the first day of this price where prices changed within the period; a flat price is one line from 1.
    """

    first: int = field(name="from")
    to: int | None
    kwh: int
    price: int
    amount: int
    since: date | None = None


class Bill(Struct, frozen=True):
    """One billed period `YYYY-MM`, days `from` to `to` inclusive; `amount` before, `total` after VAT, in VND.

    `status` is `overdue` from the day after `due`; `vat_pct` is the VAT rate in per cent. `reading_from` and
    `reading_to` are the meter's figures at both ends where they are on file, `reading_kind` how the latter was got.
    `hours` are the prices of normal, off-peak and peak hours where the contract tells them apart and the kWh on file
    do not: the bill is then computed at the normal hour's price. `support` is what the state pays a poor household for
    the month, VND: no part of the bill, 0 where there is none.
    """

    period: str
    first: date = field(name="from")
    to: date
    days: int
    kwh: int
    amount: int
    vat: int
    total: int
    status: BillStatus
    due: date
    paid_on: date | None
    tiers: list[Tier]
    vat_pct: int = 8
    reading_from: int | None = None
    reading_to: int | None = None
    reading_kind: ReadingKind | None = None
    support: int = 0
    hours: tuple[int, int, int] | None = None


class BillCheck(Struct, frozen=True):
    """Why a bill is what it is: `ratio` of its kWh, `days_ratio` of its days to the period before (null: none on file).

    `recheck_due` is set where a re-read must be offered: the time by which it is resolved when asked for now.
    """

    ratio: float | None
    days_ratio: float | None
    flags: list[BillFlag]
    explanation: Say
    recheck_due: Time | None = None
    period: str = ""
    compared_with: str | None = None
    year_ratio: float | None = None
