"""Which tickets a list shows, in what order, and how far it is read."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent_tui import wire
from agent_tui.desk.ticket_lists import VIEWS, key, saved, shown
from agent_tui.desk.ticket_pages import AHEAD, MOST, Pages
from agent_tui.i18n import set_language
from agent_tui.widgets.ticket_rows import brief_due
from tests.unit.desk_samples import NOW, ticket

VIEW = {view.name: view for view in VIEWS}
TICKETS = [
    ticket("1", assignee="lan", title="Phúc tra chỉ số", due_at=NOW + timedelta(hours=5)),
    ticket("2", assignee=None, title="Điện yếu", due_at=NOW - timedelta(hours=1)),
    ticket("3", assignee="minh", title="Di dời công tơ", due_at=None, fields={"meter_no": "80412213"}),
    ticket("4", assignee="lan", title="Báo mất điện", due_at=NOW + timedelta(hours=5), priority="urgent"),
    ticket("5", assignee="lan", title="Xong rồi", status="closed"),
    ticket("6", assignee="minh", title="Sắp hạn", due_at=NOW + timedelta(days=3), due_state="soon"),
]


def ids(which: str, typed: str = "", **more: object) -> list[str]:
    return [found.id for found in shown(TICKETS, VIEW[which], "lan", NOW, typed, **more)]  # type: ignore[arg-type]


def test_mine_are_mine_and_live_the_urgent_first_of_those_due_together() -> None:
    assert ids("mine") == ["4", "1"]


def test_unassigned_are_nobodys() -> None:
    assert ids("unassigned") == ["2"]


def test_due_are_the_late_the_soon_and_todays_the_earliest_first() -> None:
    assert ids("due") == ["2", "4", "1", "6"]


def test_all_are_all_the_newest_first() -> None:
    assert ids("all") == ["6", "5", "4", "3", "2", "1"]


def test_the_filter_needs_no_accents_and_takes_words_in_any_order_fields_too() -> None:
    assert ids("all", "dien mat") == ["4"]
    assert ids("all", "CÔNG tơ") == ["3"]
    assert ids("all", "80412213") == ["3"]
    assert ids("all", "khong co gi") == []


def test_what_the_service_found_in_notes_and_names_is_shown_though_no_word_is_in_the_row() -> None:
    assert ids("all", "khong co gi", found={"2"}) == ["2"]
    assert ids("mine", "khong co gi", found={"2"}) == []


def test_a_list_of_ones_own_takes_the_filters_of_the_settings() -> None:
    (own,) = saved({"Công tơ của Minh": {"assignee": "minh", "status": "live"}})
    assert [found.id for found in shown(TICKETS, own, "lan", NOW)] == ["6", "3"]


def test_below_what_was_read_there_are_no_rows_with_holes_between_them() -> None:
    assert ids("all", floor=key(TICKETS[2])) == ["6", "5", "4", "3"]


def page(first: int, many: int, more: bool) -> wire.Page:
    return wire.Page(
        [ticket(f"{n:05}") for n in range(first, first - many, -1)], f"{first - many + 1:05}" if more else None
    )


def test_the_next_page_is_read_when_the_cursor_comes_near_and_not_before() -> None:
    pages = Pages(VIEW["all"])
    first = pages.next(0, 0)
    assert first is not None
    assert first.after is None
    pages.take(first, page(50_000, 100, more=True))
    assert pages.next(0, 100) is None
    asked = pages.next(100 - AHEAD, 100)
    assert asked is not None
    assert asked.after == "49901"
    pages.take(asked, page(49_900, 10, more=False))
    assert pages.whole
    assert pages.floor is None
    assert pages.next(109, 110) is None


def test_read_again_it_is_read_as_far_as_before_and_shown_as_far_meanwhile() -> None:
    pages = Pages(VIEW["all"])
    for first in (900, 800, 700):
        asked = pages.next(10_000, 10_000)
        assert asked is not None
        pages.take(asked, page(first, 100, more=True))
    again = Pages(VIEW["all"], before=pages)
    assert again.floor == pages.floor
    for first in (900, 800):
        asked = again.next(0, 300)
        assert asked is not None
        again.take(asked, page(first, 100, more=True))
        assert again.floor == pages.floor
    asked = again.next(0, 300)
    assert asked is not None
    again.take(asked, page(700, 90, more=False))
    assert (again.whole, again.floor) == (True, None)


def test_a_late_answer_to_an_older_question_changes_nothing() -> None:
    pages = Pages(VIEW["all"])
    first = pages.next(0, 0)
    assert first is not None
    pages.take(first, page(300, 100, more=True))
    pages.take(first, page(300, 100, more=True))
    assert pages.count == 100


@given(st.lists(st.integers(1, 100), max_size=60))
def test_reading_ends_at_what_the_desk_keeps(sizes: list[int]) -> None:
    pages, at = Pages(VIEW["mine"]), 1_000_000
    for size in sizes:
        if (asked := pages.next(0, 0)) is None:
            break
        pages.take(asked, page(at, size, more=True))
        at -= size
    assert pages.count < MOST + 100
    assert (pages.next(0, 0) is None) == (pages.count >= MOST)


def test_an_open_ticket_in_a_record_says_late_and_soon_in_words_and_signs() -> None:
    set_language("en")

    def said(hours: float | None) -> str:
        due = None if hours is None else NOW + timedelta(hours=hours)
        return brief_due(wire.TicketBrief("t", "T-1", "OTHER", "x", "open", due), NOW).plain

    assert said(None) == ""
    assert said(-0.1) == " · ▲ late"
    assert said(1) == " · ◷ soon 15:05"
    assert said(4.1) == " · due 22 Nov 2026 18:11"
