"""`agent-tui demo` without a terminal: real processes, plain lines, and nothing left behind however it ends."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAD = re.compile(r"\d\d:\d\d:\d\d \| EVNCPC Lan Trần \| live \| waiting (\d+), longest (\d\d:\d\d)")
ENOUGH_S = 30.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own, with a cache that the demonstrations of this module share."""
    return tmp_path_factory.mktemp("home")


class Demo:
    """One running `agent-tui demo` with its output in a pipe."""

    def __init__(self, home: Path, temp: Path, *words: str) -> None:
        self.temp = temp
        environ = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_TUI_")}
        environ |= {
            "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config"),
            "TMPDIR": str(temp), "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "",
        }  # fmt: skip
        command = [sys.executable, "-m", "agent_tui", "demo", "--customers", "300", *words]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip

    def line(self) -> str:
        """The next line of output."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], ENOUGH_S)
        assert ready, "no output"
        return self.process.stdout.readline().decode()

    def helpers(self) -> list[int]:
        """Descriptors that become readable when service and simulator of this demonstration have ended."""
        mine = str(self.temp).encode()
        entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and mine in _command(entry)]
        return [os.pidfd_open(int(entry.name)) for entry in entries]

    def stop(self) -> None:
        """End it if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=ENOUGH_S)


def _command(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def ended(helpers: list[int]) -> bool:
    """Wait until all helpers have ended."""
    for descriptor in helpers:
        ready, _, _ = select.select([descriptor], [], [], ENOUGH_S)
        os.close(descriptor)
        if not ready:
            return False
    return True


@pytest.fixture
def demo(home: Path, tmp_path: Path) -> Iterator[Demo]:
    """A demonstration that has said its first lines."""
    running = Demo(home, tmp_path)
    try:
        yield running
    finally:
        running.stop()


def test_for_seconds_prints_a_living_queue_and_ends(home: Path, tmp_path: Path) -> None:
    running = Demo(home, tmp_path, "--for", "5", "--scenario", "day", "--lang", "en")
    out, err = running.process.communicate(timeout=ENOUGH_S)
    assert running.process.returncode == 0, err.decode()
    text = out.decode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    heads = [HEAD.match(line) for line in text.splitlines()]
    waiting = [int(head[1]) for head in heads if head]
    assert len(waiting) >= 2
    assert 10 <= waiting[-1] <= 40
    assert "no power" in text
    assert "Traceback" not in err.decode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(demo: Demo, number: signal.Signals) -> None:
    assert HEAD.match(demo.line())
    helpers = demo.helpers()
    assert len(helpers) == 2
    demo.process.send_signal(number)
    _out, err = demo.process.communicate(timeout=ENOUGH_S)
    assert demo.process.returncode == 0
    assert "Traceback" not in err.decode()
    assert ended(helpers)
    assert list(demo.temp.iterdir()) == []


def test_a_killed_desk_takes_its_processes_along_and_the_next_one_its_files(demo: Demo, home: Path) -> None:
    assert HEAD.match(demo.line())
    helpers = demo.helpers()
    assert len(helpers) == 2
    demo.process.kill()
    demo.process.communicate(timeout=ENOUGH_S)
    assert ended(helpers)
    assert len(list(demo.temp.iterdir())) == 1
    following = Demo(home, demo.temp, "--for", "0.5")
    following.process.communicate(timeout=ENOUGH_S)
    assert list(demo.temp.iterdir()) == []


def test_a_reader_that_has_enough_is_no_error(demo: Demo) -> None:
    assert HEAD.match(demo.line())
    helpers = demo.helpers()
    assert demo.process.stdout is not None
    demo.process.stdout.close()
    assert demo.process.wait(ENOUGH_S) == 0
    assert demo.process.stderr is not None
    assert "Traceback" not in demo.process.stderr.read().decode()
    assert ended(helpers)


def test_a_kept_directory_is_used_again(home: Path, tmp_path: Path) -> None:
    data = tmp_path / "kept"
    for _ in range(2):
        running = Demo(home, tmp_path, "--data", str(data), "--for", "1")
        _out, err = running.process.communicate(timeout=ENOUGH_S)
        assert running.process.returncode == 0, err.decode()
    assert "Preparing" not in err.decode()
    assert (data / "service.db").exists()
