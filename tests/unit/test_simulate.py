"""The simulated world is fictitious but fits; a plan is the same for the same seed."""

import importlib.util
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui import demo
from agent_tui.text import phone
from backend_stub.domain.localtime import VIETNAM
from backend_stub.reference import places
from backend_stub.simulate import accounts, grid, scenario, world
from backend_stub.simulate.arrivals import HOUR, plan_hour
from backend_stub.simulate.door import Door, Refused, WrongAccount
from backend_stub.simulate.floor import Floor
from backend_stub.simulate.people import MAX_CUSTOMERS, People

ROOT = Path(__file__).parents[2]
PEOPLE = People(2_000)
seeds = st.integers(0, 10**6)
scenarios = st.sampled_from(scenario.NAMES).map(scenario.by_name)


def test_every_customer_fits_the_import_rules() -> None:
    transformers = {d.device for d in grid.devices(PEOPLE.count) if d.kind == "transformer"}
    for customer in PEOPLE:
        assert re.fullmatch(r"P[A-Z][0-9A-Z]{4}[0-9]{7}", customer.code)
        assert customer.phone.startswith("095")
        assert phone.normalise(customer.phone) == customer.phone
        assert customer.transformer in transformers
        commune = places.communes()[customer.commune]
        assert commune.full_name in customer.address
        assert places.provinces()[commune.province].name in customer.address
        assert customer.old_address
        assert customer.old_address != customer.address
        assert customer.households >= 1


def test_codes_and_meters_are_unique_and_a_few_phones_are_shared() -> None:
    rows = list(PEOPLE)
    assert len({row.code for row in rows}) == len(rows)
    assert len({row.meter_no for row in rows}) == len(rows)
    shared = [n for n in Counter(row.phone for row in rows).values() if n > 1]
    assert 20 <= len(shared) <= 60


def test_surnames_have_their_shares() -> None:
    families = Counter(row.name.split()[0] for row in PEOPLE if row.title)
    assert 0.30 < families["Nguyễn"] / families.total() < 0.45
    assert families["Ksor"] > 0


def test_every_feeder_has_its_priority_loads() -> None:
    people = People(20_000)
    for block in people.blocks:
        kinds = {people.customer(i).priority_load for i in range(block.first, block.first + 6)}
        assert {"hospital", "water", "telecom", "government"} <= kinds


@pytest.mark.parametrize("count", [0, MAX_CUSTOMERS + 1])
def test_too_few_or_too_many_people_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="customers must be"):
        People(count)


