"""The checks of the terminal itself: kind, size, colours, character set, flow control, tmux."""

import shutil
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from agent_tui.doctor.report import Finding
from agent_tui.i18n import _
from agent_tui.theme import colour_depth

SMALLEST: Final = (80, 24)
SLOW_ESCAPE_MS: Final = 50
Ask = Callable[[str], str]


def check_kind(environ: Mapping[str, str]) -> Finding:
    """The terminal's kind as TERM names it."""
    kind = environ.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        says = _("TERM is {kind}: the desk cannot draw here.").format(kind=kind or "–")
        return Finding(_("terminal"), "wrong", says, _("Use a real terminal, or: export TERM=xterm-256color"))
    return Finding(_("terminal"), "fine", kind)


def check_size(columns: int, lines: int) -> Finding:
    """Room for every word of the chrome."""
    says = _("{columns} columns, {lines} lines").format(columns=columns, lines=lines)
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return Finding(_("size"), "wrong", says, _("Make the window at least 80 columns by 24 lines."))
    return Finding(_("size"), "fine", says)


def check_colours(environ: Mapping[str, str]) -> Finding:
    """How many colours the terminal claims, and what the desk makes of it."""
    depth = colour_depth(environ)
    if depth == 0:
        why = "NO_COLOR" if environ.get("NO_COLOR") else f"TERM={environ.get('TERM', '')}"
        return Finding(_("colours"), "advice", _("none ({why}): the desk uses its mono theme.").format(why=why))
    if depth == 16:
        says = _("16: the desk uses its basic theme.")
        return Finding(_("colours"), "advice", says, _("If the terminal can do more: export TERM=xterm-256color"))
    return Finding(_("colours"), "fine", "256" if depth == 256 else _("16 million"))


def check_locale(environ: Mapping[str, str]) -> Finding:
    """Vietnamese needs UTF-8 on both sides."""
    name = next((environ[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(key)), "")
    if "utf8" in name.lower().replace("-", ""):
        return Finding(_("characters"), "fine", name)
    says = _("the locale is {name}, not UTF-8: Vietnamese letters may come out wrong.").format(name=name or "–")
    return Finding(_("characters"), "wrong", says, "export LANG=C.UTF-8")


def check_flow(descriptor: int) -> Finding:
    """Whether Ctrl+S stops the line: the desk turns that off for itself, a serial line or PuTTY may not."""
    try:
        inputs = termios.tcgetattr(descriptor)[0]
    except termios.error:
        return Finding(_("flow control"), "skipped", _("not a terminal"))
    if isinstance(inputs, int) and inputs & termios.IXON:
        says = _("Ctrl+S freezes this terminal outside the desk, Ctrl+Q frees it.")
        return Finding(_("flow control"), "advice", says, "stty -ixon")
    return Finding(_("flow control"), "fine", _("off"))


def ask_tmux(question: str) -> str:
    """What tmux answers to `show` or `display` words; empty when it does not."""
    program = shutil.which("tmux")
    if program is None:
        return ""
    try:
        done = subprocess.run([program, *question.split()], capture_output=True, text=True, timeout=3, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def check_multiplexer(environ: Mapping[str, str], ask: Ask = ask_tmux) -> Iterator[Finding]:
    """tmux or screen between the desk and the terminal: what they delay, swallow or paint over."""
    if environ.get("STY"):
        yield Finding(_("screen"), "advice", _("GNU screen keeps Ctrl+A for itself; the desk does not need it."))
    if not environ.get("TMUX"):
        return
    escape = ask("show -sv escape-time")
    if escape.isdigit() and int(escape) > SLOW_ESCAPE_MS:
        says = _("tmux waits {ms} ms after Esc: Esc is slow, and Esc with a letter becomes Alt.").format(ms=escape)
        yield Finding("tmux", "wrong", says, _("in ~/.tmux.conf: {line}").format(line="set -sg escape-time 10"))
    if ask("show -sv extended-keys") == "off":
        says = _("tmux swallows Shift+Enter and Ctrl+Enter.")
        yield Finding("tmux", "advice", says, _("in ~/.tmux.conf: {line}").format(line="set -s extended-keys on"))
    if "RGB" not in ask("display -p #{client_termfeatures}"):
        says = _("tmux reduces the colours.")
        line = 'set -as terminal-features ",*:RGB"'
        yield Finding("tmux", "advice", says, _("in ~/.tmux.conf: {line}").format(line=line))
    yield Finding(
        "tmux", "fine", _("prefix {key}: the desk does not use it.").format(key=ask("show -gv prefix") or "–")
    )


def check_terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Every check of this module, on this process's own terminal."""
    if not sys.stdout.isatty():
        yield Finding(_("terminal"), "skipped", _("the output is not a terminal: the desk prints plain lines"))
    else:
        size = shutil.get_terminal_size()
        yield check_kind(environ)
        yield check_size(size.columns, size.lines)
        yield check_colours(environ)
    yield check_locale(environ)
    yield check_flow(sys.stdin.fileno())
    yield from check_multiplexer(environ)
