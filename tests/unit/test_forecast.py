"""The forecast: the usual day, the last hour, and how fast a surge is believed to fade."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.forecast import CAUTION, HALF_HOUR_S, ahead, like_days, share_of_day, usual
from backend_stub.domain.localtime import VIETNAM, local

DAY = datetime(2026, 11, 23, tzinfo=VIETNAM).timestamp()
TEN = DAY + 10 * 3_600


def test_the_profile_is_a_whole_day() -> None:
    assert share_of_day(DAY, DAY + 86_400) == pytest.approx(1)
    assert share_of_day(TEN, TEN + 3_600) == pytest.approx(8.6 / 102.4)
    halves = [share_of_day(TEN + n * 900, TEN + (n + 1) * 900) for n in range(8)]
    assert sum(halves) == pytest.approx(share_of_day(TEN, TEN + 7_200))
    assert share_of_day(TEN + 1_800, TEN + 5_400) == pytest.approx((8.6 + 7.2) / 2 / 102.4)


def test_own_days_outweigh_the_profile() -> None:
    profile = usual(TEN, TEN + 1_800, 3_836)
    assert profile == pytest.approx(3_836 * 4.3 / 102.4)
    assert usual(TEN, TEN + 1_800, 3_836, [100, 120, 110]) == pytest.approx((profile + 330) / 4)


def test_a_usual_hour_changes_nothing() -> None:
    found = ahead(TEN, TEN + 600, 150, 300, 300)
    assert found.offered == 150
    assert found.low < 150 < found.high


def test_a_surge_is_carried_on_and_fades_by_half_in_45_minutes() -> None:
    """Five times the usual 300 calls in the last hour: (1500 + 20) / (300 + 20) = 4.75 times, fading."""
    factor = (1_500 + CAUTION) / (300 + CAUTION)
    now, later = (ahead(TEN, TEN + n * 2_700 - HALF_HOUR_S / 2, 100, 1_500, 300) for n in (1, 2))
    assert now.offered == pytest.approx(100 * (1 + (factor - 1) / 2))
    assert later.offered == pytest.approx(100 * (1 + (factor - 1) / 4))


def test_like_days() -> None:
    monday, saturday = like_days(TEN), like_days(TEN + 5 * 86_400)
    assert len(monday) == 20
    assert len(saturday) == 8
    assert {local(moment).weekday() for moment in monday} == {0, 1, 2, 3, 4}
    assert {local(moment).hour for moment in monday} == {10}


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 7_200))
def test_a_forecast_is_a_range_between_the_usual_and_the_surge(
    calls: float, last: float, before: float, distance: float
) -> None:
    found = ahead(TEN, TEN + distance, calls, last, before)
    assert 0 <= found.low <= found.offered <= found.high
    factor = (last + CAUTION) / (before + CAUTION)
    assert min(1, factor) * calls - 1e-6 <= found.offered <= max(1, factor) * calls + 1e-6
