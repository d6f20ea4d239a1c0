"""Calls by commune: worked examples of docs/decisions/0011-calls-by-commune.md, and rules for calls in any order."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.commune_calls import (
    CommuneCall,
    CommuneReport,
    CommuneRules,
    OutageThere,
    possible,
    possibly,
    reported,
)
from backend_stub.domain.evidence import Rules, weight_of
from backend_stub.domain.grouping import Engine
from backend_stub.domain.grouping_words import explain_commune
from tests.full import count
from tests.unit.test_grouping import call as grid_call
from tests.unit.test_grouping import engine, groups, settle, shape

NOW = 100_000.0
RULES = CommuneRules()
PEOPLE = {"A": 3_000, "B": 3_000}
FEEDER = OutageThere("o1", "474", {"A": 1_800, "B": 60}, NOW - 1_000)
HOUSES = OutageThere("o2", "TBA 5", {"A": 60}, NOW - 1_000)


def call(n: object, commune: str = "A", at: float = NOW - 60, caller: object = None, weight: int = 1) -> CommuneCall:
    return CommuneCall(f"c{n}", f"h{n if caller is None else caller}", commune, at, weight)


def some(n: int, commune: str = "A") -> list[CommuneCall]:
    return [call(f"{commune}{i}", commune, NOW - 720 + 720 * i / (n - 1)) for i in range(n)]


def shown(calls: list[CommuneCall], *outages: OutageThere, now: float = NOW) -> dict[str, CommuneReport]:
    return {one.commune: one for one in reported(calls, outages, PEOPLE, RULES, now)}


def test_five_callers_report_their_commune_and_four_do_not() -> None:
    assert shown(some(4)) == {}
    (found,) = shown(some(5)).values()
    assert (found.callers, found.last - found.first, found.possibly) == (5, 720, None)
    said = explain_commune("Phường Tuy Hòa", found)
    assert said.vi == "5 cuộc gọi từ Phường Tuy Hòa trong 12 phút, chưa rõ thiết bị"
    assert said.en == "5 calls from Phường Tuy Hòa in 12 min, no device known"


def test_one_who_redials_is_one_and_what_is_no_interruption_is_none() -> None:
    assert shown([*some(4), call("again", caller="A0")]) == {}
    assert shown([*some(4), call("danger", weight=weight_of("A", "L", "", grouped=False))]) == {}
    assert shown([*some(4), call("part", weight=weight_of("P", "L", "", grouped=True))]) == {}
    assert shown([*some(4), call("dim", weight=weight_of("A", "D", "", grouped=True))])


def test_an_outage_of_most_of_the_commune_explains_its_callers_and_a_small_one_only_may() -> None:
    assert shown(some(9), FEEDER) == {}
    (found,) = shown(some(6), HOUSES).values()
    assert (found.first, found.last) == (NOW - 720, NOW)
    assert (found.possibly, found.possible, found.there, found.total) == (HOUSES, 6, 60, 3_000)
    said = explain_commune("Xã A", found)
    assert said.vi.endswith("chưa rõ thiết bị; có thể do sự cố TBA 5 (60 trong 3.000 khách hàng ở đó)")
    assert said.en.endswith("no device known; possibly the outage of TBA 5 (60 of 3,000 customers there)")
    # The feeder is out for 60 in B only: its people there stay a report.
    assert shown([*some(9), *some(5, "B")], FEEDER)["B"].possibly == FEEDER


@pytest.mark.parametrize(
    ("at", "ended", "meant"),
    [(NOW - 60, None, "o1"), (NOW - 1_500, None, "o1"), (NOW - 1_700, None, None), (NOW - 60, NOW - 30, "o1"),
     (NOW - 60, NOW - 60, "o1"),
     (NOW - 60, NOW - 90, None)],
)  # fmt: skip
def test_a_call_may_mean_what_goes_on_when_it_comes(at: float, ended: float | None, meant: str | None) -> None:
    found = possibly(call(1, at=at), [replace(FEEDER, ended_at=ended)])
    assert (found and found.id) == meant
    assert possibly(call(1, "C", at), [FEEDER]) is None


def test_the_calls_of_an_outage_that_is_over_do_not_become_a_report_and_later_ones_do() -> None:
    over = replace(FEEDER, ended_at=NOW - 100)
    early = [call(n, at=NOW - 300) for n in range(9)]
    assert shown(early, over) == {}
    late = [call(f"x{n}", at=NOW - 50) for n in range(5)]
    assert shown([*early, *late], over)["A"].callers == 5


def test_the_commune_with_most_callers_comes_first_and_calls_of_one_moment_took_a_minute() -> None:
    at_once = [call(f"B{n}", "B") for n in range(7)]
    first, second = reported([*some(5), *at_once], (), PEOPLE, RULES, NOW)
    assert (first.commune, second.commune) == ("B", "A")
    assert explain_commune("Xã B", first).en == "7 calls from Xã B in 1 min, no device known"


def test_callers_who_may_mean_an_outage_are_counted_once_each_and_at_the_likeliest_only() -> None:
    calls = [call(1), call("1 again", caller=1), call(2), call(3, "B"), call(4, "C"), call(5, weight=0)]
    assert possible(calls, [HOUSES, FEEDER]) == {"o1": 3}
    assert possible(calls, [HOUSES]) == {"o2": 2}


def test_the_outage_most_callers_may_mean_is_named() -> None:
    before = replace(HOUSES, id="o3", name="TBA 9", ended_at=NOW - 500)
    since = replace(HOUSES, id="o4", name="TBA 4", started_at=NOW - 300 + 600)
    calls = [call(n, at=NOW - 900) for n in range(2)] + [call(n, at=NOW - 200) for n in range(2, 6)]
    for outages in ((before, since), (since, before)):
        found = shown(calls, *outages)["A"]
        assert (found.possibly, found.possible, found.callers) == (since, 4, 6)


def test_a_report_ends_when_its_calls_grow_old() -> None:
    assert shown(some(5), now=NOW + 1_000)
    assert shown(some(5), now=NOW + RULES.window_s) == {}


def test_a_commune_never_makes_or_moves_a_prediction() -> None:
    placeless = replace(grid_call("x", (1, 1, 1)), path=())
    found = engine(*(replace(placeless, id=f"c{n}", caller=f"h{n}") for n in range(500)))
    assert groups(found) == {}
    known = [grid_call(n, (1, 1, n)) for n in range(3)]
    mixed = Engine(Rules(), shape)
    mixed.add_all([*known, *(replace(placeless, id=f"c9{n}") for n in range(50))], 10_000.0)
    settle(mixed)
    assert groups(mixed) == groups(engine(*known)) == {"S/F1/L1": {"c0", "c1", "c2"}}


CALLS = st.lists(
    st.builds(
        CommuneCall, st.uuids().map(str), st.sampled_from("abcdefgh"), st.sampled_from("ABC"),
        st.integers(0, 4_000).map(lambda s: NOW - s), st.sampled_from((0, 1, 2)),
    ),
    max_size=40,
)  # fmt: skip
OUTAGES = st.lists(
    st.builds(
        OutageThere, st.sampled_from(("o1", "o2", "o3")), st.just("474"),
        st.dictionaries(st.sampled_from("ABC"), st.integers(0, 3_000)), st.integers(0, 4_000).map(lambda s: NOW - s),
        st.none() | st.integers(0, 4_000).map(lambda s: NOW - s),
    ),
    max_size=3, unique_by=lambda o: o.id,
)  # fmt: skip


@given(CALLS, OUTAGES, st.randoms(use_true_random=False))
def test_any_calls_in_any_order(calls: list[CommuneCall], outages: list[OutageThere], chance: random.Random) -> None:
    found = reported(calls, outages, PEOPLE, RULES, NOW)
    again, others = [*calls], [*outages]
    chance.shuffle(again)
    chance.shuffle(others)
    assert reported(again, others, PEOPLE, RULES, NOW) == found
    for one in found:
        there = [c for c in calls if c.commune == one.commune and c.weight and NOW - RULES.window_s < c.at <= NOW]
        assert RULES.calls <= one.callers <= len({c.caller for c in there})
        assert NOW - RULES.window_s < one.first <= one.last <= NOW
        assert 0 <= one.possible <= one.callers
        assert (one.possibly is None) == (one.possible == 0)
        # An outage that explains is never named as a mere possibility.
        assert one.possibly is None or one.there < RULES.share * PEOPLE.get(one.commune, 0)


@given(CALLS, OUTAGES, CALLS)
def test_more_calls_never_take_a_report_back(
    calls: list[CommuneCall], outages: list[OutageThere], more: list[CommuneCall]
) -> None:
    before = {one.commune: one.callers for one in reported(calls, outages, PEOPLE, RULES, NOW)}
    after = {one.commune: one.callers for one in reported([*calls, *more], outages, PEOPLE, RULES, NOW)}
    assert all(after[commune] >= callers for commune, callers in before.items())


def test_without_outages_it_is_plain_counting() -> None:
    chance = random.Random(3)
    for _ in range(count(20, 200)):
        calls = [call(n, chance.choice("AB"), NOW - chance.randrange(4_000), chance.randrange(9)) for n in range(25)]
        callers: dict[str, set[str]] = {}
        for one in calls:
            if one.at > NOW - RULES.window_s:
                callers.setdefault(one.commune, set()).add(one.caller)
        assert {c: r.callers for c, r in shown(calls).items()} == {
            c: len(who) for c, who in callers.items() if len(who) >= RULES.calls
        }
