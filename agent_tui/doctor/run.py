"""The doctor's round: settings, terminal, keyboard, service."""

import os
import sys
from collections.abc import Iterator, Mapping

from agent_tui import config, i18n
from agent_tui.config import BadSettings, Settings
from agent_tui.doctor.keys import ask_keys, check_backspace, check_word
from agent_tui.doctor.report import Finding, write
from agent_tui.doctor.server import check_server
from agent_tui.doctor.terminal import check_terminal
from agent_tui.i18n import _
from agent_tui.keys.keymap import Keymap, KeymapError


def examine(options: Mapping[str, str], plain: bool) -> int:
    """Write the report on standard output; the exit status is 0 when nothing is wrong, else 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that is not UTF-8 is one of the findings, never a reason to fail.
            stream.reconfigure(errors="replace")
    return write(_findings(options, plain), sys.stdout)


def _findings(options: Mapping[str, str], plain: bool) -> Iterator[Finding]:
    server = options.get("server", config.DEFAULT_SERVER)
    try:
        settings = config.load(os.environ, options)
    except BadSettings as error:
        yield Finding(_("settings"), "wrong", str(error), _("Correct that line; the rest is checked without it."))
    else:
        server = settings.server
        i18n.set_language(i18n.pick_language(settings.lang))
        yield _check_keys(settings)
    yield from check_terminal(os.environ)
    if plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Finding("Backspace", "skipped", _("needs a terminal to ask at"))
    else:
        backspace, word = ask_keys(sys.stdout)
        yield check_backspace(backspace)
        yield check_word(word)
    yield from check_server(server)


def _check_keys(settings: Settings) -> Finding:
    try:
        Keymap.from_settings(settings.keys)
    except KeymapError as faults:
        says = str(faults).replace("\n", " · ")
        return Finding(_("settings"), "wrong", says, _("Give these actions other keys in the settings file."))
    return Finding(_("settings"), "fine", _("can be used"))
