"""The upgrade gate, from every schema that was ever released: there, back, and interrupted half-way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backend_stub import cli, datadir
from backend_stub.errors import CannotStart
from backend_stub.ops import check_schema, upgrade
from backend_stub.store import audit, connect, migrations
from backend_stub.store.driver import sqlite3
from tests.faults.process import Serving

RELEASED = sorted((Path(__file__).parents[1] / "data" / "schemas").glob("*.sql"), key=lambda path: int(path.stem))
NOW = len(migrations.GROUPS)
# What a restore changes by itself: who is logged in, the name of the event log, and the row that tells of it.
CHANGED_BY_RESTORE = ("session", "meta", "sqlite_sequence", "audit_head")


def frozen(data: Path, dump: Path) -> Path:
    """Make a data directory as that release left it, served once and stopped."""
    data.mkdir(mode=0o700)
    audit.make_key(data)
    if (key := dump.with_suffix(".key")).exists():
        (data / audit.KEY_FILE).write_bytes(bytes.fromhex(key.read_text()))
    conn = sqlite3.connect(data / connect.DATABASE, isolation_level=None)
    conn.executescript(dump.read_text(encoding="utf-8"))
    conn.execute("PRAGMA journal_mode = WAL")
    conn.close()
    return data


@pytest.fixture(params=RELEASED, ids=lambda path: f"schema-{path.stem}")
def old(request, tmp_path):
    return frozen(tmp_path / "data", request.param)


@pytest.fixture
def oldest(tmp_path):
    return frozen(tmp_path / "data", RELEASED[0])


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def version(path: Path) -> int:
    conn = opened(path)
    try:
        return int(conn.execute("PRAGMA user_version").fetchone()[0])
    finally:
        conn.close()


def content(path: Path) -> dict[str, list[tuple]]:
    """Return every table's rows but those a restore changes, and the schema."""
    conn = opened(path)
    try:
        tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {
            table: sorted(map(repr, conn.execute(f'SELECT * FROM "{table}"')))
            for table in tables
            if table not in CHANGED_BY_RESTORE and table not in ("dfts", "dfts_street")
        }
        return {**found, "schema": sorted(map(repr, conn.execute("SELECT type, name, sql FROM sqlite_master")))}
    finally:
        conn.close()


def people(path: Path) -> tuple[list[dict[str, object]], set[tuple[int, str]]]:
    """Return the customers by column, without the column a later step makes an index of, and everybody's phones."""
    conn = opened(path)
    try:
        read = conn.execute("SELECT * FROM customer ORDER BY id")
        names = [column[0] for column in read.description]
        rows = [dict(zip(names, row, strict=True)) for row in read]
        phones = {(int(row[0]), str(row[1])) for row in conn.execute("SELECT customer, phone FROM customer_phone")}
    finally:
        conn.close()
    phones |= {(int(str(row["id"])), str(row["phone"])) for row in rows if row.get("phone")}
    return [{name: row[name] for name in row if name not in ("code_rev", "phone")} for row in rows], phones


def test_the_first_released_schema_is_among_them():
    assert int(RELEASED[0].stem) == 5


def test_there_and_back_and_there_again(old, tmp_path, capsys):
    database = old / connect.DATABASE
    before, begun, (customers, phones) = content(database), version(database), people(database)
    assert phones
    assert cli.main(["upgrade", str(old)]) == 0
    out = capsys.readouterr().out
    assert (version(database), f"from schema {begun} to {NOW}" in out) == (NOW, begun < NOW)
    assert cli.main(["check", str(old)]) == 0, capsys.readouterr().out
    if begun == NOW:
        return
    kept = ("contact", "ticket", "ticket_note", "segment", "outage", "event_log", "idempotency", "user")
    for table in kept:
        # A later step may add columns behind those that were there.
        now = [row[: len(then) - 1] + ")" for row, then in zip(content(database)[table], before[table], strict=True)]
        assert now == before[table], table
    today, numbers = people(database)
    assert numbers == phones
    assert all(now.items() >= then.items() for now, then in zip(today, customers, strict=True))
    (copy,) = (old / upgrade.BACKUPS).iterdir()
    assert str(copy) in out
    assert copy.stat().st_mode & 0o777 == 0o600
    back = tmp_path / "back"
    assert cli.main(["restore", str(copy), str(back)]) == 0
    after = content(back / connect.DATABASE)
    assert set(before.pop("audit", [])) <= set(after.pop("audit", []))
    assert after == before
    assert cli.main(["check", str(back)]) == 0, capsys.readouterr().out
    assert cli.main(["upgrade", str(back)]) == 0
    assert content(back / connect.DATABASE).keys() == content(database).keys()


