"""The n-th sync fails: nobody is told of a change that is not there, nobody waits for ever, and the service says so."""

import asyncio
import itertools
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from agent_tui import wire
from backend_stub.clock import SystemClock
from backend_stub.errors import Unavailable
from backend_stub.store import audit, connect
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Engine, Tx
from tests.faults import verify
from tests.faults.load import Ledger, Load, settle
from tests.faults.process import Serving
from tests.faults.shim import Disk
from tests.faults.talk import Link
from tests.full import FULL

ANSWERS = 60
DATABASE, LOG = connect.DATABASE, f"{connect.DATABASE}-wal"
ANCHOR = f"{audit.ANCHOR_FILE}.partial"
FEW_PAGES = {"ALTERED_CHECKPOINT_PAGES": "100"}


@dataclass
class Outcome:
    """How a run ended."""

    ledger: Ledger
    syncs: list[tuple[str, bool]]
    before_end: list[tuple[str, bool]]
    exit_code: int
    said: str
    shut: bool

    @property
    def failed(self) -> str | None:
        """Return the name of the file whose sync failed first."""
        return next((name for name, failed in self.syncs if failed), None)


async def work(port: int, ledger: Ledger) -> bool:
    """Work until enough is answered or refused; return whether the store closed, having looked at what it says."""

    def enough(done: int) -> None:
        load.over = load.over or done >= ANSWERS

    load = Load(port, ledger, enough)
    await load.run()
    head, door = Link(port, "head"), Link(port, "door")
    new = {"external_id": "the-last", "channel": "hotline", "address": "0999000123", "queue": "outage"}
    last = await door.ask("POST", "/v1/contacts", new)
    ready = await head.ask("GET", "/ready")
    assert (await head.ask("GET", "/v1/snapshot")).status == 200
    # The look itself writes, so it may be the first to meet the failure.
    assert (last.status, ready.status) in {(201, 200), (201, 503), (503, 503)}
    if last.status == 503:
        assert last.code == "store_failed"
        assert int(last.headers["retry-after"]) > 0
    if shut := ready.status == 503:
        assert ready.json()["checks"]["writable"] is False
        assert {(said.status, said.code) for said in ledger.refused if said.status >= 500} <= {(503, "store_failed")}
    head.close()
    door.close()
    return shut


def run(disk: Disk, fail_at: int, of: str = "", *, sticky: bool = False) -> Outcome:
    """Run the service once on a disk whose n-th sync (`of` one file) fails."""
    disk.seed()
    ledger = Ledger()
    environment = {**disk.environment(fail_at, of, sticky=sticky), **FEW_PAGES}
    disk.data_dir.with_name("stderr").write_text("")
    with Serving(disk.data_dir, environment, "tests.faults.altered") as serving:
        if not serving.port:
            return Outcome(ledger, disk.syncs(), disk.syncs(), serving.process.wait(), serving.said(), shut=False)
        shut = asyncio.run(work(serving.port, ledger))
        before_end = disk.syncs()
        code = serving.stop()
    return Outcome(ledger, disk.syncs(), before_end, code, serving.said(), shut)


def inspect(disk: Disk, outcome: Outcome) -> None:
    """Assert that what was acknowledged is there, whether or not the machine went down with the disk."""
    verify.check(disk.data_dir, outcome.ledger)
    survivors = disk.survivors(disk.data_dir.with_name("survivors"))
    verify.check(survivors, outcome.ledger)
    shutil.rmtree(survivors)
    assert "Traceback" not in outcome.said
    if outcome.exit_code == 2:
        assert outcome.said.startswith("agent-tui-service: The disk of")
        assert outcome.said.count("\n") == 1
    else:
        assert outcome.exit_code == 0
        # A failure after the look, while ending, is reported as well.
        assert ("closed for changes" in outcome.said) >= outcome.shut
        assert ("closed for changes" in outcome.said) <= (outcome.failed is not None)


def fresh(disk: Disk, template: Path) -> None:
    """Put the prepared directory back."""
    shutil.rmtree(disk.data_dir)
    shutil.copytree(template, disk.data_dir)


