"""Outages inside outages in the indices: examples worked by hand, and a count of each customer's minutes."""

from collections import Counter
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.indices import Indices, Interruption, indices
from backend_stub.domain.nested import NEVER, Extent, Step, inside, merged

HOUR = 3_600.0
DAY = 24 * HOUR
NOW = 10 * DAY
TX = frozenset({"T1"})


def of(*steps: Step, begin: float = 0.0, end: float = DAY, now: float = NOW) -> Indices:
    joined = [Interruption(one.customers, one.out_at, one.restored_at, one.cause) for one in merged(steps)]
    assert all(one.restored_at is None or one.restored_at >= one.out_at for one in joined)
    return indices(joined, 1_000, begin, end, now)


def within(customers: int, out_at: float, restored_at: float | None, **more: object) -> Step:
    return Step("n", customers, out_at, restored_at, parent="p", **more)  # type: ignore[arg-type]


def test_who_stays_out_inside_a_restored_outage_is_counted_once_with_all_the_minutes() -> None:
    # 100 go out at 1:00, 90 are back at 2:00; a call back at 2:30 finds 10 still out, who come back at 4:00.
    got = of(Step("p", 100, HOUR, 2 * HOUR), within(10, HOUR, 4 * HOUR))
    assert (got.sustained, got.customer_minutes) == (100, 90 * 60 + 10 * 180)


def test_one_that_ended_before_the_outer_outage_adds_nothing() -> None:
    got = of(Step("p", 100, HOUR, 3 * HOUR), within(10, HOUR, 2 * HOUR))
    assert (got.sustained, got.customer_minutes) == (100, 100 * 120)


def test_while_the_outer_outage_goes_on_the_inner_one_adds_nothing() -> None:
    outer = Step("p", 100, HOUR, None)
    for back in (None, 2 * HOUR):
        got = of(outer, within(10, HOUR, back), now=5 * HOUR)
        assert (got.sustained, got.customer_minutes) == (100, 100 * 240)


def test_four_minutes_that_became_an_hour_for_some_are_momentary_for_the_others_only() -> None:
    got = of(Step("p", 100, HOUR, HOUR + 240), within(10, HOUR, 2 * HOUR))
    assert (got.momentary, got.sustained, got.customer_minutes) == (90, 10, 600)


def test_who_was_back_and_went_out_again_has_two_interruptions() -> None:
    got = of(Step("p", 100, HOUR, 2 * HOUR), within(10, 3 * HOUR, 4 * HOUR))
    assert (got.sustained, got.customer_minutes) == (110, 100 * 60 + 10 * 60)


def test_a_part_restored_first_is_the_part_the_inner_outage_is_about() -> None:
    # T1 with 40 is said to be back at 2:00 and is not, until 3:00; the other 60 are out until 5:00.
    first, rest = Step("p", 40, HOUR, 2 * HOUR, devices=TX), Step("p", 60, HOUR, 5 * HOUR, devices=frozenset({"T2"}))
    got = of(first, rest, within(40, HOUR, 3 * HOUR, below=TX))
    assert (got.sustained, got.customer_minutes) == (100, 40 * 120 + 60 * 240)


def test_who_stayed_out_until_the_outer_outage_came_back_has_two_interruptions() -> None:
    # T1 is said to be back at 2:00 and is not, until 3:00; at 4:00 the whole outage is there again, for an hour.
    twice = Step("p", 10, HOUR, 2 * HOUR, devices=TX), Step("p", 10, 4 * HOUR, 5 * HOUR, devices=TX)
    for below in (TX, frozenset[str]()):
        got = of(*twice, within(10, HOUR, 3 * HOUR, below=below))
        assert (got.sustained, got.customer_minutes) == (20, 10 * 120 + 10 * 60)


def test_who_stays_out_is_looked_for_among_those_who_came_back_last() -> None:
    # Nothing is known of transformers: 60 are back at 2:00, 40 at 3:00; 40 are out until 4:00.
    first, last = Step("p", 60, HOUR, 2 * HOUR), Step("p", 40, HOUR, 3 * HOUR)
    for outer in ((first, last), (last, first)):
        got = of(*outer, within(40, HOUR, 4 * HOUR))
        assert (got.sustained, got.customer_minutes) == (100, 60 * 60 + 40 * 180)


