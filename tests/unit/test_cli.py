"""The command line: one sentence and status 2 for what cannot be done; nothing heavy is imported early."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from agent_tui import cli, config
from agent_tui.launch import Launch

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in ("AGENT_TUI_SERVER", "AGENT_TUI_USER", "AGENT_TUI_PASSWORD_FILE", "AGENT_TUI_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Run the command line, check status 2 and one line on stderr; returns the line."""
    try:
        status: object = cli.main(list(argv))
    except SystemExit as leaving:
        status = leaving.code
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    return said.err


def terminal(monkeypatch: pytest.MonkeyPatch) -> list[Launch]:
    """Pretend to have a terminal; returns what the desk is started with."""
    started: list[Launch] = []

    def run_desk(launch: Launch) -> int:
        started.append(launch)
        return 0

    monkeypatch.setattr("agent_tui.launch.run_desk", run_desk)
    monkeypatch.setattr(cli, "_wants_plain", lambda args: False)
    return started


def test_unknown_option_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean --server?" in refused(capsys, "--sever", "http://127.0.0.1:1")


@pytest.mark.parametrize(
    "argv",
    [("demo", "--customers", "0"), ("demo", "--as", "boss"), ("--lang", "fr"), ("demo", "--speed", "-1"), ("dmeo",)],
)
def test_values_that_cannot_be(capsys: pytest.CaptureFixture[str], argv: tuple[str, ...]) -> None:
    assert "--help" in refused(capsys, *argv)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("demoo", "--lang", "vi"), "Không có lệnh demoo; hiện có demo, doctor. Ý bạn là demo?"),
        (("--lang", "vi", "demo", "--as", "boss"), "--as không nhận boss; chỉ nhận agent, lead."),
        (("--lang", "fr"), "--lang cannot be fr; it can be vi, en."),
        (("doktor",), "There is no command doktor; there are demo, doctor. Did you mean doctor?"),
    ],
)
def test_a_wrong_choice_names_the_word_and_what_there_is(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], said: str
) -> None:
    assert refused(capsys, *argv) == f"agent-tui: {said} (agent-tui --help)\n"


def test_a_wrong_choice_is_told_in_the_language_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    assert "--lang không nhận fr; chỉ nhận vi, en." in refused(capsys, "--lang", "fr")


def test_words_for_numbers_are_told_what_a_number_must_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert "must be more than 0" in refused(capsys, "demo", "--speed", "fast")
    assert "must be 1 to" in refused(capsys, "demo", "--customers", "many")


@pytest.mark.parametrize("command", [(), ("demo",), ("doctor",)])
def test_translated_help_has_one_list_of_options(capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        cli.main([*command, "--lang", "vi", "--help"])
    assert capsys.readouterr().out.count("tùy chọn:") == 1


def test_unknown_theme_and_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean contrast?" in refused(capsys, "--theme", "contrst")
    assert "quiet, day, heatwave" in refused(capsys, "demo", "--scenario", "rain")


def test_missing_password_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "No such file" in refused(capsys, "--user", "a", "--password-file", str(tmp_path / "none"))


def test_no_terminal_and_nobody_to_log_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--user" in refused(capsys, "--plain")


def test_unreachable_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    started = terminal(monkeypatch)
    assert "cannot be reached" in refused(capsys, "--server", f"http://127.0.0.1:{closed_port}")
    assert started == []


def test_demo_data_directory_of_somebody_else(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert "holds no demonstration" in refused(capsys, "demo", "--data", str(tmp_path))
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_desk_gets_what_was_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = terminal(monkeypatch)
    monkeypatch.setattr(cli, "_must_answer", lambda server: None)
    (tmp_path / "pw").write_text("secret\n")
    argv = ["--server", "http://127.0.0.1:9", "--user", "lan", "--password-file", str(tmp_path / "pw"), "--lang", "vi"]
    assert cli.main(argv) == 0
    (launch,) = started
    assert (launch.server, launch.username, launch.password) == ("http://127.0.0.1:9", "lan", "secret")
    assert (launch.language, launch.theme) == ("vi", "dark")
    assert launch.views_file == config.views_path({})
    assert launch.views_file.is_relative_to(tmp_path)
    assert "secret" not in repr(launch)


def test_nothing_heavy_before_it_is_needed() -> None:
    heavy = "[m for m in ('textual', 'httpx', 'rich') if m in sys.modules]"
    probe = f"import sys, agent_tui.cli, agent_tui.demo; print({heavy})"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
