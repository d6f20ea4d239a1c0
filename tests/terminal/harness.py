"""A program in a real terminal (a pty with pyte behind it): what no Pilot can see is seen here."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte
from wcwidth import wcwidth

ROOT = Path(__file__).parents[2]
# pyte prints the end of these (kitty keyboard, XTMODKEYS) as if it were text.
_PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]")
KEPT = 1 << 20
"""Bytes of a long run without a look that are shown in the end: whole pictures follow each other in them."""
BUSY = 4
"""So much longer than said may it take: the machine also runs the other tests, and that is no failure."""
_UNFINISHED = re.compile(rb"\x1b(\[[<>=?]?[0-9;]*)?$")


def inherited() -> dict[str, str]:
    """This process's environment without what is meant for the tests: the desk rejects variables it does not know.

    Without COLUMNS and LINES too: they speak of the terminal the tests run in, and would hide the size of this pty.
    """
    foreign = {"COLUMNS", "LINES"}
    return {name: it for name, it in os.environ.items() if name not in foreign and not name.startswith("AGENT_TUI_")}


class Screen(pyte.Screen):
    """pyte drops the rest of a text behind a mark without a combining class (a Khmer vowel): terminals do not."""

    def draw(self, data: str) -> None:
        super().draw("".join(c for c in data if wcwidth(c) or unicodedata.combining(c)))


class Terminal:
    """Spawns `python ARGS` in a pty; use as a context manager, it leaves no process behind."""

    def __init__(
        self,
        args: Sequence[str],
        size: tuple[int, int] = (120, 36),
        env: dict[str, str] | None = None,
        program: str = sys.executable,
    ) -> None:
        self.width, self.height = size
        self._screen = Screen(self.width, self.height)
        self._stream = pyte.ByteStream(self._screen)
        self._carry = b""
        self.raw = bytearray()
        self._shown = 0
        self._master, slave = os.openpty()
        self._set_size(slave)
        self.process = subprocess.Popen(
            [program, *args],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={**inherited(), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **(env or {})},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _set_size(self, fd: int) -> None:
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.height, self.width, 0, 0))

    @property
    def screen(self) -> Screen:
        """What stands on the screen; pyte is slower than the desk, so it reads only when somebody looks."""
        unread = bytes(self.raw[max(self._shown, len(self.raw) - KEPT) :])
        self._shown = len(self.raw)
        if unread:
            self._feed(unread)
        return self._screen

    def look_away(self) -> None:
        """Never show what has come so far: the program is about to draw everything again."""
        self._shown, self._carry = len(self.raw), b""
        self._screen.reset()

    def resize(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.screen.resize(height, width)
        self._set_size(self._master)

    def send(self, data: bytes | str) -> None:
        """All bytes in one write: a burst."""
        os.write(self._master, data.encode() if isinstance(data, str) else data)

    @property
    def display(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> bool:
        """Take what arrives within `seconds`; False when the program closed the terminal."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        if not data:
            return False
        self.raw += data
        return True

    def _feed(self, data: bytes) -> None:
        data = _PRIVATE.sub(b"", self._carry + data)
        cut = _UNFINISHED.search(data)
        self._carry = data[cut.start() :] if cut else b""
        self._stream.feed(data[: cut.start()] if cut else data)

    def wait_for(self, text: str, timeout: float = 10.0) -> str:
        """The screen, as soon as it shows `text`."""
        return self._wait(lambda: text in self.display, f"never showed {text!r}", timeout)

    def wait_gone(self, text: str, timeout: float = 10.0) -> str:
        """The screen, as soon as it no longer shows `text`."""
        return self._wait(lambda: text not in self.display, f"never lost {text!r}", timeout)

    def wait(self, done: Callable[[], bool], timeout: float = 10.0) -> str:
        """The screen, as soon as the condition holds."""
        return self._wait(done, "never became true", timeout)

    def _wait(self, done: Callable[[], bool], complaint: str, timeout: float) -> str:
        deadline = time.monotonic() + timeout * BUSY
        while not done():
            left = deadline - time.monotonic()
            if left <= 0 or (not self.read(min(left, 0.25)) and not done()):
                raise AssertionError(f"{complaint}; the screen is\n{self.display}")
        return self.display

    def wait_end(self, timeout: float = 10.0) -> int:
        """The exit code, once the program has ended; what it still prints is taken in."""
        deadline = time.monotonic() + timeout * BUSY
        while self.read(0.1):
            if time.monotonic() > deadline:
                raise AssertionError(f"still running; the screen is\n{self.display}")
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def hang_up(self) -> None:
        """Close the window: the terminal is gone, the program is not told otherwise."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        self.hang_up()
