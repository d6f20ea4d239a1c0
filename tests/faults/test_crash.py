"""kill -9 and power cuts under load: what was acknowledged is there afterwards, once."""

import asyncio
import random
from pathlib import Path

from tests.faults import verify
from tests.faults.load import Ledger, Load, settle
from tests.faults.process import Serving
from tests.faults.shim import Disk
from tests.full import count

CYCLES = count(5, 100)


async def crash_under_load(serving: Serving, ledger: Ledger, chance: random.Random) -> None:
    """Settle what is open, let everybody work and kill the service in the middle of it."""
    assert serving.port, serving.said()
    await settle(serving.port, ledger)
    # From the very first answers to well past a checkpoint's worth of pages.
    after = chance.choice((1, 10, 60, 250))
    after += chance.randrange(after)
    load = Load(serving.port, ledger, lambda done: serving.kill() if done == after else None)
    async with asyncio.timeout(60):
        await load.run()
    assert load.count >= after
    assert [said for said in ledger.refused if said.status >= 500] == []


def test_a_killed_service_has_lost_nothing(data_dir: Path) -> None:
    chance, ledger = random.Random(9), Ledger()
    for _ in range(CYCLES):
        with Serving(data_dir) as serving:
            asyncio.run(crash_under_load(serving, ledger, chance))
        verify.check(data_dir, ledger)
    with Serving(data_dir) as serving:
        asyncio.run(settle(serving.port, ledger))
        assert serving.stop() == 0
    # A clean end leaves one file, which may be copied.
    assert not (data_dir / "service.db-wal").exists()
    verify.check(data_dir, ledger)
    assert serving.said() == ""


def test_a_power_cut_takes_nothing_that_was_acknowledged(data_dir: Path, disk: Disk) -> None:
    chance, ledger = random.Random(4), Ledger()
    moved = 0
    for cycle in range(CYCLES):
        environment = {**disk.environment(), "ALTERED_CHECKPOINT_PAGES": "100"}
        with Serving(data_dir, environment, "tests.faults.altered") as serving:
            asyncio.run(crash_under_load(serving, ledger, chance))
        moved += [name for name, _ in disk.syncs()].count("service.db")
        # A disk may also have written sectors nobody asked it to: every other cut keeps some of those.
        disk.cut(chance if cycle % 2 else None)
        verify.check(data_dir, ledger)
    assert moved > 0


def test_the_disk_of_these_tests_does_lose_what_is_not_synced(data_dir: Path, disk: Disk) -> None:
    chance, ledger = random.Random(2), Ledger()
    environment = {**disk.environment(), "ALTERED_SYNCHRONOUS": "NORMAL"}
    with Serving(data_dir, environment, "tests.faults.altered") as serving:
        asyncio.run(crash_under_load(serving, ledger, chance))
    disk.cut()
    conn = verify.open_copy(data_dir)
    assert len(verify.lost(conn, ledger)) > 0
    conn.close()
