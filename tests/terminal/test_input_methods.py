"""Vietnamese as input methods send it, in a real terminal: 200 words of outage vocabulary, none may come out wrong."""

import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.full import FULL, count
from tests.terminal.typist import Typist, bare, encode, fix_ups, telex, typed_by, vni

WORDS = (Path(__file__).parents[1] / "data" / "words.txt").read_text("utf-8").split("\n")[:-1]
# A line takes so many of them before it is full.
LINE = 25
METHODS = [("telex", "BS"), ("vni", "BS8")]
if FULL:
    METHODS += [("telex", "BS8"), ("vni", "BS")]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typist]:
    place = tmp_path_factory.mktemp("words") / "house"
    with Typist("tests.terminal.ordered_app", place, "house", ask="F9", file_last=True) as typist:
        typist.terminal.wait_for("▔", 20)
        yield typist


def line_of(state: object) -> str:
    """What the first line field holds."""
    return state[0]["a"]  # type: ignore[index]


def box_of(state: object) -> str:
    """What the box of many lines holds."""
    return state[1]  # type: ignore[index]


def to_line(house: Typist) -> None:
    """Everything empty, the first line in focus."""
    house.type(["F8"])


def to_box(house: Typist) -> None:
    """Everything empty, the box in focus."""
    assert house.type(["F8", "TAB", "TAB"])[1:4] == ["", [], "c"]  # type: ignore[index]


def test_the_words_are_what_the_tests_need() -> None:
    assert len(set(WORDS)) == 200
    assert sum(bare(word) != word for word in WORDS) > 190
    assert [unicodedata.normalize("NFC", word) for word in WORDS] == WORDS
    assert telex("đường")[-4:] == ["đươn", "đương", "đương", "đường"]
    assert fix_ups(vni("điện"), "BS") == [*"dien", *["BS"] * 4, *"đien", "BS", "BS", *"ên", "BS", "BS", *"ện"]
    assert fix_ups(telex("ướt"), "BS") == [*"uo", "BS", "BS", *"ươt", "BS", "BS", *"ớt"]


@pytest.mark.parametrize(("method", "erase"), METHODS)
def test_a_line_of_words_in_one_write(house: Typist, method: str, erase: str) -> None:
    to_line(house)
    for first in range(0, len(WORDS), LINE):
        phrase = " ".join(WORDS[first : first + LINE])
        assert line_of(house.type(typed_by(method, phrase, erase))) == phrase
        house.type(["CLEAR"])


@pytest.mark.parametrize(("method", "erase"), METHODS)
def test_all_words_line_by_line_in_one_write(house: Typist, method: str, erase: str) -> None:
    to_box(house)
    keys = [key for word in WORDS for key in (*typed_by(method, word, erase), "ENTER")]
    assert box_of(house.type(keys)).split("\n") == [*WORDS, ""]


def test_split_at_any_byte(house: Typist) -> None:
    chance = random.Random(7)
    for where, read in ((to_line, line_of), (to_box, box_of)):
        where(house)
        for word in chance.sample(WORDS, count(12, 200)):
            method, erase = chance.choice(METHODS)
            data = encode(typed_by(method, word, erase))
            cuts = sorted(chance.sample(range(1, len(data)), min(len(data) - 1, chance.randint(1, 6))))
            pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
            assert read(house.send_in_pieces(pieces)) == word, (method, erase, pieces)
            house.type(["CLEAR"])


def test_pre_edit_commits_whole_and_split_inside_a_letter(house: Typist) -> None:
    """An input method with a pre-edit line sends whole words, without one Backspace."""
    for where, read in ((to_line, line_of), (to_box, box_of)):
        where(house)
        phrase = " ".join(WORDS[:LINE])
        assert read(house.type([phrase])) == phrase
        where(house)
        data = WORDS[0].encode()
        for cut in range(1, len(data)):
            assert read(house.send_in_pieces([data[:cut], data[cut:]])) == WORDS[0], cut
            house.type(["CLEAR"])


def test_decomposed_letters_become_whole_and_go_whole(house: Typist) -> None:
    for where, read in ((to_line, line_of), (to_box, box_of)):
        where(house)
        phrase = " ".join(WORDS[100 : 100 + LINE])
        assert read(house.type([unicodedata.normalize("NFD", phrase)])) == phrase
        where(house)
        for word in WORDS[: count(10, 200)]:
            assert read(house.type([unicodedata.normalize("NFD", word), "BS"])) == word[:-1]
            house.type(["CLEAR"])


def test_a_mark_that_joins_no_letter_goes_with_it(house: Typist) -> None:
    for where, read in ((to_line, line_of), (to_box, box_of)):
        where(house)
        assert read(house.type(["ax\u0302\u0323", "BS"])) == "a"
        assert read(house.type(["CLEAR", "ab", "LEFT", "\u0302"])) == "âb"
