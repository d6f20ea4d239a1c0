"""The same through tmux with its default settings: keys of a client, and keys that tmux itself sends."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.terminal.test_input_methods import LINE, METHODS, WORDS
from tests.terminal.typist import Tmux, Typist, encode, needs_tmux, typed_by


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typist]:
    needs_tmux()
    place = tmp_path_factory.mktemp("tmux") / "house"
    with Typist("tests.terminal.ordered_app", place, "house", tmux=True, ask="F9", file_last=True) as typist:
        typist.terminal.wait_for("▔", 20)
        yield typist


def by_tmux(house: Typist, *words: str) -> None:
    """`tmux send-keys`, as scripts and other programs type."""
    terminal = house.terminal
    assert isinstance(terminal, Tmux)
    subprocess.run(["tmux", "-L", terminal.socket, "send-keys", *words], check=True, timeout=10)


def test_type_ahead(house: Typist) -> None:
    house.type(["F8"])
    state = house.type([*"abc", "TAB", *"def", "F2", *"xyz", "ENTER", "LEFT", *"g", "ENTER", *"h", "STAB", "END", *"i"])
    assert state[0] == {"a": "abci", "b": "h"}  # type: ignore[index]
    assert state[4] == ["<xyz>", "degf"]  # type: ignore[index]


@pytest.mark.parametrize(("method", "erase"), METHODS)
def test_words_of_input_methods(house: Typist, method: str, erase: str) -> None:
    house.type(["F8"])
    for first in range(0, len(WORDS), LINE):
        phrase = " ".join(WORDS[first : first + LINE])
        assert house.type(typed_by(method, phrase, erase))[0]["a"] == phrase  # type: ignore[index]
        house.type(["CLEAR"])
    house.type(["F8", "TAB", "TAB"])
    keys = [key for word in WORDS for key in (*typed_by(method, word, erase), "ENTER")]
    assert house.type(keys)[1].split("\n") == [*WORDS, ""]  # type: ignore[index]


def test_keys_that_tmux_sends(house: Typist) -> None:
    house.type(["F8"])
    by_tmux(house, "-l", "mất điện")
    by_tmux(house, "-H", *(f"{byte:02x}" for byte in encode(["BS", "BS", *"ện", "TAB", *"cột"])))
    assert house.type([])[0] == {"a": "mất điện", "b": "cột"}  # type: ignore[index]
