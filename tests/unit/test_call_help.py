"""The small rules beside a call: letters, codes in words, dangers, promises, ways to hand on, self-service."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from agent_tui import i18n, wire
from agent_tui.desk.queue_order import order
from agent_tui.desk.self_service import suggest
from agent_tui.screens.danger import usual_unit
from agent_tui.screens.dossier import Dossier
from agent_tui.screens.handing_on import ways
from agent_tui.screens.trouble import DANGERS, PLACES, SCOPES, SIGNS, words
from agent_tui.screens.wrap_up import left_line
from agent_tui.widgets import callback_rows, danger_lines, power_verdict
from agent_tui.widgets.letter_choice import letters
from backend_stub.domain import power_say
from tests.unit.desk_samples import ME, NOW, agent, contact, outage

TABLES = (SCOPES, SIGNS, DANGERS, PLACES)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_no_letter_answers_two_questions(given: list[str]) -> None:
    found = letters(given)
    assert len(found) == len(given)
    taken = [letter for letter in found if letter]
    assert len(set(taken)) == len(taken)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_code_has_a_letter_in_both_languages(lang: str) -> None:
    i18n.set_language(lang)
    try:
        for table in TABLES:
            assert all(letters([i18n._(word) for word in table.values()]))
    finally:
        i18n.set_language("en")


def test_a_danger_is_said_first() -> None:
    assert words(wire.Trouble("part", "dim", "fire", "meter")) == "fire, smoke, part of it, dim, meter"
    assert words(wire.Trouble()) == "whole house, no power"


# Dangers

SENT = wire.Dispatch("đội 1", None, NOW - timedelta(seconds=190), "lan")


@pytest.mark.parametrize(
    ("dispatch", "state", "cell"),
    [
        (None, "none", "▲ no unit yet"),
        (SENT, "sent", "◷ sent 03:10"),
        (structs.replace(SENT, escalated_at=NOW - timedelta(seconds=70)), "escalated", "▲ escalated 01:10"),
        (
            structs.replace(SENT, escalated_at=NOW - timedelta(seconds=70), acked_at=NOW - timedelta(seconds=9)),
            "acked", "✓ unit has it 00:09",
        ),
        (structs.replace(SENT, acked_at=NOW, closed_at=NOW), "closed", "✓ over 00:00"),
    ],
)  # fmt: skip
def test_a_danger_says_who_has_it_and_since_when(dispatch: wire.Dispatch | None, state: str, cell: str) -> None:
    assert danger_lines.state_of(dispatch) == state
    assert danger_lines.short(dispatch, NOW.timestamp())[0] == cell
    assert danger_lines.line(dispatch, NOW, mine=True).plain


def test_the_unit_of_the_last_danger_is_proposed() -> None:
    old = contact("a", dispatch=structs.replace(SENT, unit="đội 9", at=NOW - timedelta(hours=2)))
    assert usual_unit([old, contact("b", dispatch=SENT), contact("c")]) == "đội 1"
    assert usual_unit([contact("c")]) == ""


# The verdict

SAY = wire.Say("Dạ chưa ghi nhận.", "Nothing is recorded.")


def lines(power: wire.Power, about: wire.Outage | None = None) -> list[str]:
    return [line.plain for line in power_verdict.verdict_lines(power, about, NOW)]


def test_a_part_that_is_back_is_said_before_the_verdict_and_the_breaker_script_follows() -> None:
    power = wire.Power(
        "only_you", SAY, restored_at=NOW - timedelta(minutes=15), nested_of="o1", script=list(power_say.BREAKER)
    )
    told = lines(power)
    assert told[0] == "↺ THIS PART IS BACK since 13:50; ask whether the power is on"
    assert told[1] == "○ ONLY THIS HOUSE"
    assert told[-4].startswith(" 1. Is there a smell of burning")
    assert told[-1].startswith(" 4. ")


def test_a_prediction_says_from_which_calls_and_a_confirmed_outage_does_not() -> None:
    why = wire.Say("7 cuộc gọi", "7 calls on 3 transformers")
    about = outage("o1", explanation=why, status="predicted")
    assert "  predicted from: 7 calls on 3 transformers" in lines(wire.Power("predicted_outage", SAY, "o1"), about)
    assert not [line for line in lines(wire.Power("known_outage", SAY, "o1"), about) if "7 calls" in line]


def test_neighbours_are_counted_and_planned_work_begins_from_a_time() -> None:
    assert "  3 neighbours calling" in lines(wire.Power("neighbours_reporting", SAY, neighbours_calling=3))
    soon = wire.Power("planned_soon", SAY, plan="p1", since=NOW + timedelta(hours=2))
    assert lines(soon)[0] == "◷ PLANNED WORK SOON  from 16:05"


def brief(device: str) -> wire.OutageBrief:
    return wire.OutageBrief("o1", "unplanned", "partially_restored", device, "", None, NOW, None)


@pytest.mark.parametrize(("outer", "device", "parent"), [("F1", "T1", "o1"), ("F1", "F1", "o1"), ("T1", "F1", None)])
def test_a_house_left_out_is_nested_where_its_device_was_part_of_the_outage(
    outer: str, device: str, parent: str | None
) -> None:
    record = wire.CustomerRecord(
        "P", "Ty", "", [], "", "", "", "", "", "", "", "", "residential", 1, "", "active", ["T1", "L1", "F1"], [], [],
        [], outages=[brief(outer)],
    )  # fmt: skip
    dossier = Dossier("c", record=record, power=wire.Power("only_you", SAY, nested_of="o1"))
    assert dossier.nested_in(device) == parent


# Promised calls


def promised(**changes: object) -> wire.Callback:
    base = wire.Callback("k", "agent", "EVNCPC", "hotline", "billing", "***", "Ty", None, None, None, NOW, NOW, True, 0)
    return structs.replace(base, **changes)


def test_a_promise_says_when_it_falls_due_and_how_late_it_is() -> None:
    cell = callback_rows.due_cell(promised())
    assert callable(cell.text)
    assert cell.text(NOW.timestamp() + 65) == "▲ due 01:05"
    assert cell.text(NOW.timestamp() - 65) == "at 14:05"


def test_who_calls_is_seen_and_the_totals_count_what_is_listed() -> None:
    mine, other = (callback_rows.row(promised(claimed_by=who), "u1", {"u2": "Minh"}) for who in ("u1", "u2"))
    assert (mine.cells[-1].text, other.cells[-1].text) == ("● you call", "● Minh")
    found = [promised(), promised(due_at=NOW + timedelta(hours=1))]
    assert callback_rows.totals(found, NOW.timestamp() + 60, False).plain == (
        "PROMISED CALLS 2 · ▲ due now 1 · oldest 01:00"
    )


# Help

PEOPLE = [agent("u1"), agent("u2"), agent("u3", activity="offline")]


def kinds(who: wire.Contact, me: wire.User = ME) -> list[tuple[str, str]]:
    return [(way.kind, way.to) for way in ways(who, me, PEOPLE, NOW)]


def test_the_lead_comes_first_and_nobody_who_is_not_there_is_offered() -> None:
    found = kinds(contact("c", state="connected", agent="u1"))
    assert found[0] == ("consult", "")
    assert ("agent", "u2") in found
    assert not {("agent", "u1"), ("agent", "u3"), ("queue", "outage"), ("centre", "EVNCPC")} & set(found)
    assert len([kind for kind, _to in found if kind == "callback"]) == 5


def test_whoever_is_asked_can_take_over_or_leave_and_nothing_else() -> None:
    assert kinds(contact("c", state="connected", agent="u2", consulted="u1")) == [("complete", ""), ("end_consult", "")]
    assert ("consult", "") not in kinds(contact("c", state="connected", agent="u1", consulted="u2"))


def test_a_promise_of_tomorrow_is_eight_in_the_morning_in_vietnam() -> None:
    late = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    promise = ways(contact("c", state="connected", agent="u1"), ME, [], late)[5]
    assert promise.to == "2026-11-24T08:00:00+07:00"


def test_whoever_asks_me_stands_right_below_what_is_mine() -> None:
    asks = contact("z", state="connected", agent="u2", consulted="u1")
    assert order([contact("a"), asks, contact("m", state="connected", agent="u1")], "u1", NOW) == ["m", "z", "a"]


# Wrap-up


def test_the_end_of_a_wrap_up_is_counted_down_only_where_there_is_one() -> None:
    ends = NOW + timedelta(seconds=72)
    wrap = contact("c", state="wrap_up", agent="u1", wrap_up_until=ends)
    assert left_line(wrap, NOW) == "ends by itself in 01:12 · F9 more time"
    assert left_line(structs.replace(wrap, more_time=True), NOW) == "ends by itself in 01:12"
    assert left_line(structs.replace(wrap, state="connected"), NOW) == ""


@given(
    channel=st.sampled_from(wire.Channel.__args__),
    queue=st.sampled_from(["outage", "billing", "service", "general", "other"]),
    kind=st.sampled_from(wire.PriorityClass.__args__),
)
def test_nobody_is_sent_where_they_are_nor_away_from_the_phone_in_danger(
    channel: wire.Channel, queue: str, kind: wire.PriorityClass
) -> None:
    found = suggest(contact("c", channel=channel, queue=queue, priority_class=kind), [])
    if kind in ("danger", "life_support"):
        assert found is None
    else:
        assert found is not None
        assert found.way != {"website": "web", "webchat": "web"}.get(channel, channel)


def test_bills_are_for_the_app_and_news_of_the_power_for_zalo() -> None:
    bill = suggest(contact("c", queue="billing"), [])
    news = suggest(contact("c", queue="general"), ["outage_attached"])
    assert (bill and bill.way, news and news.way) == ("app", "zalo")
