"""Deadlines of requests: worked examples held against the official calendars, and properties over any day.

Official holidays, Labour Code 2019 art. 112 with the notices of the Ministry of Home Affairs for 2025 and 2026;
the swapped days and their sources are in reference/swapped_days.tsv:
2024: 29/4 (swapped with Saturday 4/5), 30/4, 1/5.
2025: 1/1; Tết 27/1-31/1; 7/4 (Hùng Vương); 30/4, 1/5, 2/5 (swapped with Saturday 26/4); 1/9, 2/9.
2026: 1/1, 2/1 (swapped with Saturday 10/1); Tết 16/2-20/2; 27/4 (for Sunday 26/4, Hùng Vương); 30/4, 1/5;
31/8 (swapped with Saturday 22/8), 1/9, 2/9; 24/11 (Ngày Văn hóa Việt Nam, from 2026 on).
"""

from datetime import date, datetime, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain import deadlines, ticket_kind
from backend_stub.domain.deadlines import Site, add_working_days, area_of, is_working_day, rule_at, vietnamese_holidays
from backend_stub.domain.localtime import VIETNAM, local
from backend_stub.reference.catalogue import request_types
from backend_stub.reference.places import communes
from backend_stub.reference.working_days import swapped_days, vietnam

DAYS = st.dates(date(2025, 1, 1), date(2029, 12, 31))
COUNTS = st.integers(0, 30)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # Weekends.
        ("2026-11-20", 1, "2026-11-23"), ("2026-11-21", 1, "2026-11-23"), ("2026-06-05", 5, "2026-06-12"),
        # 24 November, a Tuesday in 2026 and still worked in 2025.
        ("2026-11-23", 1, "2026-11-25"), ("2026-11-20", 3, "2026-11-26"), ("2025-11-21", 2, "2025-11-25"),
        # Tết 2026: 16-20 February, so from Friday 13 to Monday 23.
        ("2026-02-13", 1, "2026-02-23"), ("2026-02-12", 3, "2026-02-24"), ("2026-02-17", 5, "2026-02-27"),
        # Tết 2025: 27-31 January.
        ("2025-01-24", 1, "2025-02-03"), ("2025-01-23", 3, "2025-02-04"),
        # 30/4-1/5 with the substitute for Hùng Vương's Sunday on Monday 27/4.
        ("2026-04-24", 1, "2026-04-28"), ("2026-04-24", 3, "2026-05-04"), ("2026-04-29", 1, "2026-05-04"),
        # 2025: Friday 2/5 was free, for Saturday 26/4.
        ("2025-04-29", 1, "2025-05-05"),
        # The Saturday worked for a swapped day counts: a deadline may end there, and does not run past it.
        ("2025-04-25", 1, "2025-04-26"), ("2025-04-25", 2, "2025-04-28"), ("2025-04-26", 1, "2025-04-28"),
        # 2024: Monday 29/4 was free, Saturday 4/5 was worked.
        ("2024-04-26", 1, "2024-05-02"), ("2024-05-02", 2, "2024-05-04"), ("2024-05-03", 2, "2024-05-06"),
        # New Year 2026: Friday 2/1 free, Saturday 10/1 worked for it; Saturday 17/1 is an ordinary one.
        ("2025-12-31", 1, "2026-01-05"), ("2026-01-08", 2, "2026-01-10"), ("2026-01-09", 2, "2026-01-12"),
        ("2026-01-16", 1, "2026-01-19"),
        ("2026-08-21", 1, "2026-08-22"), ("2026-08-20", 3, "2026-08-24"),
        # National Day 2026: Monday 31/8 free for Saturday 22/8, then 1/9 and 2/9.
        ("2026-08-28", 1, "2026-09-03"), ("2026-08-27", 2, "2026-09-03"),
        # New Year 2028 falls on a Saturday: Monday 3/1 is its substitute. 1/5/2027 likewise: 3/5.
        ("2027-12-31", 1, "2028-01-04"), ("2027-04-29", 1, "2027-05-04"),
    ],
)  # fmt: skip
def test_worked_examples(start: str, days: int, due: str) -> None:
    assert add_working_days(date.fromisoformat(start), days, vietnam()) == date.fromisoformat(due)


@given(DAYS, st.integers(1, 30))
def test_never_on_a_day_nobody_works(start: date, days: int) -> None:
    due = add_working_days(start, days, vietnam())
    assert is_working_day(due, vietnam())
    assert due not in vietnamese_holidays(due.year)
    assert due.weekday() < 5 or due in swapped_days().values()
    between = [start + timedelta(days=i) for i in range(1, (due - start).days + 1)]
    assert sum(is_working_day(day, vietnam()) for day in between) == days


