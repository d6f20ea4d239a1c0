"""A burst of keys acts exactly as the same keys typed slowly, in a real terminal (reference/desks.md 4.1)."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.full import count
from tests.terminal.typist import Typist
from tests.yardstick import limit

pytestmark = pytest.mark.serial


def start(kind: str, place: Path, *options: str) -> Typist:
    """The small program with house or stock fields."""
    typist = Typist("tests.terminal.ordered_app", place, kind, *options, ask="F9", file_last=True)
    typist.terminal.wait_for("▔", 20)
    return typist


@pytest.fixture(params=["house", "stock"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def probe(kind: str, tmp_path: Path) -> Iterator[Typist]:
    with start(kind, tmp_path / kind) as typist:
        yield typist


def test_type_ahead(probe: Typist) -> None:
    assert probe.type([*"abc", "TAB", *"def"])[0] == {"a": "abc", "b": "def"}
    assert probe.type(["CLEAR", *"abc", "LEFT", "x"])[0] == {"a": "abc", "b": "abxc"}
    state = probe.type(["END", "CLEAR", *"ab", "ENTER", *"cd"])
    assert state[0] == {"a": "abc", "b": "cd"}, "what is typed after Enter stays when Enter clears the field"
    assert state[4] == ["ab"]
    state = probe.type(["F2", *"xyz"])
    assert state[2] == ["xyz"]
    assert state[0] == {"a": "abc", "b": "cd"}
    state = probe.type(["ENTER", *"ef"])
    assert state[4] == ["ab", "<xyz>"]
    assert state[0] == {"a": "abc", "b": "cdef"}


def test_dialog_there_and_back_in_one_burst(probe: Typist) -> None:
    state = probe.type([*"1", "F2", *"2", "ENTER", *"3", "F2", "BACK", *"4", "TAB", *"5", "TAB", *"6", "ENTER", *"7"])
    assert state == [{"a": "134", "b": "5"}, "6\n7", [], "c", ["<2>", "<gone>"]]


def test_random_bursts_equal_slow_typing(kind: str, tmp_path: Path) -> None:
    chance = random.Random(20_261_122)
    alphabet = [*"abcdeâệ", "BS", "BS", "LEFT", "RIGHT", "HOME", "END", "DEL", "TAB", "STAB", "ENTER", "F2", "BACK"]
    with start(kind, tmp_path / "fast") as fast, start(kind, tmp_path / "slow") as slow:
        for _ in range(count(8, 500)):
            keys = chance.choices(alphabet, k=chance.randint(3, 14))
            assert fast.type(keys) == slow.type_slowly(keys), keys


def test_keys_wait_for_an_answer_but_not_for_ever(probe: Typist) -> None:
    state = probe.type([*"x", "F3", *"y"])
    assert state[0] == {"a": "x", "b": "y"}, "F3 asks the service and then moves to the second field"
    started = time.monotonic()
    state = probe.type(["F4", *"z"])
    assert state[0] == {"a": "x", "b": "yz"}
    assert time.monotonic() - started < limit(4.0), "an action that never ends does not hold the keyboard"


def test_the_test_can_fail(tmp_path: Path) -> None:
    """Stock Textual without the mixin gets such bursts wrong: otherwise this file proves nothing."""
    with start("stock", tmp_path / "stock", "unordered") as probe:
        for _ in range(20):
            if probe.type(["F8", *"abcdef", "TAB", *"ghi"])[0] != {"a": "abcdef", "b": "ghi"}:
                return
    raise AssertionError("twenty bursts in a row came out right without the mixin")
