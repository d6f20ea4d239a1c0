"""What the terminal sends, made safe before Textual reads it: a paste is text only, and no byte ends the desk.

Textual 8.2.8 acts on escape sequences inside a bracketed paste (a copied text could press F-keys), waits for ever for
a closing bracket that got lost, and dies of a byte that is not UTF-8. It offers no door for a parser of one's own, so
`install` replaces the names its terminal driver uses.
"""

import codecs
import functools
import sys
import time
from collections.abc import Callable, Iterable
from typing import Final

from textual._xterm_parser import XTermParser
from textual.message import Message

from agent_tui.text.clean import REPLACEMENT

START: Final = "\x1b[200~"
END: Final = "\x1b[201~"
SILENCE_S: Final = 5.0
"""A paste that stands still for so long has lost its end; what follows are keys again."""


class PasteGuard:
    """Passes chunks of input through; between the brackets of a paste every ESC becomes U+FFFD."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pasting = False
        self._seen = ""
        """The last characters passed on, which may be the first half of an opening bracket."""
        self._held = ""
        """The end of a paste so far that may be the first half of the closing one."""
        self._heard = 0.0

    def __call__(self, data: str) -> str:
        """What the parser may see of this chunk."""
        out: list[str] = []
        now = self._clock()
        if self._pasting and now - self._heard > SILENCE_S:
            out.append(_inert(self._held) + END)
            self._pasting, self._held = False, ""
        self._heard = now
        while data:
            data = self._paste(data, out) if self._pasting else self._keys(data, out)
        return "".join(out)

    def _keys(self, data: str, out: list[str]) -> str:
        window = self._seen + data
        at = window.find(START)
        if at < 0:
            self._seen = window[1 - len(START) :]
            out.append(data)
            return ""
        used = at + len(START) - len(self._seen)
        out.append(data[:used])
        self._pasting, self._seen = True, ""
        return data[used:]

    def _paste(self, data: str, out: list[str]) -> str:
        text = self._held + data
        self._held = ""
        body, end, rest = text.partition(END)
        if end:
            out.append(_inert(body) + END)
            self._pasting = False
            return rest
        half = next((n for n in range(len(END) - 1, 0, -1) if text.endswith(END[:n])), 0)
        self._held = text[len(text) - half :]
        out.append(_inert(text[: len(text) - half]))
        return ""


class SafeParser(XTermParser):
    """Textual's parser behind a PasteGuard."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._guard = PasteGuard()

    def feed(self, data: str) -> Iterable[Message]:
        """The messages of a chunk; an empty one is the end of the input."""
        safe = self._guard(data)
        return super().feed(safe) if safe or not data else ()


def install() -> None:
    """Let Textual's terminal driver use the guarded parser, and a decoder that shows a bad byte as U+FFFD."""
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        from agent_tui.keys.terminal_inbox import InboxDriver

        decoder = codecs.getincrementaldecoder
        vars(linux_driver)["LinuxDriver"] = InboxDriver
        vars(linux_driver)["XTermParser"] = SafeParser
        vars(linux_driver)["getincrementaldecoder"] = lambda name: functools.partial(decoder(name), errors="replace")


def _inert(text: str) -> str:
    return text.replace("\x1b", REPLACEMENT)