@given(st.integers(1, 50_000), seeds)
@settings(max_examples=60, deadline=None)
def test_any_index_gives_the_same_customer_again_and_blocks_cover_all(count: int, seed: int) -> None:
    people = People(count, seed)
    assert people.blocks[0].first == 0
    assert people.blocks[-1].last == count
    assert all(a.last == b.first for a, b in zip(people.blocks, people.blocks[1:], strict=False))
    for index in {0, count // 2, count - 1}:
        assert people.customer(index) == People(count, seed).customer(index)


def test_devices_come_after_their_parents_and_are_known_communes() -> None:
    seen: set[str] = {""}
    for device in grid.devices(2_000):
        assert device.parent in seen
        assert device.commune in places.communes()
        seen.add(device.device)
    assert {grid.DEMO_FEEDER, grid.FAILING_FEEDER, grid.PLANNED_FEEDER} <= seen


@given(scenarios, seeds, st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_same_seed_same_plan(chosen: scenario.Scenario, seed: int, hour: int) -> None:
    plan = plan_hour(PEOPLE, chosen, seed, hour)
    assert plan == plan_hour(PEOPLE, chosen, seed, hour)
    assert [a.at for a in plan] == sorted(a.at for a in plan)
    assert all(a.at < (hour + 1) * HOUR for a in plan)
    assert all(a.at >= hour * HOUR or (hour == 0 and a.at < 0) for a in plan)
    assert len({a.key for a in plan}) == len(plan)
    assert all(a.patience is None or a.patience > max(0.0, -a.at) for a in plan)
    assert all(a.text is None for a in plan if a.channel == "hotline")


def test_another_seed_is_another_plan() -> None:
    day = scenario.by_name("day")
    assert plan_hour(PEOPLE, day, 1, 0) != plan_hour(PEOPLE, day, 2, 0)


def test_the_rates_are_those_of_the_scenario() -> None:
    quiet = scenario.by_name("quiet")
    hours = [len([a for a in plan_hour(PEOPLE, quiet, seed, 0) if a.at >= 0]) for seed in range(200)]
    # Hour 9 is the busiest of the profile, so its mean is the scenario's rate: 60, standard error 0.55.
    assert abs(sum(hours) / len(hours) - quiet.per_hour) < 2.5


def test_the_failing_feeder_brings_calls_from_its_own_customers() -> None:
    day = scenario.by_name("day")
    failure = day.failures[0]
    calls = [a for a in plan_hour(PEOPLE, day, 7, 0) if a.device == failure.device]
    assert len(calls) > 20
    assert all(a.at >= failure.minute * 60 for a in calls)
    block = PEOPLE.block(failure.device)
    own = {PEOPLE.customer(i).code for i in range(block.first, block.last)}
    assert all(a.customer.code in own for a in calls if a.customer)


def test_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean storm"):
        scenario.by_name("strom")


def test_the_demo_offers_the_same_scenarios() -> None:
    assert demo.SCENARIOS == scenario.NAMES


def test_sample_files_are_what_the_script_makes() -> None:
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "scripts/make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    folder = ROOT / "backend_stub/reference/sample"
    made = script.files()
    assert {path.name for path in folder.iterdir()} == set(made)
    for name, text in made.items():
        assert (folder / name).read_text("utf-8") == text, f"run scripts/make_sample.py: {name} differs"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
@settings(deadline=None)
def test_planned_work_is_of_the_same_local_day(now: datetime) -> None:
    planned = world.planned_work(now)
    assert planned.started_at is not None
    assert planned.started_at.astimezone(VIETNAM).date() == now.astimezone(VIETNAM).date()
    known = world.known_outage(now)
    assert known.started_at is not None
    assert known.etr is not None
    assert known.started_at < now < known.etr


def test_accounts_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    made = accounts.Accounts(10, 7, [accounts.User("a", "secret", "A", "channel", "EVNCPC")])
    accounts.write(tmp_path / "a.json", made)
    assert (tmp_path / "a.json").stat().st_mode & 0o077 == 0
    assert accounts.read(tmp_path / "a.json") == made
    assert made.only("channel").username == "a"
    with pytest.raises(ValueError, match="no lead"):
        made.only("lead")


def test_colleagues_step_in_one_by_one() -> None:
    floor = Floor(1.0, staffed_from=3, waiting=5)
    assert [floor.wants_help(n) for n in range(4)] == [True, True, False, False]


def test_the_floor_knows_what_is_really_broken() -> None:
    floor = Floor(1.0, 3, broken={"471-THO": "VEG", "473-THO-02": "WX.WIND"})
    assert floor.cause_of(["471-THO-01-02", "471-THO-01", "471-THO", "E-THO"], "471-THO-01-02") == "VEG"
    assert floor.cause_of(["473-THO", "E-THO"], "473-THO") == "WX.WIND"
    assert floor.cause_of(["473-THO-03", "473-THO", "E-THO"], "473-THO-03") is None


def test_who_has_the_supply_back_calls_no_more() -> None:
    floor = Floor(1.0, 3, broken={grid.FAILING_FEEDER: "VEG"})
    calls = [a for a in plan_hour(PEOPLE, scenario.by_name("day"), 7, 0) if a.device == grid.FAILING_FEEDER]
    known = next(a for a in calls if a.customer)
    assert known.customer is not None
    assert not any(floor.has_supply(call) for call in calls)
    transformer = known.customer.transformer
    path = [transformer, grid.FAILING_FEEDER, "E-THO"]
    assert floor.cause_of(path, transformer) == "VEG"
    floor.mend(None, [transformer])
    assert floor.cause_of(path, transformer) is None
    assert floor.has_supply(known)
    assert not all(floor.has_supply(call) for call in calls)
    assert floor.broken
    floor.mend(grid.FAILING_FEEDER, [])
    assert all(floor.has_supply(call) for call in calls)
    assert not floor.broken


SESSION = {
    "token": "t1", "expires_at": "2026-11-22T14:00:00Z",
    "user": {"id": "u1", "username": "a", "name": "A", "role": "agent", "centre": "EVNCPC", "skills": {}},
}  # fmt: skip


class Flaky:
    """A service that answers from a script: a status with a body, or an error of the network."""

    def __init__(self, *script: httpx.Response | Exception) -> None:
        self.script = list(script)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def door(self) -> Door:
        http = httpx.AsyncClient(base_url="http://service", transport=httpx.MockTransport(self))
        return Door(http, "a", "pw", Random(1))


async def test_a_door_waits_out_a_restart_and_repeats_under_the_same_key() -> None:
    away = (httpx.ConnectError("down"), httpx.Response(503), httpx.ReadError("cut"))
    service = Flaky(*away, httpx.Response(200, json=[1]))
    assert await service.door().call("POST", "/v1/x", list[int]) == [1]
    assert len({request.headers["Idempotency-Key"] for request in service.seen}) == 1


async def test_a_door_logs_in_again_after_a_lost_session() -> None:
    service = Flaky(httpx.Response(401), httpx.Response(201, json=SESSION), httpx.Response(200, json=[2]))
    assert await service.door().call("GET", "/v1/x", list[int]) == [2]
    assert service.seen[-1].headers["Authorization"] == "Bearer t1"


async def test_a_door_tells_a_no_from_a_wrong_account() -> None:
    with pytest.raises(Refused) as refused:
        await Flaky(httpx.Response(409, json={"code": "already_taken"})).door().call("POST", "/v1/x", list[int])
    assert (refused.value.status, refused.value.code) == (409, "already_taken")
    with pytest.raises(WrongAccount, match="password of a"):
        await Flaky(httpx.Response(401)).door().login()
