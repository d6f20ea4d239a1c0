"""The command line's `import`: a file of a utility into the database of a service, running or not."""

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from backend_stub import datadir
from backend_stub.clock import SystemClock
from backend_stub.errors import CannotStart
from backend_stub.ops import csv_file, importer, published_plans
from backend_stub.ops.importer import Report, Summary
from backend_stub.ops.rows import COLUMNS
from backend_stub.store import audit, connect
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3

SHOWN = 5
DONE, SOME_REFUSED, UNUSABLE = 0, 3, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `import`."""
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")
    parser.add_argument("kind", choices=importer.KINDS, metavar="KIND", help=", ".join(importer.KINDS))
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--errors", type=Path, metavar="FILE", help="where refused rows go: line, column, reason")


def run(args: argparse.Namespace) -> int:
    """Import the file; returns 0 when all rows went in, 3 when some were refused, 2 when the file is unusable."""
    try:
        return _run(args)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return UNUSABLE


def _run(args: argparse.Namespace) -> int:
    lines, fingerprint = csv_file.survey(args.file)
    source = published_plans.read(args.file, args.data_dir) if args.kind == "plans" else None
    if source is None:
        source = csv_file.read(args.file, COLUMNS[args.kind])
    # The header is judged before the database is touched.
    first = next(source, None)
    conn = connect.writer((args.data_dir / connect.DATABASE).absolute())
    began = time.monotonic()
    try:
        with _alone(args) as alone, _progress(lines) as report:
            rows = _chain(first, source)
            summary = importer.load(conn, args.kind, rows, progress=report, fingerprint=fingerprint, alone=alone)
        _note(conn, args, summary)
    except sqlite3.OperationalError as error:
        raise CannotStart(f"The database took only a part of the rows ({error}); repeat the import.") from error
    finally:
        conn.close()
    if args.errors is not None:
        _write_errors(args.errors, summary)
    _tell(args, summary, time.monotonic() - began)
    return SOME_REFUSED if summary.refused else DONE


@contextmanager
def _alone(args: argparse.Namespace) -> Iterator[bool]:
    """Hold the directory for customers where no service runs on it, and say whether: then longer steps are allowed."""
    if args.kind != "customers":
        yield False
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(datadir.locked(args.data_dir.resolve()))
        except datadir.InUse:
            yield False
        else:
            yield True


def _note(conn: sqlite3.Connection, args: argparse.Namespace, summary: Summary) -> None:
    """Tell the audit log who loaded how much; the rows themselves are in already, batch by batch."""
    told = json.dumps({"loaded": summary.loaded, "refused": summary.refused})
    conn.execute("BEGIN IMMEDIATE")
    entry = Entry(SystemClock().now(), audit.operator(), "store.import", args.kind, change=told)
    Trail.of(args.data_dir).append(conn, entry)
    conn.execute("COMMIT")


def _chain(first: csv_file.Line | None, rest: Iterator[csv_file.Line]) -> Iterator[csv_file.Line]:
    if first is not None:
        yield first
        yield from rest


@contextmanager
def _progress(lines: int) -> Iterator[Report]:
    if not sys.stderr.isatty():
        yield lambda summary, line: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:,.0f} rows/s"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("import", total=lines, rate=0.0)
        began = time.monotonic()

        def report(summary: Summary, line: int) -> None:
            rate = (summary.loaded + summary.refused) / max(time.monotonic() - began, 1e-6)
            bar.update(task, completed=min(line, lines), rate=rate)

        yield report
        bar.update(task, completed=lines)


def _write_errors(path: Path, summary: Summary) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "column", "reason"))
            writer.writerows((problem.line, problem.column, problem.reason) for problem in summary.problems)
            writer.writerows((problem.line, problem.column, problem.reason) for problem in summary.odd)
    except OSError as error:
        raise CannotStart(f"The good rows are in, but {path} cannot be written: {error.strerror}.") from error


def _tell(args: argparse.Namespace, summary: Summary, seconds: float) -> None:
    rate = (summary.loaded + summary.refused) / max(seconds, 1e-6)
    print(f"{args.kind}: {summary.loaded} loaded, {summary.refused} refused, {seconds:.1f} s, {rate:,.0f} rows/s")
    if summary.odd:
        print(f"{args.kind}: {len(summary.odd)} of the loaded rows look wrong")
    told = summary.problems + summary.odd
    if told and args.errors is not None:
        print(f"{'refused rows' if summary.refused else 'rows to look at'}: {args.errors}")
        return
    for problem in told[:SHOWN]:
        print(f"line {problem.line}, {problem.column or 'row'}: {problem.reason}", file=sys.stderr)
    if len(told) > SHOWN:
        rest = len(told) - SHOWN
        print(f"... and {rest} more; --errors FILE writes all of them", file=sys.stderr)
