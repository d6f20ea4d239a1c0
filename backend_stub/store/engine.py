"""The store's engine: one writer thread that commits whatever waits as one group, read-only connections for reads.

An answer is given only after the durable COMMIT (WAL, synchronous=FULL): a group shares one fsync, each command has
a savepoint of its own. Where a group's events do not follow the last ones known they are read back from the log, so
that other processes' events (an import while serving) reach the readers too, in the same gapless order. A disk that
failed once is not written to again: reads go on, every further change is refused, and the operator is told.
"""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

from backend_stub.clock import Clock
from backend_stub.errors import Refused, Unavailable
from backend_stub.metrics import Meter
from backend_stub.store import connect, events, pages
from backend_stub.store.driver import sqlite3
from backend_stub.store.group import Savepoint, Waiting
from backend_stub.store.tx import Tx

__all__ = ["Engine", "Tx"]

T = TypeVar("T")
LOG = logging.getLogger("backend_stub")

GROUP = 256
WAITING = 10_000
READ_BACK = 5_000
CHECKPOINT_PAGES = 1_000


class Engine:
    """Writes and reads of one database file."""

    def __init__(self, path: Path, clock: Clock, *, readers: int = 4, keep_events: int = 50_000) -> None:
        self.path = path
        self.clock = clock
        self.on_events: Callable[[list[events.Logged]], None] = lambda logged: None
        self.on_foreign_change: Callable[[], None] = lambda: None
        self.broken: str | None = None
        self.meter = Meter()
        self._keep_events = keep_events
        self._commands: queue.SimpleQueue[Waiting[object] | None] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._poll = threading.Event()
        self._published = 0
        self._read_to = 0
        self._data_version = 0

    def start(self) -> None:
        """Open the writer and start its thread; call inside the event loop. Raises CannotStart on a bad file."""
        self._loop = asyncio.get_running_loop()
        self._conn = connect.writer(self.path)
        pages.check(self._conn, self.path)
        # The checkpoint is ours: SQLite's own runs inside the commit and keeps its failures to itself.
        self._conn.execute("PRAGMA wal_autocheckpoint = 0")
        self._published = self._read_to = events.head(self._conn)
        self.generation = events.generation(self._conn)
        self._data_version = self._version()
        self._thread = threading.Thread(target=self._run, name="writer")
        self._thread.start()

    async def stop(self) -> None:
        """Finish what waits, checkpoint and close."""
        # The readers first: only the last connection to close moves the log into the database and removes it.
        await asyncio.to_thread(self._pool.shutdown)
        for conn in self._readers:
            conn.close()
        self._commands.put(None)
        await asyncio.to_thread(self._thread.join)
        # The writer's last results were handed to the loop: let them arrive before the loop may end.
        await asyncio.sleep(0)

    @property
    def head(self) -> int:
        """The last seq that was published to the readers."""
        return self._published

    async def write(self, command: Callable[[Tx], T]) -> T:
        """Run the command on the writer thread and return its result after the durable commit.

        Raises what the command raised (nothing of it is stored), DiskFull or Unavailable when the commit failed.
        """
        if self.broken is not None:
            raise Unavailable(connect.STORE_FAILED, self.broken, 30)
        if self._commands.qsize() >= WAITING:
            raise Unavailable("overloaded", "Too many changes are waiting.")
        waiting = Waiting(command, self._loop.create_future())
        self._commands.put(cast("Waiting[object]", waiting))
        result: T = await waiting.future
        return result

    async def writable(self) -> bool:
        """Say whether a change is stored now, by storing one."""
        sql = "INSERT OR REPLACE INTO meta (key, value) VALUES ('written_at', ?)"
        try:
            await self.write(lambda tx: tx.conn.execute(sql, (str(tx.now),)))
        except Refused:
            return False
        return True

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run the query in one read transaction on a read-only connection and return its result."""
        return await self._loop.run_in_executor(self._pool, self._read, query)

    async def catch_up(self) -> None:
        """Publish what other processes appended; tell `on_foreign_change` when they changed anything at all."""
        self._poll.set()
        await self.write(lambda tx: None)

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = self._local.conn = connect.reader(self.path)
            self._readers.append(conn)
        try:
            conn.execute("BEGIN")
            return query(conn)
        except sqlite3.Error as error:
            self._shut_if_fatal(error)
            raise connect.refusal(error) from error
        finally:
            if conn.in_transaction:
                conn.execute("ROLLBACK")

    def _run(self) -> None:
        group: list[Waiting[object]] | None = None
        try:
            while (group := self._next_group()) is not None:
                said = self._commit_group(group)
                self._loop.call_soon_threadsafe(self._settle, group, self._news(said), self._foreign_change())
                # The loop walks that list from here on: one that `_end` made longer would acknowledge what never ran.
                group = []
                self._checkpoint()
        finally:
            self._conn.close()
            self._end(group or [])

    def _end(self, group: list[Waiting[object]]) -> None:
        """Refuse what still waits and whatever comes: also where a bug ended the writer, nobody waits for ever."""
        self.broken = self.broken or "The service is not storing anything any more."
        while not self._commands.empty():
            group += [waiting for waiting in (self._commands.get(),) if waiting is not None]
        for waiting in group:
            waiting.error = Unavailable(connect.STORE_FAILED, self.broken, 30)
        self._loop.call_soon_threadsafe(self._settle, group, [], False)

    def _next_group(self) -> list[Waiting[object]] | None:
        first = self._commands.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP and not self._commands.empty():
            another = self._commands.get()
            if another is None:
                self._commands.put(None)
                break
            group.append(another)
        return group

    def _commit_group(self, group: list[Waiting[object]]) -> list[events.Logged]:
        """Carry a group out and return what it appended to the event log; nothing where it could not be committed."""
        try:
            if self.broken is not None:
                raise sqlite3.OperationalError("disk I/O error")
            self._conn.execute("BEGIN IMMEDIATE")
            tx = Tx(self._conn, self.clock.now(), self._keep_events)
            for waiting in group:
                self._attempt(tx, waiting)
            tx.finish()
            began = time.perf_counter()
            self._conn.execute("COMMIT")
            self.meter.committed(len(group), time.perf_counter() - began)
        except sqlite3.Error as error:
            self._fail(group, error)
            return []
        return tx.said

    def _attempt(self, tx: Tx, waiting: Waiting[object]) -> None:
        forget = tx.attempt()
        with Savepoint(self._conn, self.path) as savepoint:
            waiting.result = waiting.command(tx)
        waiting.error = savepoint.error
        if waiting.error is not None:
            forget()
        if not self._conn.in_transaction or connect.is_fatal(waiting.error):
            raise sqlite3.OperationalError("the transaction was ended by a failure")

    def _fail(self, group: list[Waiting[object]], error: sqlite3.Error) -> None:
        """Undo a group that could not be committed: nobody in it is acknowledged."""
        if self._conn.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._conn.execute("ROLLBACK")
        refused = next((w.error for w in group if isinstance(w.error, Refused) and w.error.status >= 500), None)
        refusal = refused or connect.refusal(error, self.path)
        self._shut_if_fatal(refusal)
        for waiting in group:
            waiting.error = refusal

    def _shut_if_fatal(self, error: BaseException) -> None:
        """Take no further change once the disk has failed: a later sync may succeed without what this one lost."""
        refusal = connect.refusal(error, self.path)
        self.meter.busy += isinstance(refusal, Unavailable) and refusal.code == "busy"
        if self.broken is None and connect.is_fatal(refusal):
            self.broken = cast("Unavailable", refusal).detail
            LOG.critical("the store is closed for changes: %s", self.broken)

    def _checkpoint(self) -> None:
        """Move the log into the database once it is long; nobody waits for it, and its failure closes the store."""
        if self.broken is not None:
            return
        try:
            # NOOP only counts the pages; SQLite before 3.51 takes it for PASSIVE, which is right too, but slower.
            if self._conn.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()[1] >= CHECKPOINT_PAGES:
                self._conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            # A full disk is no failure: the log keeps everything, and the next group tries again.
            self._shut_if_fatal(error)

    def _foreign_change(self) -> bool:
        """Say, when asked to look, whether another process has committed since the last look."""
        if not self._poll.is_set():
            return False
        self._poll.clear()
        before = self._data_version
        try:
            self._data_version = self._version()
        except sqlite3.Error as error:
            self._shut_if_fatal(error)
        return before != self._data_version

    def _version(self) -> int:
        return int(self._conn.execute("PRAGMA data_version").fetchone()[0])

    def _news(self, said: list[events.Logged]) -> list[events.Logged]:
        """Return what was committed since the last look: this group's own events, if nobody else wrote between."""
        if said and said[0].seq == self._read_to + 1 and said[-1].seq == self._read_to + len(said):
            self._read_to = said[-1].seq
            return said
        return self._read_back()

    def _read_back(self) -> list[events.Logged]:
        """Read what was committed since the last look; what cannot be read now comes with the next group."""
        logged: list[events.Logged] = []
        try:
            more = True
            while more and (part := events.since(self._conn, self._read_to, READ_BACK)):
                logged += part
                self._read_to = part[-1].seq
                more = len(part) == READ_BACK
        except sqlite3.Error as error:
            self._shut_if_fatal(error)
        return logged

    def _settle(self, group: list[Waiting[object]], logged: list[events.Logged], foreign: bool) -> None:
        try:
            if foreign:
                self.on_foreign_change()
            if logged:
                self._published = logged[-1].seq
                self.on_events(logged)
        finally:
            for waiting in group:
                waiting.settle()
