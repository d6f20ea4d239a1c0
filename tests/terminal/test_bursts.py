"""Random bursts on the real desk act exactly as the same keys typed slowly: raw, and through tmux."""

import random
from pathlib import Path

import pytest

from tests.full import count
from tests.terminal.typist import Keys, Typist, needs_tmux

pytestmark = pytest.mark.serial

DESK = "tests.terminal.desk_app"
LETTERS = [*"abcghinotu", *"ệưáđ", *"12345", "SPACE", "?", "/", "*"]
EDITS = ["BS", "BS8", "LEFT", "RIGHT", "HOME", "END", "DEL"]
MOVES = ["TAB", "STAB", "ENTER", "ENTER", "UP", "DOWN", "PGUP", "PGDN"]
VERBS = ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "SF6", "CTRL+P", "CTRL+O", "CTRL+R", "CTRL+Z", "BACK"]
# How work goes, so that the random keys around it meet every dialog with something in it.
PHRASES: list[Keys] = [
    ["F2", "F5", "F8", "ENTER"],
    ["F2", "F4", *"mat", "ENTER", "TAB", *"dây rơi", "F8"],
    ["F8", "DOWN", "TAB", *"khách gọi lại", "ENTER"],
    ["F8", "3"],
    ["F3", *"hoa", "ENTER", "F4", *"khac", "ENTER"],
    ["F3", *"van", "DOWN", "ENTER", "BACK"],
    ["F5", *"47", "DOWN", "ENTER"],
    ["F9", "DOWN", "ENTER"],
    ["F1", "DOWN", "DOWN", "ENTER"],
    ["CTRL+P", *"phiếu", "BS", "BS", "ENTER"],
    ["CTRL+P", *"tick", "ENTER", *"abc"],
    ["1", "/", *"ty", "ENTER", "F2"],
    ["4", "ENTER", *"sửa", "TAB", "RIGHT", "F8"],
    ["4", "ENTER", "TAB", "TAB", "TAB", "TAB", *"ghi", "F8", *"thêm"],
    ["F2", "F8", "ENTER", "F2", "F8", "ENTER"],
    ["3", "TAB", "RIGHT", "ENTER", "DOWN"],
    ["F7", *"chào", "ENTER", "BACK"],
]  # fmt: skip


def burst(chance: random.Random) -> Keys:
    """Three to twenty keys: letters, edits, moves, verbs, and pieces of real work."""
    keys: Keys = []
    for _ in range(chance.randint(1, count(3, 5))):
        kind = chance.choices((LETTERS, EDITS, MOVES, VERBS, PHRASES), (4, 2, 3, 3, 3))[0]
        if kind is PHRASES:
            keys += chance.choice(PHRASES)
        else:
            keys += chance.choices(kind, k=chance.randint(1, 4))
    return keys


def test_random_bursts_on_the_desk_equal_slow_typing_raw_and_in_tmux(tmp_path: Path) -> None:
    needs_tmux()
    chance = random.Random(20_261_122)
    with (
        Typist(DESK, tmp_path / "slow") as slow,
        Typist(DESK, tmp_path / "raw") as raw,
        Typist(DESK, tmp_path / "tmux", tmux=True) as tmux,
    ):
        for desk in (slow, raw, tmux):
            desk.terminal.wait_for("WAITING", 20)
        for number in range(count(40, 1000)):
            keys = burst(chance)
            wanted = slow.type_slowly(keys, ask="F11")
            assert raw.type(keys, ask="F11") == wanted, f"burst {number} {keys}"
            assert tmux.type(keys, ask="F11") == wanted, f"burst {number} in tmux {keys}"
