"""`agent-tui-service seed`: a data directory with a fictitious grid, customers and users."""

import argparse
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from backend_stub import datadir
from backend_stub.clock import SystemClock
from backend_stub.domain.localtime import local
from backend_stub.errors import CannotStart
from backend_stub.ops import importer
from backend_stub.passwords import Passwords
from backend_stub.settings import Settings
from backend_stub.simulate import accounts, bills, people, world
from backend_stub.simulate.accounts import Accounts, User
from backend_stub.simulate.people import MAX_CUSTOMERS, People
from backend_stub.store import connect, users
from backend_stub.store.driver import sqlite3

CENTRE = "EVNCPC"
PLANNED_DAYS = 14
_SKILLS = {"outage": 3, "billing": 3, "service": 3, "general": 3}
_DESKS = (("lan.tran", "Lan Trần", "agent"), ("minh.le", "Minh Lê", "lead"), ("kenh.cpc", "Kênh EVNCPC", "channel"))
_DISPATCHER = ("truc.dieudo", "Trực điều độ")
_COLLEAGUES = (
    ("hanh.ngo", "Hạnh Ngô"), ("tuan.pham", "Tuấn Phạm"), ("nga.vo", "Nga Võ"), ("binh.dang", "Bình Đặng"),
    ("yen.huynh", "Yến Huỳnh"), ("khoa.bui", "Khoa Bùi"), ("thao.do", "Thảo Đỗ"), ("long.phan", "Long Phan"),
    ("my.truong", "My Trương"), ("son.ho", "Sơn Hồ"), ("hlan.nie", "H'Lan Niê"), ("phuc.duong", "Phúc Dương"),
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR", help="a new or empty directory")
    parser.add_argument("--customers", type=int, default=2_000, metavar="N", help="how many (default 2,000)")
    parser.add_argument("--seed", type=int, default=people.DEFAULT_SEED, metavar="S", help="same seed, same people")
    parser.add_argument("--outage", action="store_true", help="with an open outage and planned work of today")
    parser.add_argument("--accounts", type=Path, required=True, metavar="FILE", help="gets users and passwords (0600)")


def run(args: argparse.Namespace) -> int:
    """Make the directory; raises CannotStart with one sentence."""
    if not 1 <= args.customers <= MAX_CUSTOMERS:
        raise CannotStart(f"--customers must be 1 to {MAX_CUSTOMERS:,}.")
    datadir.create(args.data_dir)
    made = Accounts(args.customers, args.seed, _users())
    conn = connect.writer(args.data_dir.resolve() / connect.DATABASE)
    try:
        _load(conn, "network", people.network_dicts(args.customers))
        _load(conn, "customers", people.customer_dicts(People(args.customers, args.seed)))
        _bill(conn, local(SystemClock().now()).date())
        if args.outage:
            _load(conn, "outages", _outages(datetime.now(UTC)))
        _add_users(conn, made.users)
        _load(conn, "shifts", shift_plan(made.users, SystemClock().now()))
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        conn.close()
    try:
        accounts.write(args.accounts, made)
    except OSError as error:
        raise CannotStart(f"The accounts file {args.accounts} cannot be written: {error.strerror}.") from error
    print(f"seeded {args.data_dir}: {args.customers:,} customers, {len(made.users)} users")
    return 0


def _load(conn: sqlite3.Connection, kind: importer.Kind, rows: Iterable[Mapping[str, str]]) -> None:
    summary = importer.load(conn, kind, rows, alone=True)
    if summary.refused:
        problem = summary.problems[0]
        raise CannotStart(f"The made-up {kind} do not fit: row {problem.line}, {problem.column} {problem.reason}.")


def _bill(conn: sqlite3.Connection, today: date) -> None:
    conn.execute("BEGIN IMMEDIATE")
    bills.fill(conn, today)
    conn.execute("COMMIT")


def _outages(now: datetime) -> list[dict[str, str]]:
    known, planned = world.known_outage(now), world.planned_work(now)
    return [world.outage_row("SIM-OUT-1", known), world.outage_row("SIM-PLAN-1", planned)]


def _users() -> list[User]:
    made = [User(name, secrets.token_urlsafe(18), shown, role, CENTRE) for name, shown, role in _DESKS]
    made += [User(name, secrets.token_urlsafe(18), shown, "agent", CENTRE, True) for name, shown in _COLLEAGUES]
    return [*made, User(_DISPATCHER[0], secrets.token_urlsafe(18), _DISPATCHER[1], "lead", CENTRE, True)]


def shift_plan(made: Iterable[User], now: float) -> list[dict[str, str]]:
    """Return rows of the shifts file: eight hours for every agent from the hour of `now` on, for two weeks."""
    begins = now - now % 3_600
    rows = []
    for n, user in enumerate(user for user in made if user.role == "agent"):
        # One after another on a break and at a meal, so that never all of them are away.
        break_at, meal_at = 5_400 + 300 * n, 14_400 + 600 * n
        parts = ((0, break_at, "work"), (break_at, break_at + 900, "break"), (break_at + 900, meal_at, "work"),
                 (meal_at, meal_at + 1_800, "meal"), (meal_at + 1_800, 28_800, "work"))  # fmt: skip
        for day in range(PLANNED_DAYS):
            for start, end, activity in parts:
                at = begins + day * 86_400
                times = {"start": local(at + start).isoformat(), "end": local(at + end).isoformat()}
                rows.append({"username": user.username, **times, "activity": activity})
    return rows


def _add_users(conn: sqlite3.Connection, made: Iterable[User]) -> None:
    passwords = Passwords(Settings().sessions)
    now = SystemClock().now()
    try:
        conn.execute("BEGIN IMMEDIATE")
        for user in made:
            users.add(
                conn, username=user.username, name=user.name, role=user.role, centre=user.centre,
                password_hash=passwords.hash(user.password), now=now,
                skills=_SKILLS if user.role == "agent" else None,
            )  # fmt: skip
        conn.execute("COMMIT")
    finally:
        passwords.close()
