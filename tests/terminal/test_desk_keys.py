"""Keys of the whole desk in a real terminal: what never ends it, what may be moved, and a flood without brackets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.keys.actions import ACTIONS
from tests.terminal.typist import Keys, Typist
from tests.yardstick import limit

DESK = "tests.terminal.desk_app"
# Where Ctrl+Q and Ctrl+C are pressed: how to get there, and the class on top there.
PLACES: list[tuple[Keys, str]] = [
    (["1"], "QueueScreen"),
    (["1", "/", "x"], "QueueScreen"),
    (["2", *"nguyễn"], "CustomersScreen"),
    (["2", *"ty", "ENTER"], "CustomersScreen"),
    (["3"], "OutagesScreen"),
    (["3", "TAB"], "OutagesScreen"),
    (["4"], "TicketsScreen"),
    (["4", "RIGHT", "ENTER", *"x"], "TicketsScreen"),
    (["1", "F1"], "HelpScreen"),
    (["CTRL+P", *"ab"], "Palette"),
    (["CTRL+P", *"leave", "ENTER"], "Confirm"),
    (["F9"], "StateMenu"),
    (["F2", "F7"], "Transcript"),
    (["F4"], "NewTicket"),
    (["F4", *"mat", "ENTER", "TAB", *"ghi chú"], "NewTicket"),
    (["F8"], "WrapUp"),
    (["F8", "TAB", *"xong"], "WrapUp"),
    (["F8", "ENTER", "F2", "F5"], "ChooseOutage"),
    (["F5", *"47"], "ChooseOutage"),
    (["CTRL+P", *"unsaved", "ENTER"], "LeftTexts"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Typist]:
    with Typist(DESK, tmp_path / "desk") as typist:
        typist.terminal.wait_for("WAITING", 20)
        yield typist


def test_ctrl_q_and_ctrl_c_never_end_the_desk(desk: Typist) -> None:
    for keys, top in PLACES:
        # A digit is a view only outside the fields: Back first, from wherever the place before was.
        before = desk.type(["BACK", "BACK", "BACK", "CTRL+P", *"view_queue", "ENTER", *keys])
        assert before["stack"][-1] == top, keys  # type: ignore[index]
        assert desk.type(["CTRL+Q", "CTRL+C"] * 2) == before, keys
    assert desk.terminal.process.poll() is None


def test_ctrl_q_and_ctrl_c_never_end_the_login(tmp_path: Path) -> None:
    with Typist(DESK, tmp_path / "desk", "login=ask") as desk:
        desk.terminal.wait_for("lan", 20)
        before = desk.type([])
        assert desk.type(["CTRL+Q", "CTRL+C", "CTRL+C"]) == before
        assert before["stack"] == ["LoginScreen"]  # type: ignore[index]


def test_letters_move_in_the_vim_layer_and_stay_letters_in_fields(tmp_path: Path) -> None:
    with Typist(DESK, tmp_path / "desk", "layer=vim") as desk:
        desk.terminal.wait_for("WAITING", 20)

        def cursor(*keys: str) -> str:
            return desk.type(keys)["views"]["queue"]["#queue"][0]  # type: ignore[index]

        first = cursor("g")
        assert cursor("j", "j", "k") == cursor("HOME", "DOWN")
        assert cursor("G") == cursor("END") != first
        assert cursor("g") == first
        state = desk.type(["F3", *"jkg"])
        assert state["views"]["customers"]["#search"][0] == "jkg"  # type: ignore[index]
        calls = [action for action in ACTIONS if action.group == "call"]
        state = desk.type(["BACK", "1", "BACK", "F6", "SF6", "F1", *"jj"])
        desk.terminal.wait_for("j ↓ · k ↑", 5)
        assert state["dialogs"][0]["#help-list"][0] == calls[2].name  # type: ignore[index]
        assert desk.type(["k", "k", "ENTER"])["writes"] == ["POST /v1/contacts/next "]  # type: ignore[index]


def test_without_the_layer_letters_do_nothing_in_a_list(desk: Typist) -> None:
    assert desk.type([*"jkgGhl"]) == desk.type([])


def test_sentences_footer_help_and_palette_name_the_moved_key(tmp_path: Path) -> None:
    with Typist(DESK, tmp_path / "desk", "take=ctrl+l", "commit=f13", "lang=vi") as desk:
        desk.terminal.wait_for("^L", 20)
        assert desk.type(["F8", "F2"])["writes"] == []  # type: ignore[index]
        toasts = desk.type(["CTRL+O"])["toasts"]  # type: ignore[index]
        assert toasts == ["Chưa tiếp khách nào. Ctrl+L nhận khách."]
        desk.type(["F1"])
        assert "^L" in desk.terminal.wait_for("F13", 5)
        desk.type(["BACK", "CTRL+P", *"nhận"])
        assert "^L" in "\n".join(line for line in desk.terminal.display.split("\n") if "Nhận" in line)
        state = desk.type(["BACK", "\x0c"])
        assert state["hand"] is not None  # type: ignore[index]


@pytest.mark.serial
@pytest.mark.parametrize("size", [10_000])
def test_a_flood_without_brackets_never_freezes_the_desk_and_loses_nothing(desk: Typist, size: int) -> None:
    line = "Khách báo mất điện từ 14 giờ, cột số 7 nghiêng. "
    text = (line * (size // len(line.encode()) + 1)).encode()[:size].decode(errors="ignore")
    lines = text.replace(". ", ".\n")
    desk.type(["F2", "F4", *"mat", "ENTER", "TAB"])
    state = desk.send(lines.replace("\n", "\r").encode())
    assert state["dialogs"][0]["#note"][0] == lines  # type: ignore[index]
    assert desk.said["longest"] < limit(0.25)
    desk.type(["F8", "F3"])
    state = desk.send(text.encode())
    typed = state["views"]["customers"]["#search"][0]  # type: ignore[index]
    assert typed == text[:512]
    assert len([toast for toast in state["toasts"] if "512" in toast]) == 1  # type: ignore[index]
    assert desk.said["longest"] < limit(0.25)


@pytest.mark.serial
def test_a_flood_where_nothing_is_typed_is_dropped_and_said(desk: Typist) -> None:
    before = desk.type([])
    state = desk.send("cột nghiêng ".encode() * 900)
    assert [toast for toast in state["toasts"] if "nothing is typed here" in toast] != []  # type: ignore[index]
    assert state["views"] == before["views"]  # type: ignore[index]
    assert desk.said["longest"] < limit(0.25)