def test_one_inside_one_inside_one_is_still_one_interruption() -> None:
    third = Step("m", 4, HOUR, 6 * HOUR, parent="n")
    got = of(Step("p", 100, HOUR, 2 * HOUR), within(10, HOUR, 4 * HOUR), third)
    assert (got.sustained, got.customer_minutes) == (100, 90 * 60 + 6 * 180 + 4 * 300)
    # Also where the one between ended before the outer one did.
    got = of(Step("p", 100, HOUR, 2 * HOUR), within(10, HOUR, 1.5 * HOUR), third)
    assert (got.sustained, got.customer_minutes) == (100, 96 * 60 + 4 * 300)


def test_more_than_there_were_and_a_parent_nobody_counts_are_interruptions_of_their_own() -> None:
    assert of(Step("p", 5, HOUR, 2 * HOUR), within(8, HOUR, 3 * HOUR)).sustained == 8
    assert of(within(8, HOUR, 3 * HOUR)).customer_minutes == 8 * 120


def test_the_interruption_falls_into_the_day_the_outer_outage_began_in() -> None:
    steps = Step("p", 100, DAY - HOUR, DAY - HOUR / 2), within(10, DAY - HOUR, DAY + HOUR)
    today, tomorrow = of(*steps), of(*steps, begin=DAY, end=2 * DAY)
    assert (today.sustained, today.customer_minutes) == (100, 90 * 30 + 10 * 60)
    assert (tomorrow.sustained, tomorrow.customer_minutes) == (0, 10 * 60)


NIGHT = 300
LASTED = st.one_of(st.none(), st.integers(1, 60))
CHAIN = st.lists(st.tuples(st.integers(0, 60), LASTED), max_size=3)
"""Nested outages one inside the other: begun so many minutes after the outer one, lasting so many, None: still out."""


@given(
    start=st.integers(0, 40),
    parts=st.lists(st.tuples(st.integers(1, 30), LASTED, CHAIN), min_size=1, max_size=4),
    period=st.tuples(st.integers(0, 80), st.integers(1, 120)),
)
def test_equals_a_count_of_each_customer_s_minutes(
    start: int, parts: list[tuple[int, int | None, list[tuple[int, int | None]]]], period: tuple[int, int]
) -> None:
    steps: list[Step] = []
    dark: list[tuple[int, set[int]]] = []
    for i, (customers, lasted, chain) in enumerate(parts):
        tx, minutes, begin = frozenset({f"T{i}"}), set[int](), start
        for depth, (after, length) in enumerate([(0, lasted), *chain]):
            begin += after
            back = None if length is None else begin + length
            name, outer = (f"n{i}-{depth}", f"n{i}-{depth - 1}" if depth > 1 else "p") if depth else ("p", None)
            ended = None if back is None else back * 60.0
            steps.append(Step(name, customers, begin * 60.0, ended, None, outer, frozenset() if depth else tx, tx))
            minutes |= set(range(begin, NIGHT if back is None else back))
        dark.append((customers, minutes))
    first, end = period[0], period[0] + period[1]
    got = of(*steps, begin=first * 60.0, end=end * 60.0, now=NIGHT * 60.0)
    expected = Counter[str]()
    for customers, minutes in dark:
        for _, run in groupby(enumerate(sorted(minutes)), key=lambda pair: pair[1] - pair[0]):
            cut = [minute for _, minute in run]
            kind = "sustained" if len(cut) > 5 else "momentary"
            expected[kind] += customers * (first <= cut[0] < end)
            if kind == "sustained":
                expected["minutes"] += customers * sum(first <= minute < end for minute in cut)
    assert (got.sustained, round(got.customer_minutes)) == (expected["sustained"], expected["minutes"])
    assert got.momentary == expected["momentary"]


F, LATERAL, T1, T2 = ("F",), ("L", "F"), ("T1", "L", "F"), ("T2", "F")


