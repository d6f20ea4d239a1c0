"""Erlang B, C and A: the worked numbers of sections 4.2 and 4.4, and Erlang A against a simulated queue."""

import heapq
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.staffing import (
    Load,
    agents_needed,
    erlang_b,
    erlang_c,
    impatient,
    patient,
    split,
    split_needed,
    surged,
)  # fmt: skip
from tests.full import count

HALF_HOUR = Load(200, 180)
CENTRE = Load(326, 180, 180)


def test_erlang_c_as_pyworkforce_has_it() -> None:
    """100 calls in 30 min, AHT 180 s, 20 s: 14 agents, as pyworkforce 0.5.1 answers; with 30 % shrinkage 20."""
    assert erlang_c(10, 14) == pytest.approx(0.17413, abs=5e-6)
    found = patient(HALF_HOUR, 14, 20)
    assert found.service_level == pytest.approx(0.88835, abs=5e-6)
    assert found.asa_s == pytest.approx(7.836, abs=5e-4)
    assert found.occupancy == pytest.approx(0.7143, abs=5e-5)
    assert patient(HALF_HOUR, 13, 20).service_level == pytest.approx(0.7956, abs=5e-5)
    assert agents_needed(patient, HALF_HOUR, 0.8, 20) == 14
    assert round(14 / (1 - 0.3)) == 20


def test_the_published_example_of_28_agents() -> None:
    load = Load(250, 330)
    assert agents_needed(patient, load, 0.8, 30) == 28
    assert patient(load, 28, 30).service_level == pytest.approx(0.857, abs=5e-4)
    assert patient(load, 27, 30).service_level == pytest.approx(0.782, abs=5e-4)


@pytest.mark.parametrize(
    ("times", "abandon", "wait", "level", "needed"),
    [
        (1, 0.026, 4.7, 0.892, (19, 20)), (1.5, 0.200, 36, 0.306, (27, 29)), (2, 0.387, 70, 0.029, (35, 38)),
        (3, 0.591, 106, 0, (51, 55)), (5, 0.755, 136, 0, (82, 88)), (10, 0.877, 158, 0, (164, 171)),
    ],
)  # fmt: skip
def test_a_surge_on_one_centre(
    times: float, abandon: float, wait: float, level: float, needed: tuple[int, int]
) -> None:
    load = Load(326 * times, 180, 180)
    found = impatient(load, 20, 20)
    assert found.abandon_rate == pytest.approx(abandon, abs=6e-4)
    assert found.asa_s == pytest.approx(wait, abs=0.5)
    assert found.service_level == pytest.approx(level, abs=6e-4)
    assert (agents_needed(impatient, load, 0.8, 20), agents_needed(patient, load, 0.8, 20)) == needed


def test_a_plan_does_not_count_on_callers_giving_up() -> None:
    load = Load(3_260, 180, 180)
    assert impatient(load, 158, 20).service_level > 0.8 > impatient(load, 157, 20).service_level
    assert agents_needed(impatient, load, 0.8, 20) == 164 > load.erlang


@pytest.mark.parametrize(("share", "abandon"), [(0.3, 0.677), (0.5, 0.591), (0.6, 0.528), (0.7, 0.442)])
def test_what_deflecting_the_extra_calls_buys(share: float, abandon: float) -> None:
    load = Load(surged(326, 5, share), 180, 180)
    assert impatient(load, 20, 20).abandon_rate == pytest.approx(abandon, abs=6e-4)


@pytest.mark.parametrize(("aht", "apart", "pooled"), [(180, (95, 90), (83, 77)), (240, (125, None), (110, None))])
def test_five_centres_apart_and_as_one(aht: float, apart: tuple, pooled: tuple) -> None:
    load = Load(1_534, aht, 180)
    assert split_needed(load, 5, patient, 0.8, 20) == apart[0]
    assert agents_needed(patient, load, 0.8, 20) == pooled[0]
    if apart[1] is not None:
        assert split_needed(load, 5, impatient, 0.8, 20) == apart[1]
        assert agents_needed(impatient, load, 0.8, 20) == pooled[1]


def simulated(load: Load, agents: int, threshold: float, calls: int, seed: int) -> tuple[float, float, float]:
    """Serve first come first served with reneging and return (abandoned, mean wait of all, served within)."""
    rng, now = random.Random(seed), 0.0
    free = [0.0] * agents
    lost, waited, served = 0, 0.0, 0
    for _ in range(calls):
        now += rng.expovariate(load.calls_per_hour / 3_600)
        wait = max(0.0, free[0] - now)
        patience = rng.expovariate(1 / load.patience_s)
        if wait > patience:
            lost, waited = lost + 1, waited + patience
            continue
        waited += wait
        served += wait <= threshold
        heapq.heapreplace(free, now + wait + rng.expovariate(1 / load.aht_s))
    return lost / calls, waited / calls, served / calls


