"""The forecast: the usual day, the last hour, and how fast a surge is believed to fade."""

import math
from datetime import datetime
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.forecast import CAUTION, HALF_HOUR_S, ahead, like_days, share_of_day, usual
from backend_stub.domain.localtime import VIETNAM, local
from backend_stub.domain.metrics import Tally
from backend_stub.settings import Settings
from backend_stub.store.boards import Beside, Look
from backend_stub.store.metrics import FINE_S, Books

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
    assert [len(like_days(TEN + n * 86_400)) for n in range(7)] == [20] * 5 + [8] * 2, "of four weeks"
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


def test_the_range_holds_four_of_five() -> None:
    found = ahead(TEN, TEN + 600, 100, 300, 300)
    spread = NormalDist().inv_cdf(0.9) * math.sqrt(100 + 15**2)
    assert (found.low, found.high) == (pytest.approx(100 - spread, abs=1e-3), pytest.approx(100 + spread, abs=1e-3))


@given(st.integers(0, 359))
def test_an_hour_as_usual_foretells_the_usual(tens: int) -> None:
    # 10:00 in Vietnam and later, ten calls a minute as always; the board counts in parts of five minutes.
    now = TEN + 10 * tens
    parts = {now - now % FINE_S - n * FINE_S for n in range(20)}
    fine = {(at, "EVNCPC", True): Tally(offered=round(min(FINE_S, now - at) / 6)) for at in parts}
    start = now - now % HALF_HOUR_S
    like = {start + n * HALF_HOUR_S: {"EVNCPC": [300.0] * 1_000} for n in range(-2, 3)}
    beside = Beside({}, {}, frozenset(), {}, {}, {}, like)
    board = Look(Books(now, [], {}, {}, fine, Settings(), {}), beside, Settings()).boards()[1]["EVNCPC"]
    assert [part.offered for part in board.forecast] == pytest.approx([300.0, 300.0], rel=0.005)
