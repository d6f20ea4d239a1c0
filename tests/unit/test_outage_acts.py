"""What can be done with an outage, in which order they stand, and times as a dispatcher types them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import wire
from agent_tui.desk import outage_acts
from agent_tui.desk.outage_acts import ACTS, ORDERS, in_order, likely, matches, refusal
from agent_tui.desk.target_time import MOST, SOON, parse_past, parse_target
from agent_tui.i18n import ZONE
from agent_tui.screens.bulk_attach import likely_first, told
from agent_tui.screens.plan_deeds import MOVES
from agent_tui.text.fold import fold
from backend_stub.domain import outage as service
from tests.unit.desk_samples import NOW, contact, outage

STATUSES = sorted({*service.UNPLANNED_MOVES, *service.PLANNED_MOVES})


def test_crew_and_plan_moves_are_the_services() -> None:
    assert {crew: frozenset(ways) for crew, ways in outage_acts.CREW_MOVES.items()} == service.CREW_MOVES
    for status, ways in MOVES.items():
        assert ways <= service.PLANNED_MOVES[status]


@pytest.mark.parametrize("status", sorted(service.UNPLANNED_MOVES))
def test_what_is_offered_is_what_the_service_takes(status: str) -> None:
    """Confirm, cancel and close stand open exactly where the status may move there."""
    one = outage("o", status=status, customers_out=5)
    for act, target in (("outage_confirm", "confirmed"), ("outage_cancel", "cancelled"), ("outage_close", "closed")):
        allowed = target in service.UNPLANNED_MOVES[status]
        # A restored one may be confirmed again, by a call that is still out; nobody does that by hand.
        if (act, status) not in {("outage_confirm", "restored"), ("outage_confirm", "verified")}:
            assert (refusal(act, one, "lead") is None) == allowed, (act, status)


@pytest.mark.parametrize("act", ACTS)
def test_an_agent_looks_remarks_and_calls_back(act: str) -> None:
    open_one = outage("o", callbacks_open=2)
    expected = None if act in ("outage_note", "outage_callbacks", "outage_message") else "lead_only"
    assert refusal(act, open_one, "agent") == expected


@given(st.sampled_from(STATUSES), st.sampled_from(["agent", "lead", "admin"]), st.integers(0, 3), st.booleans())
def test_the_likely_act_can_always_be_done(status: str, role: wire.Role, callbacks: int, out: bool) -> None:
    kind = "planned" if status not in service.UNPLANNED_MOVES else "unplanned"
    one = outage("o", status=status, kind=kind, callbacks_open=callbacks, customers_out=10 * out)
    assert refusal(likely(one, role, NOW), one, role) is None


def test_the_likely_act_leads_through_an_outage() -> None:
    steps = [
        (outage("o", status="predicted"), "outage_confirm"),
        (outage("o"), "outage_crew"),
        (outage("o", crew="onsite"), "outage_etr"),
        (outage("o", crew="onsite", etr=NOW + timedelta(hours=1), etr_state="ok"), "outage_cause"),
        (outage("o", crew="onsite", etr=NOW + timedelta(hours=1), etr_state="ok", cause="VEG"), "outage_restore"),
        (outage("o", status="restored", customers_out=0, callbacks_open=3), "outage_callbacks"),
        (outage("o", status="verified", customers_out=0), "outage_close"),
    ]
    assert [likely(one, "lead", NOW) for one, _act in steps] == [act for _one, act in steps]


@given(st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 90), st.integers(-600, 0)), max_size=12))
def test_every_order_keeps_every_outage_and_is_stable(figures: list[tuple[int, int, int]]) -> None:
    listed = [
        outage(f"o{n}", customers_out=out, calls=calls, started_at=NOW + timedelta(minutes=begun))
        for n, (out, calls, begun) in enumerate(figures)
    ]
    for order in ORDERS:
        sorted_once = in_order(listed, order, NOW)
        assert in_order(reversed(listed), order, NOW) == sorted_once
        assert {one.id for one in sorted_once} == {one.id for one in listed}


def test_the_next_target_to_pass_stands_first() -> None:
    listed = [
        outage("none", started_at=NOW - timedelta(hours=1)),
        outage("later", etr=NOW + timedelta(hours=3), etr_state="ok"),
        outage("expired", etr=NOW - timedelta(hours=1), etr_state="expired"),
        outage("back", etr=NOW - timedelta(hours=2), etr_state="expired", customers_out=0),
    ]
    assert [one.id for one in in_order(listed, "target", NOW)] == ["expired", "later", "none", "back"]


def test_the_filter_knows_device_path_place_and_cause_without_accents() -> None:
    one = outage("o", device_path=["TBA-7", "F474"], places=["Xã Đồng Xuân"])
    for typed in ("f474", "dong xuan", "cay do", "tba 474"):
        assert matches(one, fold(typed).split(), "cây đổ vào dây"), typed
    assert not matches(one, ["471"], "")


def test_many_contacts_are_offered_the_outage_that_explains_most_of_them() -> None:
    outages = [outage("far", places=["Krông Pa"]), outage("near", places=["Xã Đồng Xuân"]), outage("named")]
    waiting = [contact("a", place="Đồng Xuân"), contact("b", place="Xã Đồng Xuân"), contact("c", outage="named")]
    assert [one.id for one in likely_first(outages, waiting)] == ["named", "near", "far"]


def test_what_failed_is_counted_by_its_reason() -> None:
    codes = ("danger_not_grouped", "in_hand", "in_hand")
    failed = [wire.BulkFailure(f"c{n}", code) for n, code in enumerate(codes)]
    text = told(wire.BulkAnswer(497, failed, "t"), "feeder 474")
    assert text.startswith("497 contacts attached to feeder 474.")
    assert "1 danger: never grouped" in text
    assert "2 in a colleague's hand" in text


# Times as they are typed; NOW is 14:05 in Vietnam


@pytest.mark.parametrize(
    ("typed", "local"),
    [("15:30", (22, 15, 30)), ("15h30", (22, 15, 30)), ("+90", (22, 15, 35)), ("+1:30", (22, 15, 35)),
     ("13:00", (23, 13, 0)), ("23/11 08:00", (23, 8, 0)), (" 15 : 30 ", (22, 15, 30)), ("+2h", (22, 16, 5))],
)  # fmt: skip
def test_targets(typed: str, local: tuple[int, int, int]) -> None:
    at = parse_target(typed, NOW)
    assert isinstance(at, datetime)
    assert (at.day, at.hour, at.minute) == local


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("", "unreadable"), ("soon", "unreadable"), ("25:00", "unreadable"), ("31/02 10:00", "unreadable"),
     ("14:02", "past"), ("+0", "past"), ("21/11 10:00", "past"), ("30/11 10:00", "too_far"), ("+99999", "unreadable")],
)  # fmt: skip
def test_targets_that_cannot_be(typed: str, fault: str) -> None:
    assert parse_target(typed, NOW) == fault


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("14:00", (22, 14, 0)), ("23:50", (21, 23, 50)), ("21/11 23:50", (21, 23, 50)), ("14:07", (22, 14, 5))],
)
def test_times_that_have_been(typed: str, expected: tuple[int, int, int]) -> None:
    at = parse_past(typed, NOW)
    assert isinstance(at, datetime)
    assert ((local := at.astimezone(ZONE)).day, local.hour, local.minute) == expected
    assert at <= NOW


@given(
    st.datetimes(datetime(2026, 1, 2), datetime(2027, 12, 30), timezones=st.just(UTC)),
    st.text(alphabet="0123456789:/+h ", max_size=12),
)
def test_whatever_is_typed_is_a_time_in_its_bounds_or_a_fault(now: datetime, typed: str) -> None:
    ahead, behind = parse_target(typed, now), parse_past(typed, now)
    if isinstance(ahead, datetime):
        assert now - timedelta(minutes=1) < ahead <= now + MOST
    if isinstance(behind, datetime):
        assert now - MOST - SOON - timedelta(minutes=1) <= behind <= now
