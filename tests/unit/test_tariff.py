"""What a quantity costs: worked bills with their sources, and laws that every bill keeps.

Prices of 10 May 2025: Decision 1279/QĐ-BCT (1984 2050 2380 2998 3350 3460); of 11 Oct 2024: 1893 1956 2271 2860 3197
3302; of 9 Nov 2023: 1806 1866 2167 2729 3050 3151. VAT 8 % (Decree 174/2025/NĐ-CP), 10 % from 2027 (law, unless
prolonged). Widths by days and households, and the split at a change of price: EVNCPC-CC, "Tính tiền trong tháng đổi
giá"; EVN's price desk, giadien.vietbao.vn question 363.
"""

from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_stub.domain import tariff
from backend_stub.domain.tariff import Charge, NoPrice, Prices, Step, Table, Usage, VatRate
from backend_stub.reference.prices import prices, waiting
from tests.full import count

P2023, P2024, P2025 = (
    (1806, 1866, 2167, 2729, 3050, 3151), (1893, 1956, 2271, 2860, 3197, 3302), (1984, 2050, 2380, 2998, 3350, 3460),
)  # fmt: skip
WIDTHS = (50, 50, 100, 100, 100)


def bill(kwh: int, first: str = "2025-10-01", last: str = "2025-10-31", households: int = 1) -> Charge:
    return tariff.charge(
        prices(), Usage("residential", date.fromisoformat(first), date.fromisoformat(last), kwh, households)
    )


def shown(charge: Charge) -> tuple[int, int, int]:
    return charge.amount, charge.vat, charge.total


def test_the_worked_bill_of_the_reference() -> None:
    # reference/domain.md A5: 99,200 + 102,500 + 238,000 + 299,800 + 167,500 = 907,000; 8 % 72,560; the period begins
    # the day the prices came into force and is one month of 31 days (10 May - 9 June).
    charge = bill(350, "2025-05-10", "2025-06-09")
    assert [line.amount for line in charge.lines] == [99_200, 102_500, 238_000, 299_800, 167_500]
    assert shown(charge) == (907_000, 72_560, 979_560)


@pytest.mark.parametrize(
    ("kwh", "amount", "vat", "total"),
    [
        # Sums by hand of the table of 10 May 2025; 120, 350 also published (see below).
        (0, 0, 0, 0),
        # 1 x 1984; 158.72 rounded up.
        (1, 1_984, 159, 2_143),
        # 50 x 1984
        (50, 99_200, 7_936, 107_136),
        # ... + 1 x 2050
        (51, 101_250, 8_100, 109_350),
        # 99,200 + 50 x 2050
        (100, 201_700, 16_136, 217_836),
        # ... + 1 x 2380; 16,326.4 rounded down
        (101, 204_080, 16_326, 220_406),
        # 201,700 + 20 x 2380: acceptance case TC-01 of a public rule book after Decision 1279 (249,300 and 19,944)
        (120, 249_300, 19_944, 269_244),
        # 201,700 + 100 x 2380
        (200, 439_700, 35_176, 474_876),
        (201, 442_698, 35_416, 478_114),
        # 439,700 + 70 x 2998: case TC-04 of the same book (649,560; VAT 51,964.8; 701,525)
        (270, 649_560, 51_965, 701_525),
        # 439,700 + 100 x 2998
        (300, 739_500, 59_160, 798_660),
        (301, 742_850, 59_428, 802_278),
        # 739,500 + 100 x 3350
        (400, 1_074_500, 85_960, 1_160_460),
        (401, 1_077_960, 86_237, 1_164_197),
        # 1,074,500 + 600 x 3460
        (1_000, 3_150_500, 252_040, 3_402_540),
    ],
)
def test_worked_bills_at_the_prices_of_may_2025(kwh: int, amount: int, vat: int, total: int) -> None:
    assert shown(bill(kwh)) == (amount, vat, total)


@pytest.mark.parametrize(
    ("kwh", "first", "last", "amount", "vat", "total"),
    [
        # 50 x 1893 + 50 x 1956 + 100 x 2271 + 50 x 2860 = 94,650 + 97,800 + 227,100 + 143,000
        (250, "2025-01-01", "2025-01-31", 562_550, 45_004, 607_554),
        # 50 x 1806 + 50 x 1866 + 100 x 2167 + 50 x 2729 = 90,300 + 93,300 + 216,700 + 136,450
        (250, "2024-03-01", "2024-03-31", 536_750, 42_940, 579_690),
    ],
)
def test_earlier_prices(kwh: int, first: str, last: str, amount: int, vat: int, total: int) -> None:
    assert shown(bill(kwh, first, last)) == (amount, vat, total)


def test_two_households_have_tiers_twice_as_wide() -> None:
    # 100 x 1984 + 100 x 2050 + 150 x 2380 = 198,400 + 205,000 + 357,000
    charge = bill(350, households=2)
    assert [(line.first, line.last, line.kwh) for line in charge.lines] == [
        (1, 100, 100), (101, 200, 100), (201, 400, 150),
    ]  # fmt: skip
    assert shown(charge) == (760_400, 60_832, 821_232)


