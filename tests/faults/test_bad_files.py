"""A database that is missing, empty, foreign, newer or damaged: one sentence with the cure, and never a new one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backend_stub.clock import SystemClock
from backend_stub.errors import CannotStart, Unavailable
from backend_stub.store import connect, migrations, pages
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Engine
from tests.faults.process import Serving

Spoil = Callable[[Path], object]


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def page_of_noise(path: Path) -> None:
    """Spoil a page in the middle, which no header tells of."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(bytes(content))


def spoiled_schema(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:2000] = b"\xa5" * 1900
    path.write_bytes(bytes(content))


def foreign(path: Path) -> None:
    path.unlink()
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE theirs (x)")
    conn.commit()
    conn.close()


def newer(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA user_version = {len(migrations.GROUPS) + 1}")
    conn.close()


CASES: list[tuple[Spoil, str, str]] = [
    (lambda path: path.unlink(), "no database", "init"),
    (lambda path: path.write_bytes(b""), "empty", "restore"),
    (lambda path: path.write_bytes(b"\0" * 8_192), "not an SQLite database", "restore"),
    (lambda path: path.write_text("id,name\n" * 100), "not an SQLite database", "restore"),
    (foreign, "another program", "check the directory"),
    (newer, "newer", "update the program"),
    (truncated, "damaged", "restore"),
    (page_of_noise, "damaged", "restore"),
    (spoiled_schema, "damaged", "restore"),
]


@pytest.mark.parametrize(("spoil", "says", "cure"), CASES, ids=[says + str(n) for n, (_, says, _) in enumerate(CASES)])
def test_it_is_refused_with_the_cure_and_left_as_it_is(data_dir: Path, spoil: Spoil, says: str, cure: str) -> None:
    path = data_dir / connect.DATABASE
    spoil(path)
    before = path.read_bytes() if path.exists() else None
    with Serving(data_dir) as serving:
        assert serving.port == 0
    assert serving.process.returncode == 2
    said = serving.said()
    assert said.startswith("agent-tui-service: ")
    assert said.count("\n") == 1
    assert says in said
    assert cure in said
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_whole_file_passes_the_look_and_a_damaged_one_does_not(data_dir: Path) -> None:
    path = data_dir / connect.DATABASE
    conn = sqlite3.connect(path)
    pages.check(conn, path)
    conn.close()
    page_of_noise(path)
    with pytest.raises(CannotStart, match="damaged"):
        pages.check(sqlite3.connect(path), path)


async def test_a_damaged_page_that_is_met_while_serving_closes_the_store(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data_dir / connect.DATABASE
    content = bytearray(path.read_bytes())
    conn = sqlite3.connect(path)
    root = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ticket'").fetchone()[0]
    conn.close()
    content[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(bytes(content))
    # As in a file too large to be read through at the start.
    monkeypatch.setattr(pages, "MOST_BYTES", 0)
    engine = Engine(path, SystemClock())
    engine.start()
    assert await engine.writable()
    with pytest.raises(Unavailable) as refused:
        await engine.read(lambda conn: conn.execute("SELECT * FROM ticket").fetchall())
    assert refused.value.code == "store_failed"
    assert not await engine.writable()
    assert await engine.read(lambda conn: conn.execute("SELECT count(*) FROM user").fetchone()[0]) > 0
    await engine.stop()
