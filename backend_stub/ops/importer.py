"""Loads rows of the import files: good ones in, bad ones reported, in batches beside a running service."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeAlias, get_args

from backend_stub.clock import Clock, SystemClock
from backend_stub.errors import Refused
from backend_stub.ops import bill_rows, bulk, customer_rows, grid_rows, rows, shift_rows
from backend_stub.ops.csv_file import Line, Problem
from backend_stub.ops.progress import Progress
from backend_stub.ops.rows import Fields
from backend_stub.ops.transaction import transaction
from backend_stub.reference import gazetteer, places
from backend_stub.store import bills, customers, dictionary, grid, outage_import, plans
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

Kind: TypeAlias = Literal["network", "customers", "outages", "plans", "bills", "readings", "shifts"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Small enough that the service's own commands wait a tenth of a second for a batch, large enough to be quick. Customers
# cost more the more there are: beside a service their batches go by the clock, with a pause after each, because whoever
# waits for SQLite's lock only looks now and then whether it is free.
BATCH = 2_000
FIRST, LEAST, MOST = 500, 100, 20_000
HELD_S = 0.05
PAUSE_S = 0.03
CACHE_KIB = 65_536
# The dictionary's order is worth restoring when a load brought a thousand customers and a tenth of all. It takes 6 us
# a customer in one go: beside a running service only while that is short.
REBUILD_ROWS = 1_000
REBUILD_SHARE = 0.1
REBUILD_MOST = 25_000
PROMOTED = 10


@dataclass(slots=True)
class Summary:
    """What became of the rows; `odd` are reasons to look at rows that were loaded."""

    loaded: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    odd: list[Problem] = field(default_factory=list)


Report: TypeAlias = Callable[[Summary, int], None]


def load(
    conn: sqlite3.Connection,
    kind: Kind,
    source: Iterable[Line | Mapping[str, str]],
    *,
    clock: Clock | None = None,
    progress: Report = lambda summary, line: None,
    fingerprint: str = "",
    alone: bool = False,
) -> Summary:
    """Load rows (CSV lines, or mappings of the file's columns to texts) and return what became of them.

    `conn` is a writing connection outside a transaction, `alone` says that nobody else writes or serves. Each batch is
    one transaction, so an interrupted load keeps whole batches and can simply be repeated: rows are upserts by key, and
    customers of a file with the same `fingerprint` are judged again, but not written up to where it stopped.
    """
    loader = _LOADERS[kind](conn, clock or SystemClock())
    loader.begin(Progress(conn, kind, fingerprint), alone=alone)
    summary = Summary()
    for batch in _batches(source, loader):
        loader.take(batch, summary)
        progress(summary, batch[-1].number)
    loader.finish(summary)
    return summary


class _Loader(ABC):
    """Base of the three loaders: reads lines into fields and notes what is refused."""

    batch: int | None = BATCH

    def __init__(self, conn: sqlite3.Connection, clock: Clock) -> None:
        self.conn = conn
        self.clock = clock

    def begin(self, progress: Progress, *, alone: bool) -> None:
        """Prepare for a load."""
        self.progress = progress
        self.alone = alone

    @abstractmethod
    def take(self, batch: list[Line], summary: Summary) -> None:
        """Load one batch in one transaction."""

    def finish(self, summary: Summary) -> None:  # noqa: B027
        """Do what is left when all rows are in."""

    def refuse(self, summary: Summary, line: Line, problems: list[tuple[str, str]]) -> None:
        """Count a line as refused and keep its reasons."""
        summary.refused += 1
        summary.problems += [Problem(line.number, column, reason) for column, reason in problems]

    def readable(self, batch: list[Line], summary: Summary) -> Iterator[tuple[Line, Fields]]:
        """Yield the lines that could be read as rows; the others are refused."""
        for line in batch:
            if line.problem is None:
                yield line, Fields(line.raw)
            else:
                summary.refused += 1
                summary.problems.append(line.problem)


class _Network(_Loader):
    def begin(self, progress: Progress, *, alone: bool) -> None:
        super().begin(progress, alone=alone)
        self.read: grid_rows.Numbered = {}
        self.unread: set[str] = set()

    def take(self, batch: list[Line], summary: Summary) -> None:
        communes = places.communes()
        for line, fields in self.readable(batch, summary):
            row = rows.device(fields, communes)
            if row.code in self.read:
                fields.refuse("device", f"is already in line {self.read[row.code][0]}")
            if fields.problems:
                self.refuse(summary, line, fields.problems)
                self.unread.add(row.code)
            else:
                self.read[row.code] = (line.number, row)

    def finish(self, summary: Summary) -> None:
        # Whether a device fits can only be judged with all of them in view, and a grid that does not hold together
        # would be half a grid: it is refused whole.
        changed, problems = grid_rows.judge(self.read, grid.every(self.conn), self.unread - self.read.keys())
        if problems:
            summary.refused += len(self.read)
        else:
            summary.loaded += len(self.read)
        if changed:
            with transaction(self.conn):
                grid.upsert_many(self.conn, changed)
        summary.problems = sorted([*summary.problems, *problems], key=lambda problem: problem.line)


class _Customers(_Loader):
    def begin(self, progress: Progress, *, alone: bool) -> None:
        super().begin(progress, alone=alone)
        self.known = customer_rows.Known(places.communes(), grid.transformers(self.conn), gazetteer.known)
        self.conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self.bulk = alone and bulk.begin(self.conn)
        self.batch = MOST if alone else FIRST

    def take(self, batch: list[Line], summary: Summary) -> None:
        good: list[customers.CustomerRow] = []
        for line, fields in self.readable(batch, summary):
            row = customer_rows.read(fields, self.known)
            if fields.problems:
                self.refuse(summary, line, fields.problems)
            else:
                good.append(row)
        if batch[-1].number > self.progress.done:
            with transaction(self.conn):
                began = time.perf_counter()
                customers.upsert_many(self.conn, good, indexed=not self.bulk)
                self.progress.keep(batch[-1].number)
            if not self.alone:
                self.batch = paced(len(batch), time.perf_counter() - began)
                time.sleep(PAUSE_S)
        summary.loaded += len(good)

    def finish(self, summary: Summary) -> None:
        if self.bulk:
            bulk.finish(self.conn)
        elif summary.loaded >= REBUILD_ROWS:
            count = customers.count(self.conn)
            if summary.loaded >= REBUILD_SHARE * count:
                self._order(count)
        self.progress.clear()

    def _order(self, count: int) -> None:
        """Put the names in order of popularity: all at once, or beside a service only the front, name by name."""
        if self.alone or count <= REBUILD_MOST:
            with transaction(self.conn):
                dictionary.rebuild(self.conn)
            return
        names = dictionary.out_of_place(self.conn)
        for start in range(0, len(names), PROMOTED):
            with transaction(self.conn):
                for nid, name in names[start : start + PROMOTED]:
                    dictionary.promote(self.conn, nid, name)
            time.sleep(PAUSE_S)


def paced(rows_taken: int, held_s: float) -> int:
    """Return how many rows the next batch may have, so that the service waits a twentieth of a second for it."""
    return max(LEAST, min(MOST, 2 * rows_taken, int(rows_taken * HELD_S / max(held_s, 1e-6))))


class _Outages(_Loader):
    def __init__(self, conn: sqlite3.Connection, clock: Clock) -> None:
        super().__init__(conn, clock)
        self.devices = grid.every(conn)

    def take(self, batch: list[Line], summary: Summary) -> None:
        with transaction(self.conn):
            tx = Tx(self.conn, self.clock.now())
            for line, fields in self.readable(batch, summary):
                store = self.read(fields)
                if not fields.problems:
                    self._store(tx, store, fields)
                if fields.problems:
                    self.refuse(summary, line, fields.problems)
                else:
                    summary.loaded += 1

    def read(self, fields: Fields) -> Callable[[Tx], object]:
        """Read a row and return what stores it."""
        row = rows.outage(fields, self.devices)
        return lambda tx: outage_import.upsert_imported(tx, row)

    def _store(self, tx: Tx, store: Callable[[Tx], object], fields: Fields) -> None:
        self.conn.execute("SAVEPOINT line")
        try:
            store(tx)
        except Refused as refused:
            self.conn.execute("ROLLBACK TO line")
            for error in refused.errors:
                fields.refuse(error.field, error.detail)
            if not refused.errors:
                fields.refuse("", refused.detail)
        self.conn.execute("RELEASE line")


class _Plans(_Outages):
    def read(self, fields: Fields) -> Callable[[Tx], object]:
        new = rows.plan(fields, self.devices)
        return lambda tx: None if new is None else plans.upsert(tx, new, outage_import.AUTHOR)


class _Shifts(_Outages):
    def __init__(self, conn: sqlite3.Connection, clock: Clock) -> None:
        _Loader.__init__(self, conn, clock)
        self.plan = shift_rows.Plan(conn)

    def read(self, fields: Fields) -> Callable[[Tx], object]:
        new = shift_rows.read(fields, self.plan.staff)
        return lambda tx: None if new is None else self.plan.store(tx.conn, new)


class _Billing(_Loader):
    book: bill_rows.Book

    def take(self, batch: list[Line], summary: Summary) -> None:
        read = list(self.readable(batch, summary))
        good: list[bill_rows.Numbered] = []
        payers = bills.payers(self.conn, {bill_rows.code(fields) for _, fields in read})
        for line, fields in read:
            row = self.book.read(line.number, fields, payers)
            if row is None:
                self.refuse(summary, line, fields.problems)
            else:
                good.append(row)
        with transaction(self.conn):
            summary.odd += self.book.store(self.conn, good)
        summary.loaded += len(good)


class _Bills(_Billing):
    book = bill_rows.Bills()


class _Readings(_Billing):
    book = bill_rows.Readings()


_LOADERS: dict[Kind, type[_Loader]] = {
    "network": _Network, "customers": _Customers, "outages": _Outages, "plans": _Plans, "bills": _Bills,
    "readings": _Readings, "shifts": _Shifts,
}  # fmt: skip


def _batches(source: Iterable[Line | Mapping[str, str]], loader: _Loader) -> Iterator[list[Line]]:
    lines = (row if isinstance(row, Line) else Line(i, dict(row)) for i, row in enumerate(source, start=2))
    while batch := list(islice(lines, loader.batch)):
        yield batch
