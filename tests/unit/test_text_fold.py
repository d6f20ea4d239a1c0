import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.text.fold import _fold_slow, fold, sort_key

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nguyễn Văn Ty", "nguyen van ty"),
        ("Điện", "dien"),
        ("ĐẶNG Ðặng Ɖặng ðặng", "dang dang dang dang"),
        ("  Hoà\u00a0 Hòa\n", "hoa hoa"),
        ("Ksor H'Lan", "ksor h'lan"),
        ("Ư ư Ơ ơ", "u u o o"),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected
    assert fold(unicodedata.normalize("NFD", text)) == expected


@given(ANY_TEXT)
def test_fold_is_idempotent_and_blind_to_normal_form(s):
    assert fold(fold(s)) == fold(s)
    assert fold(unicodedata.normalize("NFD", s)) == fold(unicodedata.normalize("NFC", s))


@given(st.text(st.characters(max_codepoint=0x1EFF), max_size=30))
def test_the_table_folds_as_the_rule_does(s):
    assert fold(s) == " ".join(_fold_slow(s).split())


def test_names_sort_by_given_name_letter_then_tone():
    names = [
        "Trần Văn Bình",
        "Lê Thị Ánh",
        "Lê An",
        "Đỗ Văn Ân",
        "Bùi Đạt",
        "Bùi Dũng",
        "Trần An",
        "Lê Văn Ăn",
        "Vũ Àn",
    ]
    expected = [
        "Lê An",
        "Trần An",
        "Vũ Àn",
        "Lê Thị Ánh",
        "Lê Văn Ăn",
        "Đỗ Văn Ân",
        "Trần Văn Bình",
        "Bùi Dũng",
        "Bùi Đạt",
    ]
    assert sorted(names, key=sort_key) == expected
