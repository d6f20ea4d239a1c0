"""The command line `agent-tui`: the desk, and the demonstration that brings its own service along."""

import argparse
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from agent_tui import config, i18n
from agent_tui.arguments import UNUSABLE, parse
from agent_tui.config import BadSettings, Settings
from agent_tui.i18n import _

_REACH_S = 3.0
_SETTING_OPTIONS = ("server", "user", "password_file", "lang", "theme", "density")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, 2 with one sentence on stderr when it cannot be used."""
    i18n.set_language(i18n.pick_language(None))
    args = parse(sys.argv[1:] if argv is None else argv)
    given = vars(args)
    options = {name: given[name] for name in _SETTING_OPTIONS if name in given}
    try:
        if args.command == "doctor":
            from agent_tui.doctor.run import examine

            return examine(options, plain=getattr(args, "plain", False))
        settings = config.load(os.environ, options)
        i18n.set_language(i18n.pick_language(settings.lang))
        return _demo(args, settings) if args.command == "demo" else _desk(args, settings)
    except BadSettings as error:
        print(f"agent-tui: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return 130


def _wants_plain(args: argparse.Namespace) -> bool:
    """Without a terminal on both sides, or when asked, there is no full screen."""
    asked = getattr(args, "plain", False) or hasattr(args, "seconds")
    return asked or not (sys.stdout.isatty() and sys.stdin.isatty())


def _desk(args: argparse.Namespace, settings: Settings) -> int:
    secret = config.password(settings)
    plain = _wants_plain(args)
    if plain and (settings.user is None or secret is None):
        raise BadSettings(_("Without a terminal the desk needs --user and --password-file, to print plain lines."))
    _must_answer(settings.server)
    if plain:
        from agent_tui import plain as plain_mode

        return plain_mode.run(settings.server, str(settings.user), str(secret), getattr(args, "seconds", None))
    from agent_tui.launch import Launch, run_desk

    look = (settings.lang, settings.theme, settings.keys, settings.density)
    kept = config.views_path(os.environ)
    return run_desk(Launch(settings.server, settings.user, secret, *look, views=settings.views, views_file=kept))


def _demo(args: argparse.Namespace, settings: Settings) -> int:
    from agent_tui import demo

    options = demo.Options(
        role=args.role, scenario=args.scenario, customers=args.customers, speed=args.speed, seed=args.seed,
        data=args.data, language=settings.lang, theme=settings.theme, keys=settings.keys,
        density=settings.density,
        plain=_wants_plain(args), seconds=getattr(args, "seconds", None),
    )  # fmt: skip
    try:
        return demo.run(options)
    except demo.DemoFailed as error:
        raise BadSettings(str(error)) from None


def _must_answer(server: str) -> None:
    """Ask the service for a sign of life before the screen is taken; raises BadSettings."""
    import http.client

    url = urlsplit(server)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(url.hostname or "", url.port, timeout=_REACH_S)
        connection.request("GET", "/health")
        status = connection.getresponse().status
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        text = _("The service at {server} cannot be reached: {why}. Is it running, and is the address right?")
        raise BadSettings(text.format(server=server, why=why)) from None
    if status != http.client.OK:
        text = _("What answers at {server} is not the service (status {status}).")
        raise BadSettings(text.format(server=server, status=status))
