"""The three-way merge of a ticket: every combination of changed fields, and nothing silently overwritten."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import wire
from agent_tui.desk.merge import OF_TYPE, PLAIN, Conflict, merge, patch_from, values_of

FIELDS = ("status", "priority", "title", "assignee", OF_TYPE + "reading")
BASE: dict[str, str | None] = dict.fromkeys(FIELDS, "base")
# How one field may stand: (mine, theirs) against "base".
WAYS = (("base", "base"), ("me", "base"), ("base", "they"), ("same", "same"), ("me", "they"))
AT = datetime(2026, 11, 22, tzinfo=UTC)


def a_ticket(**fields: str) -> wire.Ticket:
    return wire.Ticket(
        id="t1", number="T-2026-000001", type="METER.RECHECK", status="open", priority="high", title="Phúc tra chỉ số",
        customer="PC08GG0012345", contact=None, outage=None, centre="EVNCPC", assignee=None, due_at=None,
        due_state="ok", created_at=AT, fields=fields, version=3,
    )  # fmt: skip


def test_every_combination_of_changed_fields() -> None:
    for ways in product(WAYS, repeat=len(FIELDS)):
        as_it_should(ways)


def as_it_should(ways: tuple[tuple[str, str], ...]) -> None:
    mine = {name: way[0] for name, way in zip(FIELDS, ways, strict=True)}
    theirs = {name: way[1] for name, way in zip(FIELDS, ways, strict=True)}
    got = merge(BASE, mine, theirs)
    for name, (me, they) in zip(FIELDS, ways, strict=True):
        assert (name in got.from_me) == ((me, they) == ("me", "base"))
        assert (name in got.from_them) == ((me, they) == ("base", "they"))
        conflict = Conflict(name, "base", me, they)
        assert (conflict in got.conflicts) == ((me, they) == ("me", "they"))
        assert got.values[name] == (me if they == "base" else they)


def test_a_conflict_is_open_until_it_is_decided_and_the_third_value_wins() -> None:
    got = merge({"title": "a"}, {"title": "b"}, {"title": "c"})
    assert [conflict.name for conflict in got.open] == ["title"]
    third = got.decide("title", "d")
    assert third.open == ()
    assert third.values["title"] == "d"
    with pytest.raises(KeyError):
        got.decide("status", "open")


def test_a_field_taken_away_by_one_and_changed_by_the_other_is_a_conflict() -> None:
    got = merge({OF_TYPE + "reading": "12871"}, {OF_TYPE + "reading": ""}, {OF_TYPE + "reading": "12900"})
    assert got.conflicts == (Conflict(OF_TYPE + "reading", "12871", None, "12900"),)


def test_the_patch_carries_only_what_differs_and_an_empty_text_removes_a_field() -> None:
    current = a_ticket(reading="12871", photo="có")
    values = values_of(current) | {"priority": "urgent", OF_TYPE + "photo": None}
    patch = patch_from(values, current)
    assert patch == wire.PatchTicket(priority="urgent", fields={"photo": ""})
    assert patch_from(values_of(current), current) is None


def test_every_plain_field_of_a_patch_is_merged() -> None:
    assert {*PLAIN, "fields"} == set(wire.PatchTicket.__struct_fields__)


TEXTS = st.none() | st.sampled_from(["", "a", "b", "c"])
SIDES = st.dictionaries(st.sampled_from(FIELDS), TEXTS)


@given(SIDES, SIDES, SIDES)
def test_each_sides_own_change_is_in_the_outcome_or_in_a_conflict(
    base: dict[str, str | None], mine: dict[str, str | None], theirs: dict[str, str | None]
) -> None:
    got = merge(base, mine, theirs)
    shown = {conflict.name: conflict for conflict in got.conflicts}
    for side in (mine, theirs):
        for name, value in side.items():
            if (value or None) != (base.get(name) or None) and name not in shown:
                assert got.values[name] == (value or None)
    for conflict in got.conflicts:
        assert (conflict.mine, conflict.theirs) == (mine.get(conflict.name) or None, theirs.get(conflict.name) or None)
    swapped = merge(base, theirs, mine)
    assert {conflict.name for conflict in swapped.conflicts} == shown.keys()
