"""Hot feeders: exact against the binomial sum, and false alarms counted in simulated quiet days."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.hot_feeders import WINDOW_S, Seen, chance, expected, hot, level
from tests.full import count

WEIGHT = 600 / 86_400


def negative_binomial_tail(others: int, shape: float, odds: float) -> float:
    """P(X >= others), term by term."""
    stop = 1 / (1 + odds)
    below = 0.0
    for k in range(others):
        log = math.lgamma(shape + k) - math.lgamma(shape) - math.lgamma(k + 1)
        below += math.exp(log + shape * math.log(stop) + k * math.log(1 - stop))
    return 1 - below


@given(st.integers(1, 30), st.integers(0, 200), st.integers(0, 28), st.floats(0.5, 50), st.floats(0.001, 0.1))
def test_the_chance_is_that_of_the_others(callers: int, seen: int, days: int, prior: float, weight: float) -> None:
    found = chance(callers, Seen(seen, days), prior, weight)
    exact = negative_binomial_tail(callers - 1, prior + seen, weight / (1 + days))
    assert found == pytest.approx(exact, abs=1e-10)


def test_the_feeder_of_the_sketch_is_hot_and_a_quiet_one_is_not() -> None:
    seen = {"474": Seen(1_600, 28)}
    alpha = level(5_000)
    found = hot({"474": 66, "471": 1, "473": 2}, seen, 2.0, WEIGHT, alpha)
    assert [one.feeder for one in found] == ["474"]
    assert found[0].usual == pytest.approx(0.38, abs=0.01)
    assert found[0].chance < 1e-50
    assert expected(Seen(), 2.0, WEIGHT) == pytest.approx(2.0 * WEIGHT)


def test_the_least_likely_comes_first() -> None:
    found = hot({"1": 20, "2": 40, "3": 30}, {}, 2.0, WEIGHT, level(5_000))
    assert [one.feeder for one in found] == ["2", "3", "1"]


def test_one_caller_alone_proves_nothing_and_more_callers_more() -> None:
    assert chance(1, Seen(), 0.01, WEIGHT) == 1
    chances = [chance(n, Seen(50, 28), 2.0, WEIGHT) for n in range(1, 12)]
    assert chances == sorted(chances, reverse=True)


def false_alarms(days: int, allowed: float, seed: int) -> tuple[int, int]:
    """Simulate quiet days of 400 feeders, tested at each call, and return (alarms, calls)."""
    rng, feeders, prior, history = random.Random(seed), 400, 2.0, 5
    alarms = calls = 0
    alpha = level(feeders * prior, allowed)
    for _ in range(days):
        for _ in range(feeders):
            # The feeder's own rate is drawn as the test believes: Gamma around the prior day.
            rate = rng.gammavariate(prior, 1.0)
            seen = Seen(sum(_poisson(rng, rate) for _ in range(history)), history)
            moments = sorted(rng.random() * 86_400 for _ in range(_poisson(rng, rate)))
            calls += len(moments)
            for n, moment in enumerate(moments):
                together = sum(1 for earlier in moments[: n + 1] if moment - earlier <= WINDOW_S)
                alarms += bool(hot({"f": together}, {"f": seen}, prior, WEIGHT, alpha))
    return alarms, calls


def _poisson(rng: random.Random, mean: float) -> int:
    n, at = 0, rng.expovariate(1.0)
    while at < mean:
        n, at = n + 1, at + rng.expovariate(1.0)
    return n


def test_no_more_false_alarms_than_stated() -> None:
    """Allowed 20 a day, so that there are some to count; the bound holds with three standard deviations to spare."""
    days, allowed = count(15, 300), 20.0
    alarms, calls = false_alarms(days, allowed, seed=5)
    assert calls == pytest.approx(800 * days, rel=0.1)
    most = allowed * days
    assert 0 < alarms <= most + 3 * math.sqrt(most)


def test_the_default_is_one_false_alarm_in_ten_days() -> None:
    alarms, _ = false_alarms(count(10, 200), 0.1, seed=6)
    assert alarms <= (2 if count(0, 1) == 0 else 33)
