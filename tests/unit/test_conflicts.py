"""From a refused save to a merge, on the desk's side: nothing of anybody is replaced without being shown."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from agent_tui import wire
from agent_tui.desk.conflicts import UNKNOWN, authors, based, draft_fields, held, patched, three_way, with_values
from agent_tui.desk.merge import patch_from, values_of
from tests.unit.desk_samples import ticket

AT = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
WORDS = st.sampled_from(["một", "hai", "ba"])
VALUES = st.dictionaries(st.sampled_from(["reading", "place"]), st.one_of(WORDS, st.just("")))
PATCHES = st.builds(
    wire.PatchTicket,
    title=st.one_of(st.just(UNSET), WORDS),
    priority=st.one_of(st.just(UNSET), st.sampled_from(["low", "high"])),
    fields=st.one_of(st.just(UNSET), VALUES),
)  # fmt: skip


def applied(before: wire.Ticket, patch: wire.PatchTicket, author: str) -> tuple[wire.Ticket, wire.TicketChange]:
    after = structs.replace(with_values(before, patched(patch)), version=before.version + 1)
    was, now = values_of(before), values_of(after)
    names = sorted(name for name in {*was, *now} if (was.get(name) or None) != (now.get(name) or None))
    changes = [wire.FieldChange(name, was.get(name) or None, now.get(name) or None) for name in names]
    return after, wire.TicketChange(after.version, AT, author, "changed", changes)


@given(first=PATCHES, second=PATCHES, mine=PATCHES)
def test_a_field_both_changed_is_a_conflict_and_no_other(
    first: wire.PatchTicket, second: wire.PatchTicket, mine: wire.PatchTicket
) -> None:
    base = ticket("t1", title="gốc", version=4, fields={"reading": "gốc"})
    between, one = applied(base, first, "minh")
    current, two = applied(between, second, "hoa")
    merge = three_way(mine, 4, current, (one, two), "lan")
    was, now, me = values_of(base), values_of(current), values_of(base) | patched(mine)
    both = {
        name
        for name in {*was, *now, *me}
        if (now.get(name) or None) != (was.get(name) or None) != (me.get(name) or None)
        and (me.get(name) or None) != (now.get(name) or None)
    }
    assert {conflict.name for conflict in merge.conflicts} == both
    saved = with_values(current, merge.values)
    for name in {*was, *now, *me}:
        wanted = now if name in both or (me.get(name) or None) == (was.get(name) or None) else me
        assert (values_of(saved).get(name) or None) == (wanted.get(name) or None)


@given(mine=PATCHES, later=PATCHES)
def test_what_i_saved_myself_is_no_conflict(mine: wire.PatchTicket, later: wire.PatchTicket) -> None:
    base = ticket("t1", title="gốc", version=4)
    current, step = applied(base, mine, "lan")
    merge = three_way(later, 4, current, (step,), "lan")
    assert merge.conflicts == ()
    patch = patch_from(merge.values, current)
    wanted = with_values(current, patched(later))
    assert (with_values(current, patched(patch)) if patch else current) == wanted


def test_where_the_history_has_a_hole_every_field_of_mine_is_asked_about() -> None:
    current = ticket("t1", title="của họ", version=40)
    merge = three_way(wire.PatchTicket(title="của tôi"), 4, current, (), "lan")
    [conflict] = merge.conflicts
    assert (conflict.base, conflict.mine, conflict.theirs) == (UNKNOWN, "của tôi", "của họ")


def test_authors_are_the_others_in_the_order_they_came() -> None:
    steps = [wire.TicketChange(n, AT, who, "changed") for n, who in enumerate(("minh", "lan", "hoa", "minh"), 5)]
    assert authors(steps, "lan") == ["minh", "hoa"]


@given(theirs=PATCHES, mine=PATCHES)
def test_an_editor_goes_on_from_the_new_version_unless_both_changed_a_field(
    theirs: wire.PatchTicket, mine: wire.PatchTicket
) -> None:
    base = ticket("t1", title="gốc", version=4, fields={"reading": "gốc"})
    now, step = applied(base, theirs, "minh")
    clash = three_way(mine, 4, now, (step,), "lan").conflicts
    kept = held(base, now, mine)
    assert (kept.version == now.version) is not bool(clash)
    for name, value in values_of(kept).items():
        source = base if name in {one.name for one in clash} else now
        assert (value or None) == (values_of(source).get(name) or None)


@given(theirs=PATCHES, mine=PATCHES)
def test_a_draft_opened_after_others_saved_meets_them_as_if_it_had_stayed_open(
    theirs: wire.PatchTicket, mine: wire.PatchTicket
) -> None:
    base = ticket("t1", title="gốc", version=4, fields={"reading": "gốc"})
    draft = draft_fields(mine, base)
    now, step = applied(base, theirs, "minh")
    clash = {one.name for one in three_way(mine, 4, now, (step,), "lan").conflicts}
    opened = based(now, draft)
    assert (opened.version < now.version) is bool(clash)
    assert based(base, draft) == base
