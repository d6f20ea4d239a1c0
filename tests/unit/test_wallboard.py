"""What the desk works out for a lead: what lies behind a figure, moves, words of an announcement, bars, files."""

import csv
import io
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.wallboard import (
    STATES,
    Behind,
    agents_behind,
    announcement,
    behind,
    busiest_skill,
    midnight,
    state_of,
    stays_behind,
    stays_csv,
)
from agent_tui.screens.staffing import KNOBS, Case, case_of
from agent_tui.widgets.bars import STEPS, steps
from agent_tui.widgets.centre_rows import share
from agent_tui.widgets.status_line import whole_parts
from backend_stub.domain import staffing
from backend_stub.store import board_figures
from tests.snapshots import lead_scene
from tests.unit.desk_samples import NOW, agent, contact, outage

INTENTS = ("available", "paused", "logged_out")
ACTIVITIES = ("idle", "reserved", "on_contact", "wrap_up", "not_responding", "offline")


def stay(**changes: object) -> wire.Segment:
    fields: dict[str, object] = {
        "contact": "c", "queue": "outage", "agent": None, "channel": "hotline", "joined_at": NOW, "offered_at": None,
        "answered_at": None, "ended_at": None, "outcome": None, "wait_s": 0.0, "talk_s": 0.0, "hold_s": 0.0,
        "acw_s": 0.0, "centre": "EVNCPC",
    }  # fmt: skip
    return wire.Segment(**{**fields, **changes})  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.sampled_from(INTENTS), st.sampled_from(ACTIVITIES), st.sampled_from(["A", "B"]))))
def test_every_agent_is_behind_exactly_one_state_and_the_service_counts_the_same(people):
    every = [agent(f"a{n}", intent=i, activity=a, centre=c) for n, (i, a, c) in enumerate(people)]
    assert all(state_of(one) == board_figures.state_of(one.intent, one.activity) for one in every)
    for centre in (None, "A", "B"):
        shown = [one.id for state in STATES for one in agents_behind(every, Behind("agents", state, centre))]
        assert sorted(shown) == sorted(one.id for one in every if centre in (None, one.centre))


def test_what_lies_behind_a_row():
    assert behind("alert:service_level", "EVNCPC") == Behind("agents", "on_hand", "EVNCPC")
    assert behind("alert:danger_unanswered", "all") == Behind("view", "dangers", None, "dangers")
    assert behind("alert:notice_due", "all") == Behind("view", "plans", None, "plans")
    assert behind("waiting", "all") == Behind("stays", "waiting", None)
    assert behind("hot:F474", "all") == Behind("stays", "hot", None, feeder="F474")
    assert behind("known_outage", "EVNCPC") == Behind("stays", "known_outage", "EVNCPC")
    assert behind("speed", "all") is None
    assert behind("alert:data_gap", "all") is None


def test_stays_behind_a_figure_are_those_the_service_counts():
    later = NOW + timedelta(seconds=300)
    stays = [
        stay(), stay(answered_at=later), stay(answered_at=later, outcome="answered", ended_at=later),
        stay(outcome="abandoned", ended_at=later, wait_s=300.0), stay(outcome="refused", ended_at=later),
        stay(callback=True, answered_at=later),
    ]  # fmt: skip
    names = ("offered", "answered", "abandoned", "waiting", "known_outage", "hot")
    assert {name: len(stays_behind(stays, Behind("stays", name, None))) for name in names} == {
        "offered": 4, "answered": 2, "abandoned": 1, "waiting": 1, "known_outage": 1,
        "hot": 6,
    }  # fmt: skip


def test_the_skill_most_of_the_waiting_ask_for():
    assert busiest_skill([]) == "outage"
    waiting = [contact("a", skill="billing"), contact("b", skill="billing"), contact("c", skill="outage")]
    assert busiest_skill([*waiting, contact("d", skill="outage", state="closed")]) == "billing"


