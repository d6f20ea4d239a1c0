"""Why a bill changed: the parts add up, the rule of 1.3 holds to the kWh, both languages tell the same figures."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend_stub.domain import bill_check, bill_say, tariff
from backend_stub.domain.bill_check import Findings, Period
from backend_stub.domain.bills import BillFact, Reading
from backend_stub.domain.tariff import Usage
from backend_stub.reference.prices import prices
from tests.full import count

MONTHS_EN = "|".join(bill_say.MONTHS)
DATE_VI = re.compile(r"(?:ngày \d{1,2}/|tháng )\d{1,2}/\d{4}", re.IGNORECASE)
DATE_EN = re.compile(rf"(?:\d{{1,2}} )?(?:{MONTHS_EN}) \d{{4}}")


def period(first: str, last: str, kwh: int, households: int = 1, name: str = "residential") -> Period:
    usage = Usage(name, date.fromisoformat(first), date.fromisoformat(last), kwh, households)
    bill = BillFact(first[:7], usage, "unpaid", usage.last + timedelta(days=12), None)
    return Period(bill, tariff.charge(prices(), usage))


SEPTEMBER = period("2026-09-01", "2026-09-30", 250)
OCTOBER = period("2026-10-01", "2026-10-31", 350)


def examine(now: Period, before: Period | None = None, year: Period | None = None, *readings: Reading) -> Findings:
    return bill_check.examine(now, before, year, readings, prices())


def numbers(text: str, dates: "re.Pattern[str]", separator: str, point: str) -> list[float]:
    """Every number of a text but those of its dates."""
    found = re.findall(r"\d[\d.,]*\d|\d", dates.sub("", text))
    return sorted(float(figure.replace(separator, "").replace(point, ".")) for figure in found)


def told(found: Findings) -> list[float]:
    """The numbers of the paragraph, which must be the same in both languages."""
    said = bill_say.say(found, 24)
    vi, en = numbers(said.vi, DATE_VI, ".", ","), numbers(said.en, DATE_EN, ",", ".")
    assert vi == en, (said.vi, said.en)
    return vi


def table(found: Findings) -> set[float]:
    """What the bills' tables hold, and what is computed from two of them."""
    every = [p for p in (found.now, found.before, found.year_ago) if p is not None]
    known: set[float] = {24.0, 1.3}
    for p in every:
        charge = p.charge
        known |= {charge.total, charge.vat_pct, p.kwh, p.days, tariff.half_up(10 * p.kwh, p.days) / 10}
    known |= {n for line in found.now.charge.lines for n in (line.kwh, line.price, line.step + 1)}
    known |= {ratio / 100 for ratio in (found.ratio, found.year_ratio) if ratio is not None}
    if found.before is not None and found.effects is not None:
        known.add(abs(found.now.days - found.before.days))
        known.add(abs(found.now.charge.amount - found.before.charge.amount))
        known |= {abs(part) for part in bill_say._parts(found.effects)}
    return known


def test_a_bill_shock_in_words() -> None:
    found = examine(OCTOBER, SEPTEMBER, period("2025-10-01", "2025-10-31", 300))
    assert found.flags == ("recheck_offer", "more_days", "more_use", "year_up", "tier_up")
    # 250 kWh: 589,600; 350: 907,000. One day more at September's use: 589,600 / 30 = 19,653; 350 kWh at September's
    # mean price: 825,440, so 216,187 for the use a day; the rest, 81,560, for the tiers.
    assert bill_say._parts(found.effects) == (19_653, 216_187, 81_560, 0)
    said = bill_say.say(found, 24)
    assert said.vi == (
        "Dạ hóa đơn tháng 10/2026 của nhà mình là 979.560 đồng, đã gồm thuế 8 %, cho 350 kWh trong 31 ngày. "
        "Tháng 9/2026 là 636.768 đồng, cho 250 kWh trong 30 ngày. "
        "Sản lượng bằng 1,40 lần tháng trước, bình quân mỗi ngày 11,3 kWh, tháng trước 8,3 kWh. "
        "Tiền điện trước thuế tăng 317.400 đồng: do số ngày tăng 19.653 đồng, do dùng mỗi ngày tăng 216.187 đồng, "
        "do bậc thang tăng 81.560 đồng. "
        "So với cùng tháng năm trước (300 kWh trong 31 ngày), sản lượng bằng 1,16 lần. "
        "Kỳ này dài hơn 1 ngày. Có 50 kWh rơi vào bậc 5, giá 3.350 đồng. "
        "Vì sản lượng từ 1,3 lần tháng trước trở lên, bên em mời nhà mình đăng ký phúc tra chỉ số, "
        "mục tiêu trả lời trong 24 giờ ạ."
    )
    assert said.en.startswith("The bill for October 2026 is 979,560 dong including 8 % VAT, for 350 kWh in 31 days.")
    assert set(told(found)) <= table(found)