def test_tiers_follow_the_days_of_the_period() -> None:
    # 33 days from 28 Sept (a month of 30): 50 x 33 / 30 = 55, 100 x 33 / 30 = 110.
    # 55 x 1984 + 55 x 2050 + 110 x 2380 + 110 x 2998 + 20 x 3350 = 109,120 + 112,750 + 261,800 + 329,780 + 67,000
    charge = bill(350, "2025-09-28", "2025-10-30")
    assert [line.kwh for line in charge.lines] == [55, 55, 110, 110, 20]
    assert shown(charge) == (880_450, 70_436, 950_886)
    # 20 days of October: 50 x 20 / 31 = 32.26 -> 32, 100 x 20 / 31 = 64.52 -> 65.
    # 32 x 1984 + 32 x 2050 + 65 x 2380 + 65 x 2998 + 6 x 3350 = 63,488 + 65,600 + 154,700 + 194,870 + 20,100
    charge = bill(200, "2025-10-01", "2025-10-20")
    assert [line.kwh for line in charge.lines] == [32, 32, 65, 65, 6]
    assert shown(charge) == (498_758, 39_901, 538_659)


def test_widths_round_half_up() -> None:
    # A week of a February: 50 x 7 / 28 = 12.5 -> 13.
    assert [line.kwh for line in bill(30, "2026-02-01", "2026-02-07").lines] == [13, 13, 4]


def test_a_price_that_changes_within_the_period() -> None:
    # May 2025, 350 kWh: old prices 1-9 May, 9 of 31 days: 350 x 9 / 31 = 101.6 -> 102 kWh; new: 248 kWh, 22 days.
    # Old widths 50 x 9 / 31 = 14.5 -> 15, 100 x 9 / 31 = 29.03 -> 29: 15 x 1893 + 15 x 1956 + 29 x 2271 + 29 x 2860
    #   + 14 x 3197 = 28,395 + 29,340 + 65,859 + 82,940 + 44,758 = 251,292.
    # New widths 50 x 22 / 31 = 35.48 -> 35, 100 x 22 / 31 = 70.97 -> 71: 35 x 1984 + 35 x 2050 + 71 x 2380 + 71 x 2998
    #   + 36 x 3350 = 69,440 + 71,750 + 168,980 + 212,858 + 120,600 = 643,628.
    charge = bill(350, "2025-05-01", "2025-05-31")
    old = [line for line in charge.lines if line.since == date(2025, 5, 1)]
    new = [line for line in charge.lines if line.since == date(2025, 5, 10)]
    assert [line.kwh for line in old] == [15, 15, 29, 29, 14]
    assert [line.kwh for line in new] == [35, 35, 71, 71, 36]
    assert sum(line.amount for line in old) == 251_292
    assert sum(line.amount for line in new) == 643_628
    # 894,920 x 8 % = 71,593.6 -> 71,594
    assert shown(charge) == (894_920, 71_594, 966_514)


def test_vat_is_the_rate_of_the_last_day() -> None:
    assert shown(bill(350, "2026-12-01", "2026-12-31")) == (907_000, 72_560, 979_560)
    assert shown(bill(350, "2027-01-01", "2027-01-31")) == (907_000, 90_700, 997_700)
    # 31 days from 15 December: the last is in 2027.
    assert shown(bill(350, "2026-12-15", "2027-01-14")) == (907_000, 90_700, 997_700)


@pytest.mark.parametrize(("name", "price"), [("business", 3152), ("production", 1987), ("public", 2226)])
def test_flat_prices(name: str, price: int) -> None:
    charge = tariff.charge(prices(), Usage(name, date(2025, 10, 1), date(2025, 10, 31), 1_000, 3))
    assert [(line.first, line.last, line.kwh, line.price) for line in charge.lines] == [(1, None, 1_000, price)]
    assert charge.amount == 1_000 * price


@pytest.mark.parametrize(
    ("first", "last", "price"),
    [("2025-10-01", "2025-10-31", 2380), ("2025-01-01", "2025-01-31", 2271), ("2024-03-01", "2024-03-31", 2167)],
)
def test_undeclared_tenants_pay_the_third_tier_for_every_kwh(first: str, last: str, price: int) -> None:
    # Circular 60/2025 (reference/domain.md A5): the price of 101-200 kWh, however much and however many households.
    usage = Usage("tenant", date.fromisoformat(first), date.fromisoformat(last), 350, 2)
    charge = tariff.charge(prices(), usage)
    assert [(line.kwh, line.price) for line in charge.lines] == [(350, price)]
    assert price == tariff.in_force(prices().tables, "residential", usage.first).steps[2].price


@pytest.mark.parametrize(
    ("name", "hours"), [("production", (1987, 1300, 3640)), ("business", (3152, 1918, 5422)), ("residential", None)]
)
def test_prices_by_the_hour_are_on_file_and_the_normal_one_is_charged(
    name: str, hours: tuple[int, int, int] | None
) -> None:
    # reference/domain.md A5: LV < 6 kV, normal / off-peak / peak; a bill's row has one figure of kWh.
    table = tariff.in_force(prices().tables, name, date(2025, 10, 1))
    assert table.hours == hours
    if hours is not None:
        assert [step.price for step in table.steps] == [hours[0]]


