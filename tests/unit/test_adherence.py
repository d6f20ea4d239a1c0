"""How a shift plan was kept: worked examples of the reference, and what no order of spans can change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.adherence import Planned, follow

HOUR, MINUTE = 3_600.0, 60.0
DAY = 24 * HOUR


def work(begin: float, end: float) -> Planned:
    return Planned(begin * HOUR, end * HOUR, "work")


def test_the_worked_example() -> None:
    """Reference, section 2.1: 480 minutes scheduled, 24 of them otherwise spent, is 95.0 %."""
    duty = [(8 * HOUR + 24 * MINUTE, 16 * HOUR)]
    kept = follow([work(8, 16)], duty, [], 0, DAY)
    assert (kept.scheduled_s, kept.adherence) == (480 * MINUTE, pytest.approx(0.95))


def test_the_same_minutes_at_the_wrong_hours_conform_but_do_not_adhere() -> None:
    """Reference, section 2.1: 456 minutes in the wrong hours are a conformance of 95 %, adherence is lower."""
    kept = follow([work(8, 16)], [(10 * HOUR, 17 * HOUR + 36 * MINUTE)], [], 0, DAY)
    assert kept.conformance == pytest.approx(0.95)
    assert kept.adherence == pytest.approx(6 / 8)


def test_a_planned_break_is_kept_by_a_pause_and_by_nothing_else() -> None:
    plan = [work(8, 10), Planned(10 * HOUR, 10.25 * HOUR, "break"), work(10.25, 12)]
    duty = [(8 * HOUR, 10 * HOUR), (10.25 * HOUR, 12 * HOUR)]
    assert follow(plan, duty, [(10 * HOUR, 10.25 * HOUR)], 0, DAY).adherence == 1
    talked_on = follow(plan, [(8 * HOUR, 12 * HOUR)], [], 0, DAY)
    assert talked_on.adherence == pytest.approx(3.75 / 4)
    assert talked_on.conformance == pytest.approx(4 / 3.75)
    gone = follow(plan, duty, [], 0, DAY)
    assert gone.scheduled_s - gone.kept_s == 15 * MINUTE


def test_what_is_still_to_come_counts_nowhere() -> None:
    kept = follow([work(8, 16)], [(8 * HOUR, 12 * HOUR)], [], 0, 12 * HOUR)
    assert (kept.scheduled_s, kept.kept_s, kept.adherence) == (4 * HOUR, 4 * HOUR, 1)
    early = follow([work(8, 16)], [], [], 0, 7 * HOUR)
    assert (early.scheduled_s, early.adherence, early.conformance) == (0, None, None)


def test_a_night_shift_belongs_to_both_days() -> None:
    night = Planned(-2 * HOUR, 6 * HOUR, "work")
    assert follow([night], [(-2 * HOUR, 3 * HOUR)], [], 0, DAY).adherence == pytest.approx(0.5)
    assert follow([night], [(-2 * HOUR, 3 * HOUR)], [], -DAY, 0).adherence == 1


steps = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), max_size=12)


def spans(lengths: list[tuple[int, int]]) -> list[tuple[float, float]]:
    found, at = [], 0.0
    for gap, length in lengths:
        found.append((at + gap, at + gap + length))
        at += gap + length
    return found


@given(steps, steps, st.randoms())
def test_minute_by_minute_it_is_the_same(planned: list, done: list, chance) -> None:
    plan = [Planned(*span, chance.choice(("work", "meal"))) for span in spans(planned)]
    did = [(*span, chance.choice(("duty", "paused"))) for span in spans(done)]
    duty, paused = ([(b, e) for b, e, what in did if what == kind] for kind in ("duty", "paused"))
    end = chance.randint(0, 400)
    scheduled = kept = 0
    for minute in range(end):
        for one in plan:
            if one.begins <= minute < one.ends:
                scheduled += 1
                wanted = "duty" if one.activity == "work" else "paused"
                kept += any(b <= minute < e and what == wanted for b, e, what in did)
    found = follow(plan, duty, paused, 0, end)
    assert (found.scheduled_s, found.kept_s) == (scheduled, kept)
    assert found.adherence is None if not scheduled else 0 <= (found.adherence or 0) <= 1
