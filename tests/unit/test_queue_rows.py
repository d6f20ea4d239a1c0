from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from msgspec import structs
from rich.cells import cell_len

from agent_tui import wire
from agent_tui.desk.drafts import Draft
from agent_tui.desk.queue_order import order
from agent_tui.desk.store import DeskState
from agent_tui.i18n import _, set_language
from agent_tui.messages import Link
from agent_tui.screens import chrome, left_texts, texts, transcript
from agent_tui.screens.choose_outage import near_first
from agent_tui.screens.new_ticket import find_types
from agent_tui.text.fold import fold
from agent_tui.widgets import kpi, power_verdict, queue_rows
from agent_tui.widgets.contact_card import CardView, head_line, power_lines, who_lines
from agent_tui.widgets.danger_lines import short
from agent_tui.widgets.line_model import Cell, lay_out
from tests.unit.desk_samples import ME as ME_USER
from tests.unit.desk_samples import contact, outage, snapshot

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
ME = "u-me"


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


def shown(cell: Cell, now: datetime = NOW) -> str:
    return cell.text(now.timestamp()) if callable(cell.text) else cell.text


def cells(c: wire.Contact, now: datetime = NOW, names: dict[str, str] | None = None) -> dict[str, str]:
    row = queue_rows.row(c, ME, names or {})
    return {col.name: shown(cell, now) for col, cell in zip(queue_rows.COLUMNS, row.cells, strict=True)}


def waiting(seconds: float, **fields) -> wire.Contact:
    joined = NOW - timedelta(seconds=seconds)
    ident = fields.pop("id", "c1")
    return contact(ident, **{"state": "queued", "joined_at": joined, "state_since": joined, "agent": None, **fields})


@pytest.mark.parametrize(
    ("waited", "expected"),
    [(0, "□□□□"), (59, "□□□□"), (60, "■□□□"), (175, "■■□□"), (239, "■■■□"), (240, "■■■■ late"), (9000, "■■■■ late")],
)
def test_the_bar_fills_towards_the_target_and_then_says_late(waited, expected):
    assert cells(waiting(waited))["target"] == expected


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_words_of_a_cell_have_room_in_their_column(lang):
    set_language(lang)
    room = {column.name: column.width for column in queue_rows.COLUMNS}
    sent = NOW - timedelta(minutes=59)
    for moved in ({}, {"acked_at": sent}, {"escalated_at": sent}, {"closed_at": sent}):
        text, _style = short(wire.Dispatch("Đội 1", None, sent, "u1", **moved), NOW.timestamp())
        assert cell_len(text) <= room["state"], text
    for state in queue_rows.STATES:
        assert cell_len(_(queue_rows.STATES[state])) <= room["target"], state
    shared = waiting(9, name=None, customer=None, candidates=["PC1", "PC2"])
    assert cell_len(queue_rows.who(shared)) <= 15
    what = next(column.width for column in left_texts.COLUMNS if column.name == "what")
    for kind in texts.WORDS:
        for mark in ({}, {"on_its_way": "k"}, {"refused": "x"}):
            said = texts.what(Draft(kind, "c1", "Ty", {"text": "x", **mark}, 0.0))
            assert cell_len(said) <= what, said


def test_a_message_may_wait_longer_than_a_call_and_a_letter_longer_still():
    assert "late" in cells(waiting(300))["target"]
    assert "late" not in cells(waiting(300, channel="zalo"))["target"]
    assert "late" in cells(waiting(901, channel="zalo"))["target"]
    assert "late" not in cells(waiting(901, channel="email"))["target"]


def test_the_wait_ticks_without_new_rows():
    row = queue_rows.row(waiting(9), ME, {})
    at = [c.name for c in queue_rows.COLUMNS].index("wait")
    assert shown(row.cells[at]) == "00:09"
    assert shown(row.cells[at], NOW + timedelta(seconds=52)) == "01:01"


def test_danger_and_life_support_have_glyph_word_and_colour():
    for priority, glyph in (("danger", "▲ DANGER"), ("life_support", "✚ life supp.")):
        text, style = queue_rows.class_of(waiting(1, priority_class=priority), mine=False)
        assert text == glyph
        assert "$" in style
    assert queue_rows.row(waiting(1, priority_class="danger"), ME, {}).style_key == "danger"


def test_mine_says_mine_and_what_i_do_with_it():
    row = cells(waiting(100, state="held", agent=ME, state_since=NOW - timedelta(seconds=5)))
    assert (row["class"], row["target"], row["wait"]) == ("● mine", "on hold", "00:05")


def test_a_danger_of_mine_stays_a_danger():
    assert cells(waiting(1, state="connected", agent=ME, priority_class="danger"))["class"] == "▲ DANGER"