def test_no_price_is_made_up_for_a_day_without_one() -> None:
    with pytest.raises(NoPrice):
        tariff.charge(prices(), Usage("production", date(2025, 4, 1), date(2025, 4, 30), 100))


def test_five_tiers_wait_and_are_never_charged() -> None:
    (table,) = waiting()
    assert [step.width for step in table.steps] == [100, 100, 200, 300, None]
    # 90 and 180 % of 2,204.0655 (Decision 599/QĐ-EVN)
    assert (table.steps[0].price, table.steps[-1].price) == (1984, 3967)
    assert all(len(table.steps) in (1, 6) for table in prices().tables)
    assert len(tariff.in_force(prices().tables, "residential", date(2040, 1, 1)).steps) == 6


def test_support_of_poor_households() -> None:
    # Decision 28/2014/QĐ-TTg: 30 kWh at tier 1; 30 x 1984 = 59,520 and 30 x 1893 = 56,790.
    assert tariff.support(prices(), date(2025, 10, 31)) == 59_520
    assert tariff.support(prices(), date(2025, 4, 30)) == 56_790


def test_days_without_a_price_are_refused() -> None:
    with pytest.raises(NoPrice, match="residential price on file for 2023-11-08"):
        bill(10, "2023-11-08", "2023-11-30")
    with pytest.raises(NoPrice, match="VAT"):
        tariff.vat_pct(prices().vat, date(2020, 1, 1))


days = st.dates(date(2023, 11, 9), date(2027, 12, 1))
usages = st.builds(
    lambda first, length, kwh, households: Usage(
        "residential", first, first + timedelta(days=length - 1), kwh, households
    ),
    days, st.integers(1, 62), st.integers(0, 3_000), st.integers(1, 12),
)  # fmt: skip
many = settings(max_examples=count(150, 3_000), deadline=None)


@given(usages)
@many
def test_more_never_costs_less(usage: Usage) -> None:
    more = Usage(usage.tariff, usage.first, usage.last, usage.kwh + 1, usage.households)
    less = tariff.charge(prices(), usage)
    assert tariff.charge(prices(), more).amount > less.amount
    assert tariff.charge(prices(), more).total > less.total


@given(usages)
@many
def test_the_lines_are_the_bill(usage: Usage) -> None:
    charge = tariff.charge(prices(), usage)
    assert sum(line.kwh for line in charge.lines) == usage.kwh
    assert sum(line.kwh * line.price for line in charge.lines) == charge.amount
    assert charge.vat == (charge.amount * charge.vat_pct * 2 + 100) // 200
    assert charge.total == charge.amount + charge.vat
    for line in charge.lines:
        assert line.kwh > 0
        assert line.last is None or line.kwh <= line.last - line.first + 1


@given(usages, st.integers(0, 3_000))
@many
def test_tiers_add_up(usage: Usage, split: int) -> None:
    """The first kWh and the kWh after them cost what all of them cost, where prices do not change."""
    table = Table("residential", date.min, tuple(map(Step, (*WIDTHS, None), P2025)), "test")
    flat = Prices((table,), (VatRate(date.min, 8),))
    split = min(split, usage.kwh)
    begin = Usage(usage.tariff, usage.first, usage.last, split, usage.households)
    whole, first = tariff.charge(flat, usage), tariff.charge(flat, begin)
    used = {line.step: line.kwh for line in first.lines}
    rest = sum((line.kwh - used.get(line.step, 0)) * line.price for line in whole.lines)
    assert first.amount + rest == whole.amount


def naive(usage: Usage) -> int:
    """One kWh after the other, each at the price of its place; written from the rule, not from the code."""
    changes = [(date(2023, 11, 9), P2023), (date(2024, 10, 11), P2024), (date(2025, 5, 10), P2025)]
    every = [usage.first + timedelta(days=n) for n in range((usage.last - usage.first).days + 1)]
    # One table a day, then runs of equal tables.
    tables = [max(entry for entry in changes if entry[0] <= day)[1] for day in every]
    runs = [(table, tables.count(table)) for table in dict.fromkeys(tables)]
    next_month = (usage.first.replace(day=28) + timedelta(days=4)).replace(day=1)
    month = (next_month - timedelta(days=1)).day
    left, total = usage.kwh, 0
    for number, (table, length) in enumerate(runs):
        part = left if number == len(runs) - 1 else int(usage.kwh * length / len(every) + 0.5)
        left -= part
        limits = list(accumulate(int(w * length * usage.households / month + 0.5) for w in WIDTHS))
        total += sum(table[sum(place > limit for limit in limits)] for place in range(1, part + 1))
    return total


@given(usages)
@many
def test_equal_to_counting_kwh_by_kwh(usage: Usage) -> None:
    assert tariff.charge(prices(), usage).amount == naive(usage)


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_half_up_is_arithmetic_rounding(a: int, b: int) -> None:
    assert abs(tariff.half_up(a, b) * b - a) * 2 <= b
    assert tariff.half_up(2 * a + 1, 2) == a + 1
