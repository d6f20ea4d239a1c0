"""Which tickets a list shows, in what order."""

from datetime import timedelta

from agent_tui.desk.ticket_lists import shown
from tests.unit.desk_samples import NOW, ticket

TICKETS = [
    ticket("1", assignee="lan", title="Phúc tra chỉ số", due_at=NOW + timedelta(hours=5)),
    ticket("2", assignee=None, title="Điện yếu", due_at=NOW - timedelta(hours=1)),
    ticket("3", assignee="minh", title="Di dời công tơ", due_at=None),
    ticket("4", assignee="lan", title="Báo mất điện", due_at=NOW + timedelta(hours=5), priority="urgent"),
    ticket("5", assignee="lan", title="Xong rồi", status="closed"),
]


def ids(which: str, typed: str = "") -> list[str]:
    return [found.id for found in shown(TICKETS, which, "lan", typed)]


def test_mine_are_mine_and_not_closed_the_urgent_first_of_those_due_together() -> None:
    assert ids("mine") == ["4", "1"]


def test_unassigned_are_nobodys() -> None:
    assert ids("unassigned") == ["2"]


def test_all_by_due_time_those_without_a_clock_last() -> None:
    assert ids("all") == ["2", "4", "1", "3"]


def test_the_filter_needs_no_accents_and_takes_words_in_any_order() -> None:
    assert ids("all", "dien mat") == ["4"]
    assert ids("all", "CÔNG tơ") == ["3"]
    assert ids("all", "khong co gi") == []