@pytest.mark.parametrize(
    ("kwh", "before", "offered"),
    [
        (129, 100, False),
        (130, 100, True),
        (1299, 1000, False),
        (13, 10, True),
        (12, 10, False),
        (1, 0, True),
        (0, 0, False),
    ],
)
def test_the_rule_of_1_3_to_the_kwh(kwh: int, before: int, offered: bool) -> None:
    found = examine(period("2026-10-01", "2026-10-31", kwh), period("2026-09-01", "2026-09-30", before))
    assert ("recheck_offer" in found.flags) == offered
    # What is told is never 1.3 where nothing is offered.
    assert found.ratio is None or (found.ratio >= 130) == offered


def test_nothing_to_compare_with() -> None:
    found = examine(OCTOBER)
    assert (found.flags, found.ratio, found.days_ratio, found.effects) == (("no_previous",), None, None, None)
    assert set(told(found)) <= table(found)


def test_other_prices() -> None:
    before, now = period("2025-04-01", "2025-04-30", 300), period("2025-06-01", "2025-06-30", 300)
    found = examine(now, before)
    assert found.flags == ("price_up",)
    # 300 kWh at 11 October 2024: 94,650 + 97,800 + 227,100 + 286,000 = 705,550; at 10 May 2025: 739,500.
    assert bill_say._parts(found.effects) == (0, 0, 0, 739_500 - 705_550)
    assert "tăng 33.950 đồng, do đổi giá." in bill_say.say(found, 24).vi
    mid = examine(period("2025-05-01", "2025-05-31", 300), before)
    assert {"price_up", "price_mid_period", "more_days"} <= set(mid.flags)
    assert "từ ngày 10/5/2025" in bill_say.say(mid, 24).vi
    assert "from 10 May 2025" in bill_say.say(mid, 24).en


def test_another_vat_rate() -> None:
    found = examine(period("2027-01-01", "2027-01-31", 300), period("2026-12-01", "2026-12-31", 300))
    assert "vat_changed" in found.flags
    assert "Thuế suất trước đây là 8 %, nay là 10 %." in bill_say.say(found, 24).vi


def test_a_late_reading_and_the_new_year() -> None:
    january = period("2026-01-01", "2026-01-31", 200)
    assert "holiday" in examine(period("2026-02-01", "2026-02-28", 200), january).flags
    assert "holiday" not in examine(OCTOBER, SEPTEMBER).flags
    # The calendar's 1 January is no Tết.
    assert "holiday" not in examine(period("2025-12-20", "2026-01-19", 200)).flags
    assert "late_reading" not in examine(period("2026-10-01", "2026-11-02", 200)).flags
    assert "late_reading" in examine(period("2026-10-01", "2026-11-03", 200)).flags


def reading(day: str, value: int, kind: str = "actual", meter: str = "A") -> Reading:
    return Reading(meter, date.fromisoformat(day), value, kind)


