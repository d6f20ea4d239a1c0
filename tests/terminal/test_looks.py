"""Looks in a real terminal: sizes and live resize, few colours and none, and columns that no character can shift."""

import re
from pathlib import Path

import pytest

from agent_tui import i18n
from agent_tui.i18n import _
from agent_tui.keys.actions import ACTIONS
from tests.full import count
from tests.terminal.harness import Terminal
from tests.terminal.looks_app import AWKWARD
from tests.terminal.site import environment

COLOUR = re.compile(rb"\x1b\[[0-9;]*?(?<![0-9])(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)(?![0-9])[0-9;]*m")
SIZES = [(80, 24), (200, 60), (120, 36), (62, 18), (80, 24)]


def desk(tmp_path: Path, size: tuple[int, int], *words: str, **env: str) -> Terminal:
    return Terminal(["-m", "tests.terminal.looks_app", *words], size, {**environment(tmp_path), **env})


def bar_words(lang: str) -> set[str]:
    """Every word that may stand in the action bar."""
    i18n.set_language(lang)
    try:
        faces = [(action, face) for action in ACTIONS for face in ("", *(face.name for face in action.faces))]
        return {_(text) for action, face in faces for text in action.words(face)}
    finally:
        i18n.set_language("en")


def words(terminal: Terminal, height: int) -> set[str]:
    """The words of the action bar, as they stand on the last line."""
    bar = terminal.screen.display[height - 1]
    return {word.strip() for word in re.split(r"F\d+[ ·]?|\^P[ ·]?", bar) if word.strip()} or {"nothing"}


def settled(terminal: Terminal, known: set[str], width: int, height: int) -> bool:
    """Whether top line and action bar are those of this size: to the edge, and in whole words."""
    top, shown = terminal.screen.display[0], words(terminal, height)
    if width >= 80 and not (len(shown) == 10 and "Lan Trần" in top):
        return False
    return shown <= known and top[width - 9 : width - 1] == "14:05:32" and not top[width:].strip()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_live_resize_cuts_no_word_and_breaks_nothing(tmp_path: Path, lang: str) -> None:
    known = bar_words(lang)
    with desk(tmp_path, (120, 36), lang, "dark") as terminal:
        terminal.wait_for("Nguyễn Văn Ty", 20)
        for width, height in SIZES * count(1, 10):
            terminal.resize(width, height)
            terminal.wait(lambda w=width, h=height: settled(terminal, known, w, h))
            assert terminal.process.poll() is None
        terminal.send(b"3")
        terminal.wait_for("481 Sông Cầu", 10)
        terminal.resize(80, 24)
        terminal.wait_for("F1", 10)
        assert terminal.process.poll() is None


def test_no_colour_means_none_and_the_cursor_is_still_there(tmp_path: Path) -> None:
    with desk(tmp_path, (120, 36), "en", "dark", NO_COLOR="1") as terminal:
        terminal.wait_for("Phan Thị Mai", 20)
        terminal.send(b"\x1b[B")
        terminal.wait_for("▌", 10)
        assert COLOUR.search(bytes(terminal.raw)) is None
        row = next(y for y, line in enumerate(terminal.screen.display) if "▌" in line)
        assert terminal.screen.buffer[row][20].reverse


def test_sixteen_colours_are_enough(tmp_path: Path) -> None:
    with desk(tmp_path, (120, 36), "en", "dark", TERM="linux", COLORTERM="") as terminal:
        terminal.wait_for("Phan Thị Mai", 20)
        raw = bytes(terminal.raw)
        assert COLOUR.search(raw)
        assert re.search(rb"[34]8;[25];", raw) is None


def test_every_theme_says_the_same_words(tmp_path: Path) -> None:
    """What a colour tells, a word or a glyph tells too: without colours the five screens are one."""
    told = (
        "▲ NGUY HIỂM",
        "✚ máy thở",
        "↻ gọi lại",
        "■■■■ trễ",
        "● của tôi",
        "● trực tuyến",
        "F5 gắn vào",
        "^P",
        "✓ không nợ",
    )
    shown = []
    for theme in ("dark", "light", "contrast", "basic", "mono"):
        with desk(tmp_path, (120, 36), "vi", theme) as terminal:
            terminal.wait(lambda t=terminal: all(word in t.display for word in told), 20)
            shown.append(still(terminal))
    assert shown == [shown[0]] * 5


def still(terminal: Terminal) -> str:
    """The screen when nothing changed it for a while."""
    before = ""
    while terminal.display != before:
        before = terminal.display
        assert terminal.read(0.4)
    return before


def test_no_character_shifts_a_column(tmp_path: Path) -> None:
    with desk(tmp_path, (200, len(AWKWARD) + 12), "en", "dark", "names") as terminal:
        terminal.wait_for("Tuy Hòa", 20)
        terminal.wait(lambda: sum("bill" in line for line in terminal.screen.display) >= len(AWKWARD))
        lines = [line for line in map(cells, range(terminal.height), [terminal] * terminal.height) if "bill" in line]
    places = {line.index("Tuy Hòa") for line in lines if "Tuy Hòa" in line}
    whys = {line.index("bill", line.index("Tuy Hòa")) for line in lines if "Tuy Hòa" in line}
    assert len(lines) >= len(AWKWARD)
    assert len(places) == len(whys) == 1


def cells(y: int, terminal: Terminal) -> str:
    """One line, one character per cell: the second half of a wide one counts."""
    row = terminal.screen.buffer[y]
    return "".join((row[x].data[:1] or "\0") for x in range(terminal.width))
