"""A backup is whole, is made beside the writers, and comes back as a service that works."""

import asyncio
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_stub import cli
from backend_stub.clock import SystemClock
from backend_stub.store import audit, connect, customers, dictionary
from backend_stub.store.audit import Trail
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Engine
from tests.customers import crowd
from tests.faults.process import Serving
from tests.full import count
from tests.service import running_service

BLOCKED_S = 0.25
QUIET = 500
PEOPLE = crowd(count(20_000, 200_000))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A directory with enough customers for a copy to take a moment."""
    directory = tmp_path_factory.mktemp("loaded") / "data"
    assert cli.main(["init", str(directory)]) == 0
    conn = connect.writer((directory / connect.DATABASE).resolve())
    conn.execute("BEGIN IMMEDIATE")
    for start in range(0, len(PEOPLE), 5_000):
        customers.upsert_many(conn, PEOPLE[start : start + 5_000])
    dictionary.rebuild(conn)
    conn.execute("COMMIT")
    conn.close()
    return directory


def rows(path: Path, sql: str) -> list[tuple]:
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return [tuple(row) for row in conn.execute(sql)]
    finally:
        conn.close()


async def write_until(engine: Engine, done: Callable[[list[float]], bool]) -> list[float]:
    """Write one row after the other until `done`, which is told how long each took in seconds; return that."""
    took: list[float] = []
    sql = "INSERT INTO ticket_number (year, last) VALUES (?, 0)"
    first = await engine.read(
        lambda conn: conn.execute("SELECT coalesce(max(year), 0) FROM ticket_number").fetchone()[0]
    )
    while not done(took):
        began = time.perf_counter()
        year = first + 1 + len(took)
        await engine.write(lambda tx, year=year: tx.conn.execute(sql, (year,)) and None)
        took.append(time.perf_counter() - began)
    return took


@pytest.mark.serial
async def test_writers_go_on_beside_a_backup_and_it_holds_what_was_there_when_it_began(loaded, tmp_path, capsys):
    engine = Engine((loaded / connect.DATABASE).resolve(), SystemClock())
    engine.start()
    quiet = await write_until(engine, lambda took: len(took) == QUIET)
    before = await engine.read(lambda conn: conn.execute("SELECT count(*) FROM ticket_number").fetchone()[0])
    target = tmp_path / "copy.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend_stub", "backup", str(loaded), str(target), stdout=asyncio.subprocess.PIPE
    )
    ended = asyncio.ensure_future(process.communicate())
    took = await write_until(engine, lambda _: ended.done())
    await engine.stop()
    assert process.returncode == 0
    assert len(took) > 20
    with capsys.disabled():
        print(
            f"\nbackup of {target.stat().st_size / 1e6:.0f} MB beside {len(took)} writes: longest write"
            f" {max(took) * 1e3:.0f} ms (quiet {max(quiet) * 1e3:.0f} ms), at most {BLOCKED_S * 1e3:.0f} ms more"
        )
    # What the copy adds to the longest write of the same machine in the same minute.
    assert max(took) <= max(quiet) + BLOCKED_S
    copied = rows(target, "SELECT count(*) FROM ticket_number")[0][0]
    assert before <= copied <= before + len(took)
    assert rows(target, "SELECT count(*) FROM customer") == [(len(PEOPLE),)]
    assert rows(target, "PRAGMA integrity_check") == [("ok",)]


def test_a_backup_comes_back_while_the_service_runs_on(loaded, tmp_path, capsys):
    target, again = tmp_path / "copy.db", tmp_path / "again"
    with Serving(loaded):
        assert cli.main(["backup", str(loaded), str(target)]) == 0
        out = capsys.readouterr().out
        assert "audit key is not in it" in out
        assert cli.main(["check", str(loaded)]) == 0
    key = (loaded / audit.KEY_FILE).read_bytes()
    assert key not in target.read_bytes()
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "copy.db": 0o600, "copy.db.key": 0o600, "copy.db.sha256": 0o600,
    }  # fmt: skip
    summed = (tmp_path / "copy.db.sha256").read_text().split()
    assert summed == [hashlib.sha256(target.read_bytes()).hexdigest(), "copy.db"]
    assert cli.main(["restore", str(target), str(again)]) == 0
    assert cli.main(["check", str(again)]) == 0
    assert "broken" not in capsys.readouterr().out
    ours, theirs = again / connect.DATABASE, loaded / connect.DATABASE
    assert rows(ours, "SELECT * FROM customer") == rows(theirs, "SELECT * FROM customer")
    generation = "SELECT value FROM meta WHERE key = 'generation'"
    assert rows(ours, generation) != rows(theirs, generation)
    assert rows(theirs, "SELECT verb FROM audit ORDER BY n DESC LIMIT 1") == [("store.backup",)]
    assert rows(ours, "SELECT verb FROM audit ORDER BY n DESC LIMIT 1") == [("store.restore",)]
    with Serving(again) as serving:
        assert serving.port


async def test_the_restored_log_goes_on_and_old_sessions_are_over(tmp_path):
    data, target, again = tmp_path / "data", tmp_path / "copy.db", tmp_path / "again"
    assert cli.main(["init", str(data)]) == 0
    async with running_service(data) as svc:
        lan = await svc.client("lan")
        token = lan.headers["authorization"]
        assert cli.main(["backup", str(data), str(target)]) == 0
    assert cli.main(["restore", str(target), str(again)]) == 0
    async with running_service(again) as svc:
        assert (await svc.anonymous().get("/v1/me", headers={"authorization": token})).status_code == 401
        assert (await (await svc.client("lan")).get("/v1/me")).status_code == 200
    assert cli.main(["check", str(again)]) == 0


@pytest.fixture
def copy(tmp_path, capsys):
    """A backup of a small directory with a few audit rows."""
    data = tmp_path / "data"
    assert cli.main(["init", str(data)]) == 0
    conn = connect.writer((data / connect.DATABASE).resolve())
    conn.execute("BEGIN IMMEDIATE")
    customers.upsert_many(conn, crowd(500))
    for n in range(5):
        Trail.of(data).append(conn, audit.Entry(float(n), "u_1", "customer.read", "contact"))
    conn.execute("COMMIT")
    conn.close()
    assert cli.main(["backup", str(data), str(tmp_path / "copy.db")]) == 0
    capsys.readouterr()
    return tmp_path / "copy.db"


def flip_page(copy: Path) -> None:
    """Spoil a whole page in the middle, used and unused bytes alike."""
    content = bytearray(copy.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    copy.write_bytes(content)


def forget_sum(copy: Path) -> None:
    copy.with_name("copy.db.sha256").unlink()


def edit_audit(copy: Path) -> None:
    forget_sum(copy)
    conn = sqlite3.connect(copy)
    trigger = conn.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_stays'").fetchone()[0]
    conn.execute("DROP TRIGGER audit_stays")
    conn.execute("UPDATE audit SET who = 'u_2' WHERE n = 3")
    conn.execute(trigger)
    conn.commit()
    conn.close()


def other_key(copy: Path) -> None:
    copy.with_name("copy.db.key").write_bytes(bytes(32))


def no_key(copy: Path) -> None:
    copy.with_name("copy.db.key").unlink()
    (copy.parent / "data" / audit.KEY_FILE).rename(copy.parent / "elsewhere")


def with_wal(copy: Path) -> None:
    copy.with_name("copy.db-wal").write_bytes(b"x" * 100)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ((flip_page,), "SHA-256 differs"),
        ((flip_page, forget_sum), "not whole: integrity"),
        ((edit_audit,), "audit log: row 3 (1970-01-01 00:00:02Z customer.read) was edited"),
        ((other_key,), "audit log: row 1"),
        ((no_key,), "--audit-key"),
        ((with_wal,), "live database"),
        ((lambda copy: copy.write_bytes(b""),), "0 bytes"),
        ((lambda copy: copy.unlink(),), "no backup"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_and_leaves_nothing(copy, capsys, spoil, says):
    for one in spoil:
        one(copy)
    target = copy.parent / "again"
    assert cli.main(["restore", str(copy), str(target)]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not target.exists()


def test_a_directory_in_use_and_a_file_that_exists_are_not_overwritten(copy, capsys):
    used = copy.parent / "used"
    used.mkdir()
    (used / "photo.jpg").touch()
    assert cli.main(["restore", str(copy), str(used)]) == 2
    assert [path.name for path in used.iterdir()] == ["photo.jpg"]
    before = copy.read_bytes()
    assert cli.main(["backup", str(copy.parent / "data"), str(copy)]) == 2
    assert copy.read_bytes() == before
    assert cli.main(["restore", str(copy), str(copy.parent / "data")]) == 2
    assert cli.main(["backup", str(copy.parent / "data"), str(copy.parent / "none" / "copy.db")]) == 2
    assert capsys.readouterr().err.count("\n") == 4


def test_the_key_may_be_kept_elsewhere(copy, capsys):
    no_key(copy)
    target = copy.parent / "again"
    assert cli.main(["restore", str(copy), str(target), "--audit-key", str(copy.parent / "elsewhere")]) == 0
    assert cli.main(["check", str(target)]) == 0


def test_a_copy_by_hand_without_its_log_lacks_rows_and_restore_says_so(tmp_path, capsys):
    """F8: what the backup command is for."""
    data = tmp_path / "data"
    assert cli.main(["init", str(data)]) == 0
    conn = connect.writer((data / connect.DATABASE).resolve())
    conn.execute("INSERT INTO ticket_number (year, last) VALUES (2026, 7)")
    (tmp_path / "bare.db").write_bytes((data / connect.DATABASE).read_bytes())
    assert cli.main(["backup", str(data), str(tmp_path / "copy.db")]) == 0
    conn.close()
    for name, held in (("bare", []), ("copy", [(2026, 7)])):
        capsys.readouterr()
        words = [
            "restore",
            str(tmp_path / f"{name}.db"),
            str(tmp_path / name),
            "--audit-key",
            str(data / audit.KEY_FILE),
        ]
        assert cli.main(words) == 0
        assert ("bare copy, not a backup" in capsys.readouterr().err) is (name == "bare")
        assert rows(tmp_path / name / connect.DATABASE, "SELECT * FROM ticket_number") == held


def spoil(data: Path, *statements: str, lift: bool = True) -> None:
    conn = sqlite3.connect(data / connect.DATABASE, isolation_level=None)
    if lift:
        for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {row[0]}")
    for sql in statements:
        conn.execute(sql)
    conn.close()


TICKET = """INSERT INTO ticket (id, number, type, status, priority, title, centre, created_at, created_by, updated_at)
    VALUES ('t_x', 'T-1', 'OTHER', 'new', 'normal', 'x', 'EVNCPC', 0, 'lan', 0)"""


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (("DROP TRIGGER audit_stays",), "schema and triggers: the trigger audit_stays is missing"),
        (("DROP INDEX customer_meter",), "schema and triggers: the index customer_meter is missing"),
        (("CREATE TABLE mine (x)",), "schema and triggers: the table mine is not ours"),
        (("UPDATE schema_step SET sha256 = 'x' WHERE step = 'core'",), "step core of this program"),
        (("INSERT INTO user_skill VALUES ('u_none', 'outage', 3)",), "foreign keys: row"),
        (("UPDATE customer SET name_f = 'nobody at all' WHERE id = 7",), "search index: the dictionary"),
        (
            ("DELETE FROM dpost WHERE customer = 7",),
            "search index: the dictionary leads to 499 customers, there are 500",
        ),
        (("INSERT INTO dfts (rowid, name) VALUES (99999, 'ghost')",), "the full-text index holds name 99999"),
        (("UPDATE commune_customers SET n = n + 1",), "search index: the customers of commune"),
        (("INSERT INTO device VALUES ('X', 'substation', NULL, 'X', '')",), "grid: the path of the device X"),
        (
            (
                "INSERT INTO device VALUES ('X', 'substation', NULL, 'X', '')",
                """INSERT INTO device_node (device, path, customers) VALUES ('X', '["X"]', 1)""",
            ),
            "grid: the customers below the device X",
        ),
        (("INSERT INTO tfts (rowid, text) VALUES (99999, 'ghost')",), "tickets: the search holds ticket number 99999"),
        ((TICKET,), "tickets: the search does not hold ticket t_x"),
        (
            (TICKET, "INSERT INTO ticket_change VALUES (1, 't_x', 2, 0, 'lan', 'changed', '[]')"),
            "ticket t_x: its history knows a later version",
        ),
        ((TICKET, "UPDATE ticket SET merged_into = id"), "ticket t_x: it is merged into itself"),
        (
            ("INSERT INTO event_log (seq, at, kind, data) VALUES (1, 0, 'k', x'7b7d'), (3, 0, 'k', x'7b7d')",),
            "event log: event 2 is missing between 1 and 3",
        ),
    ],
)
def test_check_names_what_is_broken(copy, capsys, statements, says):
    data = copy.parent / "data"
    assert cli.main(["check", str(data)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("whole: schema")
    spoil(data, *statements, lift=False)
    assert cli.main(["check", str(data)]) == 1
    assert says in capsys.readouterr().out


def test_check_names_a_damaged_page_and_a_file_that_is_none(copy, capsys):
    data = copy.parent / "data"
    path = data / connect.DATABASE
    spoil(data, "PRAGMA wal_checkpoint(TRUNCATE)", lift=False)
    whole = path.read_bytes()
    flip_page(path)
    assert cli.main(["check", str(data)]) == 1
    assert "broken  integrity" in capsys.readouterr().out
    for content, says in ((b"", "0 bytes"), (b"no database", "not an SQLite database"), (whole[:5_000], "broken")):
        path.write_bytes(content)
        assert cli.main(["check", str(data)]) == 1
        assert says in capsys.readouterr().out
    (data / audit.KEY_FILE).unlink()
    path.write_bytes(whole)
    assert cli.main(["check", str(data)]) == 1
    assert "audit key" in capsys.readouterr().out
    assert cli.main(["check", str(data / "nowhere")]) == 2
