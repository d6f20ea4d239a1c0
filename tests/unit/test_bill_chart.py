"""The chart of thirteen months: what stands in it can be read off without colours, and it fits its width."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agent_tui.i18n import set_language
from agent_tui.widgets.bill_chart import (
    MONTHS,
    bar,
    chart,
    compared,
    figure,
    legend,
    month_before,
    step,
    window,
    year_before,
)
from tests.unit.bill_samples import PERIODS, USE, bill, thirteen

LAST = PERIODS[-1]


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


def lines(width: int, rows: int = 4, chosen: str = LAST) -> list[str]:
    return chart(thirteen(), chosen, width, rows).plain.split("\n")


@pytest.mark.parametrize("width", [52, 65, 74, 77, 110, 160])
def test_all_months_with_their_figures_fit_the_width(width):
    shown = lines(width)
    assert all(cell_len(line) <= width for line in shown)
    assert len(shown) == 6
    text = " ".join(shown)
    assert all(str(kwh) in text for kwh in USE)
    assert shown[-1].split() == ["(10)", "11", "12", "1/26", *map(str, range(2, 10)), "[10]"]


def test_the_chosen_month_and_the_same_month_last_year_are_marked_by_signs():
    assert lines(77)[-1].split()[0] == "(10)"
    march = lines(77, chosen="2026-03")[-1].split()
    assert "[3]" in march
    assert not any(mark.startswith("(") for mark in march)
    assert "( )" not in legend(thirteen(), "2026-03", 77)
    assert "[ ] shown · ( ) same month last year" in legend(thirteen(), LAST, 77)


def test_an_estimated_reading_has_a_sign_and_only_it():
    text = "\n".join(lines(77))
    assert "~210" in text
    assert text.count("~") == 1
    assert "~ estimated reading" in legend(thirteen(), LAST, 77)
    honest = [b for b in thirteen() if b.reading_kind != "estimated"]
    assert "~" not in legend(honest, LAST, 77)


def test_the_higher_use_has_the_higher_bar():
    heights = [sum(" ▁▂▃▄▅▆▇█".index(block) for block in bar(kwh, 412, 4)) for kwh in (0, 1, 100, 281, 411, 412)]
    assert heights == sorted(heights)
    assert heights[0] == 0
    assert heights[1] == 1
    assert heights[-1] == 32
    assert bar(5, 0, 2) == [" ", " "]


@given(kwh=st.integers(0, 10_000_000), most=st.integers(0, 10_000_000), rows=st.integers(1, 12))
def test_a_bar_grows_from_the_ground_without_holes(kwh, most, rows):
    blocks = bar(kwh, max(kwh, most), rows)
    assert len(blocks) == rows
    values = [" ▁▂▃▄▅▆▇█".index(block) for block in blocks]
    assert all(not above or below == 8 for above, below in pairwise(values))
    assert (sum(values) > 0) == (kwh > 0)


@given(use=st.lists(st.integers(0, 2_000_000), min_size=13, max_size=13), width=st.integers(8, 160))
def test_no_line_is_ever_wider_than_the_pane(use, width):
    drawn = chart(thirteen(use), LAST, width).plain.split("\n")
    assert all(cell_len(line) <= max(width, 6) for line in drawn)


def test_large_users_are_shown_in_megawatt_hours_and_it_says_so():
    big = thirteen([kwh * 100 for kwh in USE])
    assert "41.2" in chart(big, LAST, 77).plain
    assert legend(big, LAST, 77).startswith("MWh a month")
    set_language("vi")
    assert "41,2" in chart(big, LAST, 77).plain


def test_where_not_all_months_fit_the_chosen_one_does():
    for chosen in PERIODS:
        shown, size = window(thirteen(), chosen, 20)
        assert chosen in [b.period for b in shown]
        assert len(shown) == 5
        assert size == 4


def test_only_the_last_thirteen_count():
    older = [bill("2024-01", 9_000), *thirteen()]
    assert len(window(older, LAST, 200)[0]) == MONTHS
    assert "9000" not in chart(older, LAST, 200).plain


def test_no_bills_no_bars():
    assert chart([], "", 77).plain.strip() == ""
    assert step([], "", 1) == ""


def test_stepping_stops_at_both_ends():
    bills = thirteen()
    assert step(bills, "", 0) == LAST
    assert step(bills, LAST, 1) == LAST
    assert step(bills, LAST, -1) == "2026-09"
    assert step(bills, PERIODS[0], -1) == PERIODS[0]


def test_a_month_is_compared_with_the_month_before_even_over_new_year():
    assert (year_before("2026-06"), year_before("")) == ("2025-06", "")
    assert (month_before("2026-01"), month_before("2026-10"), month_before("x")) == ("2025-12", "2026-09", "")
    january, december = compared(thirteen(), "2026-01")
    assert (january.kwh, december.kwh) == (188, 195)
    gap = [b for b in thirteen() if b.period != "2026-09"]
    assert compared(gap, LAST)[1] is None
    assert compared(gap, "2026-09") == (None, None)


def test_figures():
    assert figure(bill("2026-01", 1234), None) == "1234"
    assert figure(bill("2026-01", 1234, reading_kind="estimated"), None) == "~1234"
    assert figure(bill("2026-01", 123_456), 0) == "123"