def test_who_is_a_name_else_candidates_else_the_address():
    assert cells(waiting(1, name="Lê Minh"))["who"] == "Lê Minh"
    assert cells(waiting(1, name=None, customer=None, candidates=["PC1", "PC2"]))["who"] == "(2 candidates)"
    assert cells(waiting(1, name=None, candidates=[], address="0914 *** 333"))["who"] == "0914 *** 333"


def test_a_colleagues_contact_names_the_colleague():
    assert cells(waiting(1, state="connected", agent="u-2"), names={"u-2": "Minh"})["state"] == "Minh"


def test_columns_drop_out_and_never_overlap():
    for width in range(30, 160):
        placed = lay_out(queue_rows.COLUMNS, width)
        names = [queue_rows.COLUMNS[i].name for i, _x, _w in placed]
        assert {"channel", "wait", "who"} <= set(names)
        for (_i, x, w), (_j, nxt, _v) in pairwise(placed):
            assert x + w < nxt
        assert placed[-1][1] + placed[-1][2] <= width
    assert "where" in [queue_rows.COLUMNS[i].name for i, _x, _w in lay_out(queue_rows.COLUMNS, 61)]


def test_the_filter_ignores_accents_and_wants_every_word():
    c = waiting(1, name="Phạm Thị Điện", place="Đồng Xuân", queue="billing")
    assert queue_rows.matches(c, ["dien", "dong"], fold)
    assert queue_rows.matches(c, fold("Bill").split(), fold)
    assert not queue_rows.matches(c, ["dien", "hue"], fold)


def test_totals_equal_the_list_behind_them():
    everybody = [
        waiting(300), waiting(10, id="c2", priority_class="danger"), waiting(20, id="c3", state="connected", agent=ME)
    ]  # fmt: skip
    text = kpi.totals(everybody, NOW).plain
    assert text == "WAITING 2 · ▲ danger 1 · longest 05:00 · late 1"
    assert len(order(everybody, ME, NOW)) == 3
    assert "shown 1 of 3" in kpi.totals(everybody, NOW, 1).plain


# The power verdict


def power(**fields) -> wire.Power:
    say = wire.Say(vi="Khu vực mình mất điện từ 13 giờ 22.", en="Your area has been out since 13:22.")
    return wire.Power(**{"verdict": "known_outage", "say": say, "outage": "o1", **fields})


def out(**fields) -> wire.Outage:
    return outage("o1", **{
        "device_name": "474 Đồng Xuân", "device_kind": "feeder", "started_at": NOW - timedelta(minutes=43),
        "etr": NOW + timedelta(hours=1), "etr_state": "ok", "etr_set_at": NOW - timedelta(minutes=6),
        "crew": "onsite", "customers_out": 1240, **fields,
    })  # fmt: skip


def test_the_verdict_is_one_sentence_with_its_facts():
    lines = [line.plain for line in power_verdict.verdict_lines(power(), out(), NOW, "tree on line")]
    assert lines[0] == "⚡ KNOWN OUTAGE  feeder 474 Đồng Xuân · since 13:17 · 1,240 customers out"
    assert lines[1] == "  tree on line · crew on site · target 15:00 (set 06:00 ago)"
    assert lines[2] == "“Your area has been out since 13:22.”"


def test_the_sentence_speaks_the_desks_language():
    set_language("vi")
    assert power_verdict.sentence(power(), out(), NOW).plain == "“Khu vực mình mất điện từ 13 giờ 22.”"


@pytest.mark.parametrize(
    ("p", "o"),
    [
        (power(eta=NOW - timedelta(seconds=1)), out()),
        (power(eta=NOW + timedelta(hours=1)), out(etr_state="expired")),
    ],
)
def test_a_sentence_whose_target_has_passed_is_withheld(p, o):
    text = "\n".join(line.plain for line in power_verdict.verdict_lines(p, o, NOW))
    assert "Your area" not in text
    assert "do not read" in text


def test_an_expired_target_is_named_but_its_time_is_not():
    for expired in (out(etr=NOW - timedelta(minutes=20)), out(etr_state="expired")):
        text = power_verdict.target_line(expired, NOW).plain
        assert "EXPIRED" in text
        assert ":" not in text


def test_every_verdict_has_glyph_word_and_colour():
    for verdict in wire.Verdict.__args__:
        face = power_verdict.FACES[verdict]
        assert face.glyph
        assert face.word
        assert face.colour.startswith("$")


