"""Alerts: nothing without a reason, the urgent first, and calm in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.wire import Say
from backend_stub.domain.alerts import Alert, Figures, Reported, Thresholds, alerts

LIMITS = Thresholds()


def codes(found: list[Alert]) -> list[str]:
    return [alert.code for alert in found]


def test_a_good_day_has_none() -> None:
    good = Figures(
        sample=200, service_level=0.85, abandon=0.03, longest_wait_s=40, waiting=3, staff=20, needed=18, reached=900,
        never_got_in=3, feed_age_s=2, feed_expected=True,
    )  # fmt: skip
    assert alerts(good, LIMITS) == []
    assert alerts(Figures(), LIMITS) == []


@pytest.mark.parametrize(
    ("figures", "code", "level"),
    [
        (Figures(sample=20, service_level=0.79), "service_level", "look"),
        (Figures(sample=20, service_level=0.4), "service_level", "act"),
        (Figures(sample=20, abandon=0.11), "abandon", "look"),
        (Figures(sample=20, abandon=0.31), "abandon", "act"),
        (Figures(longest_wait_s=181, waiting=1, staff=1), "longest_wait", "look"),
        (Figures(longest_wait_s=700, waiting=1, staff=1), "longest_wait", "act"),
        (Figures(waiting=2, staff=0), "no_staff", "act"),
        (Figures(staff=10, needed=11), "short_of_agents", "look"),
        (Figures(not_responding=1), "not_responding", "look"),
        (Figures(promise_late_s=1_000), "callbacks_late", "look"),
        (Figures(never_got_in=6, reached=94), "blocked", "look"),
        (Figures(feed_age_s=301, feed_expected=True), "feed_silent", "look"),
        (Figures(data_gap=True), "data_gap", "act"),
        (Figures(dangers=1), "danger_unanswered", "act"),
        (Figures(notices_due=2), "notice_due", "look"),
        (Figures(communes=(Reported(5, 5, Say("năm", "five")),)), "commune_reported", "look"),
    ],
)
def test_each_threshold(figures: Figures, code: str, level: str) -> None:
    (found,) = alerts(figures, LIMITS)
    assert (found.code, found.level) == (code, level)


def test_three_calls_at_night_are_no_alarm_and_a_quiet_channel_no_silence() -> None:
    assert alerts(Figures(sample=3, service_level=0.0, abandon=1.0, never_got_in=3), LIMITS) == []
    assert alerts(Figures(feed_age_s=10_000), LIMITS) == []


def test_a_share_is_rounded_down_and_no_further() -> None:
    # 0.29 x 100 is 28.999999999999996, and 79.9 % is not the 80 % of the target.
    for level, said in ((0.29, "29 %"), (0.799, "79 %")):
        (found,) = alerts(Figures(sample=20, service_level=level), LIMITS)
        assert found.say.vi == f"Mức phục vụ 30 phút qua {said}, mục tiêu 80 %."


def test_what_needs_acting_on_comes_first() -> None:
    both = Figures(sample=30, service_level=0.7, data_gap=True, not_responding=2)
    assert codes(alerts(both, LIMITS)) == ["data_gap", "service_level", "not_responding"]


def test_of_many_communes_the_worst_is_named_and_the_others_are_counted() -> None:
    some = tuple(Reported(n, 5, Say(f"{n} cuộc", f"{n} calls")) for n in (6, 9, 7))
    (found,) = alerts(Figures(communes=some), LIMITS)
    assert (found.value, found.say) == (9, Say("9 cuộc (và 2 xã, phường khác).", "9 calls (and 2 more communes)."))


@given(
    st.builds(
        Figures,
        sample=st.integers(0, 500),
        service_level=st.floats(0, 1),
        abandon=st.floats(0, 1),
        longest_wait_s=st.floats(0, 9_999),
        waiting=st.integers(0, 900),
        staff=st.integers(0, 90),
        needed=st.integers(0, 200),
        not_responding=st.integers(0, 9),
        promise_late_s=st.floats(-900, 9_000),
        feed_age_s=st.floats(0, 9_000),
        feed_expected=st.booleans(),
        data_gap=st.booleans(),
        never_got_in=st.integers(0, 90),
        reached=st.integers(0, 900),
    )
)
def test_every_alert_is_said_calmly_in_both_languages(figures: Figures) -> None:
    found = alerts(figures, LIMITS)
    assert len(set(codes(found))) == len(found)
    for alert in found:
        for text in (alert.say.vi, alert.say.en):
            assert text.endswith(".")
            assert "!" not in text
            assert not any(word.isupper() and len(word) > 3 for word in text.split())


def test_a_level_that_missed_its_target_is_never_said_to_equal_it_and_one_is_one() -> None:
    (found,) = alerts(Figures(sample=200, service_level=0.797), LIMITS)
    assert found.say.en == "Service level of the last 30 min 79 %, target 80 %."
    one = Figures(waiting=1, staff=0, not_responding=1)
    assert [found.say.en for found in alerts(one, LIMITS)] == [
        "1 waits and nobody is on duty.", "1 agent did not answer an offer.",
    ]  # fmt: skip
    assert alerts(Figures(staff=1, needed=2), LIMITS)[0].say.en.endswith("needs 2 agents; there is 1.")
