"""The estimated wait: the worked example of section 2.4, and the formula against chance itself."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.wait import Queue, Range, beta_share, estimate, longer_than, mean, mixed, quantile
from tests.full import count

WORKED = Queue(ahead=4, agents=5, aht_s=180)


def test_the_worked_example() -> None:
    assert mean(WORKED) == pytest.approx(151.2, abs=0.05)
    found = estimate(WORKED)
    assert found is not None
    assert (round(found.p50), round(found.p80)) == (141, 203)
    assert round(quantile(lambda t: longer_than(WORKED, t), 0.9)) == 242


def test_nobody_at_work_is_no_estimate_and_a_free_agent_no_wait() -> None:
    assert estimate(Queue(ahead=3, agents=0, aht_s=180)) is None
    assert estimate(Queue(ahead=0, agents=2, aht_s=180, idle=1)) == Range(0, 0)
    one_left = estimate(Queue(ahead=1, agents=2, aht_s=180, idle=1))
    assert one_left is not None
    assert one_left.p50 > 0


def test_the_range_against_simulated_queues() -> None:
    rng, runs = random.Random(7), count(4_000, 40_000)
    rates = [5 / 180 + j / 345 for j in range(5)]
    waits = sorted(sum(rng.expovariate(rate) for rate in rates) for _ in range(runs))
    found = estimate(WORKED)
    assert found is not None
    assert waits[runs // 2] == pytest.approx(found.p50, rel=0.05)
    assert waits[runs * 4 // 5] == pytest.approx(found.p80, rel=0.05)


def series(alpha: float, stages: int, x: float) -> float:
    """The same by the finite sum of positive terms."""
    term = whole = x**alpha
    for i in range(1, stages):
        term *= (alpha + i - 1) / i * (1 - x)
        whole += term
    return whole


@given(st.floats(0.2, 100), st.integers(1, 60), st.floats(0.001, 0.999))
def test_the_beta_function_against_its_series(alpha: float, stages: int, x: float) -> None:
    assert beta_share(alpha, stages, x) == pytest.approx(series(alpha, stages, x), abs=1e-9)


@given(st.integers(0, 500), st.integers(1, 80), st.floats(20, 1_200), st.floats(30, 2_000))
def test_a_wait_grows_with_the_queue_and_is_a_range(ahead: int, agents: int, aht: float, patience: float) -> None:
    queue, longer = Queue(ahead, agents, aht, patience), Queue(ahead + 5, agents, aht, patience)
    found, worse = estimate(queue), estimate(longer)
    assert found is not None
    assert worse is not None
    assert 0 <= found.p50 <= found.p80
    assert worse.p50 >= found.p50 - 0.02 * (1 + found.p50)
    assert mean(longer) > mean(queue)
    assert longer_than(queue, 0) == 1


def test_a_mixture_lies_between_its_parts() -> None:
    quick, slow = Queue(0, 10, 180), Queue(40, 5, 180)
    alone = [estimate(quick), estimate(slow)]
    both = mixed([(1, quick), (1, slow), (5, Queue(3, 0, 180))])
    assert None not in alone
    assert both is not None
    assert alone[0].p50 < both.p50 < alone[1].p50


def test_a_queue_nobody_joins_promises_nothing() -> None:
    assert mixed([(0.0, Queue(3, 2, 180))]) is None
