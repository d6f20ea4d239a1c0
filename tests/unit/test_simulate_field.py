"""The simulated dispatcher: what is due for an outage when, and nothing before the line was looked at."""

from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import wire
from backend_stub.simulate.field import Act, Course, course, next_act, quarter
from backend_stub.simulate.people import People
from backend_stub.simulate.scenario import NAMES, by_name

PLAN = Course(confirm=100, tell=150, onsite=300, part=500, whole=800, close=2_000)


def outage(status: str, callbacks: int = 0) -> wire.Outage:
    return cast("wire.Outage", SimpleNamespace(status=status, callbacks_open=callbacks))


@pytest.mark.parametrize(
    ("status", "age", "cause", "done", "due"),
    [
        ("predicted", 99, "VEG", (), None),
        ("predicted", 100, "VEG", (), "confirm"),
        ("probable", 200, None, (), None),
        ("probable", 240, None, (), "cancel"),
        ("confirmed", 149, "VEG", (), None),
        ("confirmed", 400, "VEG", (), "tell"),
        ("confirmed", 400, "VEG", ("tell",), "onsite"),
        ("confirmed", 600, "VEG", ("tell", "onsite"), "part"),
        ("partially_restored", 700, "VEG", ("tell", "onsite", "part"), None),
        ("partially_restored", 800, "VEG", ("tell", "onsite", "part"), "whole"),
        ("restored", 1_999, "VEG", (), None),
        ("verified", 2_000, "VEG", (), "close"),
        ("closed", 9_999, "VEG", (), None),
    ],
)
def test_what_is_due(status: str, age: float, cause: str | None, done: tuple[Act, ...], due: Act | None) -> None:
    assert next_act(outage(status), age, PLAN, cause, frozenset(done)) == due


def test_nothing_is_closed_over_people_who_wait_for_a_call() -> None:
    assert next_act(outage("restored", callbacks=3), 9_999, PLAN, "VEG", frozenset()) is None


@given(st.integers(0, 10**6), st.sampled_from(("predicted", "probable", "confirmed")))
def test_a_course_is_in_order(seed: int, status: str) -> None:
    drawn = course(Random(seed), status)
    assert 0 <= drawn.confirm <= drawn.onsite <= drawn.part < drawn.whole < drawn.close
    assert drawn.confirm < drawn.tell


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_a_promise_is_of_a_quarter_of_an_hour(moment: datetime) -> None:
    promised = quarter(moment)
    assert moment <= promised < moment + timedelta(minutes=15)
    assert (promised.minute % 15, promised.second, promised.microsecond) == (0, 0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_what_breaks_is_on_the_map_of_every_size(name: str) -> None:
    day = by_name(name)
    for customers in (300, 2_000, 20_000):
        people = People(customers)
        for happening in (*day.failures, *day.perils):
            fed = people.fed_by(happening.device)
            assert 0 <= fed[0] <= fed[-1] < customers
            whole = people.block("-".join(happening.device.split("-")[:2]))
            assert whole.first <= fed[0]
            assert fed[-1] < whole.last


def test_those_below_a_device_are_those_it_feeds() -> None:
    people = People(8_000)
    for device in ("471-THO", "471-THO-02", "471-THO-02-03"):
        by_code = [n for n in range(people.count) if f"{people.customer(n).transformer}-".startswith(f"{device}-")]
        assert by_code == list(people.fed_by(device))
