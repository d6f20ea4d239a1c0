"""Outage moves, what is out, quotable times, and the deadlines of requests."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import wire
from backend_stub.domain import deadlines, outage, ticket
from backend_stub.domain.localtime import VIETNAM
from backend_stub.domain.outage import StepFigures
from backend_stub.reference.working_days import vietnam

ALL_WEEK = deadlines.Calendar(lambda _: frozenset())


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> float:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM).timestamp()


def test_the_two_axes_cover_every_status_of_the_wire() -> None:
    assert set(outage.UNPLANNED_MOVES) | set(outage.PLANNED_MOVES) == set(wire.OutageStatus.__args__)
    for moves in outage.MOVES.values():
        assert all(set(targets) <= set(moves) for targets in moves.values())


@pytest.mark.parametrize(
    ("kind", "start", "target", "legal"),
    [
        ("unplanned", "predicted", "confirmed", True),
        ("unplanned", "confirmed", "predicted", False),
        ("unplanned", "closed", "confirmed", False),
        ("unplanned", "restored", "confirmed", True),
        ("planned", "notified", "active", True),
        ("planned", "draft", "active", False),
        ("planned", "active", "confirmed", False),
    ],
)
def test_moves(kind: str, start: str, target: str, legal: bool) -> None:
    assert (target in outage.allowed(kind, start)) is legal


def test_an_etr_is_quotable_until_it_passes() -> None:
    assert outage.etr_state(None, 100) == "none"
    assert outage.etr_state(100, 100) == "ok"
    assert outage.etr_state(99.9, 100) == "expired"


def test_restored_steps_are_not_out_and_an_ended_outage_has_nobody_out() -> None:
    steps = [StepFigures(820, 0, 5), StepFigures(402, 0, None)]
    assert outage.customers_out("partially_restored", steps) == 402
    assert outage.customers_out("restored", steps) == 0
    assert outage.customers_out("notified", steps) == 0
    assert outage.customers_out("active", steps) == 402


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 5000), max_size=6), st.data())
def test_shares_add_up_and_never_exceed_a_place(below: dict[str, int], data: st.DataObject) -> None:
    total = sum(below.values())
    out = data.draw(st.integers(0, total))
    shares = outage.share_out(out, below)
    assert sum(shares.values()) == (out if total else 0)
    assert all(0 <= shares[place] <= below[place] for place in shares)


def test_working_days_skip_weekends_and_holidays() -> None:
    # 2026-11-24 (Tuesday) is Vietnam's new Cultural Day.
    friday = date(2026, 11, 20)
    assert deadlines.add_working_days(friday, 1, vietnam()) == date(2026, 11, 23)
    assert deadlines.add_working_days(friday, 2, vietnam()) == date(2026, 11, 25)
    assert deadlines.add_working_days(friday, 2, ALL_WEEK) == date(2026, 11, 24)
    assert deadlines.add_working_days(friday, 0, ALL_WEEK) == friday


def test_tet_is_a_holiday_over_the_year_s_end() -> None:
    assert deadlines.add_working_days(date(2026, 2, 13), 1, vietnam()) == date(2026, 2, 23)


def test_rules_of_the_catalogue() -> None:
    created = at(20, 10)
    assert deadlines.due_at("none", created, vietnam()) is None
    assert deadlines.due_at("hours:24", created, vietnam()) == at(21, 10)
    assert deadlines.due_at("days:2", created, vietnam()) == at(25, 17)
    with pytest.raises(ValueError, match="weeks"):
        deadlines.due_at("weeks:1", created, vietnam())


def test_the_local_day_counts_not_utc() -> None:
    created = datetime(2026, 11, 22, 18, tzinfo=UTC).timestamp()  # Monday 01:00 in Vietnam
    assert deadlines.due_at("days:1", created, ALL_WEEK) == at(24, 17)


def test_what_is_done_stays_late_or_in_time() -> None:
    assert deadlines.due_state(0, 100_000, 999_999, done_at=99_999) == "ok"
    assert deadlines.due_state(0, 100_000, 999_999, done_at=100_001) == "late"
    assert deadlines.due_state(0, 100_000, 999_999, done_at=100_000) == "ok"
    assert deadlines.due_state(0, 100_000, 100_000) == "soon", "late only after the deadline"


@pytest.mark.parametrize(
    ("left_h", "span_h", "state"),
    [(-0.1, 24, "late"), (3.9, 24, "soon"), (5, 24, "ok"), (23, 120, "soon"), (25, 120, "ok")],
)
def test_due_states(left_h: float, span_h: float, state: str) -> None:
    created = 1_700_000_000.0
    due = created + span_h * 3600
    assert deadlines.due_state(created, due, due - left_h * 3600) == state
    assert deadlines.due_state(created, None, due) == "ok"


def test_ticket_moves() -> None:
    assert ticket.allowed("new") == ["closed", "open", "resolved", "waiting"]
    assert ticket.allowed("waiting") == ["closed", "new", "open", "resolved"]
    assert ticket.allowed("resolved") == ["closed", "open"]
    assert ticket.allowed("closed") == ["open"]
    assert set(ticket.MOVES) == set(wire.TicketStatus.__args__)
