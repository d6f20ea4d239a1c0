"""The command line of the service: agent-tui-service."""

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

# What other modules bring: command, module, what it does. Imported only when the command is used.
BROUGHT = (
    ("import", "backend_stub.ops.import_command", "load network, customers, outages from CSV"),
    ("simulate", "backend_stub.simulate.command", "play customers against a running service"),
    ("check", "backend_stub.ops.check", "is everything whole? integrity, search index, triggers, audit log"),
    ("audit", "backend_stub.ops.audit_query", "who saw and changed what"),
    ("backup", "backend_stub.ops.backup", "copy the database, also while it is served"),
    ("restore", "backend_stub.ops.restore", "make a data directory from a backup"),
    ("upgrade", "backend_stub.ops.upgrade", "bring a data directory to this program's schema (serve does it too)"),
    ("erase", "backend_stub.ops.erase", "erase a customer beyond recovery"),
    ("seed", "backend_stub.simulate.seed_command", "fill a data directory with made-up data"),
)


def _user_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    user = commands.add_parser("user", help="add, list, disable users, change passwords")
    actions = user.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="add a user")
    add.add_argument("data_dir", metavar="DATA_DIR")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", required=True, metavar="ROLE", help="agent, lead, admin or channel")
    add.add_argument("--display", required=True, metavar="TEXT", help="the name colleagues see")
    add.add_argument("--centre", required=True, metavar="CODE", help="EVNNPC, EVNHANOI, EVNCPC, EVNSPC or EVNHCMC")
    add.add_argument("--skills", metavar="NAME:LEVEL,...", help="such as outage:3,billing:2")
    add.add_argument("--extension", metavar="NUMBER")
    add.add_argument("--password-stdin", action="store_true")
    add.set_defaults(run="user_add")
    for name, text in (("list", "list the users"), ("disable", "take access away"), ("password", "change a password")):
        parser = actions.add_parser(name, help=text)
        parser.add_argument("data_dir", metavar="DATA_DIR")
        parser.set_defaults(run=f"user_{name}")
        if name != "list":
            parser.add_argument("name", metavar="NAME")
        if name == "password":
            parser.add_argument("--password-stdin", action="store_true")


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser; only the named command's own module is imported for its arguments."""
    root = argparse.ArgumentParser(prog="agent-tui-service", description="The service behind the call-centre desk.")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="make a data directory")
    init.add_argument("data_dir", metavar="DATA_DIR")
    init.set_defaults(run="init")
    serve = commands.add_parser("serve", help="run the service")
    serve.add_argument("data_dir", metavar="DATA_DIR")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8400, help="0 picks a free one")
    serve.add_argument("--ready-file", type=Path, metavar="FILE", help="gets the URL when the service can answer")
    serve.add_argument("--lifeline", action="store_true", help="end when standard input ends")
    serve.add_argument("--tls-cert", metavar="FILE", help="certificate chain in PEM")
    serve.add_argument("--tls-key", metavar="FILE", help="its private key in PEM")
    serve.add_argument("--insecure", action="store_true", help="allow a host other than this machine without TLS")
    _user_parsers(commands)
    for name, module, text in BROUGHT:
        brought = commands.add_parser(name, help=text)
        if name == command:
            importlib.import_module(module).add_arguments(brought)
    return root


def _dispatch(args: argparse.Namespace) -> int:
    for name, module, _ in BROUGHT:
        if args.command == name:
            return int(importlib.import_module(module).run(args))
    if args.command == "serve":
        return _serve(args)
    from backend_stub import admin

    return int(getattr(admin, args.run)(args))


def _serve(args: argparse.Namespace) -> int:
    # What a start makes stays: to look through all of it for garbage again and again is a fifteenth of its CPU.
    gc.disable()
    try:
        from backend_stub import serve

        return serve.run(args)
    finally:
        gc.enable()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 2 not possible (one sentence on standard error), 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    from backend_stub.errors import CannotStart

    try:
        return _dispatch(parser(next((word for word in words if not word.startswith("-")), None)).parse_args(words))
    except CannotStart as error:
        print(f"agent-tui-service: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
