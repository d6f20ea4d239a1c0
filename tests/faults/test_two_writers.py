"""One writer: a second service is refused, and read-then-write commands from many threads never lose an update."""

import asyncio
import threading
from pathlib import Path

from backend_stub.clock import SystemClock
from backend_stub.store import connect
from backend_stub.store.engine import Engine, Tx
from tests.faults.process import Serving

THREADS = 4
ADDITIONS = 200


def test_a_second_service_is_refused_and_a_killed_one_leaves_no_lock(data_dir: Path, tmp_path: Path) -> None:
    with Serving(data_dir) as first:
        with Serving(data_dir) as second:
            assert second.port == 0
        assert second.process.returncode == 2
        assert "already runs" in second.said()
        first.kill()
    with Serving(data_dir) as third:
        assert third.port


def add_one(tx: Tx) -> int:
    """Read, think, write: loses updates wherever two of them can interleave."""
    value = int(tx.conn.execute("SELECT value FROM meta WHERE key = 'sum'").fetchone()[0]) + 1
    tx.conn.execute("UPDATE meta SET value = ? WHERE key = 'sum'", (str(value),))
    return value


async def test_additions_from_four_threads_all_count(data_dir: Path) -> None:
    engine = Engine(data_dir / connect.DATABASE, SystemClock())
    engine.start()
    await engine.write(lambda tx: tx.conn.execute("INSERT INTO meta VALUES ('sum', '0')") and None)
    loop = asyncio.get_running_loop()
    seen: list[int] = []

    def add_many() -> None:
        seen.extend(asyncio.run_coroutine_threadsafe(engine.write(add_one), loop).result(20) for _ in range(ADDITIONS))

    threads = [threading.Thread(target=add_many) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    total = await engine.read(lambda conn: conn.execute("SELECT value FROM meta WHERE key = 'sum'").fetchone()[0])
    await engine.stop()
    assert int(total) == THREADS * ADDITIONS
    assert sorted(seen) == list(range(1, THREADS * ADDITIONS + 1))
