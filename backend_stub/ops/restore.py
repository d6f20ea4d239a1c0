"""`agent-tui-service restore`: a data directory from a backup, looked through before anything trusts it."""

import argparse
import secrets
import shutil
import sys
from pathlib import Path

from backend_stub import datadir, settings
from backend_stub.clock import SystemClock
from backend_stub.errors import CannotStart
from backend_stub.ops import backup, check
from backend_stub.store import audit, connect, gate
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR", help="a new or empty directory")
    parser.add_argument("--audit-key", type=Path, metavar="FILE", help="the audit key (default: FILE.key)")


def run(args: argparse.Namespace) -> int:
    """Make the directory; raises CannotStart on a backup that is not whole, and leaves the directory empty then."""
    connect.private_directory()
    source, directory = args.file.absolute(), args.data_dir.absolute()
    key = audit.read_key(_key_of(source, args.audit_key))
    _judge(source)
    made = not directory.exists()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise CannotStart(f"The directory {directory} is not empty; restore makes a new one.")
        directory.chmod(0o700)
    except OSError as error:
        raise CannotStart(f"The directory {directory} cannot be made: {error.strerror}.") from error
    try:
        told = _fill(source, directory, key)
    except (CannotStart, OSError, sqlite3.Error) as error:
        for path in directory.iterdir():
            path.unlink()
        if made:
            directory.rmdir()
        if isinstance(error, CannotStart):
            raise
        raise CannotStart(f"The backup {source} could not be restored: {error}.") from error
    print(f"restored {directory} from {source}; {told}")
    print("everybody must log in again; settings.toml holds the defaults: put yours back before you serve.")
    return 0


def _key_of(source: Path, given: Path | None) -> Path:
    """Return where the key is: named, beside the backup, or in the data directory whose upgrade made this copy."""
    beside = source.with_name(source.name + backup.KEY_SUFFIX)
    upgraded = source.parent.parent / audit.KEY_FILE
    found = given or next((path for path in (beside, upgraded) if path.exists()), None)
    if found is None:
        raise CannotStart(f"The audit key of this backup is not at {beside}; name it with --audit-key FILE.")
    return found


def _judge(source: Path) -> None:
    """Refuse what is no backup of ours, or not the one that was made."""
    if not source.is_file():
        raise CannotStart(f"There is no backup {source}.")
    gate.check_file(source)
    wal = source.with_name(source.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        raise CannotStart(f"{source} is a live database, its last changes are in {wal.name}; use the backup command.")
    with source.open("rb") as file:
        in_wal_mode = file.read(20)[18] == 2
    if in_wal_mode:
        # A bare copy of service.db lacks whatever was only in its -wal, and nothing in it tells.
        print(f"{source} is a bare copy, not a backup: its newest changes may be missing.", file=sys.stderr)
    summed = source.with_name(source.name + backup.SUM_SUFFIX)
    if summed.exists() and summed.read_text(encoding="utf-8", errors="replace").split()[:1] != [backup.digest(source)]:
        raise CannotStart(f"The backup {source} is not the file that was made: its SHA-256 differs from {summed.name}.")


def _fill(source: Path, directory: Path, key: bytes) -> str:
    """Copy, look through, make it a database of its own, and only then give it its name; return what it is."""
    (directory / audit.KEY_FILE).write_bytes(key)
    partial = directory / f"{connect.DATABASE}.partial"
    shutil.copyfile(source, partial)
    conn = check.open_for_check(partial)
    try:
        broken = [finding for finding in check.examine(conn, directory / audit.KEY_FILE) if finding.problems]
        told = check.summary(conn)
    finally:
        conn.close()
    if broken:
        raise CannotStart(f"The backup {source} is not whole: {broken[0].part}: {broken[0].problems[0]}.")
    _renew(partial, directory)
    for suffix in ("-wal", "-shm"):
        partial.with_name(partial.name + suffix).unlink(missing_ok=True)
    backup.sync(partial)
    partial.replace(directory / connect.DATABASE)
    (directory / datadir.SETTINGS).write_text(settings.default_text(), encoding="utf-8")
    backup.sync(directory)
    return told


def _renew(path: Path, directory: Path) -> None:
    """End the sessions of the day it was copied, and let desks know that the event log starts anew."""
    conn = connect.writer(path, older=True)
    try:
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("DELETE FROM session")
        conn.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (secrets.token_hex(8),))
        if int(conn.execute("PRAGMA user_version").fetchone()[0]) >= check.AUDIT_SINCE:
            entry = Entry(SystemClock().now(), audit.operator(), "store.restore")
            Trail.of(directory).append(conn, entry)
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        conn.close()
