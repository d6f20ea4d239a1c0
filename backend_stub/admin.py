"""`agent-tui-service init` and `user`: what an operator does to a data directory, also while it is served."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from backend_stub import datadir, settings
from backend_stub.clock import SystemClock
from backend_stub.errors import CannotStart, Refused
from backend_stub.passwords import Passwords
from backend_stub.store import audit, connect, users
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3

T = TypeVar("T")


def init(args: argparse.Namespace) -> int:
    """Make a data directory."""
    datadir.create(Path(args.data_dir))
    print(f"made {args.data_dir}; next: agent-tui-service user add {args.data_dir} NAME --role agent ...")
    return 0


def transact(data_dir: Path, command: Callable[[sqlite3.Connection], T], *, verb: str = "", name: str = "") -> T:
    """Run one change in its own transaction beside a running service; raises CannotStart with the reason.

    With `verb` the audit log tells that an operator did this to the user `name`.
    """
    connect.private_directory()
    conn = connect.writer(data_dir.resolve() / connect.DATABASE)
    try:
        conn.execute("BEGIN IMMEDIATE")
        result = command(conn)
        if verb:
            user = users.by_name(conn, name)
            entry = Entry(SystemClock().now(), audit.operator(), verb, user.id if user else "")
            Trail.of(data_dir).append(conn, entry)
        conn.execute("COMMIT")
    except Refused as refused:
        raise CannotStart(refused.detail) from refused
    except sqlite3.Error as error:
        raise CannotStart(f"The database could not be changed: {error}.") from error
    else:
        return result
    finally:
        conn.close()


def parse_skills(text: str) -> dict[str, int]:
    """Read `outage:3,billing:2`; raises CannotStart."""
    skills: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, level = part.partition(":")
        if not (level.isascii() and level.isdigit() and len(level) == 1):
            raise CannotStart(f"The skill {part!r} is wrong; write name:level, level 1 to 5, such as outage:3.")
        skills[name] = int(level)
    return skills


def read_password(args: argparse.Namespace) -> str:
    """Read the password's line from standard input; raises CannotStart without --password-stdin."""
    if not args.password_stdin:
        raise CannotStart("Give the password on standard input, with --password-stdin.")
    return sys.stdin.readline().rstrip("\r\n")


def _hash(data_dir: Path, password: str) -> str:
    passwords = Passwords(settings.load(data_dir / datadir.SETTINGS).sessions)
    try:
        return passwords.hash(password)
    except Refused as refused:
        raise CannotStart(refused.detail) from refused
    finally:
        passwords.close()


def user_add(args: argparse.Namespace) -> int:
    """Add a user."""
    data_dir = Path(args.data_dir)
    skills = parse_skills(args.skills or "")
    hashed = _hash(data_dir, read_password(args))

    def command(conn: sqlite3.Connection) -> str:
        return users.add(
            conn, username=args.name, name=args.display, role=args.role, centre=args.centre, password_hash=hashed,
            now=SystemClock().now(), skills=skills, extension=args.extension,
        )  # fmt: skip

    transact(data_dir, command, verb="user.add", name=args.name)
    print(f"added {args.name} ({args.role}, {args.centre})")
    return 0


def user_list(args: argparse.Namespace) -> int:
    """Print every user, one a line."""
    for user in transact(Path(args.data_dir), users.list_all):
        skills = ",".join(f"{skill}:{level}" for skill, level in user.skills.items())
        state = "disabled" if user.disabled else "active"
        print("\t".join((user.username, user.role, user.centre, state, skills or "-", user.name)))
    return 0


def user_disable(args: argparse.Namespace) -> int:
    """Take a user's access away at once."""
    transact(Path(args.data_dir), lambda conn: users.disable(conn, args.name), verb="user.disable", name=args.name)
    print(f"disabled {args.name}")
    return 0


def user_password(args: argparse.Namespace) -> int:
    """Change a password and end the user's sessions."""
    data_dir = Path(args.data_dir)
    hashed = _hash(data_dir, read_password(args))
    transact(
        data_dir, lambda conn: users.set_password(conn, args.name, hashed), verb="user.password", name=args.name
    )  # fmt: skip
    print(f"changed the password of {args.name}")
    return 0
