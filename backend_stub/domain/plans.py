"""Planned works: their states, and the notice clocks of the law.

Electricity Law 61/2024/QH15 art. 49 and Circular 04/2025/TT-BCT art. 8: customers are told five days ahead, those above
100,000 kWh a month in writing; a change is told again 24 hours ahead, and a buyer may ask to move the work until 48
hours before it. No work is planned round Tết and the school-leaving exams (practice of the corporations, no law).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from agent_tui.wire import Say
from backend_stub.domain.localtime import local

Rule = Literal["notice", "written_notice", "renotice", "move_request", "quiet_days"]
ClockState = Literal["met", "running", "soon", "breached"]

DAY_S = 86_400.0
NOTICE_S = 5 * DAY_S
RENOTICE_S = DAY_S
MOVE_REQUEST_S = 2 * DAY_S
SOON_S = DAY_S
WRITTEN_ABOVE_KWH = 100_000
# Days before and after the days of Tết themselves on which no work is planned.
TET_MARGIN = timedelta(days=3)

# Whoever looks for announced work must not be sent to one that was put off or called off.
IN_FORCE = frozenset({"notified", "renotified", "active"})
OVER = frozenset({"done", "cancelled"})
LAW: Mapping[Rule, str] = {
    "notice": "Luật Điện lực 61/2024/QH15, Điều 49",
    "written_notice": "Thông tư 04/2025/TT-BCT, Điều 8",
    "renotice": "Thông tư 04/2025/TT-BCT, Điều 8",
    "move_request": "Thông tư 04/2025/TT-BCT, Điều 8",
    "quiet_days": "",
}
_WORDS: Mapping[Rule, tuple[str, str]] = {
    "notice": ("Thông báo cho khách trước 5 ngày", "Tell the customers 5 days ahead"),
    "written_notice": (
        "Báo bằng văn bản cho khách dùng trên 100.000 kWh/tháng",
        "Written notice to customers above 100,000 kWh a month",
    ),
    "renotice": ("Thông báo lại trước 24 giờ", "Tell the change 24 hours ahead"),
    "move_request": ("Khách có thể đề nghị dời lịch", "Customers may ask to move it"),
    "quiet_days": ("Không ngừng điện dịp Tết, kỳ thi", "No planned cut round Tết and exams"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned work; times in epoch seconds, `renotified_at` of the last change, `large` customers by usage."""

    begin: float
    end: float
    status: str
    notified_at: float | None = None
    changed_at: float | None = None
    renotified_at: float | None = None
    written_at: float | None = None
    large: int = 0


@dataclass(frozen=True, slots=True)
class NoticeClock:
    """One duty: until when, and how it stands at the moment asked; `at` is when it was fulfilled."""

    rule: Rule
    due_at: float
    state: ClockState
    at: float | None = None


def clocks(plan: Plan, now: float, quiet: Iterable[tuple[date, date]] = ()) -> list[NoticeClock]:
    """Return the plan's clocks in the order they end; none for one that is over or called off.

    `quiet` are first and last days on which no work is planned.
    """
    if plan.status in OVER:
        return []
    found = [_clock("notice", plan.begin - NOTICE_S, plan.notified_at, now)]
    if plan.large:
        found.append(_clock("written_notice", plan.begin - NOTICE_S, plan.written_at, now))
    if plan.changed_at is not None:
        told = plan.renotified_at if plan.renotified_at and plan.renotified_at >= plan.changed_at else None
        found.append(_clock("renotice", plan.begin - RENOTICE_S, told, now))
    # The buyer's right, not our duty: it only says until when a request to move must be heard.
    until = plan.begin - MOVE_REQUEST_S
    found.append(NoticeClock("move_request", until, "running" if now < until else "met"))
    # Work until midnight leaves the day after in peace.
    begins, ends = local(plan.begin).date(), local(max(plan.begin, plan.end - 1)).date()
    if any(first <= ends and begins <= last for first, last in quiet):
        found.append(NoticeClock("quiet_days", plan.begin, "breached"))
    return sorted(found, key=lambda clock: clock.due_at)


def words(rule: Rule) -> Say:
    """Return what the clock asks for, in both languages."""
    return Say(*_WORDS[rule])


def alarms(found: Iterable[NoticeClock]) -> list[NoticeClock]:
    """Return the clocks somebody must act on: soon to be broken, or broken."""
    return [clock for clock in found if clock.state in ("soon", "breached")]


def tet_quiet_days(tet: Iterable[date]) -> list[tuple[date, date]]:
    """Return first and last quiet day round each year's days of Tết, given those days."""
    by_year: dict[int, list[date]] = {}
    for day in tet:
        by_year.setdefault(day.year, []).append(day)
    return [(min(days) - TET_MARGIN, max(days) + TET_MARGIN) for days in by_year.values()]


def _clock(rule: Rule, due_at: float, done_at: float | None, now: float) -> NoticeClock:
    state: ClockState
    if done_at is not None:
        state = "met" if done_at <= due_at else "breached"
    elif now > due_at:
        state = "breached"
    else:
        state = "soon" if due_at - now <= SOON_S else "running"
    return NoticeClock(rule, due_at, state, done_at)