@pytest.mark.parametrize(("times", "agents"), [(1, 16), (1, 20), (2, 20), (5, 20)])
def test_erlang_a_against_a_simulated_queue_with_reneging(times: float, agents: int) -> None:
    load, calls = Load(326 * times, 180, 240), count(30_000, 400_000)
    lost, wait, served = simulated(load, agents, 20, calls, seed=11)
    found = impatient(load, agents, 20)
    near = {"abs": 0.02} if calls < 100_000 else {"abs": 0.005}
    assert found.abandon_rate == pytest.approx(lost, **near)
    assert found.service_level == pytest.approx(served, **near)
    assert found.asa_s == pytest.approx(wait, rel=0.08, abs=1)


def test_littles_law() -> None:
    """Waiting callers are arrivals times wait, and those who give up are the waiting times 1/patience."""
    for agents in (10, 16, 20, 30):
        found = impatient(CENTRE, agents, 20)
        assert found.asa_s is not None
        assert found.abandon_rate == pytest.approx(found.asa_s / CENTRE.patience_s, rel=1e-9)
        served = (1 - found.abandon_rate) * CENTRE.erlang
        assert found.occupancy * agents == pytest.approx(served, rel=1e-9)


def test_endless_patience_is_erlang_c() -> None:
    endless, c = impatient(Load(200, 180, 1e8), 14, 20), patient(HALF_HOUR, 14, 20)
    assert endless.service_level == pytest.approx(c.service_level, abs=1e-5)
    assert endless.asa_s == pytest.approx(c.asa_s, rel=1e-4)
    assert impatient(HALF_HOUR, 14, 20) == c


def test_nobody_calls_nobody_works() -> None:
    assert patient(Load(0, 180), 0, 20).service_level == 1
    assert impatient(CENTRE, 0, 20).abandon_rate == pytest.approx(1)
    assert impatient(CENTRE, 0, 20).service_level == 0
    overrun = patient(HALF_HOUR, 10, 20)
    assert (overrun.service_level, overrun.asa_s) == (0, None)
    assert agents_needed(patient, Load(1e6, 3_600), 0.8, 20) is None


def test_agents_that_do_not_divide_are_shared_out() -> None:
    load = Load(400, 180, 180)
    assert split(load, 2, impatient, 20, 20) == impatient(Load(200, 180, 180), 10, 20)
    uneven = split(load, 2, impatient, 21, 20).service_level
    assert split(load, 2, impatient, 20, 20).service_level < uneven < split(load, 2, impatient, 22, 20).service_level


@given(st.floats(1, 3_000), st.floats(10, 900), st.floats(10, 2_000), st.integers(1, 200), st.floats(0, 120))
def test_more_agents_never_make_it_worse(
    calls: float, aht: float, patience: float, agents: int, threshold: float
) -> None:
    load = Load(calls, aht, patience)
    one, two = impatient(load, agents, threshold), impatient(load, agents + 1, threshold)
    assert 0 <= one.service_level <= 1
    assert 0 <= one.abandon_rate <= 1
    assert two.service_level >= one.service_level - 1e-9
    assert two.abandon_rate <= one.abandon_rate + 1e-9
    assert 0 <= erlang_b(load.erlang, agents) <= erlang_c(load.erlang, agents) + 1e-12 <= 1 + 1e-11


@pytest.mark.parametrize("agents", [0, 10, 100, 1_500])
def test_hopelessly_few_agents_lose_whom_they_cannot_serve(agents: int) -> None:
    """3,000 Erlang, a day of patience: who is not served gives up, the others wait patience x ln(load / agents)."""
    load = Load(100_000, 108, 86_400)
    found = impatient(load, agents, 30)
    assert found.abandon_rate == pytest.approx(1 - agents / load.erlang, abs=1e-6)
    assert found.asa_s == pytest.approx(86_400 * found.abandon_rate, rel=1e-6)
    assert (found.service_level, found.occupancy) == (pytest.approx(0.0, abs=1e-9), pytest.approx(1.0))


def test_the_limit_of_a_long_queue_goes_on_from_the_exact_chain() -> None:
    # Just below and just above the length from which the queue is taken as it is on the mean.
    near, beyond = (impatient(Load(calls, 60, 6_000), 10, 20_000) for calls in (6_590, 6_610))
    assert beyond.service_level == pytest.approx(near.service_level, abs=2e-3)
    assert beyond.abandon_rate == pytest.approx(near.abandon_rate, abs=2e-3)
    assert beyond.asa_s == pytest.approx(near.asa_s, rel=5e-3)


def test_one_agent_is_the_queue_of_the_textbooks() -> None:
    """M/M/1: whoever comes waits with probability rho, on the mean rho / (1 - rho) handle times."""
    found = patient(Load(10, 180), 1, 20)
    assert found.asa_s == pytest.approx(180)
    assert found.service_level == pytest.approx(1 - 0.5 * math.exp(-0.5 * 20 / 180))
    assert (found.abandon_rate, found.occupancy) == (0, 0.5)
