"""Types into a program in a terminal, raw or through tmux, and reads back what the program says it holds."""

import contextlib
import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.terminal.harness import Terminal
from tests.terminal.site import environment

KEYS = {
    "BS": b"\x7f", "BS8": b"\x08", "TAB": b"\t", "STAB": b"\x1b[Z", "ENTER": b"\r", "LEFT": b"\x1b[D",
    "RIGHT": b"\x1b[C", "UP": b"\x1b[A", "DOWN": b"\x1b[B", "HOME": b"\x1b[H", "END": b"\x1b[F", "DEL": b"\x1b[3~",
    "PGUP": b"\x1b[5~", "PGDN": b"\x1b[6~", "F1": b"\x1bOP", "F2": b"\x1bOQ", "F3": b"\x1bOR", "F4": b"\x1bOS",
    "F5": b"\x1b[15~", "F6": b"\x1b[17~", "F7": b"\x1b[18~", "F8": b"\x1b[19~", "F9": b"\x1b[20~", "F11": b"\x1b[23~",
    "F12": b"\x1b[24~", "SF6": b"\x1b[17;2~", "BACK": b"\x07", "CLEAR": b"\x15", "ESC": b"\x1b", "SPACE": b" ",
    "CTRL+P": b"\x10", "CTRL+O": b"\x0f", "CTRL+R": b"\x12", "CTRL+Z": b"\x1a", "CTRL+Q": b"\x11", "CTRL+C": b"\x03",
}  # fmt: skip
Keys = list[str]


def encode(keys: Sequence[str]) -> bytes:
    """The bytes a terminal sends for these keys, without a pause."""
    return b"".join(KEYS.get(key, key.encode()) for key in keys)