@pytest.mark.parametrize(
    ("language", "kind", "name", "said"),
    [
        ("vi", "transformer", "TBA Ea Kar 5", "TBA Ea Kar 5"),
        ("vi", "lateral", "Nhánh 01 · 472 Ea Kar", "Nhánh 01 · 472 Ea Kar"),
        ("vi", "feeder", "474 Đồng Xuân", "xuất tuyến 474 Đồng Xuân"),
        ("vi", "substation", "Trạm 110 kV Tuy Hòa", "Trạm 110 kV Tuy Hòa"),
        ("en", "feeder", "474 Đồng Xuân", "feeder 474 Đồng Xuân"),
        ("en", "feeder", "", "feeder 474"),
        ("en", "unknown", "474 Đồng Xuân", "474 Đồng Xuân"),
    ],
)
def test_a_device_is_named_with_its_kind_once(language, kind, name, said):
    set_language(language)
    assert power_verdict.device_name(outage("o", device_kind=kind, device_name=name)) == said


# The card


@pytest.mark.parametrize(
    ("state", "said"),
    [("queued", "waiting 05:00"), ("offered", "waiting 05:00"), ("connected", "talking 00:20")],
)
def test_the_head_of_a_chosen_contact_counts_what_it_names(state, said):
    other = waiting(300, state=state, state_since=NOW - timedelta(seconds=20))
    assert said in head_line(CardView(contact=other), NOW).plain


def test_a_history_names_whom_a_contact_was_offered_to():
    offered = wire.ContactEvent(NOW, "offered", "reserve", None, "u_7a01")
    said = transcript.lines(
        wire.ContactDetail(**structs.asdict(waiting(1)), history=[offered]), {"u_7a01": "Lan Trần"}
    ).plain
    assert "Lan Trần" in said
    assert "u_7a01" not in said


def test_how_long_somebody_did_not_work_is_not_counted():
    state = DeskState(ME_USER)
    state.take_snapshot(snapshot(me=wire.AgentState("logged_out", "offline", NOW - timedelta(hours=50))))
    live = Link("live", 1.0, 1.0, 0, 0.0)
    said = chrome.status_of(state, live, 0, NOW.timestamp(), 1.0, 0.0, "")[0].plain
    assert said.strip() == "not ready yet"


def test_a_hostile_name_is_letters():
    name = "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07"
    text = who_lines(CardView(contact=waiting(1, name=name), mine=True)).plain
    assert "[/b] [@click=app.quit]x[/]" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_the_card_draws_each_state():
    assert head_line(CardView(), NOW).plain == "NO CONTACT IN HAND"
    assert "F2" in who_lines(CardView()).plain
    c = waiting(5, customer="PC1", state="connected", agent=ME)
    loading = CardView(contact=c, mine=True, identified=True, loading=True)
    assert "reading" in who_lines(loading).plain
    assert "asking" in power_lines(loading, NOW).plain
    failed = CardView(contact=c, mine=True, identified=True, record_error="gone", power_error="away")
    assert "gone Ctrl+R" in who_lines(failed).plain
    assert "away Ctrl+R" in power_lines(failed, NOW).plain
    assert "▲ as of 14:05:12" in head_line(CardView(contact=c, mine=True, as_of="as of 14:05:12"), NOW).plain


def test_nothing_is_said_of_a_waiting_customers_power_before_it_is_asked():
    c = waiting(5, customer="PC1")
    assert power_lines(CardView(contact=c, identified=True), NOW).plain == ""


# The dialogs' rules

TYPES = [
    wire.RequestType("OUT.REPORT", "Báo mất điện", "Report an outage"),
    wire.RequestType("BILL.HIGH", "Thắc mắc hóa đơn tăng cao", "High-bill query"),
    wire.RequestType("METER.RECHECK", "Phúc tra chỉ số", "Re-read the meter"),
    wire.RequestType("METER.FAULT", "Công tơ kẹt, chết, cháy", "Faulty or burnt meter"),
]


@pytest.mark.parametrize(
    ("lang", "typed", "code"),
    [
        ("vi", "pt", "METER.RECHECK"), ("vi", "phuc", "METER.RECHECK"), ("vi", "chi so", "METER.RECHECK"),
        ("vi", "hd", "BILL.HIGH"), ("vi", "Mất", "OUT.REPORT"), ("vi", "meter.f", "METER.FAULT"),
        ("en", "hig", "BILL.HIGH"), ("en", "rep", "OUT.REPORT"), ("en", "phuc", "METER.RECHECK"),
    ],
)  # fmt: skip
def test_two_or_three_letters_find_the_type(lang, typed, code):
    set_language(lang)
    assert find_types(typed, TYPES)[0].code == code


def test_no_letters_show_all_and_nonsense_shows_none():
    assert find_types("", TYPES) == TYPES
    assert find_types("zzqx", TYPES) == []


def test_outages_near_the_customer_come_first():
    far = outage("far", device="F9", device_path=["F9", "S9"], started_at=NOW)
    near = outage("near", device="F474", device_path=["F474", "S1"], started_at=NOW - timedelta(hours=3))
    assert [o.id for o in near_first([far, near], ["T1", "F474", "S1"])] == ["near", "far"]