@pytest.mark.parametrize(
    ("readings", "flags"),
    [
        ([reading("2026-09-30", 100), reading("2026-10-31", 450)], set()),
        ([reading("2026-09-30", 100), reading("2026-10-31", 451)], {"reading_differs"}),
        ([reading("2026-09-30", 100), reading("2026-10-31", 450, meter="B")], set()),
        ([reading("2026-09-30", 100), reading("2026-10-31", 450, "estimated")], {"estimated"}),
        (
            [reading("2026-08-31", 0), reading("2026-09-30", 100, "estimated"), reading("2026-10-31", 450)],
            {"estimated"},
        ),
        ([reading("2026-09-30", 500), reading("2026-10-31", 450)], {"reading_falls", "reading_differs"}),
        ([reading("2026-08-31", 100), reading("2026-10-31", 450)], {"reading_gap"}),
        ([reading("2026-10-31", 450), reading("2026-10-31", 455, "customer")], {"reading_double"}),
        # Long before: no matter of this bill.
        ([reading("2026-07-31", 900), reading("2026-08-31", 100), reading("2026-09-30", 110)], set()),
    ],
)
def test_readings_that_do_not_fit_are_told(readings: list[Reading], flags: set[str]) -> None:
    found = examine(OCTOBER, SEPTEMBER, None, *readings)
    assert {flag for flag in found.flags if flag.startswith(("reading", "estimated"))} == flags
    assert set(told(found)) <= table(found)


def test_who_estimated_when_is_told_apart() -> None:
    now = bill_say.say(examine(OCTOBER, SEPTEMBER, None, reading("2026-10-31", 1, "estimated")), 24)
    before = bill_say.say(examine(OCTOBER, SEPTEMBER, None, reading("2026-09-30", 1, "estimated")), 24)
    assert "Chỉ số kỳ này là tạm tính" in now.vi
    assert "Chỉ số tháng trước là tạm tính" in before.vi


begins = st.dates(date(2024, 1, 1), date(2027, 6, 1))


@st.composite
def neighbours(draw: st.DrawFn) -> Findings:
    first = draw(begins)
    lengths = draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    kwh = draw(st.tuples(st.integers(0, 2_000), st.integers(0, 2_000)))
    households = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    second = first + timedelta(days=lengths[0])
    ends = (second - timedelta(days=1), second + timedelta(days=lengths[1] - 1))
    before = period(first.isoformat(), ends[0].isoformat(), kwh[0], households[0])
    now = period(second.isoformat(), ends[1].isoformat(), kwh[1], households[1])
    return examine(now, before, draw(st.sampled_from([None, before])))


@given(neighbours())
@settings(max_examples=count(200, 4_000), deadline=None)
def test_the_parts_add_up_and_the_words_are_the_table_s(found: Findings) -> None:
    assert found.before is not None
    assert found.effects is not None
    assert found.effects.all == found.now.charge.amount - found.before.charge.amount
    assert set(told(found)) <= table(found)
    said = bill_say.say(found, 24)
    assert "-" not in said.vi
    assert ("recheck_offer" in found.flags) == ("24" in said.vi.rsplit(" ", 3)[1])
    assert len(found.flags) == len(set(found.flags))


@given(neighbours())
@settings(max_examples=count(100, 1_000), deadline=None)
def test_without_a_change_of_prices_no_part_is_the_prices(found: Findings) -> None:
    assert found.before is not None
    assert found.effects is not None
    changes = [t.since for t in prices().tables if t.tariff == "residential"]
    span = (found.before.fact.usage.first, found.now.fact.usage.last)
    assume(not any(span[0] < day <= span[1] for day in changes))
    assert found.effects.price == 0


def test_a_contract_by_hours_with_one_register_says_that_the_normal_price_was_taken() -> None:
    found = examine(period("2026-10-01", "2026-10-31", 1_000, name="production"))
    assert "one_register" in found.flags
    assert found.now.charge.amount == 1_987_000
    said = bill_say.say(found, 24)
    assert "bình thường 1.987, thấp điểm 1.300, cao điểm 3.640 đồng" in said.vi
    assert "normal 1,987, off-peak 1,300, peak 3,640 dong" in said.en
    assert told(found)
    assert "one_register" not in examine(OCTOBER).flags
