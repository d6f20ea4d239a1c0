import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_tui import wire
from backend_stub.clock import SystemClock
from backend_stub.errors import CannotStart, Conflict, DiskFull, Unavailable
from backend_stub.ops import check_audit
from backend_stub.store import audit, connect, events, gate, migrations
from backend_stub.store import engine as engine_module
from backend_stub.store.driver import choose, is_safe, sqlite3
from backend_stub.store.engine import Engine, Tx
from tests.service import make_database


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    engine = Engine(make_database(tmp_path), SystemClock())
    engine.start()
    await engine.write(lambda tx: tx.conn.execute("CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT)") and None)
    yield engine
    await engine.stop()


def insert(x: int):
    return lambda tx: tx.conn.execute("INSERT INTO t VALUES (?, 'y')", (x,)) and x


async def rows(engine: Engine) -> list[int]:
    return await engine.read(lambda conn: [row[0] for row in conn.execute("SELECT x FROM t ORDER BY x")])


async def test_a_write_is_there_for_every_reader_when_it_returns(engine: Engine) -> None:
    assert await engine.write(insert(1)) == 1
    assert await rows(engine) == [1]


async def test_it_is_durable_and_private(engine: Engine) -> None:
    settings = await engine.write(
        lambda tx: [
            tx.conn.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    )
    assert settings == ["wal", 2, 1, 1]


async def test_a_refused_command_undoes_itself_and_nothing_else(engine: Engine) -> None:
    def refused(tx: Tx) -> None:
        insert(2)(tx)
        tx.emit("outage.changed", wire.Gone("never"))
        raise Conflict("taken", "no")

    outcomes = await asyncio.gather(
        engine.write(insert(1)), engine.write(refused), engine.write(insert(3)), return_exceptions=True
    )
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], Conflict)
    assert outcomes[2] == 3
    assert await rows(engine) == [1, 3]
    assert await engine.read(events.head) == 0


async def test_a_bug_in_a_command_reaches_its_caller_and_the_writer_goes_on(engine: Engine) -> None:
    await engine.write(insert(1))
    with pytest.raises(sqlite3.IntegrityError):
        await engine.write(insert(1))
    with pytest.raises(ZeroDivisionError):
        await engine.write(lambda tx: 1 / 0)
    assert await engine.write(insert(2)) == 2


async def test_waiting_commands_share_one_commit(engine: Engine) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def hold(tx: Tx) -> None:
        entered.set()
        assert go_on.wait(5)

    holding = asyncio.ensure_future(engine.write(hold))
    await asyncio.to_thread(entered.wait, 5)
    commits: list[str] = []
    many = [asyncio.ensure_future(engine.write(insert(n))) for n in range(100)]
    await asyncio.sleep(0)
    engine._conn.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    go_on.set()
    await asyncio.gather(holding, *many)
    engine._conn.set_trace_callback(None)
    assert len(commits) == 2
    assert await rows(engine) == list(range(100))


async def test_events_are_gapless_in_commit_order_and_published_before_the_answer(engine: Engine) -> None:
    published: list[int] = []
    engine.on_events = lambda logged: published.extend(one.seq for one in logged)

    async def one(n: int) -> None:
        def command(tx: Tx) -> int:
            seq = tx.emit("contact.changed", wire.Gone(str(n)), centre="EVNCPC")
            if n % 3 == 0:
                raise Conflict("no", "no")
            return seq

        try:
            seq = await engine.write(command)
        except Conflict:
            return
        assert seq in published

    await asyncio.gather(*(one(n) for n in range(300)))
    assert published == list(range(1, 201))
    logged = await engine.read(lambda conn: events.since(conn, 0, 1_000))
    assert [one.seq for one in logged] == published


async def test_a_group_s_audit_rows_are_one_chain_without_the_refused_ones(engine: Engine) -> None:
    trail = audit.Trail.of(engine.path.parent)

    def noting(n: int):
        def command(tx: Tx) -> None:
            tx.audit(trail, audit.Entry(tx.now, f"u_{n}", "customer.read"))
            if n % 3 == 0:
                raise Conflict("no", "no")

        return command

    await asyncio.gather(*(engine.write(noting(n)) for n in range(30)), return_exceptions=True)
    assert await engine.read(lambda conn: list(check_audit.problems(conn, trail, None))) == []
    kept = await engine.read(lambda conn: [row[0] for row in conn.execute("SELECT who FROM audit ORDER BY n")])
    assert kept == [f"u_{n}" for n in range(30) if n % 3]
    assert (await engine.read(audit.head)).n == 20


def test_nobody_in_a_group_appends_to_the_audit_log_past_it() -> None:
    # The head is signed once a group: a row appended behind its back would follow a head that is no longer the last.
    package = Path(engine_module.__file__).parents[1]
    past = [file.name for file in package.rglob("*.py") if ".append(tx.conn" in file.read_text("utf-8")]
    assert past == []


async def test_the_log_is_bounded(tmp_path: Path) -> None:
    engine = Engine(make_database(tmp_path / "d"), SystemClock(), keep_events=500)
    engine.start()
    await engine.write(lambda tx: [tx.emit("outage.changed", wire.Gone(str(n))) for n in range(2_000)])
    logged = await engine.read(lambda conn: events.since(conn, 0, 5_000))
    await engine.stop()
    assert [logged[0].seq, logged[-1].seq] == [1_501, 2_000]


