"""Every figure by its formula: the published examples of the reference, section 2, and what must hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from backend_stub.domain import metrics
from backend_stub.domain.metrics import SERVICE_LEVELS, Measure, Stay, Tally, tally, total

T = Measure(20.0)
NOW = 100_000.0


def stay(
    n: int = 1, *, joined: float = 0.0, wait: float | None = None, outcome: str | None = "answered",
    talk: float = 100.0, hold: float = 0.0, acw: float = 0.0, **more: object,
) -> Stay:  # fmt: skip
    """A stay that waited `wait` seconds and then was answered, or ended by another outcome."""
    answered = outcome == "answered"
    after = joined + (wait or 0.0)
    return Stay(
        f"c{n}", "hotline", "outage", joined, after if answered else None,
        after + talk + hold if answered else after, hold, acw, outcome, **more,
    )  # fmt: skip


def many(count: int, **of: object) -> list[Stay]:
    return [stay(n, **of) for n in range(count)]


@pytest.mark.parametrize(
    ("formula", "level"),
    [("SL_all", 0.8113), ("SL_excl", 0.8269), ("SL_pos", 0.8302), ("SL_ans", 0.8600), ("SL_short", 0.8190)],
)
def test_service_levels_as_published(formula: str, level: float) -> None:
    """callcentrehelper.com 206890, icmi.com 2002: 1000 answered (860 in 20 s), 60 abandoned (20 in 20 s, 10 in 5 s)."""
    stays = [
        *many(860, wait=20), *many(140, wait=20.5),
        *many(10, outcome="abandoned", wait=5), *many(10, outcome="abandoned", wait=20),
        *many(40, outcome="abandoned", wait=21),
    ]  # fmt: skip
    assert metrics.service_level(tally(stays, T, NOW), formula) == pytest.approx(level, abs=5e-5)


def test_nothing_is_nothing_and_half_a_second_is_a_wait() -> None:
    assert set(structs.astuple(total([]))) == {0}
    assert tally([stay(wait=0), stay(2, wait=0.5)], T, NOW).waited == 1


def test_a_conversation_that_goes_on_is_answered_and_not_yet_handled() -> None:
    on = Stay("c1", "hotline", "outage", 0.0, 10.0, None, 0.0, 0.0, None)
    found = tally([on], T, NOW)
    assert (found.offered, found.answered, found.handled, found.talk_s) == (1, 1, 0, 0)
    all_hold = structs.replace(on, ended_at=40.0, hold_s=35.0, outcome="answered")
    assert metrics.talk_of(all_hold) == 0, "hold counted past the end takes nothing from others"


def test_abandon_rates_of_the_real_month() -> None:
    month = Tally(offered=31_125, answered=27_162, abandoned=3_963, short=274)
    assert metrics.abandon_rate(month) == pytest.approx(0.1273, abs=5e-5)
    assert metrics.abandon_rate(month, without_short=True) == pytest.approx(0.1196, abs=5e-5)


def test_asa_counts_those_who_did_not_wait_too() -> None:
    """40.77 s of 27,162 answered are 78.57 s of those who waited: 14,094 of them."""
    month = Tally(answered=27_162, wait_s=40.77 * 27_162, waited=14_094)
    assert metrics.asa(month) == pytest.approx(40.77)
    assert metrics.asa(month, waited_only=True) == pytest.approx(78.57, abs=0.005)
    day = tally([*many(3, wait=0), stay(9, wait=40)], T, NOW)
    assert (metrics.asa(day), metrics.asa(day, waited_only=True)) == (10, 40)


def test_handle_time_and_its_parts() -> None:
    day = tally([stay(wait=3, talk=190, hold=20, acw=30), stay(2, wait=3, talk=190, hold=20, acw=30)], T, NOW)
    assert (day.talk_s, day.hold_s, day.acw_s, metrics.aht(day)) == (380, 40, 60, 240)


def test_the_agents_day_of_the_reference() -> None:
    assert metrics.occupancy(380, 70) == pytest.approx(0.844, abs=5e-4)
    assert metrics.utilisation(380, 480) == pytest.approx(0.792, abs=5e-4)
    assert metrics.adherence(480, 24) == 0.95
    assert metrics.conformance(480, 456) == 0.95
    assert metrics.shrinkage(100, 30) == 0.3


def test_hours_worked_at_the_wrong_time_conform_but_do_not_adhere() -> None:
    planned, worked = [(0.0, 480.0)], [(24.0, 300.0), (310.0, 490.0)]
    inside = metrics.kept(planned, worked)
    assert inside == 446
    assert metrics.conformance(480, 456) == 0.95
    assert metrics.adherence(480, 480 - inside) == pytest.approx(446 / 480)


def test_what_a_real_switch_recorded() -> None:
    """The stays of eleven AMI recordings (Asterisk 13, fictitious numbers, level 5 s) as its queue_log has them."""
    waits = [("answered", 1.005), ("answered", 1.068), ("abandoned", 5.524), ("abandoned", 2.513), ("answered", 6.066),
             ("abandoned", 12.564), ("timeout", 4.0), ("exit_key", 1.0)]  # fmt: skip
    found = tally([stay(n, outcome=what, wait=wait) for n, (what, wait) in enumerate(waits)], Measure(5.0), NOW)
    assert (found.offered, found.answered, found.answered_in, found.abandoned, found.short) == (8, 3, 2, 3, 1)
    assert metrics.service_level(found) == pytest.approx(2 / 7)
    assert metrics.service_level(found, "SL_ans") == pytest.approx(2 / 3)
    assert metrics.abandon_rate(found) == 3 / 8
    assert metrics.asa(found) == pytest.approx((1.005 + 1.068 + 6.066) / 3)


def test_a_call_back_is_in_no_service_level_and_its_wait_is_from_the_joining() -> None:
    first, later = stay(wait=40, outcome="withdrawn"), stay(2, wait=3_600, callback=1)
    found = tally([first, later], T, NOW)
    assert (found.offered, found.answered, found.withdrawn) == (1, 0, 1)
    assert (found.callbacks_called, found.callbacks_reached, found.callback_wait_s) == (1, 1, 3_600)
    assert metrics.service_level(found) == 0
    assert metrics.abandon_rate(found) == 0


def test_who_still_waits_is_decided_once_the_threshold_is_over() -> None:
    waiting = [Stay(f"c{age}", "hotline", "q", NOW - age, None, None, 0, 0, None) for age in (5, 50)]
    found = tally(waiting, T, NOW)
    assert (found.offered, found.waiting, found.decided) == (2, 2, 1)
    assert metrics.service_level(found) == 0
    assert metrics.longest_wait(waiting, NOW) == 50
    assert metrics.longest_wait([], NOW) is None


def test_refused_callers_are_offered_to_nobody() -> None:
    found = tally([stay(outcome="refused", wait=0)], T, NOW)
    assert (found.refused, found.offered, metrics.service_level(found)) == (1, 0, None)


def test_a_stay_moved_on_is_offered_but_judged_where_it_went() -> None:
    moved, there = stay(wait=60, outcome="overflowed"), stay(2, wait=65)
    found = tally([moved, there], T, NOW)
    assert (found.offered, found.overflowed, found.decided) == (2, 1, 1)


def test_the_wait_buckets() -> None:
    assert [metrics.bucket(wait) for wait in (0, 5, 5.1, 20, 30, 60.5, 300, 301)] == [0, 0, 1, 2, 3, 5, 6, 7]


STAYS = st.lists(
    st.builds(
        stay,
        st.integers(1, 10**6),
        joined=st.floats(0, 5_000),
        wait=st.floats(0, 900),
        outcome=st.sampled_from(
            ["answered", "abandoned", "timeout", "withdrawn", "exit_key", "refused", "overflowed", "lost_with_pbx"]
        ),
        talk=st.floats(0, 900),
        hold=st.floats(0, 60),
        acw=st.floats(0, 60),
        callback=st.integers(0, 1),
    ),
    max_size=40,
)


@given(STAYS, st.integers(0, 40))
def test_outcomes_add_up_and_parts_give_the_whole(stays: list[Stay], cut: int) -> None:
    whole = tally(stays, T, NOW)
    outcomes = (
        whole.answered, whole.abandoned, whole.timeout, whole.withdrawn, whole.exit_key, whole.overflowed,
        whole.lost_with_pbx, whole.waiting,
    )  # fmt: skip
    assert sum(outcomes) == whole.offered
    counted = [one for one in stays if one.outcome != "refused" and not one.callback]
    assert whole.offered == len(counted)
    parts = total([tally(stays[:cut], T, NOW), tally(stays[cut:], T, NOW), Tally()])
    assert parts.offered == whole.offered
    assert parts.wait_s == pytest.approx(whole.wait_s)
    assert parts.handle_s == pytest.approx(whole.handle_s)


@given(STAYS)
def test_every_rate_is_a_share_and_the_variants_keep_their_order(stays: list[Stay]) -> None:
    found = tally(stays, T, NOW)
    levels = {name: metrics.service_level(found, name) for name in SERVICE_LEVELS}
    assert all(level is None or 0 <= level <= 1 for level in levels.values())
    if levels["SL_all"] is not None:
        assert levels["SL_all"] <= levels["SL_pos"]
        assert levels["SL_short"] is None or levels["SL_all"] <= levels["SL_short"]
    rate = metrics.abandon_rate(found)
    assert rate is None or 0 <= rate <= 1


def test_a_few_short_calls_do_not_promise_everybody_seconds():
    assert metrics.expected_aht(metrics.Tally(), 180.0) == 180.0
    assert metrics.expected_aht(metrics.Tally(handled=1, talk_s=5.0), 180.0) == pytest.approx((5 + 20 * 180) / 21)
    # Four hundred calls of 240 s have nearly the whole say.
    many = metrics.Tally(handled=400, talk_s=400 * 200.0, hold_s=400 * 10.0, acw_s=400 * 30.0)
    assert metrics.expected_aht(many, 180.0) == pytest.approx(237.14, abs=0.01)