def test_serve_upgrades_and_works(old):
    with Serving(old) as serving:
        assert serving.port
        assert serving.stop() == 0
    assert version(old / connect.DATABASE) == NOW
    with Serving(old) as serving:
        assert serving.port
    assert len(list((old / upgrade.BACKUPS).glob("*"))) <= 1


def test_the_openings_of_records_are_carried_into_the_audit_log(oldest, capsys):
    conn = opened(oldest / connect.DATABASE)
    kept = conn.execute("SELECT at, user, customer, reason FROM access_log ORDER BY id").fetchall()
    conn.close()
    assert len(kept) == 2
    assert cli.main(["upgrade", str(oldest)]) == 0
    conn = opened(oldest / connect.DATABASE)
    sql = "SELECT at, who, code, reason FROM audit JOIN audit_subject ON object = '~' || id ORDER BY n"
    assert conn.execute(sql).fetchall() == kept
    assert conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'access_log'").fetchone() is None
    conn.close()
    capsys.readouterr()
    assert cli.main(["audit", str(oldest), "--customer", kept[0][2]]) == 0
    assert [line.split()[2] for line in capsys.readouterr().out.splitlines()][:2] == ["lan", "minh"]


@pytest.mark.parametrize("words", [["user", "list"], ["audit"]])
def test_other_commands_ask_for_the_upgrade(oldest, capsys, words):
    assert cli.main([*words, str(oldest)]) == 2
    assert "upgrade" in capsys.readouterr().err
    assert version(oldest / connect.DATABASE) == 5


DIES = """
import os, signal, sys
from backend_stub import cli
from backend_stub.store import audit, migrations

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "first":
    audit.adopt = die
else:
    migrations.checksum = die
cli.main(["upgrade", sys.argv[1]])
"""


