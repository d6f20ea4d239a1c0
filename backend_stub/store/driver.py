"""Which SQLite we run on: the WAL-reset corruption bug rules out most interpreters' own.

Exports `sqlite3`, the module everybody uses; its errors are NOT subclasses of the standard library's when it is
the wheel. Fixed in 3.51.3, backported to 3.44.6 and 3.50.7 (sqlite.org release notes).
"""

import importlib
import sqlite3 as _stdlib
from types import ModuleType
from typing import TYPE_CHECKING, cast

from backend_stub.errors import CannotStart

Version = tuple[int, ...]


def is_safe(version: Version) -> bool:
    """Say whether this SQLite version has the WAL-reset fix."""
    if version >= (3, 51, 3):
        return True
    return version[:2] in {(3, 44), (3, 50)} and version >= {44: (3, 44, 6), 50: (3, 50, 7)}[version[1]]


def choose(stdlib: ModuleType, wheel_name: str) -> ModuleType:
    """Return the standard library's module if it is safe, else the wheel's; raises CannotStart if neither is."""
    if is_safe(stdlib.sqlite_version_info):
        return stdlib
    try:
        wheel = importlib.import_module(wheel_name)
    except ImportError:
        wheel = None
    if wheel is not None and is_safe(wheel.sqlite_version_info):
        return wheel
    raise CannotStart(
        f"SQLite {stdlib.sqlite_version} can corrupt a database in WAL mode; "
        "install the pysqlite3 wheel (pip install pysqlite3) or a Python with SQLite 3.51.3 or newer."
    )


if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = cast("ModuleType", choose(_stdlib, "pysqlite3.dbapi2"))

__all__ = ["choose", "is_safe", "sqlite3"]
