"""Connections: how the database file is opened, and what its errors mean to a caller."""

import os
from pathlib import Path

from backend_stub.errors import CannotStart, DiskFull, Unavailable
from backend_stub.store import gate, pages, room
from backend_stub.store.driver import sqlite3

DATABASE = "service.db"
BUSY_MS = 5_000
# A look-up's rows lie anywhere among the customers: SQLite's own 2 MiB are little more than the way to them.
READER_KIB = 8_192
STORE_FAILED = "store_failed"


def _configure(conn: sqlite3.Connection) -> sqlite3.Connection:
    conn.row_factory = sqlite3.Row
    conn.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute("PRAGMA trusted_schema = OFF")
    return conn


def writer(path: Path, *, older: bool = False) -> sqlite3.Connection:
    """Open an existing database for writing; raises CannotStart when it is not ours, not whole or not today's.

    With `older` a database of an older program will do: for the upgrade.
    """
    gate.check_file(path)
    try:
        conn = _configure(
            sqlite3.connect(
                f"{path.as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=BUSY_MS / 1000,
            )
        )
        gate.check_version(conn, path, older=older)
        conn.execute("PRAGMA secure_delete = ON")
        mode = conn.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        conn.execute("PRAGMA synchronous = FULL")
        level = conn.execute("PRAGMA synchronous").fetchone()[0]
    except sqlite3.OperationalError as error:
        if isinstance(refusal(error, path), DiskFull):
            raise CannotStart(f"The disk of {path} is full; free some space, then start again.") from error
        raise CannotStart(f"The database {path} cannot be opened: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise pages.damaged(path, str(error)) from error
    if mode != "wal" or level != 2:
        conn.close()
        raise CannotStart(f"The database {path} cannot be made durable here (journal {mode}, synchronous {level}).")
    _sync_directory(path.parent)
    return conn


def _sync_directory(directory: Path) -> None:
    """Make the log's name durable: SQLite syncs the directory too, but goes on as if nothing were when that fails."""
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise CannotStart(f"The disk of {directory} fails ({error.strerror}); repair it, then start again.") from error


def reader(path: Path) -> sqlite3.Connection:
    """Open a read-only connection; it may be closed from another thread."""
    conn = _configure(
        sqlite3.connect(
            f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000
        )
    )
    conn.execute("PRAGMA query_only = ON")
    conn.execute(f"PRAGMA cache_size = -{READER_KIB}")
    return conn


def refusal(error: BaseException, path: Path | None = None) -> BaseException:
    """Translate a database's error (at `path`) into the answer it deserves; everything else is returned as it is."""
    if not isinstance(error, sqlite3.DatabaseError):
        return error
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Unavailable(STORE_FAILED, "The database is damaged; changes wait until a backup is restored.", 30)
    # The index of the log cannot grow on a full disk either, and SQLite calls that an I/O error.
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")) or "disk is full" in str(error):
        return DiskFull()
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "database is locked" in str(error):
        return Unavailable("busy", "The database is busy; try again.")
    # SQLite calls only ENOSPC a full disk, and its wheel for Python tells no kind of I/O error from another.
    if name in ("SQLITE_IOERR", "SQLITE_IOERR_WRITE") and path is not None and room.is_none(path):
        return DiskFull()
    if name.startswith("SQLITE_IOERR") or "disk I/O error" in str(error):
        return Unavailable(STORE_FAILED, "The service's disk failed; changes wait until it is repaired.", 30)
    return error


def is_fatal(error: BaseException | None) -> bool:
    """Say whether this refusal means that the file or the disk under it has failed."""
    return isinstance(error, Unavailable) and error.code == STORE_FAILED


def private_directory() -> None:
    """Make every file this process creates readable by its owner alone."""
    os.umask(0o077)


__all__ = ["BUSY_MS", "DATABASE", "STORE_FAILED", "is_fatal", "private_directory", "reader", "refusal", "writer"]
