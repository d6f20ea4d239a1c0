"""What the command line `agent-tui` takes, in the language it is asked in."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from agent_tui import __version__, config, i18n
from agent_tui.i18n import _, fmt_number

UNUSABLE: Final = 2
_MOST_CUSTOMERS: Final = 9_000_000


class _Help(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix if prefix is not None else _("usage: "))


class Parser(argparse.ArgumentParser):
    """An argument parser whose help is translated and whose complaint is one sentence."""

    def __init__(self, *, helps: bool = True, parents: Sequence["Parser"] = (), **options: object) -> None:
        super().__init__(add_help=False, formatter_class=_Help, allow_abbrev=False, **options)  # type: ignore[arg-type]
        self._positionals.title, self._optionals.title = _("commands"), _("options")
        for parent in parents:
            # Groups are joined by their titles: only now they are translated on both sides.
            self._add_container_actions(parent)
        if helps:
            self.add_argument("-h", "--help", action="help", help=_("this text"))

    def options(self) -> set[str]:
        """Every option this parser itself knows."""
        return set(self._option_string_actions)

    def _check_value(self, action: argparse.Action, value: object) -> None:
        # argparse would say it in English, whatever the desk speaks.
        known = list(map(str, action.choices or ()))
        if not known or value in known:
            return
        text = _("{option} cannot be {given}; it can be {known}.")
        if not action.option_strings:
            text = _("There is no command {given}; there are {known}.")
        text = text.format(option="/".join(action.option_strings), given=value, known=", ".join(known))
        raise argparse.ArgumentError(None, text + config.nearest(str(value), known))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with status 2."""
        self.exit(UNUSABLE, f"agent-tui: {message} (agent-tui --help)\n")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words of the command line; leaves with status 2 and one sentence where they cannot be used."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, _eq, value = word.partition("=")
        if name == "--lang" and (value or following) in i18n.LANGUAGES:
            # Before anything is said: help and complaints come in this language too.
            i18n.set_language(value or following)
    parser, *commands = _parsers()
    known = parser.options().union(*(command.options() for command in commands))
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in known:
            # argparse would rather complain about the value behind it.
            parser.error(_("The option {name} is unknown.").format(name=option) + config.nearest(option, known))
    return parser.parse_args(words)


def _parsers() -> tuple[Parser, ...]:
    shared = Parser(helps=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--lang", choices=i18n.LANGUAGES, help=_("language of the desk (default: the terminal's)"))
    shared.add_argument("--theme", help=_("one of {names}").format(names=", ".join(config.THEMES)))
    shared.add_argument("--density", help=_("one of {names}").format(names=", ".join(config.DENSITIES)))
    shared.add_argument("--plain", action="store_true", help=_("print plain lines, no full screen"))
    seconds = _("SECONDS")
    shared.add_argument("--for", type=_seconds, dest="seconds", metavar=seconds, help=_("plain lines for so long"))
    service = Parser(helps=False, argument_default=argparse.SUPPRESS)
    service.add_argument("--server", metavar="URL", help=_("the service to work with"))
    parser = Parser(
        prog="agent-tui", description=_("The call-centre desk of an electricity utility."), parents=[shared, service]
    )
    parser.add_argument("--version", action="version", version=f"agent-tui {__version__}", help=_("the version"))
    name, file = _("NAME"), _("FILE")
    parser.add_argument("--user", metavar=name, default=argparse.SUPPRESS, help=_("user name; asked for if missing"))
    parser.add_argument("--password-file", metavar=file, default=argparse.SUPPRESS, help=_("file with the password"))
    commands = parser.add_subparsers(dest="command", metavar="demo | doctor", parser_class=Parser)
    demo = _demo(commands, shared)
    doctor = commands.add_parser(
        "doctor", parents=[shared, service], argument_default=argparse.SUPPRESS,
        help=_("look for what may trouble the desk here: terminal, tmux, locale, keyboard, service"),
    )  # fmt: skip
    return parser, demo, doctor


def _demo(commands: "argparse._SubParsersAction[Parser]", shared: Parser) -> Parser:
    demo = commands.add_parser(
        "demo", parents=[shared], argument_default=argparse.SUPPRESS,
        help=_("a desk with its own service, seeded data and simulated customers"),
    )  # fmt: skip
    demo.set_defaults(role="agent", scenario="day", customers=20_000, speed=1.0, seed=7, data=None)
    demo.add_argument("--as", choices=("agent", "lead"), dest="role", help=_("who sits at the desk (default agent)"))
    demo.add_argument("--scenario", help=_("quiet, day, heatwave, storm or billshock (default day)"))
    demo.add_argument("--customers", type=_customers, metavar="N", help=_("customers on file (default 20,000)"))
    demo.add_argument("--speed", type=_seconds, metavar="X", help=_("how fast the simulated day runs (default 1)"))
    demo.add_argument("--seed", type=int, metavar="N", help=_("same seed, same day"))
    demo.add_argument("--data", type=Path, metavar=_("DIR"), help=_("keep the data here (default: gone afterwards)"))
    return demo


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(_("must be more than 0"))
    return value


def _customers(text: str) -> int:
    try:
        value = int(text.replace(",", "").replace("_", ""))
    except ValueError:
        value = 0
    if not 1 <= value <= _MOST_CUSTOMERS:
        raise argparse.ArgumentTypeError(_("must be 1 to {most}").format(most=fmt_number(_MOST_CUSTOMERS)))
    return value