def chosen() -> Iterator[tuple[int, str]]:
    """Yield which syncs fail, one a run: some of each file, and by `make full` the first, the second, ... of any."""
    yield from ((1, "."), (2, "."), (1, DATABASE), (1, LOG), (9, LOG), (1, ANCHOR))
    if FULL:
        yield from ((number, "") for number in itertools.count(1))


def test_a_failed_sync_is_never_acknowledged_and_closes_the_store(disk: Disk, template: Path) -> None:
    clean = run(disk, 0)
    inspect(disk, clean)
    assert not clean.shut
    assert {name for name, _ in clean.syncs} >= {".", DATABASE, LOG}
    met: set[str | None] = set()
    codes: set[int] = set()
    for fail_at, of in chosen():
        fresh(disk, template)
        outcome = run(disk, fail_at, of)
        inspect(disk, outcome)
        if not of and outcome.failed is None:
            break
        if outcome.shut:
            met.add(outcome.failed)
        elif outcome.exit_code == 0:
            # SQLite's own sync of the directory, after ours; the audit log's anchor, which is tried again each hour;
            # or one while ending: the log stays for the next start.
            unmet = True not in [failed for _, failed in outcome.before_end]
            assert outcome.failed in {".", ANCHOR} or unmet or "closed for changes" in outcome.said
        codes.add(outcome.exit_code)
    assert met == {DATABASE, LOG}
    assert codes == {0, 2}


class FailsOnce:
    """A connection whose first COMMIT fails as a failed sync does."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real = real
        self.failed = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    def execute(self, sql: str, *args: tuple[str, ...]) -> object:
        if sql == "COMMIT" and not self.failed:
            self.failed = True
            raise sqlite3.OperationalError("disk I/O error")
        return self.real.execute(sql, *args)


async def test_what_waits_behind_a_failed_commit_is_refused_too(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend_stub.store.engine.GROUP", 1)
    engine = Engine(data_dir / connect.DATABASE, SystemClock())
    engine.start()
    real = engine._conn
    engine._conn = cast("sqlite3.Connection", FailsOnce(real))

    def insert(number: int) -> Callable[[Tx], sqlite3.Cursor]:
        return lambda tx: tx.conn.execute("INSERT INTO meta VALUES (?, '')", (f"n{number}",))

    outcomes = await asyncio.gather(*(engine.write(insert(n)) for n in range(5)), return_exceptions=True)
    engine._conn = real
    stored = await engine.read(lambda conn: conn.execute("SELECT count(*) FROM meta WHERE value = ''").fetchone()[0])
    await engine.stop()
    assert [getattr(outcome, "code", outcome) for outcome in outcomes] == ["store_failed"] * 5
    assert stored == 0


async def test_a_bug_that_ends_the_writer_keeps_nobody_waiting(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(data_dir / connect.DATABASE, SystemClock())
    engine.start()
    died: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: died.append(args.exc_value))

    def bug() -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(engine, "_checkpoint", bug)
    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(
            *(engine.write(lambda tx: tx.now) for _ in range(1_000)), return_exceptions=True
        )
        with pytest.raises(Unavailable):
            await engine.write(lambda tx: tx.now)
        await engine.stop()
    assert {type(outcome) for outcome in outcomes} <= {float, Unavailable}
    assert len(died) == 1


async def test_a_listener_that_fails_keeps_nobody_waiting(data_dir: Path) -> None:
    engine = Engine(data_dir / connect.DATABASE, SystemClock())
    engine.start()
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context["exception"]))

    def fail(logged: object) -> None:
        raise RuntimeError("the ring is broken")

    engine.on_events = fail
    async with asyncio.timeout(10):
        assert await engine.write(lambda tx: tx.emit("outage.changed", wire.Gone("1"))) == 1
    await engine.stop()
    assert [str(failure) for failure in failures] == ["the ring is broken"]


def test_after_the_disk_s_repair_everything_left_open_is_done_once(disk: Disk) -> None:
    outcome = run(disk, 8, sticky=True)
    inspect(disk, outcome)
    assert outcome.shut
    # What was refused may be there all the same: the answer to the same key tells, and does it if it is not.
    left = outcome.ledger.open
    with Serving(disk.data_dir) as serving:
        asyncio.run(settle(serving.port, outcome.ledger))
        assert serving.stop() == 0
    assert left == {}
    verify.check(disk.data_dir, outcome.ledger)
