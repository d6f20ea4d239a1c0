"""A group of commands on its way to one commit: who waits for which, and the savepoint around each."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from backend_stub.store import connect
from backend_stub.store.driver import sqlite3

if TYPE_CHECKING:
    from backend_stub.store.engine import Tx

T = TypeVar("T")


@dataclass(slots=True)
class Waiting(Generic[T]):
    """A command in the queue with the future of whoever waits for it."""

    command: Callable[["Tx"], T]
    future: "asyncio.Future[T]"
    result: T | None = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Give the outcome, unless nobody waits any more."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(cast("T", self.result))


class Savepoint:
    """Surrounds one command: whatever it raises undoes the command alone and is kept for its caller."""

    def __init__(self, conn: sqlite3.Connection, path: Path) -> None:
        self.conn = conn
        self.path = path
        self.error: BaseException | None = None

    def __enter__(self) -> "Savepoint":
        self.conn.execute("SAVEPOINT command")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> bool:
        if error is not None:
            self.error = connect.refusal(error, self.path)
            # SQLite ends the whole transaction by itself when the disk is full or fails: no savepoint is left then.
            if not self.conn.in_transaction:
                return True
            self.conn.execute("ROLLBACK TO command")
        self.conn.execute("RELEASE command")
        return True