@pytest.mark.parametrize("moment", ["first", "last"])
def test_an_upgrade_that_is_killed_half_way_is_undone_and_can_be_repeated(oldest, moment):
    before = content(oldest / connect.DATABASE)
    killed = subprocess.run([sys.executable, "-c", DIES, str(oldest), moment], capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert content(oldest / connect.DATABASE) == before
    assert version(oldest / connect.DATABASE) == 5
    assert cli.main(["upgrade", str(oldest)]) == 0
    assert cli.main(["check", str(oldest)]) == 0


def test_a_step_that_fails_or_breaks_something_is_undone(oldest, monkeypatch, capsys):
    before = content(oldest / connect.DATABASE)
    real = migrations.statements
    for extra, says in (
        (("CREATE TABLE customer (x)",), "already exists"),
        (
            ("PRAGMA defer_foreign_keys = ON", "INSERT INTO user_skill VALUES ('u_none', 'outage', 3)"),
            "points at a user",
        ),
    ):

        def worse(group, extra=extra):
            return (*real(group), *extra) if group == "audit" else real(group)

        monkeypatch.setattr(migrations, "statements", worse)
        assert cli.main(["upgrade", str(oldest)]) == 2
        error = capsys.readouterr().err
        assert says in error
        assert "Nothing has changed" in error
        assert content(oldest / connect.DATABASE) == before
    monkeypatch.undo()
    assert cli.main(["upgrade", str(oldest)]) == 0


def test_a_step_that_drops_a_trigger_behind_our_back_is_undone(oldest, monkeypatch, capsys):
    """What sqlite-utils' transform() does to a table (simonw/sqlite-utils issue 611)."""
    before = content(oldest / connect.DATABASE)
    real = audit.adopt

    def transform(conn, accesses):
        real(conn, accesses)
        from sqlite_utils import Database

        Database(conn)["ticket_note"].transform(rename={"kind": "sort"})
        Database(conn)["ticket_note"].transform(rename={"sort": "kind"})

    monkeypatch.setattr(audit, "adopt", transform)
    assert cli.main(["upgrade", str(oldest)]) == 2
    assert "ticket_note" in capsys.readouterr().err
    assert content(oldest / connect.DATABASE) == before


def test_a_newer_database_and_changed_steps_are_refused(oldest, capsys):
    assert cli.main(["upgrade", str(oldest)]) == 0
    path = oldest / connect.DATABASE
    for sql, says in (
        ("UPDATE schema_step SET sha256 = 'other' WHERE step = 'contacts'", "made by other steps"),
        ("INSERT INTO schema_step VALUES ('billing', 'x')", "made by other steps"),
        ("DROP TRIGGER segment_never_goes", "segment_never_goes"),
        (f"PRAGMA user_version = {NOW + 1}", "newer"),
    ):
        conn = sqlite3.connect(path, isolation_level=None)
        conn.execute("PRAGMA journal_mode = DELETE")
        whole = path.read_bytes()
        conn.execute(sql)
        conn.close()
        capsys.readouterr()
        assert cli.main(["upgrade", str(oldest)]) == 2
        assert says in capsys.readouterr().err
        path.write_bytes(whole)
    assert cli.main(["upgrade", str(oldest)]) == 0


def test_an_older_database_that_its_steps_did_not_make_is_refused_before_anything_happens(oldest, capsys):
    conn = sqlite3.connect(oldest / connect.DATABASE, isolation_level=None)
    conn.execute("DROP INDEX ticket_by_due")
    conn.close()
    assert cli.main(["upgrade", str(oldest)]) == 2
    assert "ticket_by_due" in capsys.readouterr().err
    assert not (oldest / upgrade.BACKUPS).exists()


def test_the_lock_lets_one_in(oldest, capsys):
    with datadir.locked(oldest):
        assert cli.main(["upgrade", str(oldest)]) == 2
    assert "already runs" in capsys.readouterr().err
    assert version(oldest / connect.DATABASE) == 5


def test_the_newest_five_copies_are_kept(oldest, monkeypatch):
    backups = oldest / upgrade.BACKUPS
    backups.mkdir()
    names = [f"2026010{day}T000000Z-schema-4.db" for day in range(1, 8)]
    for name in (*names, "mine.txt"):
        (backups / name).touch()
    assert cli.main(["upgrade", str(oldest)]) == 0
    left = sorted(path.name for path in backups.iterdir())
    assert left[:4] == names[3:]
    assert left[4].endswith("-schema-5.db")
    assert left[5:] == ["mine.txt"]


def test_a_copy_that_cannot_be_made_stops_the_upgrade(oldest, monkeypatch, capsys):
    def full(conn, target):
        raise CannotStart("The copy cannot be made: No space left on device.")

    monkeypatch.setattr(upgrade.backup, "copy", full)
    assert cli.main(["upgrade", str(oldest)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert version(oldest / connect.DATABASE) == 5


def test_a_new_directory_has_exactly_what_its_steps_make(tmp_path):
    assert cli.main(["init", str(tmp_path / "new")]) == 0
    conn = opened(tmp_path / "new" / connect.DATABASE)
    assert check_schema.objects(conn) == check_schema.expected(NOW)
    assert list(check_schema.trigger_problems(conn)) == []
    assert migrations.changed_steps(conn) == []
    assert len(conn.execute("SELECT * FROM schema_step").fetchall()) == NOW
    conn.close()
    assert os.stat(tmp_path / "new" / connect.DATABASE).st_mode & 0o777 == 0o600
