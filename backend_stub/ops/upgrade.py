"""The upgrade gate: an older database is copied, changed and checked in one transaction, or stays as it was.

Rollback is the copy: restore it with the program that made it. `serve` passes through here at every start.
"""

import argparse
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from backend_stub import datadir
from backend_stub.errors import CannotStart
from backend_stub.ops import backup, bulk, check, check_schema, erase
from backend_stub.store import connect, migrations
from backend_stub.store.driver import sqlite3

BACKUPS = "backups"
KEEP = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")


def run(args: argparse.Namespace) -> int:
    """Bring the database to this program's schema; raises CannotStart, and nothing has changed then."""
    connect.private_directory()
    with datadir.locked(args.data_dir):
        print(ensure(args.data_dir) or f"{args.data_dir} has schema {len(migrations.GROUPS)} already")
    return 0


def ensure(data_dir: Path) -> str | None:
    """Upgrade an older database and say so, None when there is nothing to do; call with the directory locked.

    Raises CannotStart on a step or a trigger that is not the one the database was made with.
    """
    path = data_dir.resolve() / connect.DATABASE
    conn = connect.writer(path, older=True)
    try:
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])
        known = len(migrations.GROUPS)
        changed = migrations.changed_steps(conn)
        if changed:
            raise CannotStart(
                f"The database {path} was made by other steps than this program's ({', '.join(changed)}); "
                "use the program it was made with."
            )
        if version == known:
            _refuse(path, check_schema.trigger_problems(conn))
            erase.finish(conn)
            bulk.finish(conn)
            return None
        _refuse(path, chain(check_schema.problems(conn), check.integrity(conn)))
        copy = _copy(conn, path.parent, version)
        _apply(conn, path, version)
        return f"upgraded {data_dir} from schema {version} to {known}; the way back is {copy}"
    finally:
        conn.close()


def _refuse(path: Path, problems: Iterator[str]) -> None:
    found = next(problems, None)
    if found is not None:
        raise CannotStart(f"The database {path} is not as it must be: {found}; run check, restore a backup.")


def _copy(conn: sqlite3.Connection, directory: Path, version: int) -> Path:
    """Copy the database before the upgrade and keep the newest few copies."""
    backups = directory / BACKUPS
    backups.mkdir(mode=0o700, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = backups / f"{stamp}-schema-{version}.db"
    backup.copy(conn, target)
    for old in sorted(backups.glob("*-schema-*.db"))[:-KEEP]:
        old.unlink()
    return target


def _apply(conn: sqlite3.Connection, path: Path, version: int) -> None:
    """Apply the pending steps and look at the result before it is committed."""
    try:
        conn.execute("BEGIN IMMEDIATE")
        migrations.apply(conn)
        conn.execute("INSERT INTO dfts (dfts) VALUES ('integrity-check')")
        problems = chain(check.integrity(conn), check.foreign_keys(conn), check_schema.problems(conn))
        found = next(problems, None)
        if found is not None:
            raise _undone(path, version, found)
        conn.execute("COMMIT")
    except sqlite3.Error as error:
        raise _undone(path, version, str(error)) from error
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")


def _undone(path: Path, version: int, why: str) -> CannotStart:
    return CannotStart(f"The upgrade of {path} from schema {version} was undone: {why}. Nothing has changed.")
