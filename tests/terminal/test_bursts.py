"""Random bursts on the real desk act exactly as the same keys typed slowly: raw, and through tmux."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


BURSTS = count(20, 125)
"""For each of the eight seeds: a thousand in the full count."""


def bursts(seed: int) -> list[Keys]:
    chance = random.Random(seed)
    return [burst(chance) for _ in range(BURSTS)]


def answers(desk: Typist, seed: int, slowly: bool) -> Iterator[object]:
    """What the desk holds after each burst."""
    desk.terminal.wait_for("WAITING", 60)
    for keys in bursts(seed):
        yield desk.type_slowly(keys, ask="F11") if slowly else desk.type(keys, ask="F11")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["wide", "narrow"])
@pytest.mark.parametrize("seed", range(20_261_122, 20_261_122 + count(1, 4)))
def test_random_bursts_on_the_desk_equal_slow_typing_raw_and_in_tmux(
    seed: int, size: tuple[int, int], tmp_path: Path
) -> None:
    """Three desks side by side: one is typed into slowly, one in bursts, one in bursts through tmux."""
    needs_tmux()
    with (
        Typist(DESK, tmp_path / "slow", size=size) as slow,
        Typist(DESK, tmp_path / "raw", size=size) as raw,
        Typist(DESK, tmp_path / "tmux", size=size, tmux=True) as tmux,
        ThreadPoolExecutor(3) as hands,
    ):
        walks = [answers(slow, seed, True), answers(raw, seed, False), answers(tmux, seed, False)]
        for number, keys in enumerate(bursts(seed)):
            wanted, *found = [told.result() for told in [hands.submit(next, walk) for walk in walks]]
            assert found[0] == wanted, f"burst {number} {keys}"
            assert found[1] == wanted, f"burst {number} in tmux {keys}"
