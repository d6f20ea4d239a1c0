"""Segments follow their contact: seconds, outcomes, and one open at most."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.contact import TABLE, TERMINAL, Trigger, step
from backend_stub.domain.segments import Segment, Step, follow

OPEN_IN = {"queued", "offered", "connected", "held", "wrap_up"}


def play(*steps: tuple[Trigger, float], queue: str = "outage", joined_at: float = 100.0) -> list[Segment]:
    """Play (trigger, at) steps and return the segments in order."""
    state, segments = None, []
    for trigger, at in steps:
        state = step(state, trigger)
        moves_on = trigger in ("transfer", "release", "overflow")
        there = "billing" if trigger in ("transfer", "overflow") else queue
        event = Step(trigger, at, there, joined_at, "u1", there if moves_on else None)
        current = segments[-1] if segments and segments[-1].outcome is None else None
        after, following = follow(current, event)
        if after is not None:
            segments[-1] = after
        if following is not None:
            segments.append(following)
        still_open = [segment for segment in segments if segment.outcome is None]
        assert len(still_open) == (1 if state in OPEN_IN else 0)
    return segments


def test_an_answered_call_second_by_second() -> None:
    (segment,) = play(("join", 100), ("reserve", 130), ("answer", 133), ("hold", 150), ("resume", 160), ("end", 193),
                      ("finish", 200))  # fmt: skip
    assert segment.outcome == "answered"
    assert (segment.wait_s, segment.talk_s, segment.hold_s, segment.acw_s) == (33, 50, 10, 7)
    assert (segment.offered_at, segment.answered_at, segment.ended_at, segment.agent) == (130, 133, 193, "u1")


def test_a_hang_up_on_hold_counts_the_hold() -> None:
    (segment,) = play(("join", 100), ("reserve", 100), ("answer", 100), ("hold", 110), ("end", 130), ("finish", 131))
    assert (segment.talk_s, segment.hold_s, segment.acw_s) == (10, 20, 1)


@pytest.mark.parametrize(
    ("trigger", "outcome"),
    [("abandon", "abandoned"), ("timeout", "timeout"), ("callback", "withdrawn"), ("exit_key", "exit_key"),
     ("lose", "lost_with_pbx")],
)  # fmt: skip
def test_unanswered_outcomes(trigger: Trigger, outcome: str) -> None:
    (segment,) = play(("join", 100), (trigger, 140))
    assert (segment.outcome, segment.wait_s, segment.talk_s, segment.ended_at) == (outcome, 40, 0, 140)
    assert (segment.hold_s, segment.acw_s) == (0, 0)


def test_a_refused_join_is_a_segment_of_its_own() -> None:
    (segment,) = play(("refuse", 100))
    assert segment.outcome == "refused"


def test_a_released_contact_was_answered_and_waits_anew() -> None:
    first, second = play(("join", 100), ("reserve", 110), ("answer", 110), ("release", 150))
    assert (first.outcome, first.transferred_to, first.wait_s, first.talk_s) == ("answered", "outage", 10, 40)
    assert (second.queue, second.joined_at, second.outcome) == ("outage", 150, None)


def test_a_transfer_is_answered_with_the_place_it_went_to() -> None:
    first, second = play(("join", 100), ("reserve", 110), ("answer", 110), ("transfer", 150), ("abandon", 155))
    assert (first.outcome, first.transferred_to) == ("answered", "billing")
    assert (second.queue, second.outcome, second.wait_s) == ("billing", "abandoned", 5)


def test_an_overflow_keeps_the_callers_whole_wait() -> None:
    first, second = play(("join", 100), ("overflow", 160), ("reserve", 170), ("answer", 170))
    assert (first.outcome, first.transferred_to, first.wait_s) == ("overflowed", "billing", 60)
    assert (second.joined_at, second.wait_s) == (100, 70)


def test_a_call_back_is_never_answered_in_no_time() -> None:
    first, second = play(("join", 100), ("callback", 140), ("reserve", 700), ("answer", 700))
    assert (first.outcome, first.wait_s) == ("withdrawn", 40)
    assert (first.callback, second.callback, second.wait_s) == (0, 1, 600)


def test_a_call_that_was_talked_when_the_pbx_died_was_answered() -> None:
    (segment,) = play(("join", 100), ("reserve", 110), ("answer", 110), ("hold", 120), ("lose", 125))
    assert (segment.outcome, segment.talk_s, segment.hold_s) == ("answered", 10, 5)
    (wrapped,) = play(("join", 100), ("reserve", 110), ("answer", 110), ("end", 120), ("lose", 155))
    assert (wrapped.outcome, wrapped.talk_s, wrapped.ended_at) == ("answered", 10, 120)


def test_a_declined_offer_leaves_no_trace_in_the_wait() -> None:
    (segment,) = play(("join", 100), ("reserve", 110), ("no_answer", 130), ("reserve", 140), ("answer", 141))
    assert (segment.offered_at, segment.wait_s) == (140, 41)


@given(st.data())
def test_any_legal_life_keeps_the_books(data: st.DataObject) -> None:
    state, at, steps = None, 100.0, []
    for _ in range(data.draw(st.integers(1, 25))):
        legal = [trigger for before, trigger in TABLE if before == state]
        if not legal:
            break
        trigger = data.draw(st.sampled_from(legal))
        state = step(state, trigger)
        at += data.draw(st.floats(0, 600))
        steps.append((trigger, at))
    segments = play(*steps)
    begun = 1 + sum(1 for trigger, _ in steps if trigger in ("transfer", "release", "overflow"))
    called_back = sum(
        1 for (before, _), (after, _) in pairwise(steps)
        if after == "reserve" and (before in ("exit_key", "outbound_failed") or before.startswith("callback"))
    )  # fmt: skip
    assert len(segments) == begun + called_back
    assert all(segment.outcome is not None for segment in segments[:-1])
    assert (segments[-1].outcome is not None) == (state in TERMINAL or state == "callback_waiting")
    for segment in segments:
        assert min(segment.wait_s, segment.talk_s, segment.hold_s, segment.acw_s) >= 0
        if segment.outcome is not None:
            total = segment.wait_s + segment.talk_s + segment.hold_s
            assert total == pytest.approx(segment.ended_at - segment.joined_at)
