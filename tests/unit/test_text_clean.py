import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import wire
from agent_tui.text.clean import clean, clean_tree
from tests.hostile import ROWS, TEXTS

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
HARMFUL = {"Cc", "Cs", "Co"}
INVISIBLE = set(
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\ufff9\ufffb\ufffe\uffff"
)


def is_safe(s: str) -> bool:
    bad = [c for c in s if (unicodedata.category(c) in HARMFUL and c != "\n") or c in INVISIBLE]
    tags = [c for c in s if 0xE0000 <= ord(c) <= 0xE0FFF]
    return not bad and not tags


@given(ANY_TEXT, st.booleans(), st.integers(1, 60))
def test_clean_leaves_nothing_harmful_and_is_idempotent(s, multiline, cap):
    once = clean(s, multiline=multiline, cap=cap)
    assert is_safe(once)
    assert len(once) <= cap
    assert multiline or "\n" not in once
    assert unicodedata.is_normalized("NFC", once)
    assert clean(once, multiline=multiline, cap=cap) == once


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_corpus_is_disarmed_and_never_shortened_silently(text):
    once = clean(text, cap=20_000)
    assert is_safe(once)
    assert clean(once, cap=20_000) == once
    assert not text or once


def test_markup_is_left_as_written():
    for name, text in ROWS:
        if name.startswith(("mk-", "md-", "fts-apos", "sql-")):
            assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nguyễn Văn Ty", "Nguyễn Văn Ty"),
        (unicodedata.normalize("NFD", "Nguyễn Văn Điện"), "Nguyễn Văn Điện"),
        ("a\tb", "a b"),
        ("a\r\nb\nc", "a\u23ceb\u23cec"),
        ("a\rb", "a\ufffdb"),
        ("\x1b]52;c;aGk=\x07", "\ufffd]52;c;aGk=\ufffd"),
        ("a\x9b31m", "a\ufffd31m"),
        ("a" + "\u0301\u0316" * 5, "a\ufffd"),
        # Eight marks that no letter takes into itself stay, nine do not.
        ("q" + "\u0316" * 8, "q" + "\u0316" * 8),
        ("q" + "\u0316" * 9, "q\ufffd"),
        ("n\u0303", "ñ"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("\ue000", "\ufffd"),
        ("\U0001fffe", "\ufffd"),
    ],
)
def test_what_becomes_of_it(text, expected):
    assert clean(text) == expected


def test_lines_stay_where_they_mean_something():
    assert clean("a\r\nb\nc", multiline=True) == "a\nb\nc"


def test_a_cut_is_shown():
    assert clean("x" * 600) == "x" * 511 + "…"
    assert clean("x" * 512) == "x" * 512
    assert clean("e\u0301" * 300, cap=300) == "é" * 300
    assert clean("e\u0302\u0301" * 100, cap=20).endswith("…")


def test_a_megabyte_of_marks_costs_no_more_than_its_cap():
    text = "a" + "\u0301\u0316" * 500_000
    assert clean(text, multiline=True, cap=20_000) == "a\ufffd…"


def test_trees_are_cleaned_everywhere_and_untouched_structs_are_kept():
    hit = wire.CustomerHit("PC08GG0012345", "Ty\x1b[2J", "", "a\nb", "", "", "active", "", "")
    page = wire.CustomerHits([hit], "name", False)
    cleaned = clean_tree(page)
    assert cleaned.items[0].name == "Ty\ufffd[2J"
    assert cleaned.items[0].address == "a\u23ceb"
    assert clean_tree(cleaned.items[0]) is cleaned.items[0]
    assert clean_tree({"a\x00": ["\x01", 5, None, {"note": "x\ny", "name": "x\ny"}]}) == {
        "a\ufffd": ["\ufffd", 5, None, {"note": "x\ny", "name": "x\u23cey"}]
    }


def test_long_fields_keep_their_lines():
    class Letter(msgspec.Struct, frozen=True):
        text: str
        title: str

    cleaned = clean_tree(Letter("a\nb\x07" + "x" * 1000, "a\nb"))
    assert cleaned.text == "a\nb\ufffd" + "x" * 1000
    assert cleaned.title == "a\u23ceb"