async def test_another_process_s_events_come_in_order_too(engine: Engine) -> None:
    published: list[int] = []
    foreign: list[bool] = []
    engine.on_events = lambda logged: published.extend(one.seq for one in logged)
    engine.on_foreign_change = lambda: foreign.append(True)
    await engine.write(lambda tx: tx.emit("outage.changed", wire.Gone("1")))
    await engine.catch_up()
    assert foreign == []
    other = connect.writer(engine.path)
    other.execute("BEGIN IMMEDIATE")
    Tx(other, 0.0).emit("outage.changed", wire.Gone("2"))
    other.execute("COMMIT")
    other.close()
    await engine.write(lambda tx: tx.emit("outage.changed", wire.Gone("3")))
    await engine.catch_up()
    assert published == [1, 2, 3]
    assert foreign == [True]


async def test_a_full_disk_acknowledges_nobody_and_reads_go_on(engine: Engine) -> None:
    await engine.write(insert(1))
    pages = await engine.write(lambda tx: tx.conn.execute("PRAGMA page_count").fetchone()[0])
    await engine.write(lambda tx: tx.conn.execute(f"PRAGMA max_page_count = {pages}").fetchone() and None)

    def large(tx: Tx) -> None:
        tx.conn.execute("INSERT INTO t VALUES (9, ?)", ("x" * 100_000,))

    with pytest.raises(DiskFull):
        await engine.write(large)
    assert await rows(engine) == [1]
    await engine.write(lambda tx: tx.conn.execute("PRAGMA max_page_count = 100000").fetchone() and None)
    await engine.write(large)
    assert await rows(engine) == [1, 9]


async def test_a_commit_that_fails_acknowledges_nobody_in_the_group(engine: Engine) -> None:
    class Failing:
        """A connection whose COMMIT fails as a full disk does."""

        def __init__(self, real: sqlite3.Connection) -> None:
            self.real = real

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        def execute(self, sql: str, *args: object) -> object:
            if sql == "COMMIT":
                raise sqlite3.OperationalError("database or disk is full")
            return self.real.execute(sql, *args)

    real = engine._conn
    engine._conn = Failing(real)
    outcomes = await asyncio.gather(*(engine.write(insert(n)) for n in range(5)), return_exceptions=True)
    engine._conn = real
    assert [type(outcome) for outcome in outcomes] == [DiskFull] * 5
    assert await rows(engine) == []
    assert await engine.write(insert(1)) == 1


async def test_a_failed_disk_stops_every_further_change(engine: Engine) -> None:
    def fails(tx: Tx) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    engine.broken = "disk I/O error"
    with pytest.raises(Unavailable):
        await engine.write(fails)
    assert not await engine.writable()
    engine.broken = None
    assert await engine.writable()


async def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await engine.read(lambda conn: conn.execute("INSERT INTO t VALUES (1, 'y')"))


async def test_a_read_sees_one_moment(engine: Engine) -> None:
    await engine.write(insert(1))
    first_done, second_may = threading.Event(), threading.Event()

    def twice(conn: sqlite3.Connection) -> list[int]:
        before = conn.execute("SELECT count(*) FROM t").fetchone()[0]
        first_done.set()
        assert second_may.wait(5)
        return [before, conn.execute("SELECT count(*) FROM t").fetchone()[0]]

    reading = asyncio.ensure_future(engine.read(twice))
    await asyncio.to_thread(first_done.wait, 5)
    await engine.write(insert(2))
    second_may.set()
    assert await reading == [1, 1]


def spoil_missing(path: Path) -> None:
    path.unlink()


def spoil_empty(path: Path) -> None:
    path.write_bytes(b"")


def spoil_text(path: Path) -> None:
    path.write_text("no database at all, but a text that is long enough to look at " * 3)


def spoil_foreign(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA application_id = 7")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def spoil_newer(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA user_version = {len(migrations.GROUPS) + 1}")
    conn.close()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_missing, "no database"),
        (spoil_empty, "empty"),
        (spoil_text, "not an SQLite database"),
        (spoil_foreign, "another program"),
        (spoil_newer, "newer"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence_and_left_alone(tmp_path: Path, spoil, says: str) -> None:
    path = make_database(tmp_path)
    spoil(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(CannotStart, match=says) as refused:
        connect.writer(path)
    assert "\n" not in str(refused.value)
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_database_has_every_table_group_and_our_name(tmp_path: Path) -> None:
    conn = connect.writer(make_database(tmp_path))
    assert conn.execute("PRAGMA application_id").fetchone()[0] == gate.APPLICATION_ID
    assert conn.execute("PRAGMA user_version").fetchone()[0] == len(migrations.GROUPS)
    tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    conn.close()
    assert tables >= {"user", "session", "event_log", "idempotency", "meta"}


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_only_an_sqlite_with_the_wal_fix_is_used(version: tuple[int, ...], safe: bool) -> None:
    assert is_safe(version) is safe


def test_without_a_safe_sqlite_the_reason_and_the_cure_are_given() -> None:
    class Old:
        sqlite_version_info = (3, 40, 1)
        sqlite_version = "3.40.1"

    with pytest.raises(CannotStart, match=r"3\.40\.1.*pip install pysqlite3"):
        choose(Old, "no_such_wheel_anywhere")
