"""`agent-tui-service check`: is everything in a data directory as it must be? Reads only, also beside a service."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend_stub.errors import CannotStart
from backend_stub.ops import (
    check_audit,
    check_grid,
    check_harvest,
    check_schema,
    check_search,
    check_shifts,
    check_tickets,
)
from backend_stub.store import audit, connect, gate, migrations
from backend_stub.store.driver import sqlite3

WHOLE, BROKEN = 0, 1
MOST_SHOWN = 20
AUDIT_SINCE = migrations.GROUPS.index("audit") + 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")


@dataclass(frozen=True, slots=True)
class Finding:
    """One part that was looked at, and what is wrong with it."""

    part: str
    problems: list[str]


def integrity(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield what SQLite finds wrong with pages, indexes, constraints and its full-text index."""
    for row in conn.execute(f"PRAGMA integrity_check({MOST_SHOWN})"):
        if row[0] != "ok":
            yield str(row[0]).replace("\n", " ")


def foreign_keys(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield the rows that point at nothing."""
    for row in conn.execute("PRAGMA foreign_key_check").fetchmany(MOST_SHOWN):
        yield f"row {row[1]} of {row[0]} points at a {row[2]} that is not there"


def event_log(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield the first hole of the event log."""
    first, last, count = conn.execute("SELECT min(seq), max(seq), count(*) FROM event_log").fetchone()
    if count and count != last - first + 1:
        after = "NOT EXISTS (SELECT 1 FROM event_log WHERE seq = e.seq + 1)"
        hole = f"SELECT seq + 1 FROM event_log e WHERE {after} ORDER BY seq LIMIT 1"
        yield f"event {conn.execute(hole).fetchone()[0]} is missing between {first} and {last}"


def examine(conn: sqlite3.Connection, key: Path, anchored: bytes | None = None) -> Iterator[Finding]:
    """Yield each part with its problems, in one read transaction; `anchored` is the audit log's anchor file.

    Raises CannotStart without the audit key.
    """
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    parts: list[tuple[str, Callable[[sqlite3.Connection], Iterator[str]]]] = [
        ("integrity", integrity), ("foreign keys", foreign_keys), ("schema and triggers", check_schema.problems),
        ("search index", check_search.problems), ("tickets", check_tickets.problems),
        ("grid", check_grid.problems), ("shift plans", check_shifts.problems), ("event log", event_log),
    ]  # fmt: skip
    if version >= AUDIT_SINCE:
        trail = audit.Trail(audit.read_key(key))
        parts.append(("audit log", lambda conn: check_audit.problems(conn, trail, anchored)))
    for part, problems in parts:
        found: list[str] = []
        try:
            found.extend(problems(conn))
        except sqlite3.Error as error:
            found.append(f"cannot be read: {error}")
        yield Finding(part, found)


def run(args: argparse.Namespace) -> int:
    """Print what was looked at; returns 0 when all of it is whole, 1 when something is broken (and named)."""
    directory = args.data_dir.resolve()
    path = directory / connect.DATABASE
    if not path.parent.is_dir() or not path.exists():
        gate.check_file(path)
    try:
        gate.check_file(path)
        anchored = audit.read_anchor(directory)
        conn = open_for_check(path)
    except CannotStart as error:
        print(f"broken  database: {error}")
        return BROKEN
    broken = False
    try:
        for finding in examine(conn, directory / audit.KEY_FILE, anchored):
            broken |= bool(finding.problems)
            said = f": {'; '.join(finding.problems)}" if finding.problems else ""
            print(f"{'broken' if said else 'ok':<8}{finding.part}{said}")
        if not broken:
            for remark in remarks(conn):
                print(f"{'look':<8}harvesting: {remark}")
            print(summary(conn))
    except CannotStart as error:
        print(f"broken  audit log: {error}")
        return BROKEN
    finally:
        conn.close()
    return BROKEN if broken else WHOLE


def open_for_check(path: Path) -> sqlite3.Connection:
    """Open a database to read all of it as of one moment; raises CannotStart when it is newer or cannot be opened."""
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=connect.BUSY_MS / 1000)
    try:
        gate.check_version(conn, path, older=True)
        conn.execute("BEGIN")
        conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (sqlite3.Error, CannotStart) as error:
        conn.close()
        raise CannotStart(str(error)) from error
    return conn


def remarks(conn: sqlite3.Connection) -> list[str]:
    """Return what is whole and still wants a look; an older database has no audit log to say it."""
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    return [] if version < AUDIT_SINCE else list(check_harvest.remarks(conn))


def summary(conn: sqlite3.Connection) -> str:
    """Return one line an operator may file elsewhere: the audit log's head is as good as a copy against cut tails."""
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    if version < AUDIT_SINCE:
        return f"whole: schema {version}"
    last = audit.head(conn)
    return f"whole: schema {version}, {last.n} audit rows, head {last.mac.hex()[:16]}"