def lies(*extents: tuple[str, int, tuple[str, ...], float, float]) -> dict[str, str]:
    return inside([Extent(*one) for one in extents])


def test_an_outage_lies_in_the_nearest_one_further_up_the_grid_at_the_same_time() -> None:
    feeder, lateral = ("f", 3, F, 2.0, 9.0), ("l", 2, LATERAL, 3.0, 4.0)
    assert lies(("t", 1, T1, 3.5, 5.0), lateral, feeder) == {"t": "l", "l": "f"}
    assert lies(("t", 1, T1, 4.5, 5.0), lateral, feeder) == {"t": "f", "l": "f"}
    assert lies(("t", 1, T1, 9.5, NEVER), feeder) == {}
    assert lies(("t", 1, T1, 1.0, NEVER), ("u", 2, T2, 1.0, NEVER)) == {}


def test_of_two_at_one_device_the_later_report_lies_in_the_earlier() -> None:
    assert lies(("a", 1, F, 2.0, 4.0), ("b", 2, F, 1.0, 3.0)) == {"b": "a"}
    assert lies(("a", 1, F, 2.0, 4.0), ("b", 2, F, 5.0, 6.0)) == {}


def test_what_was_said_counts_for_more_than_the_grid_and_nothing_lies_in_itself() -> None:
    parent, feeder = Extent("p", 1, LATERAL, 1.0, 2.0), Extent("f", 2, F, 1.0, 9.0)
    assert inside([parent, feeder, Extent("n", 3, T1, 1.0, 8.0, "p")]) == {"n": "p", "p": "f"}
    # Its parent is no interruption anybody counts: then where it lies is what the grid says.
    assert inside([feeder, Extent("n", 3, T1, 1.0, 8.0, "gone")]) == {"n": "f"}
    # The grid was turned round between two reports.
    assert inside([Extent("a", 1, ("X", "Y"), 1.0, 2.0), Extent("b", 2, ("Y", "X"), 1.0, 2.0)]) == {"a": "b"}


FED = {"T1": 3, "T2": 5, "T3": 7}
SPELL = st.tuples(st.integers(0, 90), LASTED)


@given(feeder=st.tuples(st.integers(0, 90), st.tuples(LASTED, LASTED, LASTED)), own=st.tuples(*[st.none() | SPELL] * 3),
       order=st.permutations(range(4)))  # fmt: skip
def test_a_feeder_over_its_transformers_equals_a_count_of_each_customer_s_minutes(
    feeder: tuple[int, tuple[int | None, ...]], own: tuple[tuple[int, int | None] | None, ...], order: list[int]
) -> None:
    began, lasted = feeder
    spells = {name: [(began, long)] for name, long in zip(FED, lasted, strict=True)}
    ends = [NEVER if long is None else (began + long) * 60.0 for long in lasted]
    extents = [Extent("F", order[0], F, began * 60.0, max(ends))]
    for number, (name, spell) in enumerate(zip(FED, own, strict=True), 1):
        if spell is not None:
            spells[name].append(spell)
            out, long = spell
            extents.append(
                Extent(name, order[number], (name, "F"), out * 60.0, NEVER if long is None else (out + long) * 60.0)
            )
    outer = inside(extents)
    steps = []
    for name, cuts in spells.items():
        for outage, (out, long) in zip(("F", name), cuts, strict=False):
            back, tx = None if long is None else (out + long) * 60.0, frozenset({name})
            steps.append(Step(outage, FED[name], out * 60.0, back, None, outer.get(outage), tx, tx))
    got = of(*steps, end=NIGHT * 60.0, now=NIGHT * 60.0)
    expected = Counter[str]()
    for name, cuts in spells.items():
        dark = {m for out, long in cuts for m in range(out, NIGHT if long is None else out + long)}
        for _, run in groupby(enumerate(sorted(dark)), key=lambda pair: pair[1] - pair[0]):
            length = len([*run])
            expected["sustained" if length > 5 else "momentary"] += FED[name]
            expected["minutes"] += FED[name] * length * (length > 5)
    assert (got.sustained, got.momentary) == (expected["sustained"], expected["momentary"])
    assert round(got.customer_minutes) == expected["minutes"]
