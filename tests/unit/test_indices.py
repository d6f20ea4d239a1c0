"""SAIDI, SAIFI, CAIDI and MAIFI: examples computed by hand, and a count minute by minute."""

from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain.indices import MOMENTARY_S, Indices, Interruption, indices
from backend_stub.store.indices import _hours, _Part

HOUR = 3_600.0
DAY = 24 * HOUR
NOW = 10 * DAY


def of(*found: Interruption, served: int = 2_000, begin: float = 0.0, end: float = DAY) -> Indices:
    return indices(found, served, begin, end, NOW)


def test_one_fault_restored_in_two_steps() -> None:
    # 1,000 customers for 90 min, of whom 400 stay out for 30 min more: 600 x 90 + 400 x 120 = 102,000 customer-minutes.
    got = of(Interruption(600, HOUR, 2.5 * HOUR), Interruption(400, HOUR, 3 * HOUR))
    assert got.customer_minutes == 102_000
    assert (got.saidi, got.saifi, got.caidi, got.maifi) == (51.0, 0.5, 102.0, 0.0)


def test_five_minutes_are_momentary_and_a_second_more_is_not() -> None:
    short = of(Interruption(500, 0.0, MOMENTARY_S))
    assert (short.maifi, short.saifi, short.saidi) == (0.25, 0.0, 0.0)
    longer = of(Interruption(500, 0.0, MOMENTARY_S + 1))
    assert (longer.maifi, longer.saifi) == (0.0, 0.25)
    assert longer.customer_minutes == 500 * 301 / 60


def test_a_cut_for_debt_and_a_fault_behind_the_meter_are_no_interruptions() -> None:
    got = of(*(Interruption(10, 0.0, HOUR, cause) for cause in ("NONPAY", "DEFECT", "CUST.AFTER")))
    assert (got.saidi, got.saifi) == (0.0, 0.0)
    assert of(Interruption(10, 0.0, HOUR, "UNK")).saifi == 10 / 2_000


def test_minutes_fall_into_their_period_and_the_interruption_into_the_one_it_began_in() -> None:
    night = Interruption(100, DAY - HOUR, DAY + 2 * HOUR)
    today, tomorrow = of(night), of(night, begin=DAY, end=2 * DAY)
    assert (today.sustained, today.customer_minutes) == (100, 6_000)
    assert (tomorrow.sustained, tomorrow.customer_minutes) == (0, 12_000)


def test_one_that_still_lasts_counts_up_to_now_and_is_undecided_for_five_minutes() -> None:
    assert indices([Interruption(10, 0.0, None)], 100, 0.0, DAY, 600.0).customer_minutes == 100
    fresh = indices([Interruption(10, 0.0, None)], 100, 0.0, DAY, 200.0)
    assert (fresh.sustained, fresh.momentary) == (0, 0)


def test_without_customers_there_is_no_index() -> None:
    got = of(served=0)
    assert (got.saidi, got.saifi, got.caidi, got.maifi) == (None, None, None, None)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 50), st.integers(0, 300), st.integers(0, 200), st.sampled_from([None, "VEG", "NONPAY"])
        ),
        max_size=8,
    ),
    st.integers(0, 200),
    st.integers(1, 200),
)
def test_equals_a_count_minute_by_minute(
    found: list[tuple[int, int, int, str | None]], begin: int, length: int
) -> None:
    end = begin + length
    given_ = [Interruption(n, 60.0 * at, 60.0 * (at + lasts), cause) for n, at, lasts, cause in found]
    got = indices(given_, 1_000, 60.0 * begin, 60.0 * end, NOW)
    sustained = [(n, at, lasts) for n, at, lasts, cause in found if cause != "NONPAY" and lasts > 5]
    minutes = sum(n for minute in range(begin, end) for n, at, lasts in sustained if at <= minute < at + lasts)
    assert round(got.customer_minutes, 6) == minutes
    assert got.sustained == sum(n for n, at, _ in sustained if begin <= at < end)
    assert got.momentary == sum(n for n, at, lasts, c in found if c != "NONPAY" and lasts <= 5 and begin <= at < end)


def test_the_hours_of_a_year_look_at_every_outage_once() -> None:
    class Counted(list):
        looked = 0

        def __iter__(self):
            Counted.looked += 1
            return super().__iter__()

    parts = Counted([
        _Part("22", Interruption(100, 0.5 * HOUR, 1.5 * HOUR)),
        _Part("22", Interruption(40, 1.5 * HOUR, None)),
    ])  # fmt: skip
    found = [*_hours(parts, 0.0, 400 * DAY)]
    assert len(found) == 9_600
    shown = [(hour.went_out, hour.came_back, hour.out) for hour in found[:3]]
    assert shown == [(100, 0, 100), (40, 100, 40), (0, 0, 40)]
    assert Counted.looked == 1
