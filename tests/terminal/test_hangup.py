"""A closed terminal ends the desk, whatever it was doing."""

import os
import subprocess
import sys
from pathlib import Path

from agent_tui import hangup
from tests.terminal.harness import Terminal
from tests.terminal.site import environment


def test_a_closed_window_ends_the_demo_and_everything_it_started(tmp_path: Path) -> None:
    words = ["-m", "agent_tui", "demo", "--customers", "300", "--lang", "en", "--speed", "4"]
    with Terminal(words, (120, 36), environment(tmp_path) | {"TMPDIR": str(tmp_path)}) as desk:
        desk.wait_for("WAITING", 60)
        here = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and runs_in(entry, tmp_path)]
        watched = [os.pidfd_open(int(entry.name)) for entry in here]
        assert len(watched) == 2
        # The master's end closes while the desk paints: the writer is caught in the middle of a frame.
        desk.hang_up()
        assert desk.process.wait(15) != 0
        for descriptor in watched:
            assert ended(descriptor, 15)


# The master's end is gone before anybody watches; what stands for the desk then waits for longer than the test.
GONE = """
import os, pty, sys, time
from agent_tui import hangup
master, slave = pty.openpty()
os.close(master)
sys.stdin = os.fdopen(slave)
hangup.GRACE_S = 0.0
hangup.watch()
time.sleep(20)
"""
PIPE = "import time\nfrom agent_tui import hangup\nhangup.GRACE_S = 0.0\nhangup.watch()\ntime.sleep(0.5)"


def test_a_window_closed_while_the_desk_starts_ends_it_too() -> None:
    assert subprocess.run([sys.executable, "-c", GONE], timeout=15, check=False).returncode == hangup.EXIT_CODE


def test_input_that_is_no_terminal_and_ends_ends_nothing() -> None:
    run = subprocess.run([sys.executable, "-c", PIPE], input=b"", timeout=15, check=False)
    assert run.returncode == 0


def runs_in(entry: Path, directory: Path) -> bool:
    try:
        return str(directory).encode() in (entry / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def ended(descriptor: int, seconds: float) -> bool:
    import select

    ready, _, _ = select.select([descriptor], [], [], seconds)
    os.close(descriptor)
    return bool(ready)