def test_an_announcement_names_the_largest_outage_and_no_target_that_would_pass_while_it_stands():
    small = outage("s", customers_out=5, places=["Xã A"])
    ahead = NOW + timedelta(hours=1, minutes=25)
    large = outage("l", customers_out=900, places=["Xã Đồng Xuân", "Xã B", "Xã C"], etr=ahead, etr_state="ok")
    said = announcement([small, large])
    assert said.vi == "Xã Đồng Xuân, Xã B đang mất điện, đơn vị đang xử lý."
    assert said.en == "The power is out in Xã Đồng Xuân, Xã B; we are working on it."
    assert "để lại số" in announcement([]).vi
    works = outage("p", kind="planned", customers_out=9_000, places=["Xã P"])
    assert announcement([works, large]) == said, "announced work brings nobody to the telephone"


def test_the_local_day_begins_at_midnight_in_vietnam():
    assert midnight(datetime(2026, 11, 22, 18, 0, tzinfo=UTC)) == datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    assert midnight(datetime(2026, 11, 22, 16, 59, tzinfo=UTC)) == datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


def test_a_file_is_read_back_whole_and_runs_no_formula():
    text = stays_csv([stay(agent="=cmd()|1", contact="a,b\r\nc"), stay(outcome="abandoned")])
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert [row["contact"] for row in rows] == ["a,b\r\nc", "c"]
    assert rows[0]["agent"] == "'=cmd()|1"
    assert rows[0]["joined_at"].endswith("+07:00")
    assert [row["outcome"] for row in rows] == ["open", "abandoned"]
    assert rows[1]["answered_at"] == "", "what there is not is no word"


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=48))
def test_bars_are_one_cell_each_and_higher_for_more(values):
    drawn = steps(values, float(max([*values, 1])))
    assert len(drawn) == len(values)
    height = " " + STEPS
    order = [height.index(char) for char in drawn]
    assert all((a <= b) == (x <= y) or x == y for a, x in zip(values, order, strict=True)
               for b, y in zip(values, order, strict=True))  # fmt: skip
    assert all((char == " ") == (value == 0) for char, value in zip(drawn, values, strict=True))
    assert steps([None], 1.0) == "·"


def test_a_share_is_never_rounded_to_all_or_none():
    assert [share(value) for value in (None, 0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "–",
        "0 %",
        "<1 %",
        "50 %",
        "99 %",
        "100 %",
    ]


@given(st.lists(st.tuples(st.sampled_from(sorted(KNOBS)), st.sampled_from([-1, 1])), max_size=60))
def test_no_turn_of_a_knob_asks_what_the_service_refuses(turns):
    case = Case(128, 6, 212)
    for name, by in turns:
        case = KNOBS[name].step(case, by)
    asked = case.request()
    assert 0 <= asked.deflect <= 1
    assert 0.25 <= asked.multiplier <= 20
    assert 1 <= (asked.agents or 0) <= 5_000
    assert asked.aht_s >= 10
    assert isinstance(asked.centres, int)
    assert 1 <= asked.centres <= 5
    assert staffing.surged(asked.calls_per_hour, asked.multiplier, asked.deflect) >= 0


def test_a_what_if_begins_with_the_handling_time_the_waiting_time_is_worked_out_with():
    expected = wire.Ewt(458.0, 545.0, 25, 6, 180.0)
    dawn = lead_scene.board("EVNCPC", 25, (0, 0, 6, 0, 0, 0, 0), [], aht_s=5.0, ewt=expected)
    assert case_of(dawn).aht_s == 180
    assert case_of(structs.replace(dawn, ewt=None, aht_s=212.0)).aht_s == 212


def test_an_announcement_in_the_status_line_is_cut_where_others_go_as_a_whole():
    line = Content("ready 02:10 · ◆ surge mode · ⚑ Đồng Xuân has no power until 15:30  waiting 23 · danger 1")
    assert whole_parts(line, 200) == line
    assert whole_parts(line, 50).plain == "ready 02:10 · ◆ surge mode · ⚑ Đồng Xuân has no p…"
    assert whole_parts(line, 40).plain == "ready 02:10 · ◆ surge mode"
