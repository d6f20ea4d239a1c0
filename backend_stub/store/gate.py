"""The gate before a database: never a missing, empty, foreign or newer one, and never one made by accident."""

from pathlib import Path

from backend_stub.errors import CannotStart
from backend_stub.store import migrations
from backend_stub.store.driver import sqlite3

APPLICATION_ID = 0x41544455
HEADER = b"SQLite format 3\x00"


def check_file(path: Path) -> None:
    """Refuse a file that cannot be our database; SQLite itself would quietly make a new empty one."""
    if not path.parent.is_dir():
        raise CannotStart(f"There is no directory {path.parent}; make one with: agent-tui-service init {path.parent}")
    if not path.is_file():
        raise CannotStart(f"There is no database {path}; restore a backup, or make a new directory with init.")
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise CannotStart(f"The database {path} cannot be read: {error.strerror}.") from error
    if not head:
        raise CannotStart(f"The database {path} is empty (0 bytes); restore a backup, or init a new directory.")
    if not head.startswith(HEADER):
        raise CannotStart(f"{path} is not an SQLite database; restore a backup, or init a new directory.")
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise CannotStart(f"{path} is a database of another program; check the directory's name.")


def check_version(conn: sqlite3.Connection, path: Path, *, older: bool = False) -> None:
    """Refuse a database that a newer program has changed, and (unless `older` will do) one that must be upgraded."""
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    known = len(migrations.GROUPS)
    if version > known:
        raise CannotStart(
            f"The database {path} is newer (schema {version}) than this program (schema {known}); update the program."
        )
    if version < known and not older:
        raise CannotStart(
            f"The database {path} is older (schema {version}) than this program (schema {known}); "
            f"upgrade it with: agent-tui-service upgrade {path.parent}"
        )
