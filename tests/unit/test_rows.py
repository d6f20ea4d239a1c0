"""What one line says of an outage, a ticket, a customer."""

from datetime import timedelta

import pytest

from agent_tui import wire
from agent_tui.desk import outage_acts
from agent_tui.i18n import set_language
from agent_tui.screens import trouble_place
from agent_tui.widgets import customer_rows, outage_rows, ticket_rows
from agent_tui.widgets.line_model import Cell
from tests.unit.desk_samples import NOW, outage, ticket


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")


def words(cells: tuple[Cell, ...]) -> list[str]:
    return [cell.text if isinstance(cell.text, str) else cell.text(NOW.timestamp()) for cell in cells]


def test_an_expired_target_is_named_expired_and_its_time_is_not_shown() -> None:
    passed = outage("o", etr=NOW - timedelta(minutes=1), etr_state="ok")
    line = words(outage_rows.row(passed, NOW).cells)
    assert any("EXPIRED" in word for word in line)
    assert "14:04" not in " ".join(line)
    assert "14:04" not in outage_rows.card(passed, NOW).plain


def test_a_target_ahead_is_shown_with_its_age() -> None:
    fresh = outage("o", etr=NOW + timedelta(hours=1), etr_state="ok", etr_set_at=NOW - timedelta(minutes=6))
    assert "15:05 (6')" in words(outage_rows.row(fresh, NOW).cells)
    assert "15:05" in outage_rows.card(fresh, NOW).plain
    assert "06:00" in outage_rows.card(fresh, NOW).plain


def test_what_is_said_of_a_place_is_withheld_once_its_target_has_passed() -> None:
    say = wire.Say("mục tiêu có điện lại khoảng 15 giờ 5 ạ.", "the target is about 15:05.")
    power = wire.PlacePower("known_outage", say, "Xã A", 10, 0, eta=NOW + timedelta(hours=1), eta_state="ok")
    assert "15:05" in trouble_place.verdict_text(power, NOW).plain
    late = trouble_place.verdict_text(power, NOW + timedelta(hours=1)).plain
    assert "15:05" not in late
    assert "do not read it aloud" in late


def test_the_list_is_ordered_by_customer_minutes_lost() -> None:
    small_old = outage("a", customers_out=10, started_at=NOW - timedelta(hours=10))
    large_new = outage("b", customers_out=1000, started_at=NOW - timedelta(minutes=10))
    assert [o.id for o in outage_acts.in_order([small_old, large_new], "minutes", NOW)] == ["b", "a"]


@pytest.mark.parametrize(("callers", "shown"), [(0, ""), (4, "+4"), (99, "+99"), (100, ">99")])
def test_callers_who_may_belong_to_it_stand_beside_the_calls_and_never_in_them(callers: int, shown: str) -> None:
    one = outage("o", calls=9)
    columns = [column.name for column in outage_rows.COLUMNS]
    line = words(outage_rows.row(one, NOW, callers).cells)
    assert (line[columns.index("calls")], line[columns.index("possible")]) == ("9", shown)
    assert (f"+{callers} possible" in outage_rows.card(one, NOW, possible=callers).plain) == (callers > 0)


def test_the_head_counts_the_rows_below_it() -> None:
    listed = [outage("a", customers_out=10), outage("b", customers_out=5), outage("c", kind="planned", customers_out=0)]
    assert outage_rows.header(listed, NOW, None).plain == "OPEN 2 · out 15 · ◷ planned 1"


def test_hostile_names_are_shown_letter_by_letter() -> None:
    name = "[/b] [@click=app.quit]x[/]"
    hit = wire.CustomerHit("PC08GG0000001", name, "0900", "Số 5 [ngõ 12/3]", "", "1", "active", "", name)
    line = words(customer_rows.row(hit).cells)
    assert line[0] == name
    assert line[2] == "Số 5 [ngõ 12/3]"
    assert outage_rows.card(outage("o", device_name=name), NOW).plain.splitlines()[0].endswith(name)


def test_a_late_ticket_says_late_and_a_done_one_does_not() -> None:
    late = ticket("1", due_at=NOW - timedelta(hours=1))
    assert ticket_rows.due_words(late, NOW)[0] == "▲ late"
    done = ticket("1", due_at=NOW - timedelta(hours=1), status="resolved")
    assert "late" not in ticket_rows.due_words(done, NOW)[0]
