"""`agent-tui-service backup`: one consistent copy of the database, in one step, while it is served.

VACUUM INTO reads one snapshot: writers go on beside it, nothing erased is in the copy, and the copy needs no -wal.
The audit key goes into a file of its own, because whoever holds database and key can write the audit log anew.
"""

import argparse
import hashlib
import os
import shutil
from pathlib import Path

from backend_stub.clock import SystemClock
from backend_stub.errors import CannotStart
from backend_stub.ops import check
from backend_stub.store import audit, connect, gate
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3

KEY_SUFFIX = ".key"
SUM_SUFFIX = ".sha256"
# The desks go first: the copy has time.
NICENESS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")
    parser.add_argument("file", type=Path, metavar="FILE", help="the copy; the audit key goes to FILE.key")


def copy(conn: sqlite3.Connection, target: Path) -> None:
    """Copy the open database to a new file, checked and on the disk; raises CannotStart, and leaves nothing then."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        conn.execute("VACUUM INTO ?", (str(partial),))
        made = sqlite3.connect(f"{partial.absolute().as_uri()}?mode=ro", uri=True)
        found = made.execute("PRAGMA quick_check(1)").fetchone()[0]
        made.close()
        if found != "ok":
            raise CannotStart(f"The copy {target} is not whole ({found}); look at the database with check.")
        sync(partial)
        partial.replace(target)
        sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CannotStart(f"The copy {target} cannot be made: {reason}.") from error
    finally:
        partial.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Bring a file or a directory to the disk; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(args: argparse.Namespace) -> int:
    """Make the copy, its checksum and the copy of the key; raises CannotStart."""
    connect.private_directory()
    directory, target = args.data_dir.resolve(), args.file.absolute()
    key, summed = (target.with_name(target.name + suffix) for suffix in (KEY_SUFFIX, SUM_SUFFIX))
    gate.check_file(directory / connect.DATABASE)
    audit.read_key(directory / audit.KEY_FILE)
    for path in (target, key, summed):
        if path.exists():
            raise CannotStart(f"There is already a file {path}; a backup never overwrites one.")
    if not target.parent.is_dir():
        raise CannotStart(f"There is no directory {target.parent}.")
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    conn = check.open_for_check(directory / connect.DATABASE)
    try:
        conn.execute("ROLLBACK")
        copy(conn, target)
    finally:
        conn.close()
    found = digest(target)
    try:
        summed.write_text(f"{found}  {target.name}\n", encoding="utf-8")
        shutil.copyfile(directory / audit.KEY_FILE, key)
        sync(key)
    except OSError as error:
        raise CannotStart(f"The copy is made, but not its key or checksum: {error.strerror}.") from error
    _note(directory, found)
    size = f"{target.stat().st_size:,} bytes"
    print(f"copied {directory / connect.DATABASE} to {target} ({size}, SHA-256 {found[:16]}...)")
    print(f"the audit key is not in it: it is in {key}; keep that in another place. settings.toml is not copied.")
    return 0


def _note(directory: Path, found: str) -> None:
    """Note in the audit log that everything was copied, and anchor its head."""
    conn = connect.writer(directory / connect.DATABASE, older=True)
    try:
        if int(conn.execute("PRAGMA user_version").fetchone()[0]) < check.AUDIT_SINCE:
            return
        trail, now = Trail.of(directory), SystemClock().now()
        conn.execute("BEGIN IMMEDIATE")
        trail.append(conn, Entry(now, audit.operator(), "store.backup", found[:16]))
        conn.execute("COMMIT")
        trail.write_anchor(directory, audit.head(conn), now)
    except (sqlite3.Error, OSError) as error:
        raise CannotStart(f"The copy is made, but the audit log could not tell of it: {error}.") from error
    finally:
        conn.close()