@given(DAYS, DAYS, COUNTS, COUNTS)
def test_monotone_in_the_day_and_in_the_days(one: date, other: date, few: int, more: int) -> None:
    one, other = sorted((one, other))
    few, more = sorted((few, more))
    assert add_working_days(one, few, vietnam()) <= add_working_days(other, few, vietnam())
    assert add_working_days(one, few, vietnam()) <= add_working_days(one, more, vietnam())


@given(st.floats(1.73e9, 1.9e9), st.sampled_from(sorted(request_types())))
def test_a_deadline_lies_ahead_and_ends_an_office_day(begun: float, code: str) -> None:
    rule = request_types()[code].deadline
    due = deadlines.due_at(rule, begun, vietnam())
    if rule == "none":
        assert due is None
    elif rule.startswith("hours"):
        assert due == begun + float(rule[6:]) * 3600
    else:
        assert due > begun
        assert (local(due).hour, local(due).minute) == (17, 0)
        assert is_working_day(local(due).date(), vietnam())


@pytest.mark.parametrize(
    ("code", "site", "rule"),
    [
        ("NEW.LV.RES", Site("EVNCPC", "urban"), "days:3"), ("NEW.LV.RES", Site("EVNCPC", "rural"), "days:5"),
        ("NEW.LV.RES", Site("EVNCPC", "urban", works=True), "days:7"), ("NEW.LV.RES", Site("EVNCPC"), "days:5"),
        ("NEW.LV.RES", Site("EVNNPC", "urban"), "days:5"), ("NEW.LV.RES", Site("EVNSPC", "urban"), "days:5"),
        ("NEW.LV.RES", Site("EVNSPC", "rural", works=True), "days:7"),
        ("NEW.LV.BIZ", Site("EVNSPC", "urban"), "days:5"), ("NEW.LV.BIZ", Site("EVNSPC", works=True), "days:7"),
        ("NEW.MV", Site("EVNHCMC", "urban"), "days:5"), ("NEW.MV", Site("EVNCPC", "urban"), "days:7"),
        ("CHG.CAP", Site("EVNNPC", "urban"), "days:3"), ("CHG.CAP", Site("EVNNPC", "rural"), "days:5"),
        ("CHG.CAP", Site("EVNNPC", "urban", works=True), "days:7"), ("CHG.CAP", Site("EVNNPC"), "days:5"),
        ("BILL.HIGH", Site("EVNHCMC", "urban"), "hours:24"),
    ],
)  # fmt: skip
def test_the_published_periods_by_place(code: str, site: Site, rule: str) -> None:
    kind = request_types()[code]
    assert rule_at(kind.deadline, dict(kind.site), site) == rule


def test_a_phuong_is_urban_a_xa_and_an_island_are_not() -> None:
    assert {area_of(commune.kind) for commune in communes().values() if commune.kind == "phường"} == {"urban"}
    assert {area_of(kind) for kind in ("xã", "đặc khu")} == {"rural"}
    assert {commune.kind for commune in communes().values()} == {"phường", "xã", "đặc khu"}


def test_the_form_says_where_it_is_when_nobody_else_does() -> None:
    assert ticket_kind.site("EVNCPC", None, {"area": "urban"}) == Site("EVNCPC", "urban", False)
    assert ticket_kind.site("EVNCPC", "rural", {"area": "urban", "works": "pole"}) == Site("EVNCPC", "urban", True)
    assert ticket_kind.site("EVNCPC", "rural", {"works": "none"}) == Site("EVNCPC", "rural", False)


def test_a_swap_moves_one_day_of_work_and_loses_none() -> None:
    for off, worked in swapped_days().items():
        assert off.weekday() < 5
        assert worked.weekday() == 5
        assert not is_working_day(off, vietnam())
        assert is_working_day(worked, vietnam())
        assert abs((off - worked).days) < 14
        assert not is_working_day(worked + timedelta(days=1), vietnam())


def test_every_swap_the_package_knows_is_in_the_table() -> None:
    swapped = set()
    for year in range(2018, date.today().year + 1):
        named = country_holidays("VN", years=year, language="en_US")
        swapped |= {day for day, name in named.items() if "substituted from" in name}
    assert swapped <= set(swapped_days())


def test_a_clock_deadline_runs_through_holidays() -> None:
    eve = datetime(2026, 2, 16, 20, 0, tzinfo=VIETNAM).timestamp()
    assert local(deadlines.due_at("hours:24", eve, vietnam())) == datetime(2026, 2, 17, 20, 0, tzinfo=VIETNAM)


def test_deadlines_in_words() -> None:
    kind = request_types()["NEW.LV.RES"]
    said = ticket_kind.deadline_words(kind.deadline, dict(kind.site))
    assert said.vi == "5 ngày làm việc; EVNCPC ở phường: 3; EVNCPC ở xã: 5; khi phải thi công: 7"
    assert said.en == "5 working days; EVNCPC in a phường: 3; EVNCPC in a xã: 5; with works: 7"
