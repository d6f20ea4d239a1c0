"""The notice clocks of planned works: worked dates, and what must hold for any plan."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.plans import (
    DAY_S,
    LAW,
    NoticeClock,
    Plan,
    alarms,
    clocks,
    tet_quiet_days,
    words,
)
from backend_stub.reference import quiet_days
from backend_stub.settings import load

# Saturday 5 December 2026, 07:00 to 11:30 in Vietnam.
BEGIN = datetime(2026, 12, 5, 0, 0, tzinfo=UTC).timestamp()
END = BEGIN + 4.5 * 3_600


def by_rule(plan: Plan, now: float, quiet: tuple[tuple[date, date], ...] = ()) -> dict[str, NoticeClock]:
    return {clock.rule: clock for clock in clocks(plan, now, quiet)}


def test_notice_is_due_five_days_ahead() -> None:
    draft = Plan(BEGIN, END, "draft")
    due = datetime(2026, 11, 30, 0, 0, tzinfo=UTC).timestamp()
    assert by_rule(draft, due - 2 * DAY_S)["notice"] == NoticeClock("notice", due, "running")
    assert by_rule(draft, due - DAY_S)["notice"].state == "soon"
    assert by_rule(draft, due)["notice"].state == "soon", "five days ahead is in time"
    assert by_rule(draft, due + 1)["notice"].state == "breached"


def test_a_notice_in_time_is_met_for_good_and_a_late_one_stays_late() -> None:
    in_time = Plan(BEGIN, END, "notified", notified_at=BEGIN - 6 * DAY_S)
    late = Plan(BEGIN, END, "notified", notified_at=BEGIN - 4 * DAY_S)
    assert by_rule(in_time, BEGIN)["notice"].state == "met"
    assert by_rule(late, BEGIN - 3 * DAY_S)["notice"].state == "breached"


def test_a_change_is_told_again_a_day_ahead_whatever_was_told_before_it() -> None:
    moved = Plan(
        BEGIN, END, "postponed", BEGIN - 8 * DAY_S, changed_at=BEGIN - 3 * DAY_S, renotified_at=BEGIN - 7 * DAY_S
    )
    assert by_rule(moved, BEGIN - 2.5 * DAY_S)["renotice"].state == "running"
    assert by_rule(moved, BEGIN - DAY_S + 1)["renotice"].state == "breached"
    told = Plan(BEGIN, END, "renotified", BEGIN - 8 * DAY_S, BEGIN - 3 * DAY_S, BEGIN - 2 * DAY_S)
    assert by_rule(told, BEGIN)["renotice"].state == "met"
    assert "renotice" not in by_rule(Plan(BEGIN, END, "notified", BEGIN - 8 * DAY_S), BEGIN)


def test_large_customers_are_told_in_writing_and_small_ones_need_not_be() -> None:
    told = Plan(BEGIN, END, "notified", notified_at=BEGIN - 6 * DAY_S, large=2)
    assert by_rule(told, BEGIN - 5.5 * DAY_S)["written_notice"].state == "soon"
    assert "written_notice" not in by_rule(Plan(BEGIN, END, "notified", BEGIN - 6 * DAY_S), BEGIN - 6 * DAY_S)


def test_a_buyer_may_ask_to_move_it_until_two_days_before() -> None:
    plan = Plan(BEGIN, END, "notified", notified_at=BEGIN - 6 * DAY_S)
    assert by_rule(plan, BEGIN - 2 * DAY_S - 1)["move_request"].state == "running"
    assert by_rule(plan, BEGIN - 2 * DAY_S)["move_request"].state == "met"


def test_work_until_midnight_is_not_work_of_the_day_after() -> None:
    quiet = ((date(2026, 12, 6), date(2026, 12, 8)),)
    midnight = datetime(2026, 12, 5, 17, 0, tzinfo=UTC).timestamp()
    assert "quiet_days" not in by_rule(Plan(BEGIN, midnight, "draft"), BEGIN - 9 * DAY_S, quiet)
    assert "quiet_days" in by_rule(Plan(BEGIN, midnight + 60, "draft"), BEGIN - 9 * DAY_S, quiet)


def test_no_work_round_tet() -> None:
    # Tết Đinh Mùi: the first day is 6 February 2027; the holiday runs from the 5th to the 9th.
    quiet = tuple(tet_quiet_days([date(2027, 2, day) for day in range(5, 10)]))
    assert quiet == ((date(2027, 2, 2), date(2027, 2, 12)),)
    inside = datetime(2027, 2, 12, 1, 0, tzinfo=UTC).timestamp()
    assert by_rule(Plan(inside, inside + 3_600, "draft"), inside - 9 * DAY_S, quiet)["quiet_days"].state == "breached"
    after = inside + DAY_S
    assert "quiet_days" not in by_rule(Plan(after, after + 3_600, "draft"), after - 9 * DAY_S, quiet)


def test_tet_comes_from_the_calendar_with_three_days_on_either_side() -> None:
    # The first days of the years Ất Tỵ, Bính Ngọ and Đinh Mùi: 29 January 2025, 17 February 2026, 6 February 2027.
    for new_year in (date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6)):
        ((first, last),) = quiet_days.round_tet(new_year.year)
        eve = new_year - timedelta(days=1)
        assert first <= eve - timedelta(days=3)
        # Three days of Tết itself, then three more.
        assert new_year + timedelta(days=5) <= last <= new_year + timedelta(days=8)
    assert date(2026, 1, 1) not in {day for period in quiet_days.round_tet(2026) for day in period}


def test_the_exams_are_on_record_with_their_source_and_a_setting_replaces_them(tmp_path: Path) -> None:
    known = load(tmp_path / "none.toml").plans.periods()
    assert known == ((date(2025, 6, 25), date(2025, 6, 27)), (date(2026, 6, 11), date(2026, 6, 12)))
    assert all(exam.source and exam.first <= exam.last for exam in quiet_days.EXAMS)
    plan = datetime(2026, 6, 12, 1, 0, tzinfo=UTC).timestamp()
    draft = Plan(plan, plan + 3_600, "draft")
    assert by_rule(draft, plan - 9 * DAY_S, known)["quiet_days"].state == "breached"
    given_ = tmp_path / "settings.toml"
    given_.write_text(
        '[plans]\nexams = [["2027-06-10", "2027-06-11"]]\nquiet = [["2027-05-23", "2027-05-23"]]\n', "utf-8"
    )
    own = load(given_).plans.periods()
    assert own == ((date(2027, 6, 10), date(2027, 6, 11)), (date(2027, 5, 23), date(2027, 5, 23)))
    assert "quiet_days" not in by_rule(draft, plan - 9 * DAY_S, own)


def test_what_is_over_or_called_off_has_no_clock() -> None:
    assert clocks(Plan(BEGIN, END, "cancelled"), BEGIN) == clocks(Plan(BEGIN, END, "done"), BEGIN) == []


def test_every_clock_says_what_it_asks_for_and_where_that_is_written() -> None:
    for rule in ("notice", "written_notice", "renotice", "move_request", "quiet_days"):
        assert words(rule).vi
        assert words(rule).en
        assert LAW[rule] or rule == "quiet_days"


def test_only_what_is_broken_or_soon_to_be_is_an_alarm() -> None:
    plan = Plan(BEGIN, END, "notified", notified_at=BEGIN - 6 * DAY_S, changed_at=BEGIN - 5.5 * DAY_S, large=1)
    found = {clock.rule: clock.state for clock in clocks(plan, BEGIN - 5.5 * DAY_S)}
    assert found == {"notice": "met", "written_notice": "soon", "renotice": "running", "move_request": "running"}
    assert [clock.rule for clock in alarms(clocks(plan, BEGIN - 5.5 * DAY_S))] == ["written_notice"]


@given(st.floats(0, 20 * DAY_S), st.floats(0, 20 * DAY_S))
def test_an_untold_plan_only_gets_worse_with_time(before: float, more: float) -> None:
    order = ["running", "soon", "breached"]
    plan = Plan(BEGIN, END, "draft")
    now = BEGIN - before
    first, later = (by_rule(plan, t)["notice"].state for t in (now, now + more))
    assert order.index(first) <= order.index(later)
    assert alarms(clocks(plan, BEGIN - before)) or before > 6 * DAY_S
