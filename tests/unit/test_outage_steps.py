"""Steps of a restoration: nobody is counted twice, nobody below zero; crews and call backs follow their tables."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui import wire
from agent_tui.wire.base import CrewStatus
from backend_stub.domain import outage, safety
from backend_stub.domain.outage import StepError, StepFigures
from tests.full import count


@settings(max_examples=count(100, 2_000))
@given(
    st.integers(0, 5_000),
    st.lists(st.tuples(st.none() | st.integers(0, 3_000), st.floats(0, 1e6)), max_size=8),
)
def test_the_steps_always_add_up_to_the_whole(total: int, parts: list[tuple[int | None, float]]) -> None:
    open_step: StepFigures | None = StepFigures(total, 0.0, None)
    past: list[StepFigures] = []
    for customers, at in parts:
        if open_step is None:
            break
        change = outage.split(open_step, at, customers)
        past.append(change.back)
        open_step = change.rest
        steps = [*past, *([open_step] if open_step else [])]
        assert sum(step.customers for step in steps) == total
        assert all(step.customers >= 0 for step in steps)
        status = outage.after_restoration("unplanned", change.ended)
        assert outage.customers_out(status, steps) == (open_step.customers if open_step else 0)
        assert change.ended == (outage.customers_out("confirmed", steps) == 0)
        assert outage.open_step(steps) == open_step
        assert change.back.restored_at == at


def test_a_worked_example() -> None:
    # 4,812 out at 0; 3,606 back after 900 s, 804 after 1,500 s, the last 402 after 3,600 s.
    rest: StepFigures | None = StepFigures(4_812, 0, None)
    back = []
    for customers, at in ((3_606, 900), (804, 1_500), (None, 3_600)):
        assert rest is not None
        change = outage.split(rest, at, customers)
        back.append((change.back.customers, change.back.restored_at))
        rest = change.rest
    assert back == [(3_606, 900), (804, 1_500), (402, 3_600)]
    assert rest is None


def test_nothing_is_back_before_it_went_out() -> None:
    with pytest.raises(StepError) as refused:
        outage.split(StepFigures(5, 100.0, None), 99.0, None)
    assert (refused.value.field, refused.value.code) == ("at", "before_start")


@pytest.mark.parametrize(
    ("kind", "ended", "status"),
    [("unplanned", False, "partially_restored"), ("unplanned", True, "restored"), ("planned", False, "active"),
     ("planned", True, "done")],
)  # fmt: skip
def test_the_status_after_a_restoration(kind: str, ended: bool, status: str) -> None:
    assert outage.after_restoration(kind, ended) == status
    assert outage.is_status_of(kind, status)


def test_the_crew_axis_is_whole_and_no_crew_is_done_before_it_was_there() -> None:
    assert set(outage.CREW_MOVES) == set(get_args(CrewStatus))
    assert all(targets <= set(outage.CREW_MOVES) for targets in outage.CREW_MOVES.values())
    assert all(crew not in outage.CREW_MOVES[crew] for crew in outage.CREW_MOVES)
    assert {crew for crew, targets in outage.CREW_MOVES.items() if "done" in targets} == {"onsite", "working"}
    assert "held" not in outage.CREW_MOVES["none"]


@pytest.mark.parametrize("result", get_args(wire.CallbackResult))
@pytest.mark.parametrize("restored", [True, False])
def test_a_call_back_ends_only_with_an_answer(result: str, restored: bool) -> None:
    ends = {"on": "done", "wrong_number": "done", "no_answer": "open", "still_out": "nested" if restored else "open"}
    assert outage.after_callback(result, restored) == ends[result]


def test_who_counts_as_restored() -> None:
    assert outage.believed_back("restored", None, frozenset())
    assert outage.believed_back("partially_restored", "T1", frozenset({"T1"}))
    assert not outage.believed_back("partially_restored", "T2", frozenset({"T1"}))
    assert not outage.believed_back("confirmed", None, frozenset())


@pytest.mark.parametrize(
    ("status", "promised", "still_open", "verified"),
    [("restored", 2, 0, True), ("restored", 2, 1, False), ("restored", 0, 0, False),
     ("partially_restored", 2, 0, False), ("confirmed", 1, 0, False)],
)  # fmt: skip
def test_verified_means_that_everybody_who_asked_was_called(
    status: str, promised: int, still_open: int, verified: bool
) -> None:
    assert outage.verifies(status, promised, still_open) is verified


def test_every_danger_has_its_script_in_both_languages() -> None:
    scripts = {danger: safety.script(danger) for danger in get_args(wire.TroubleDanger)}
    for script in scripts.values():
        # Away first, whatever it is; then what this danger asks for; the unit last.
        assert script.vi.startswith("Anh/chị tránh xa ít nhất 10 mét")
        assert script.en.startswith("Please stay at least 10 metres away")
        assert script.vi.index("tránh xa") < script.vi.index("đọc lại địa chỉ")
    assert len({script.vi for script in scripts.values()}) == len(scripts)
    assert "114" in scripts["fire"].vi
    assert "115" in scripts["shock"].vi
