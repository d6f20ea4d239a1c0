"""What the keyboard sends: the byte of Backspace, and what a Vietnamese input method makes of one word."""

import os
import select
import sys
import termios
import time
import tty
import unicodedata
from typing import Final, TextIO

from agent_tui.doctor.report import Finding
from agent_tui.i18n import _
from agent_tui.text.fold import fold

WAIT_S: Final = 15.0
_DELETES: Final = "\x7f\x08"
WORD: Final = "việt"


def check_backspace(sent: bytes) -> Finding:
    """What one press of Backspace sent; nothing when it was not pressed in time."""
    known = {b"\x7f": "0x7f", b"\x08": "0x08"}
    if not sent or sent in (b"\r", b"\n"):
        return Finding("Backspace", "skipped", _("the key was not pressed"))
    if sent in known:
        return Finding("Backspace", "fine", _("sends {code}; the desk understands it").format(code=known[sent]))
    code = " ".join(f"0x{byte:02x}" for byte in sent[:8])
    cure = _("Set the terminal's Backspace to DEL (0x7f) or Ctrl+H (0x08).")
    return Finding("Backspace", "wrong", _("sends {code}").format(code=code), cure)


def check_word(sent: bytes) -> Finding:
    """What was typed for one Vietnamese word, and by which way the input method made it."""
    subject = _("input method")
    try:
        typed = sent.decode().strip("\r\n ")
    except UnicodeDecodeError:
        cure = _("Set the terminal to UTF-8.")
        return Finding(subject, "wrong", _("the letters did not come as UTF-8"), cure)
    word = ""
    for char in typed:
        word = word[:-1] if char in _DELETES else unicodedata.normalize("NFC", word + char)
    if not word:
        return Finding(subject, "skipped", _("nothing was typed"))
    if word.lower() != WORD:
        says = _("came out as “{word}”").format(word=word if word.isprintable() else ascii(word))
        plain = _("Switch the input method on (Unicode, Telex or VNI), or set its character set to Unicode.")
        return Finding(subject, "advice" if fold(word).startswith("vi") else "wrong", says, plain)
    if any(char in typed for char in _DELETES):
        return Finding(subject, "fine", _("Backspace and new letters in one burst; the desk understands it"))
    way = _("whole letters") if typed == unicodedata.normalize("NFC", typed) else _("letters and marks (NFD)")
    return Finding(subject, "fine", _("sends {way}; the desk understands it").format(way=way))


def ask_keys(out: TextIO) -> tuple[bytes, bytes]:
    """Ask for Backspace and for one word on this terminal; its settings are put back whatever happens."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        out.write(_("Press Backspace once (Enter skips): "))
        out.flush()
        backspace = _read(descriptor, line=False)
        out.write("\n" + _("Type “{word}” with your input method, then Enter: ").format(word=WORD))
        out.flush()
        word = _read(descriptor, line=True)
        out.write("\n")
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
    return backspace, word


def _read(descriptor: int, *, line: bool) -> bytes:
    """The bytes of one key, or of a line up to Enter; empty when nobody types."""
    sent, until = b"", time.monotonic() + WAIT_S
    while not sent or (line and sent[-1:] not in (b"\r", b"\n")):
        left = until - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            break
        if not (more := os.read(descriptor, 256)):
            break
        sent += more
    return sent
