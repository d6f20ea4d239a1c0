import io
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_tui import wire
from backend_stub import settings
from backend_stub.cli import main
from backend_stub.errors import CannotStart
from backend_stub.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def data_dir(tmp_path: Path, run: Run) -> str:
    assert run("init", str(tmp_path / "data"))[0] == 0
    return str(tmp_path / "data")


def add(run: Run, data_dir: str, name: str, *, password: str = "correct horse", **options: str) -> tuple[int, str, str]:
    given = {"role": "agent", "display": "Lan Trần", "centre": "EVNCPC", **options}
    words = [word for key, value in given.items() for word in (f"--{key}", value)]
    return run("user", "add", data_dir, name, *words, "--password-stdin", stdin=password + "\n")


def one_sentence(result: tuple[int, str, str], *says: str) -> None:
    code, out, err = result
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("agent-tui-service: ")
    assert all(word in err for word in says), err


def test_init_makes_a_private_directory_with_everything_in_it(data_dir: str) -> None:
    path = Path(data_dir)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()}
    assert modes == {"service.db": 0o600, "settings.toml": 0o600, "audit.key": 0o600}
    assert len((path / "audit.key").read_bytes()) == 32


def test_init_refuses_a_directory_that_holds_anything(tmp_path: Path, run: Run) -> None:
    (tmp_path / "photo.jpg").touch()
    one_sentence(run("init", str(tmp_path)), "not empty")
    assert [file.name for file in tmp_path.iterdir()] == ["photo.jpg"]
    one_sentence(run("init", str(tmp_path / "photo.jpg")), "not a directory")
    one_sentence(run("init", str(tmp_path / "photo.jpg" / "below")), "not a directory")


def test_users_are_added_listed_and_disabled(data_dir: str, run: Run) -> None:
    assert add(run, data_dir, "lan", skills="outage:3,billing:2", extension="1001")[0] == 0
    assert add(run, data_dir, "kenh", role="channel")[0] == 0
    assert run("user", "disable", data_dir, "kenh")[0] == 0
    lines = run("user", "list", data_dir)[1].splitlines()
    assert lines == [
        "kenh\tchannel\tEVNCPC\tdisabled\t-\tLan Trần",
        "lan\tagent\tEVNCPC\tactive\tbilling:2,outage:3\tLan Trần",
    ]
    assert run("user", "password", data_dir, "lan", "--password-stdin", stdin="another horse\n")[0] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"role": "boss"}, "boss"),
        ({"centre": "EVN"}, "EVNHANOI"),
        ({"skills": "outage:9"}, "outage:9"),
        ({"skills": "outage"}, "outage"),
        ({"skills": "outage:²"}, "outage:²"),
        ({"password": "short"}, "8 to 256"),
        ({"password": ""}, "8 to 256"),
        ({"password": "PassWord1"}, "first that are guessed"),
        ({"display": "  "}, "display name"),
    ],
)
def test_a_bad_user_is_refused_in_one_sentence(data_dir: str, run: Run, options: dict, says: str) -> None:
    one_sentence(add(run, data_dir, "lan", **options), says)
    assert run("user", "list", data_dir)[1] == ""


def test_a_common_password_is_refused_when_it_is_changed_too(data_dir: str, run: Run) -> None:
    assert add(run, data_dir, "lan")[0] == 0
    common = run("user", "password", data_dir, "lan", "--password-stdin", stdin="1q2w3e4r5t\n")
    one_sentence(common, "This password is among the first that are guessed.")


def test_names_are_unique_whatever_their_case_and_unknown_ones_are_said(data_dir: str, run: Run) -> None:
    assert add(run, data_dir, "lan")[0] == 0
    one_sentence(add(run, data_dir, "LAN"), "already", "LAN")
    one_sentence(add(run, data_dir, "lan tran"), "login name")
    one_sentence(run("user", "disable", data_dir, "minh"), "minh")
    one_sentence(run("user", "password", data_dir, "minh", "--password-stdin", stdin="correct horse\n"), "minh")
    one_sentence(run("user", "password", data_dir, "lan"), "--password-stdin")


@pytest.mark.parametrize("command", [["serve"], ["user", "list"]])
def test_a_missing_directory_is_said_with_the_cure(tmp_path: Path, run: Run, command: list[str]) -> None:
    one_sentence(run(*command, str(tmp_path / "nowhere")), "nowhere", "init")
    assert not (tmp_path / "nowhere").exists()


def test_a_network_host_without_tls_is_refused(data_dir: str, run: Run) -> None:
    one_sentence(run("serve", data_dir, "--host", "0.0.0.0"), "TLS", "--insecure")


def test_a_port_that_cannot_be_is_refused(data_dir: str, run: Run) -> None:
    one_sentence(run("serve", data_dir, "--port", "99999"), "99999")
    one_sentence(run("serve", data_dir, "--port", "-1"), "-1")


def test_a_wrong_setting_stops_the_start_and_names_the_nearest(data_dir: str, run: Run) -> None:
    path = Path(data_dir) / "settings.toml"
    path.write_text(path.read_text() + "\n[server]\nheartbeet_s = 5\n[session]\nidle_s = 3\n")
    one_sentence(run("serve", data_dir), "server.heartbeet_s", "server.heartbeat_s", "session;", "sessions")
    path.write_text("[server]\nheartbeat_s = 'often'\n")
    one_sentence(run("serve", data_dir), "heartbeat_s")
    path.write_text("[server\n")
    one_sentence(run("serve", data_dir), "TOML")


def test_the_written_settings_are_the_defaults_once_uncommented(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(settings.default_text())
    assert settings.load(path) == Settings()
    lines = [line.removeprefix("# ") for line in settings.default_text().splitlines()]
    path.write_text("\n".join(line for line in lines if line.startswith("[") or (" = " in line and ":" not in line)))
    assert settings.load(path) == Settings()


def test_a_queue_in_the_settings_comes_to_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[queues.vip]\nskill = "billing"\n')
    assert list(settings.load(path).queues) == ["outage", "billing", "service", "general", "vip"]
    path.write_text('[queues.vip]\nskil = "billing"\n')
    with pytest.raises(CannotStart, match=r"queues\.vip\.skill"):
        settings.load(path)


def test_calls_overflow_to_a_centre_that_there_is(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[queues.outage]\nskill = "outage"\noverflow_s = 60\noverflow_to = ["EVNSPC", "EVN CPC"]\n')
    with pytest.raises(CannotStart, match=r"queues\.outage\.overflow_to.*EVN CPC.*EVNCPC"):
        settings.load(path)
    path.write_text('[queues.outage]\nskill = "outage"\noverflow_s = 60\noverflow_to = ["EVNSPC"]\n')
    assert settings.load(path).queues["outage"].overflow_to == ["EVNSPC"]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from backend_stub.cli import parser; parser();"
        "print([m for m in ('msgspec', 'asyncio', 'uvicorn', 'sqlite3', 'argon2') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_roles_of_the_command_line_are_those_of_the_wire() -> None:
    from backend_stub.store import users

    assert set(users.ROLES) == {"agent", "lead", "admin", "channel"}
    assert wire.Role
