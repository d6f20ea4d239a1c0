"""The list of a look-up: the marked part is what was typed, whatever accents, case and spelling say."""

import unicodedata

import pytest

from agent_tui import wire
from agent_tui.i18n import set_language
from agent_tui.widgets.customer_rows import COLUMNS, folded, row
from agent_tui.widgets.line_model import Cell, Row, pieces

NAMES = [column.name for column in COLUMNS]


@pytest.fixture(autouse=True)
def english():
    set_language("en")


def hit(**changes: str) -> wire.CustomerHit:
    given = {
        "code": "PC08GG0012345", "name": "Nguyễn Văn Ty", "phone": "090****456",
        "address": "12 Trần Phú, Xã Đồng Xuân, Đắk Lắk", "old_address": "", "meter_no": "80412213",
        "status": "active", "priority_load": "", "match": "",
    }  # fmt: skip
    return wire.CustomerHit(**(given | changes))


def marked(line: Row, column: str) -> list[str]:
    cell = line.cells[NAMES.index(column)]
    assert isinstance(cell.text, str)
    return [cell.text[start:end] for start, end, _style in cell.spans]


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("nguyen van ty", ["Nguyễn", "Văn", "Ty"]),
        ("NGUYỄN", ["Nguyễn"]),
        ("ngu", ["Ngu"]),
        ("ty nguyễn v", ["Nguyễn", "V", "Ty"]),
        (unicodedata.normalize("NFD", "nguyễn"), ["Nguyễn"]),
        ("ng ty", ["Ty"]),
        ("uyen", []),
        ("", []),
    ],
)
def test_the_marked_part_of_a_name_is_what_was_typed(typed, parts):
    assert marked(row(hit(), typed, "name"), "name") == parts


def test_marks_stand_on_whole_letters_of_a_decomposed_name():
    name = unicodedata.normalize("NFD", "Đặng Thị Điệp")
    assert marked(row(hit(name=name), "dang", "name"), "name") == [unicodedata.normalize("NFD", "Đặng")]
    assert marked(row(hit(name=name), "thi di", "name"), "name")[1] == "Đi"
    assert marked(row(hit(name=name), "thi die", "name"), "name")[1] == unicodedata.normalize("NFD", "Điệ")


def test_typing_marks_that_were_removed_are_removed_here_too():
    assert marked(row(hit(), "nguyeenx vawn ty", "telex_retry"), "name") == ["Nguyễn", "Văn", "Ty"]


def test_a_place_is_marked_in_the_address_and_a_name_is_not():
    line = row(hit(address="5 Nguyễn Huệ, Xã Đồng Xuân"), "nguyen dong xuan", "name_place")
    assert marked(line, "name") == ["Nguyễn"]
    assert marked(line, "address") == ["Đồng", "Xuân"]
    assert marked(row(hit(address="5 Văn Cao"), "van hue", "name"), "address") == []


def test_an_old_place_brings_the_old_address_to_the_front():
    moved = hit(old_address="12 Trần Phú, TT La Hai, H. Đồng Xuân, Phú Yên")
    line = row(moved, "ty la hai", "name_place")
    text = line.cells[NAMES.index("address")].text
    assert text.startswith("12 Trần Phú, TT La Hai")
    assert "→" in text
    assert marked(line, "address") == ["La", "Hai"]
    assert row(moved, "ty dak lak", "name_place").cells[2].text.startswith("12 Trần Phú, Xã Đồng Xuân, Đắk Lắk (")


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("0905123456", ["090****456"]),
        ("+84 905 123 456", ["090****456"]),
        ("0905", ["090*"]),
        ("3456", ["*456"]),
        ("0914", []),
        ("777", []),
    ],
)
def test_a_hidden_phone_is_marked_as_far_as_it_was_typed(typed, part):
    assert marked(row(hit(), typed, "phone"), "phone") == part


def test_the_end_of_a_code_and_the_start_of_a_meter():
    assert marked(row(hit(), "0012345", "code"), "code") == ["0012345"]
    assert marked(row(hit(), "pc08gg", "code"), "code") == ["PC08GG"]
    assert marked(row(hit(), "8041", "meter"), "meter") == ["8041"]


def test_the_choice_of_last_time_says_so():
    assert row(hit(), last="PC08GG0012345").cells[-1].text == "✓ last time"
    assert row(hit(), last="other").cells[-1].text == ""


def test_positions_lead_back_to_the_text():
    for text in ("Đặng", "straße İpek", unicodedata.normalize("NFD", "ộ ữ ẫ"), "[/b] Ðu  x"):
        plain, at = folded(text)
        assert len(plain) == len(at)
        assert all(0 <= i < len(text) for i in at)
        assert at == sorted(at)


def test_pieces_are_the_text_and_follow_its_cut():
    spans = ((0, 3, "underline"), (7, 20, "underline"))
    shown = pieces("Nguyễn V…   ", "bold", spans)
    assert "".join(text for text, _style in shown) == "Nguyễn V…   "
    assert shown == [("Ngu", "bold underline"), ("yễn ", "bold"), ("V…", "bold underline"), ("   ", "bold")]
    assert pieces("abc", "", ()) == [("abc", "")]
    assert pieces("", "", spans) == []


def test_cells_without_marks_are_as_before():
    assert Cell("x").spans == ()
