"""Is the file whole? Looked at before the first change, as far as that costs no noticeable start."""

from pathlib import Path

from backend_stub.errors import CannotStart
from backend_stub.store.driver import sqlite3

# Reading every page takes about 4 ms a MiB; larger files are read through by `check`, and a damaged page that is
# met while serving closes the store.
MOST_BYTES = 32 * 1_048_576


def damaged(path: Path, found: str) -> CannotStart:
    """Return the refusal of a file that is not whole, with the cure."""
    return CannotStart(
        f"The database {path} is damaged ({found}); keep it, and put the newest backup into a new directory with: "
        "agent-tui-service restore FILE DATA_DIR"
    )


def check(conn: sqlite3.Connection, path: Path) -> None:
    """Raise CannotStart, and close the connection, when a page of a file of up to 32 MiB is damaged."""
    if path.stat().st_size > MOST_BYTES:
        return
    try:
        found = str(conn.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        conn.close()
        raise damaged(path, found.splitlines()[-1].rstrip("."))
