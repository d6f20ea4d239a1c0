"""The data directory: made by `init`, used by one service at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend_stub import settings
from backend_stub.errors import CannotStart
from backend_stub.store import audit, connect, gate, migrations

SETTINGS = "settings.toml"
LOCK = "service.lock"


class InUse(CannotStart):
    """Somebody else works on the directory."""


def create(data_dir: Path) -> None:
    """Make directory, database, settings and audit key; raises CannotStart on a directory that holds anything."""
    connect.private_directory()
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(data_dir.iterdir()):
            raise CannotStart(f"The directory {data_dir} is not empty; init makes a new one.")
        data_dir.chmod(0o700)
        (data_dir / SETTINGS).write_text(settings.default_text(), encoding="utf-8")
        audit.make_key(data_dir)
    except (NotADirectoryError, FileExistsError) as error:
        raise CannotStart(f"{data_dir} is a file, not a directory.") from error
    except OSError as error:
        raise CannotStart(f"The directory {data_dir} cannot be made: {error.strerror}.") from error
    migrations.create(data_dir / connect.DATABASE, gate.APPLICATION_ID)


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Hold the directory for one service; raises CannotStart when another one runs on it."""
    gate.check_file(data_dir / connect.DATABASE)
    try:
        handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(f"The directory {data_dir} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise InUse(f"Another service already runs on {data_dir}, or an import into it; stop it first.") from error
    try:
        yield
    finally:
        os.close(handle)
