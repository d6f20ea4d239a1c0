"""The service with one promise broken or one limit lowered, for the tests' own proof: no setting of the product."""

import os
import sys
from pathlib import Path

from backend_stub import cli
from backend_stub.store import connect, engine
from backend_stub.store.driver import sqlite3

_writer = connect.writer


def careless(path: Path, *, older: bool = False) -> sqlite3.Connection:
    """Open the writer without a sync at each commit."""
    conn = _writer(path, older=older)
    conn.execute("PRAGMA synchronous = NORMAL")
    return conn


if __name__ == "__main__":
    if os.environ.get("ALTERED_SYNCHRONOUS") == "NORMAL":
        connect.writer = careless
    engine.CHECKPOINT_PAGES = int(os.environ.get("ALTERED_CHECKPOINT_PAGES", engine.CHECKPOINT_PAGES))
    sys.exit(cli.main())
