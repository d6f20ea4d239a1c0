"""A megabyte pasted into a field: the desk goes on, keeps all that fits, and says what did not."""

import json
import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_tui.text.clean import LINE_CAP
from agent_tui.widgets.fields import LINES_CAP, PASTE_CAP
from tests.terminal.harness import Terminal
from tests.yardstick import limit

pytestmark = pytest.mark.serial

F8, F9, TAB = b"\x1b[19~", b"\x1b[20~", b"\t"
BLOCK = 0.25
TRIES = 3
WORDS = [
    "Số",
    "5",
    "[ngõ",
    "12/3]",
    "đường",
    "Trần",
    "Hưng",
    "Đạo",
    "bị",
    "mất",
    "điện",
    "từ",
    "sáng",
    "sớm,",
    "dây",
    "chùng",
]


class Probe:
    """The paste program in a terminal, and its reports."""

    def __init__(self, terminal: Terminal, report: Path) -> None:
        self.terminal, self._report, self.reports = terminal, report, 0

    def send(self, data: bytes) -> None:
        """Write from a thread, as a terminal does: a megabyte does not fit into the pty at once."""

        def write() -> None:
            left = memoryview(data)
            while left:
                left = left[os.write(self.terminal._master, left[:65536]) :]

        writer = threading.Thread(target=write)
        writer.start()
        while writer.is_alive():
            self.terminal.read(0.05)
        writer.join()

    def paste(self, text: str) -> None:
        self.send(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def report(self) -> dict:
        self.terminal.send(F9)
        self.reports += 1
        self.terminal._wait(lambda: self._seen() == self.reports, "no report", 30)
        return json.loads(self._report.read_text())

    def after(self, *sent: Callable[[], object]) -> dict:
        """What it holds after this; a hiccup of the machine comes once, a block of our own comes every time."""
        for _ in range(TRIES):
            for send in sent:
                send()
            held = self.report()
            if held["worst"] < limit(BLOCK, held["slower"]):
                return held
            self.terminal.send(F8)
        raise AssertionError(f"{TRIES} times the loop stood still, at last for {held['worst']:.3f} s")

    def to_box(self) -> None:
        self.terminal.send(TAB)

    def _seen(self) -> int:
        return json.loads(self._report.read_text())["report"] if self._report.exists() else 0


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    report = tmp_path_factory.mktemp("paste") / "report.json"
    with Terminal(["-m", "tests.terminal.paste_app", str(report)], (100, 30)) as terminal:
        terminal.wait_for("▔", 20)
        probe = Probe(terminal, report)
        probe.report()
        yield probe


@pytest.fixture(autouse=True)
def empty(program: Probe) -> Iterator[None]:
    """Each test begins in the empty field."""
    yield
    program.terminal.send(F8)


def prose(size: int, line: int = 0) -> str:
    """Vietnamese text of about `size` characters; `line` > 0 breaks it into lines of so many words."""
    chance = random.Random(size)
    words = [chance.choice(WORDS) for _ in range(size // 5)]
    if line:
        return "\n".join(" ".join(words[i : i + line]) for i in range(0, len(words), line))[:size]
    return " ".join(words)[:size]


@pytest.mark.parametrize("line", [12, 0])
def test_a_megabyte_into_the_box(program: Probe, line: int) -> None:
    text = prose(1_000_000, line)
    held = program.after(program.to_box, lambda: program.paste(text), lambda: program.send(b"Z"))
    assert held["box"].replace("\n", " ") == text[:PASTE_CAP].replace("\n", " ")
    assert line == 0 or held["box"] == text[:PASTE_CAP]
    assert any("broken" in said for said in held["said"]) == (line == 0)
    assert any("65,536" in said and f"{len(text):,}" in said for said in held["said"])


def test_a_megabyte_into_the_field(program: Probe) -> None:
    text = prose(1_000_000, 12)
    held = program.after(lambda: program.paste(text))
    assert held["field"] == text.replace("\n", " ")[:LINE_CAP]
    assert any("65,536" in said for said in held["said"])


@pytest.mark.parametrize("size", [10, 5_000, PASTE_CAP])
def test_below_the_cap_nothing_is_lost(program: Probe, size: int) -> None:
    text = prose(size, 9)
    assert program.after(program.to_box, lambda: program.paste(text))["box"] == text


@pytest.mark.parametrize("typed", [False, True])
def test_twenty_thousand_line_breaks_are_bounded_and_said(program: Probe, typed: bool) -> None:
    """Pasted, and typed without brackets; then single keys are as cheap as ever."""

    def fill() -> None:
        program.send(b"\r" * 20_000) if typed else program.paste("a\n" * 20_000)

    held = program.after(program.to_box, fill)
    assert held["box"].count("\n") == LINES_CAP - 1
    assert len([said for said in held["said"] if f"{LINES_CAP:,} lines" in said]) >= 1
    program.send(b"\x1b[A\x1b[A" + "được".encode() + b"\x7f" * 4 + "mất\r".encode())
    held = program.report()
    assert "mất" in held["box"]
    assert held["box"].count("\n") == LINES_CAP - 1
    assert held["worst"] < limit(BLOCK, held["slower"])


def test_what_a_full_field_does_not_take_is_said_and_the_rest_stays(program: Probe) -> None:
    program.paste("a" * 400)
    program.paste("b" * 400)
    held = program.report()
    assert held["field"] == "a" * 400 + "b" * (LINE_CAP - 400)
    assert any("512" in said for said in held["said"])


def test_a_paste_is_cleaned_and_its_lines_become_one_in_a_field(program: Probe) -> None:
    program.paste("Số 5  [ngõ 12/3]\r\n \x1b]52;c;aGk=\x07 hai\tba\n")
    held = program.report()
    assert held["field"] == "Số 5  [ngõ 12/3] \ufffd]52;c;aGk=\ufffd hai ba"


def test_a_byte_that_is_no_utf_8_is_shown_and_harms_nothing(program: Probe) -> None:
    program.send(b"Ng\xf5 12\xff")
    assert program.report()["field"] == "Ng\ufffd 12\ufffd"


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_keys_inside_a_paste_are_not_pressed(program: Probe, cut: int) -> None:
    """F8 wipes, Tab goes on: a copied text must not."""
    data = b"\x1b[200~mot" + F8 + TAB + b"hai\x1b[201~"
    for i in range(0, len(data), cut):
        program.send(data[i : i + cut])
    assert program.report()["field"] == "mot\ufffd[19~ hai"
