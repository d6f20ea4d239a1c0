"""A crash leaves one clean sentence, a private trace, the terminal as it was, and what was typed; so does a kill."""

import json
import os
import random
import stat
import termios
import time
from pathlib import Path

import pytest

from tests.full import FULL, count
from tests.terminal.canaries import seen, seen_in_files
from tests.terminal.harness import Terminal
from tests.terminal.site import Site, environment

F2, F8, F9, F12 = b"\x1bOQ", b"\x1b[19~", b"\x1b[20~", b"\x1b[24~"
NOTE = "dây chùng trước nhà [ngõ 12/3]"
PLACES = [("handler", "en"), ("worker", "vi"), ("render", "en"), ("timer", "en"),
          *([("worker-exit", "vi"), ("compose", "en")] if FULL else [])]  # fmt: skip
STOPPED = {"en": ("The desk stopped", "offered at the next start"), "vi": ("Bàn trực đã dừng", "lần mở sau")}
OFF = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h")


@pytest.fixture(autouse=True)
def empty_hands(site: Site) -> None:
    """Each test begins with nobody waiting, nothing in hand and no text of the test before on the service."""
    site.clear()


def desk(site: Site, home: Path, lang: str = "en", crash: str = "", size: tuple[int, int] = (100, 30)) -> Terminal:
    words = site.desk(lang)
    return Terminal(["-m", "tests.terminal.crash_app", crash, *words[2:]] if crash else words, size, environment(home))


def draft_files(home: Path) -> list[Path]:
    return list(home.rglob("drafts-*.json"))


def saved_text(home: Path) -> str:
    return "".join(
        draft["fields"].get("text", "")
        for path in draft_files(home)
        for draft in json.loads(path.read_text())["drafts"]
    )


def wait_saved(terminal: Terminal, home: Path, text: str) -> None:
    terminal._wait(lambda: text in saved_text(home), f"{text!r} was never saved", 5)


def flags(terminal: Terminal) -> list[object]:
    """The terminal's settings: input, output, control and local flags, and the special characters."""
    settings = termios.tcgetattr(terminal._master)
    return [*settings[:4], settings[6]]


# The title of the question: the key bar says "Wrap up" before it is asked.
ASKED = "Wrap up · Người"
HAND = {"en": ("IN HAND", ASKED), "vi": ("ĐANG TIẾP", "Kết thúc · Người")}


def take_one_and_write(site: Site, terminal: Terminal, who: str, lang: str = "en") -> None:
    """Take the caller, open the wrap-up, write a note."""
    site.report(who)
    terminal.wait_for(who, 20)
    terminal.send(F2)
    hand, wrap_up = HAND[lang]
    terminal.wait_for(hand, 10)
    terminal.send(F8)
    terminal.wait_for(wrap_up, 10)
    terminal.send(b"\t" + NOTE.encode())
    terminal.wait_for(NOTE, 10)