def needs_tmux() -> None:
    """Skip where there is no tmux."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")


class Tmux(Terminal):
    """A program inside tmux with its default settings, on a server of its own; keys go through the client."""

    def __init__(self, args: Sequence[str], size: tuple[int, int], env: dict[str, str], socket: str) -> None:
        self.socket, self._env = socket, {**os.environ, **env}
        command = shlex.join([sys.executable, *args])
        started = ["-u", "-L", socket, "-f", os.devnull, "new-session", command]
        super().__init__(started, size, env, program="tmux")

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True, env=self._env, timeout=10)
        super().close()


class Typist:
    """One program under test; `ask` is the key that makes it write its report."""

    def __init__(
        self,
        module: str,
        place: Path,
        *options: str,
        tmux: bool = False,
        ask: str = "F12",
        size: tuple[int, int] = (120, 36),
        file_last: bool = False,
    ) -> None:
        place.mkdir(parents=True)
        self._file = place / "report.json"
        self._ask = ask
        self.reports = self._known = 0
        self.said: dict[str, object] = {}
        where = [*options, str(self._file)] if file_last else [str(place), str(self._file), *options]
        args, env = ["-m", module, *where], environment(place)
        if tmux:
            # The last line is tmux's own.
            size = size[0], size[1] + 1
            self.terminal: Terminal = Tmux(args, size, env, f"keys-{os.getpid()}-{place.name}")
        else:
            self.terminal = Terminal(args, size, env)

    def __enter__(self) -> "Typist":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.terminal.close()

    def type(self, keys: Sequence[str], ask: str | None = None) -> object:
        """One write, then what the program holds."""
        return self.send(encode(keys), ask)

    def send(self, data: bytes, ask: str | None = None) -> object:
        """One write, then what the program holds."""
        self.terminal.send(data + KEYS[ask or self._ask])
        return self._answer()

    def type_slowly(self, keys: Sequence[str], ask: str | None = None) -> object:
        """Each key only after the one before it has done all it does."""
        for key in keys:
            self.type([key])
        return self.type([], ask)

    def send_in_pieces(self, pieces: Sequence[bytes]) -> object:
        """Each piece is a read of its own for the program."""
        for piece in pieces:
            self.terminal.send(piece)
            self._until(lambda: self._unread() == 0, "never read its input")
        return self.type([])

    def _unread(self) -> int:
        """Bytes the program has not read from its terminal yet."""
        terminal = os.open(f"/proc/{self.terminal.process.pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
        try:
            found = fcntl.ioctl(terminal, termios.FIONREAD, b"\0\0\0\0")
        finally:
            os.close(terminal)
        return int.from_bytes(found, sys.byteorder)

    def _answer(self) -> object:
        self.reports += 1
        self._until(self._reported, f"no report {self.reports}")
        return self.said["state"]

    def _reported(self) -> bool:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            # Asked hundreds of times a second; each report is a new file, or the old one written again.
            written = self._file.stat()
            if (known := hash((written.st_ino, written.st_mtime_ns, written.st_size))) != self._known:
                self.said = json.loads(self._file.read_text("utf-8"))
                self._known = known
        return self.said.get("n", 0) >= self.reports

    def _until(self, true, complaint: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            # A program that has ended is told from one that hangs: no report will come, and its crash file says why.
            ended = not self.terminal.read(0.002) and not true()
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"{complaint}; {self._standing(ended)}:\n{self.terminal.display}")

    def _standing(self, ended: bool) -> str:
        """What is known of a program that says nothing: how it ended, or where each of its threads stands."""
        place = self._file.parent
        if ended:
            crashes = "\n".join(path.read_text("utf-8") for path in place.glob("crash-*.txt"))
            return f"it ended ({self.terminal.process.poll()})\n{crashes}"
        stacks = place / "stacks.txt"
        if not stacks.exists():
            return "it runs"
        found = subprocess.run(["pgrep", "-f", str(self._file)], capture_output=True, text=True, check=False)
        for pid in map(int, found.stdout.split()):
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(sys.executable.encode()):
                os.kill(pid, signal.SIGUSR1)
        patience = time.monotonic() + 5
        while not stacks.stat().st_size and time.monotonic() < patience:
            self.terminal.read(0.05)
        return f"it hangs\n{stacks.read_text('utf-8')}"


def fix_ups(shown: Sequence[str], erase: str) -> Keys:
    """What an input method sends while its word changes as in `shown`: Backspaces, then the part that is new."""
    keys: Keys = []
    before = ""
    for word in shown:
        same = next(
            (i for i, (x, y) in enumerate(zip(before, word, strict=False)) if x != y), min(len(before), len(word))
        )
        keys += [erase] * (len(before) - same) + list(word[same:])
        before = word
    return keys


def bare(text: str) -> str:
    """A Vietnamese text without its marks."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return plain.replace("đ", "d").replace("Đ", "D")


_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))


def toneless(text: str) -> str:
    """A Vietnamese text without its tones, the shapes of its letters kept: đường is đương."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_TONES))


def telex(word: str) -> list[str]:
    """What stands on the screen while somebody types the word in Telex: shapes at once, the tone at the end."""
    shape, plain = toneless(word), bare(word)
    shown = []
    for end in range(1, len(word) + 1):
        # The one w of `uow` turns both letters.
        held = shape[: end - 1] if shape[end - 2 : end] != "ươ" else shape[: end - 2] + "u"
        shown += [held + plain[end - 1], shape[:end] if shape[end - 1 : end + 1] != "ươ" else held + plain[end - 1]]
    return [*shown, word]


def vni(word: str) -> list[str]:
    """The same in VNI as many type it: all letters, then the digits for shapes from the left, then the tone."""
    shape, plain = toneless(word), bare(word)
    return [*(plain[:end] for end in range(1, len(word) + 1)),
            *(shape[:end] + plain[end:] for end in range(1, len(word) + 1)), word]  # fmt: skip


def typed_by(method: str, phrase: str, erase: str) -> Keys:
    """The keys an input method sends for words with spaces between them."""
    ways = {"telex": telex, "vni": vni}
    keys: Keys = []
    for word in phrase.split():
        keys += [*([" "] if keys else []), *fix_ups(ways[method](word), erase)]
    return keys
