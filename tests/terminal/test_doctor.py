"""The doctor: what it sees in a real terminal and without one, and that every finding comes with its cure."""

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_tui import __version__, i18n
from agent_tui.doctor.keys import check_backspace, check_word
from agent_tui.doctor.report import Finding
from agent_tui.doctor.server import Heard, check_clock, check_server, judge
from agent_tui.doctor.terminal import check_colours, check_kind, check_locale, check_multiplexer, check_size
from tests.terminal.harness import ROOT, Terminal
from tests.terminal.site import environment, free_port


class Answers(http.server.BaseHTTPRequestHandler):
    """A service as far as the doctor asks it."""

    body = json.dumps({"status": "ok", "version": __version__}).encode()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_words: object) -> None:
        return


@pytest.fixture
def service() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def levels(findings: Iterator[Finding]) -> list[str]:
    return [finding.level for finding in findings]


# In a real terminal


@pytest.mark.parametrize(
    ("lang", "fine", "end"),
    [
        ("en", "the desk understands it", "Nothing is wrong."),
        ("vi", "bàn trực hiểu được", "Không có lỗi nào."),
    ],
)
def test_a_good_terminal(service: str, tmp_path: Path, lang: str, fine: str, end: str) -> None:
    command = ["-m", "agent_tui", "doctor", "--server", service, "--lang", lang]
    env = {**environment(tmp_path), "TERM": "xterm-256color", "TMUX": "", "STY": ""}
    with Terminal(command, (120, 36), env) as desk:
        desk.wait_for("Backspace", 20)
        desk.send(b"\x7f")
        desk.wait_for("việt", 10)
        desk.send("viet\x7f\x7fệt\r".encode())
        assert desk.wait_end(20) == 0
        shown = desk.display
    assert "0x7f" in shown
    assert shown.count(fine) == 2
    assert end in shown


def test_a_small_window_with_few_colours_and_a_silent_service(tmp_path: Path) -> None:
    server = f"http://127.0.0.1:{free_port()}"
    env = {**environment(tmp_path), "TERM": "linux", "COLORTERM": "", "LC_ALL": "C", "TMUX": "", "STY": ""}
    with Terminal(["-m", "agent_tui", "doctor", "--server", server, "--plain"], (70, 40), env) as desk:
        assert desk.wait_end(20) == 1
        shown = " ".join(desk.display.split())
    for said in ("70 columns, 40 lines", "at least 80 columns", "basic theme", "export LANG=C.UTF-8",
                 "cannot be reached", "3 things are wrong."):  # fmt: skip
        assert said in shown


# Without a terminal


def run(tmp_path: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent_tui", "doctor", *words],
        capture_output=True, text=True, cwd=ROOT, timeout=60, stdin=subprocess.DEVNULL,
        env={**os.environ, **environment(tmp_path), "TMUX": "", "STY": "", **env},
    )  # fmt: skip


def test_without_a_terminal_it_asks_nothing(service: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--server", service)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert done.stdout.count("skipped") == 3


def test_a_settings_file_with_a_fault_is_a_finding(service: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('theme = "drak"\n')
    done = run(tmp_path, "--server", service, AGENT_TUI_CONFIG=str(tmp_path / "settings.toml"))
    assert done.returncode == 1
    assert "Did you mean dark?" in done.stdout
    assert "answers in" in done.stdout


def test_a_terminal_that_is_not_utf8_does_not_break_the_report(service: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--server", service, "--lang", "vi", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 1
    assert "export LANG=C.UTF-8" in done.stdout


# Each finding and its cure


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.set_language(request.param)
    yield request.param
    i18n.set_language("en")


def answers(**said: str) -> Callable[[str], str]:
    """A tmux that says these things."""
    return lambda question: next((text for word, text in said.items() if word in question.replace("-", "_")), "")


def test_every_wrong_thing_has_a_cure(language: str) -> None:
    tmux = answers(escape_time="500", extended_keys="off", client_termfeatures="256")
    findings = [
        check_kind({"TERM": "dumb"}), check_size(60, 20), check_locale({"LANG": "C"}), check_backspace(b"\x1b[3~"),
        check_word(b"viet65\r"), check_word("viẹt\r".encode("cp1258", "replace") + b"\xff"), check_clock(3600),
        *check_multiplexer({"TMUX": "/tmp/x"}, tmux), *check_server(f"http://127.0.0.1:{free_port()}"),
        *judge("http://x", Heard(200, b"<html>", 3, 0)),
        *judge("http://x", Heard(200, b'{"status":"ok","version":"0.0.0"}', 3, 0)),
    ]  # fmt: skip
    wrong = [finding for finding in findings if finding.level == "wrong"]
    assert len(wrong) >= 9
    assert [finding for finding in wrong if not finding.cure] == []


def test_tmux(language: str) -> None:
    assert levels(check_multiplexer({}, answers())) == []
    good = answers(escape_time="10", extended_keys="on", client_termfeatures="256,RGB,title", prefix="C-b")
    assert levels(check_multiplexer({"TMUX": "x"}, good)) == ["fine"]
    bad = list(check_multiplexer({"TMUX": "x"}, answers(escape_time="500", extended_keys="off")))
    assert [finding.cure.rpartition(": ")[2] for finding in bad[:3]] == [
        "set -sg escape-time 10", "set -s extended-keys on", 'set -as terminal-features ",*:RGB"',
    ]  # fmt: skip
    assert levels(check_multiplexer({"STY": "1"}, answers())) == ["advice"]


@pytest.mark.parametrize(
    ("sent", "level"),
    [
        ("việt", "fine"), ("vieejt\x7f", "advice"), ("viet\x7f\x7fệt", "fine"), ("viet\x08\x08ệt", "fine"),
        ("vie\u0323\u0302t", "fine"), ("viet", "advice"), ("", "skipped"), ("hello", "wrong"),
    ],
)  # fmt: skip
def test_the_input_methods_ways(language: str, sent: str, level: str) -> None:
    assert check_word(sent.encode() + b"\r").level == level


@pytest.mark.parametrize(
    ("sent", "level"), [(b"\x7f", "fine"), (b"\x08", "fine"), (b"\x1b[3~", "wrong"), (b"", "skipped")]
)
def test_backspace(language: str, sent: bytes, level: str) -> None:
    assert check_backspace(sent).level == level


def test_colours_and_locale() -> None:
    assert check_colours({"TERM": "xterm-256color"}).level == "fine"
    assert check_colours({"TERM": "linux"}).level == "advice"
    assert check_colours({"NO_COLOR": "1", "TERM": "xterm"}).level == "advice"
    assert check_locale({"LC_ALL": "", "LANG": "vi_VN.UTF-8"}).level == "fine"
    assert check_locale({"LC_ALL": "en_US.utf8"}).level == "fine"
    assert check_locale({"LC_ALL": "en_US", "LANG": "vi_VN.UTF-8"}).level == "wrong"


def test_clocks() -> None:
    assert check_clock(None).level == "skipped"
    assert check_clock(-2).level == "fine"
    assert "61" in check_clock(-61).says
