"""`agent-tui-service audit`: who saw and changed what, one line a row, oldest first."""

import argparse
import re
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import msgspec

from backend_stub.domain.localtime import VIETNAM
from backend_stub.errors import CannotStart
from backend_stub.ops import check
from backend_stub.store import connect, gate, users
from backend_stub.store.driver import sqlite3

_SUBJECT = re.compile(r"~(\d+)")
# Everything that was ever about the customer: the record itself, contacts and tickets that are or were theirs, and what
# was done to many at once, theirs among them.
_ABOUT = """(object IN (SELECT '~' || :subject UNION SELECT id FROM contact WHERE customer = :customer
    UNION SELECT id FROM ticket WHERE customer = :customer
    UNION SELECT object FROM audit WHERE instr(change, '"~') > 0 AND instr(change, '"~' || :subject || '"') > 0)
    OR (instr(change, '"ids"') > 0 AND EXISTS (
        SELECT 1 FROM (SELECT id FROM contact WHERE customer = :customer
                       UNION SELECT id FROM ticket WHERE customer = :customer)
        WHERE instr(change, '"' || id || '"') > 0)))"""
# What lists several things in a change.
MANY = frozenset({"ids", "devices"})
_COLUMNS = "SELECT at, who, verb, object, reason, request, change FROM audit"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")
    parser.add_argument("--customer", metavar="CODE", help="a customer's code, or the pseudonym an erasure left")
    parser.add_argument("--user", metavar="NAME")
    when = "2026-11-22 (a local day), or 2026-11-22T07:00:00Z"
    parser.add_argument("--from", dest="start", metavar="T", help=when)
    parser.add_argument("--to", dest="end", metavar="T", help="not included; a day is included")


def run(args: argparse.Namespace) -> int:
    """Print the rows that fit; raises CannotStart on a name, code or time that is none."""
    path = args.data_dir.resolve() / connect.DATABASE
    gate.check_file(path)
    conn = check.open_for_check(path)
    try:
        if int(conn.execute("PRAGMA user_version").fetchone()[0]) < check.AUDIT_SINCE:
            raise CannotStart(f"The database {path} has no audit log yet: upgrade {args.data_dir} first.")
        conn.row_factory = sqlite3.Row
        for line in lines(conn, args.customer, args.user, moment(args.start), moment(args.end, end=True)):
            print(line)
    except sqlite3.Error as error:
        raise CannotStart(f"The audit log cannot be read: {error}; look at it with check.") from error
    finally:
        conn.close()
    return 0


def moment(text: str | None, *, end: bool = False) -> float | None:
    """Read a time; a bare day begins (with `end`: ends) at local midnight. Raises CannotStart."""
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotStart(f"{text!r} is no time; write 2026-11-22 or 2026-11-22T07:00:00Z.") from error
    if len(text) <= 10 and end:
        given = datetime.combine(given.date(), time.max)
    return (given if given.tzinfo is not None else given.replace(tzinfo=VIETNAM)).timestamp()


def lines(
    conn: sqlite3.Connection, customer: str | None, user: str | None, start: float | None, end: float | None
) -> Iterator[str]:
    """Yield the rows of a customer, a user and a time (None: of all) as lines; raises CannotStart."""
    where, values = ["1"], dict[str, object]()
    if customer is not None:
        code, values["subject"] = _subject(conn, customer)
        values["customer"] = code
        where.append(_ABOUT)
    if user is not None:
        values["who"] = _who(conn, user)
        where.append("who = :who")
    for name, sign, bound in (("start", ">=", start), ("end", "<", end)):
        if bound is not None:
            values[name] = bound
            where.append(f"at {sign} :{name}")
    names = dict(conn.execute("SELECT id, username FROM user").fetchall())
    codes = {str(row[0]): str(row[1]) for row in conn.execute("SELECT id, code FROM audit_subject")}
    for row in conn.execute(f"{_COLUMNS} WHERE {' AND '.join(where)} ORDER BY n", values):
        yield _line(row, names, codes)


def _subject(conn: sqlite3.Connection, customer: str) -> tuple[str, str]:
    """Return the code as it is stored and the customer's number, 0 when the log never met them."""
    for code in (customer.upper(), customer):
        row = conn.execute("SELECT id FROM audit_subject WHERE code = ?", (code,)).fetchone()
        if row is not None:
            return code, str(row[0])
        if conn.execute("SELECT 1 FROM customer WHERE code = ?", (code,)).fetchone() is not None:
            return code, "0"
    raise CannotStart(f"There is no customer {customer}, and the audit log knows of none.")


def _who(conn: sqlite3.Connection, user: str) -> str:
    if user.startswith("operator:"):
        return user
    found = users.by_name(conn, user)
    if found is None:
        raise CannotStart(f"There is no user {user}.")
    return found.id


def _line(row: sqlite3.Row, names: dict[str, str], codes: dict[str, str]) -> str:
    when = datetime.fromtimestamp(row["at"], VIETNAM).isoformat(sep=" ", timespec="seconds")
    who = names.get(row["who"], row["who"]) or "-"
    thing, change = (
        _SUBJECT.sub(lambda found: codes.get(found[1], found[0]), text)
        for text in (row["object"], _told(row["change"]))
    )
    parts = [when, f"{who:<14}", f"{row['verb']:<18}", thing, row["reason"], change]
    if row["request"]:
        parts.append(f"request {row['request']}")
    return "  ".join(part for part in parts if part)


def _told(change: str) -> str:
    """Return `status: open -> waiting, assignee: lan` for the stored JSON."""
    if not change:
        return ""
    decoded = msgspec.json.decode(change, type=dict[str, object])
    return ", ".join(f"{name}: {_value(name, value)}" for name, value in decoded.items())


def _value(name: str, value: object) -> str:
    if not isinstance(value, list):
        return _plain(value)
    # Every other list is what was there before and what is there now.
    between = " " if name in MANY else " -> "
    return between.join(_plain(one) for one in value)


def _plain(value: object) -> str:
    return "-" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()
