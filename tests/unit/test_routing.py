"""Who is next."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.wire import PriorityClass
from backend_stub.domain.routing import (
    Ready,
    Waiting,
    best_for,
    classify,
    eligible,
    excluded,
    fittest,
    match,
    order_key,
    required_level,
    score,
)

NOW = 1_000.0
A = Waiting("A", 700, "outage")
B = Waiting("B", 850, "outage", priority_class="hospital")
C = Waiting("C", 905, "outage", priority_class="repeat")
D = Waiting("D", 990, "outage", priority_class="danger")


def test_the_oracle_of_the_reference() -> None:
    assert [score(waiting, NOW) for waiting in (A, B, C)] == [300, 450, 185]
    assert [waiting.id for waiting in sorted((A, B, C, D), key=lambda w: order_key(w))] == ["D", "B", "A", "C"]


def test_best_for_takes_them_in_that_order() -> None:
    left, taken = [A, B, C, D], []
    while best := best_for("u", {}, left, NOW):
        left.remove(best)
        taken.append(best.id)
    assert taken == ["D", "B", "A", "C"]


def test_life_support_is_absolute_too_and_the_older_danger_goes_first() -> None:
    late = Waiting("L", 999, "outage", priority_class="life_support")
    assert best_for("u", {}, [A, late, D], NOW) is D
    assert best_for("u", {}, [A, late], NOW) is late


def test_the_adjustment_counts_as_waiting() -> None:
    assert best_for("u", {}, [A, Waiting("E", 990, "outage", score_adj=400)], NOW).id == "E"


@pytest.mark.parametrize(
    ("skills", "may"),
    [({}, True), ({"outage": 2}, True), ({"outage": 3}, True), ({"outage": 1}, False), ({"billing": 5}, False)],
)
def test_a_skill_and_its_level_are_needed(skills: dict[str, int], may: bool) -> None:
    assert eligible(Waiting("x", NOW, "outage", skill_level=2), "u", skills, NOW) is may


@pytest.mark.parametrize(("waited", "level"), [(0, 3), (59.9, 3), (60, 2), (120, 1), (6_000, 1)])
def test_the_level_relaxes_every_minute_but_the_skill_stays(waited: float, level: int) -> None:
    waiting = Waiting("x", NOW - waited, "outage", skill_level=3)
    assert required_level(waiting, NOW) == level
    assert not eligible(waiting, "u", {"billing": 5}, NOW)


def test_danger_never_relaxes() -> None:
    assert required_level(Waiting("x", 0, "outage", skill_level=3, priority_class="danger"), NOW) == 3


def test_who_missed_it_is_not_offered_it_again() -> None:
    missed = Waiting("x", 0, "outage", excluded=frozenset({"u"}))
    assert best_for("u", {}, [missed, A], NOW) is A
    assert best_for("v", {}, [missed, A], NOW) is missed


def test_nobody_waits() -> None:
    assert best_for("u", {}, [], NOW) is None


CLASSES = st.sampled_from(["danger", "life_support", "hospital", "repeat", "normal"])
WAITING = st.builds(
    Waiting, st.uuids().map(str), st.floats(0, NOW), st.just("outage"), st.just(1), CLASSES, st.floats(-100, 100)
)


@given(st.lists(WAITING, max_size=20), st.floats(NOW, NOW + 10_000))
def test_nothing_passes_an_absolute_class_and_time_changes_no_order(queue: list[Waiting], later: float) -> None:
    order = sorted(queue, key=lambda w: order_key(w))
    absolute = [w.priority_class in ("danger", "life_support") for w in order]
    assert absolute == sorted(absolute, reverse=True)
    scores = [score(w, NOW) for w in order if w.priority_class not in ("danger", "life_support")]
    assert scores == sorted(scores, reverse=True)
    best = best_for("u", {}, queue, NOW)
    assert best is (order[0] if order else None)
    # Everybody ages alike: nobody starves because time went by.
    if best is not None and len({round(score(w, NOW), 3) for w in queue}) == len(queue):
        assert best_for("u", {}, queue, later) is best


@pytest.mark.parametrize(
    ("told", "queue", "load", "last_s", "expected"),
    [
        ("normal", "outage", "", None, "normal"),
        ("normal", "outage", "life_support", None, "life_support"),
        ("normal", "outage", "hospital", 60.0, "hospital"),
        # A hospital that asks about its bill waits like everybody else.
        ("normal", "billing", "hospital", None, "normal"),
        ("normal", "billing", "", 7_200.0, "repeat"),
        ("normal", "billing", "", 7_201.0, "normal"),
        ("danger", "outage", "hospital", 60.0, "danger"),
        ("repeat", "outage", "", None, "repeat"),
    ],
)
def test_the_class_a_contact_begins_with(
    told: PriorityClass, queue: str, load: str, last_s: float | None, expected: str
) -> None:
    assert classify(told, queue, load, last_s) == expected


def test_the_best_skilled_gets_it_then_the_longest_idle_and_a_generalist_last() -> None:
    waiting = Waiting("x", NOW, "outage", skill_level=2)
    apprentice, able = Ready("a", 1, {"outage": 1}), Ready("b", 50, {"outage": 2})
    longer, expert = Ready("c", 40, {"outage": 2}), Ready("d", 90, {"outage": 3})
    anything, biller = Ready("e", 0, generalist=True), Ready("f", 0, {"billing": 5})
    assert fittest(waiting, [apprentice, biller], NOW) is None, "a level below what is asked is not enough yet"
    assert fittest(waiting, [apprentice, anything], NOW) is anything
    assert fittest(waiting, [anything, able, longer], NOW) is longer
    assert fittest(waiting, [anything, able, longer, expert], NOW) is expert
    assert fittest(Waiting("x", NOW - 60, "outage", skill_level=2), [apprentice], NOW) is apprentice
    assert fittest(Waiting("x", NOW, "outage", skill_level=0), [biller], NOW) is None, "no skill is no level"


def test_a_clock_set_back_asks_for_no_higher_level() -> None:
    assert required_level(Waiting("x", NOW + 300, "outage", skill_level=2), NOW) == 2


@pytest.mark.parametrize(("voice", "gets"), [(True, "v"), (False, "t")])
def test_a_call_goes_to_who_takes_calls_and_a_text_to_who_takes_texts(voice: bool, gets: str) -> None:
    agents = [Ready("t", 1, {"outage": 1}, voice=False), Ready("v", 2, {"outage": 1}, text=False)]
    found = fittest(Waiting("x", NOW, "outage", voice=voice), agents, NOW)
    assert found is not None
    assert found.id == gets


def test_whom_it_went_back_from_gets_it_again_after_a_minute() -> None:
    missed = Waiting("x", 0, "outage", excluded=frozenset({"u"}), back_at=NOW)
    assert excluded(missed, "u", NOW + 59.9)
    assert not excluded(missed, "u", NOW + 60)
    assert not excluded(missed, "v", NOW)
    first, second = Ready("u", 1, generalist=True), Ready("v", 2, generalist=True)
    assert fittest(missed, [first, second], NOW) is second
    assert fittest(missed, [first, second], NOW + 60) is first


SKILL = st.sampled_from(["outage", "billing"])
ASKED = st.builds(
    Waiting, st.uuids().map(str), st.floats(NOW - 200, NOW), SKILL, st.integers(0, 3), CLASSES, st.just(0.0),
    st.frozensets(st.sampled_from("abcd"), max_size=2), st.booleans(), st.none() | st.floats(NOW - 90, NOW),
)  # fmt: skip
FREE = st.builds(
    Ready, st.sampled_from("abcd"), st.floats(0, NOW), st.dictionaries(SKILL, st.integers(0, 3)), st.booleans(),
    st.booleans(), st.booleans(),
)  # fmt: skip


@given(st.lists(ASKED, max_size=12), st.lists(FREE, max_size=4, unique_by=lambda agent: agent.id))
def test_matching_by_heads_is_the_whole_queue_gone_through_in_order(queue: list[Waiting], agents: list[Ready]) -> None:
    expected, free = [], list(agents)
    for waiting in sorted(queue, key=order_key):
        agent = fittest(waiting, free, NOW)
        if agent is not None:
            free.remove(agent)
            expected.append((waiting.id, agent.id))

    def kind(waiting: Waiting) -> tuple[str, bool]:
        return waiting.skill, waiting.voice

    heads = [iter(sorted(group, key=order_key)) for _, group in groupby(sorted(queue, key=kind), kind)]
    assert [(waiting.id, agent.id) for waiting, agent in match(heads, agents, NOW)] == expected
