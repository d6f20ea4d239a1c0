"""Bills of an invented household for tests of the desk; amounts by the prices of 10 May 2025."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from agent_tui import wire

PRICES = ((1, 50, 1984), (51, 100, 2050), (101, 200, 2380), (201, 300, 2998), (301, 400, 3350), (401, None, 3460))
USE = (281, 203, 195, 188, 210, 222, 240, 268, 301, 322, 300, 282, 412)
PERIODS = ("2025-10", "2025-11", "2025-12", *(f"2026-{month:02}" for month in range(1, 11)))
SAY = wire.Say(
    "Kỳ này nhà mình dùng 412 số trong 33 ngày, kỳ trước 282 số trong 30 ngày.",
    "This period it is 412 kWh in 33 days; the period before it was 282 kWh in 30 days.",
)


def months(count: int) -> list[date]:
    """The first days of the last `count` whole months, oldest first."""
    first = datetime.now(UTC).date().replace(day=1)
    found: list[date] = []
    while len(found) < count:
        first = (first - timedelta(days=1)).replace(day=1)
        found.insert(0, first)
    return found


def tiers(kwh: int) -> list[wire.Tier]:
    lines, left = [], kwh
    for first, to, price in PRICES:
        part = left if to is None else min(left, to - first + 1)
        if part > 0:
            lines.append(wire.Tier(first, to, part, price, part * price))
            left -= part
    return lines


def bill(period: str, kwh: int, days: int = 30, **changes: object) -> wire.Bill:
    year, month = map(int, period.split("-"))
    first = date(year, month, 1)
    lines = tiers(kwh)
    amount = sum(line.amount for line in lines)
    vat = round(amount * 0.08)
    base = wire.Bill(
        period, first, first + timedelta(days - 1), days, kwh, amount, vat, amount + vat, "paid", date(year, month, 28),
        date(year, month, 20), lines, 8, 12_000, 12_000 + kwh, "actual",
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def thirteen(use: Sequence[int] = USE) -> list[wire.Bill]:
    """October to October, newest first as the service answers; the last one is 1.46 times the one before."""
    made = [bill(period, kwh) for period, kwh in zip(PERIODS, use, strict=True)]
    made[-1] = bill(PERIODS[-1], use[-1], 33, status="unpaid", paid_on=None)
    made[4] = bill(PERIODS[4], use[4], reading_kind="estimated")
    return made[::-1]


def check(**changes: object) -> wire.BillCheck:
    due = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
    base = wire.BillCheck(
        1.46, 1.1, ["recheck_offer", "more_days", "more_use", "year_up", "tier_up"], SAY, due, PERIODS[-1],
        PERIODS[-2], 1.47,
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def record(**changes: object) -> wire.CustomerRecord:
    base = wire.CustomerRecord(
        "PC08GG0044121", "Trần Thị Hương", "Chị", ["0983 111 222", "0257 3888 999"], "7 Lê Lợi, Xã Đồng Xuân, Đắk Lắk",
        "7 Lê Lợi, TT La Hai, H. Đồng Xuân, Phú Yên", "22081", "Xã Đồng Xuân", "Đắk Lắk", "EVNCPC", "80412213",
        "17/2452529", "residential", 2, "life_support", "active", ["T1", "F474"],
        [wire.Device("T1", "transformer", "La Hai 1"), wire.Device("F474", "feeder", "474 Đồng Xuân")], [], [],
        1_205_302, date(2026, 10, 28),
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)