@pytest.mark.parametrize(("place", "lang"), PLACES)
def test_a_crash_shows_no_canary_restores_the_terminal_and_keeps_the_draft(
    site: Site, tmp_path: Path, place: str, lang: str
) -> None:
    with desk(site, tmp_path, lang, crash=place) as terminal:
        before = flags(terminal)
        take_one_and_write(site, terminal, f"Người {place}", lang)
        assert flags(terminal) != before, "the desk has the terminal in raw mode"
        wait_saved(terminal, tmp_path, NOTE)
        terminal.send(F12)
        assert terminal.wait_end() == 1
        assert flags(terminal) == before
        raw = bytes(terminal.raw)
    assert all(code in raw for code in OFF)
    printed = raw.decode("utf-8", "replace")
    said = printed.rpartition("\x1b[?1049l")[2]
    assert all(words in said for words in STOPPED[lang])
    assert "Traceback" not in printed
    assert seen(printed) == []
    assert seen_in_files(tmp_path) == []
    (report,) = tmp_path.rglob("crash-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    trace = report.read_text("utf-8")
    assert report.stem.removeprefix("crash-") in said
    assert "LookupError" in trace
    assert "ValueError" in trace
    assert "terminal/crash_app.py" in trace
    assert NOTE not in trace
    assert saved_text(tmp_path) == NOTE
    if place != "handler" and not FULL:
        return
    with desk(site, tmp_path) as again:
        again.wait_for("Unsaved text from", 20)
        assert NOTE in again.display
        again.send(b"\r")
        again.wait_gone("Unsaved text from", 10)
        again.wait_for(ASKED, 10)
        again.wait_for(NOTE, 10)  # it is back in the field where it was typed
        again.send(b"\r")
        again.wait_gone("IN HAND", 10)
        again._wait(lambda: not draft_files(tmp_path), "the sent draft stays on the disk", 10)


def test_errors_nobody_waits_for_are_neither_printed_nor_the_end(site: Site, tmp_path: Path) -> None:
    with desk(site, tmp_path, crash="leftovers") as terminal:
        terminal.wait_for("● live", 20)
        terminal.send(F12)
        terminal._wait(lambda: len(list(tmp_path.rglob("crash-*.txt"))) >= 3, "three reports", 10)
        terminal.send(b"4")
        terminal.wait_for("MINE", 10)
        printed = bytes(terminal.raw).decode("utf-8", "replace")
    assert "Traceback" not in printed
    assert seen(printed) == []
    assert seen_in_files(tmp_path) == []


def test_sigterm_restores_the_terminal_and_keeps_the_text(site: Site, tmp_path: Path) -> None:
    with desk(site, tmp_path) as terminal:
        before = flags(terminal)
        take_one_and_write(site, terminal, "Người chờ lâu")
        terminal.process.terminate()
        assert terminal.wait_end() == 128 + 15
        assert flags(terminal) == before
        assert all(code in bytes(terminal.raw) for code in OFF)
    assert NOTE in saved_text(tmp_path)
    with desk(site, tmp_path) as again:
        again.wait_for("Unsaved text from", 20)
        again.send(b"\x1b[3~")
        again.wait_gone("Unsaved text from", 10)
        again._wait(lambda: not draft_files(tmp_path), "a discarded draft stays on the disk", 10)
        again.send(F8)
        again.wait_for(ASKED, 10)
        again.wait_for("note (optional)", 10)
        assert NOTE not in again.display
        again.send(b"\r")
        again.wait_gone("IN HAND", 10)


@pytest.mark.serial
@pytest.mark.parametrize("round_", range(count(1, 100)))
def test_kill_9_costs_at_most_300_ms_of_typing(site: Site, tmp_path: Path, round_: int) -> None:
    chance = random.Random(round_)
    with desk(site, tmp_path) as terminal:
        take_one_and_write(site, terminal, f"Người {round_}")
        sent: list[tuple[float, str]] = []
        end = time.monotonic() + 1.0 + chance.random()
        while time.monotonic() < end:
            letter = chance.choice("abcdeghiklm ")
            terminal.send(letter)
            sent.append((time.monotonic(), letter))
            terminal.read(0.02)
        killed = time.monotonic()
        os.kill(terminal.process.pid, 9)
        terminal.process.wait(10)
    typed = NOTE + "".join(letter for _at, letter in sent)
    kept = saved_text(tmp_path)
    assert typed.startswith(kept)
    old_enough = sum(at < killed - 0.3 - SLACK for at, _letter in sent)
    assert len(kept) >= len((NOTE + "".join(letter for _at, letter in sent[:old_enough])).rstrip())
    with desk(site, tmp_path) as again:
        again.wait_for("Unsaved text from", 20)
        again.send(b"\x1b")
        again.wait_for("The text is kept", 10)
        again.send(F8)
        again.wait_for(kept[:20], 10)
        again.send(b"\r")
        again.wait_gone("IN HAND", 10)


SLACK = 0.15
"""Seconds a busy machine may take between our write and the desk's read of a key."""


def test_bad_key_settings_are_one_sentence_each(tmp_path: Path) -> None:
    code = (
        "from agent_tui.launch import *; import sys;"
        "sys.exit(run_desk(Launch('http://127.0.0.1:9', language='en', keys={'tak': 'f4', 'find': 'ctrl+q'})))"
    )
    with Terminal(["-c", code]) as terminal:
        assert terminal.wait_end() == 2
        assert 'keys.tak: no such action; the nearest is "take"' in terminal.display
        assert "keys.find: ^Q cannot be used" in terminal.display
        assert b"\x1b[?1049h" not in terminal.raw
