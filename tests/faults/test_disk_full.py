"""The disk fills up: reads go on, changes are refused as such, and all is well again once there is room."""

import asyncio
import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend_stub.errors import DiskFull
from backend_stub.store import connect
from backend_stub.store.driver import sqlite3
from tests.faults import process, verify
from tests.faults.load import Ledger, Load, settle
from tests.faults.process import Serving
from tests.faults.shim import Disk
from tests.faults.talk import Link, Said

MIB = 1_048_576
SIZE = 16 * MIB
FEW_PAGES = {"ALTERED_CHECKPOINT_PAGES": "50"}


@pytest.fixture
def small_disk(template: Path, tmp_path: Path) -> Iterator[Path]:
    """A prepared data directory on a file system of its own, of 16 MiB."""
    mount = tmp_path / "small"
    mount.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(mount)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True).returncode != 0:
        pytest.skip("only root can mount the small disk this test fills")
    try:
        yield process.copy_of(template, mount / "data")
    finally:
        subprocess.run(["umount", "--lazy", str(mount)], check=True)


def fill(filler: Path, leave: int = 0) -> None:
    """Write until only `leave` bytes are free, or none."""
    space = os.statvfs(filler.parent)
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        left = space.f_bavail * space.f_frsize - leave
        while left > 0:
            left -= file.write(b"\0" * min(left, 65_536))


async def state(port: int) -> tuple[Said, Said, Said]:
    """Return what /ready, a read and a change answer."""
    head, door = Link(port, "head"), Link(port, "door")
    new = {"external_id": os.urandom(8).hex(), "channel": "hotline", "address": "0999000123", "queue": "outage"}
    answers = (
        await head.ask("GET", "/ready"),
        await head.ask("GET", "/v1/snapshot"),
        await door.ask("POST", "/v1/contacts", new),
    )
    head.close()
    door.close()
    return answers


async def fill_up_and_recover(port: int, ledger: Ledger, filler: Path) -> None:
    """Work on a disk that gets scarce, full and roomy again."""
    ready, read, change = await state(port)
    assert (ready.status, read.status, change.status) == (200, 200, 201)

    fill(filler, leave=SIZE * 4 // 100)
    ready, read, change = await state(port)
    assert (ready.status, ready.json()["checks"]["disk"]) == (503, False)
    assert (read.status, change.status) == (200, 201)

    # In the middle of everybody's work, so that checkpoints meet the full disk as well.
    await Load(port, ledger, lambda done: fill(filler) if done == 30 else None).run()
    for _ in range(500):
        ready, read, change = await state(port)
        assert (ready.status, read.status) == (503, 200)
        # A small change may still find room in the log's own file, until the database itself must grow.
        if change.status != 201:
            break
    assert (change.status, change.code) == (507, "disk_full")
    assert {(said.status, said.code) for said in ledger.refused if said.status >= 500} == {(507, "disk_full")}

    os.unlink(filler)
    await settle(port, ledger)
    ready, read, change = await state(port)
    assert (ready.status, read.status, change.status) == (200, 200, 201)
    assert ledger.open == {}


def test_reads_go_on_changes_are_refused_and_it_recovers_by_itself(small_disk: Path) -> None:
    ledger = Ledger()
    with Serving(small_disk, FEW_PAGES, "tests.faults.altered") as serving:
        asyncio.run(fill_up_and_recover(serving.port, ledger, small_disk.with_name("filler")))
        assert serving.stop() == 0
    verify.check(small_disk, ledger)
    assert "Traceback" not in serving.said()
    assert "closed" not in serving.said()


def test_a_service_that_ends_or_crashes_on_a_full_disk_loses_nothing(small_disk: Path) -> None:
    ledger, filler = Ledger(), small_disk.with_name("filler")

    def work(serving: Serving) -> None:
        filler.unlink(missing_ok=True)
        asyncio.run(settle(serving.port, ledger))
        asyncio.run(Load(serving.port, ledger, lambda done: fill(filler) if done == 10 else None).run())

    with Serving(small_disk) as serving:
        work(serving)
        assert serving.stop() == 0
    filler.unlink()
    with Serving(small_disk) as serving:
        work(serving)
        serving.kill()
    serving.errors.write_bytes(b"")
    with Serving(small_disk) as serving:
        assert serving.port or "is full; free some space" in serving.said()
        assert serving.said().count("\n") == (0 if serving.port else 1)
    filler.unlink()
    verify.check(small_disk, ledger)


async def run_out_and_recover(port: int, ledger: Ledger, stop: Callable[[], None], go_on: Callable[[], None]) -> None:
    """Work on a disk with room for everybody but us."""
    before, read, change = await state(port)
    assert (read.status, change.status) == (200, 201)
    await Load(port, ledger, lambda done: stop() if done == 30 else None).run()
    for _ in range(500):
        ready, read, change = await state(port)
        assert read.status == 200
        # A small change may find room in the log's own file, until that has to grow.
        if change.status != 201:
            break
    assert (change.status, change.code) == (507, "disk_full")
    assert (ready.status, ready.json()["checks"]["disk"]) == (503, False)
    assert {(said.status, said.code) for said in ledger.refused if said.status >= 500} == {(507, "disk_full")}
    go_on()
    await settle(port, ledger)
    ready, read, change = await state(port)
    assert (ready.json()["checks"], read.status, change.status) == (before.json()["checks"], 200, 201)
    assert ledger.open == {}


def test_a_quota_that_runs_out_is_a_full_disk(disk: Disk) -> None:
    ledger = Ledger()
    with Serving(disk.data_dir, {**disk.environment(), **FEW_PAGES}, "tests.faults.altered") as serving:
        asyncio.run(run_out_and_recover(serving.port, ledger, disk.quota.touch, disk.quota.unlink))
        assert serving.stop() == 0
    verify.check(disk.data_dir, ledger)
    assert "closed" not in serving.said()


def test_a_limit_on_the_size_of_files_is_a_full_disk(data_dir: Path) -> None:
    ledger = Ledger()
    with Serving(data_dir, FEW_PAGES, "tests.faults.altered") as serving:
        pid = serving.process.pid
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)

        def stop() -> None:
            longest = max(file.stat().st_size for file in data_dir.glob(f"{connect.DATABASE}*"))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (longest + 10_000, most))

        def go_on() -> None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))

        asyncio.run(run_out_and_recover(serving.port, ledger, stop, go_on))
        assert serving.stop() == 0
    verify.check(data_dir, ledger)
    assert "closed" not in serving.said()


def test_a_log_index_that_cannot_grow_is_a_full_disk_too() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    assert isinstance(connect.refusal(error), DiskFull)
