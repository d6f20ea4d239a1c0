"""The audit log: appended to and nothing else, and every way to falsify it is named."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_stub.ops import check_audit
from backend_stub.store import audit, connect
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3
from tests.full import count
from tests.service import make_database

ROWS = 12
Falsify = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("template")
    conn = connect.writer(make_database(directory))
    trail = Trail.of(directory)
    conn.execute("BEGIN IMMEDIATE")
    for n in range(ROWS):
        thing = trail.subject(conn, f"PC08GG000000{n % 3}")
        trail.append(conn, Entry(1_000.5 + n, f"u_{n % 4}", "customer.read", thing, "search", f"request-{n:04}"))
    conn.execute("COMMIT")
    trail.write_anchor(directory, audit.head(conn), 2_000.0)
    conn.close()
    return directory


@pytest.fixture
def conn(template: Path, tmp_path: Path):
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    conn = connect.writer(tmp_path / connect.DATABASE)
    yield conn
    conn.close()


def found(conn: sqlite3.Connection, directory: Path) -> list[str]:
    return list(check_audit.problems(conn, Trail.of(directory), audit.read_anchor(directory)))


def forced(conn: sqlite3.Connection, *statements: str) -> None:
    """Do what somebody does who holds the database file and takes the triggers away first."""
    for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'").fetchall():
        conn.execute(f"DROP TRIGGER {row[0]}")
    for sql in statements:
        conn.execute(sql)


SWAP = (
    "UPDATE audit SET n = -5 WHERE n = 5", "UPDATE audit SET n = 5 WHERE n = 8", "UPDATE audit SET n = 8 WHERE n = -5",
)  # fmt: skip
CLOSED_UP = ("DELETE FROM audit WHERE n = 5", *(f"UPDATE audit SET n = {n - 1} WHERE n = {n}" for n in range(6, 13)))


def test_an_honest_log_is_whole(conn, tmp_path):
    assert found(conn, tmp_path) == []
    assert audit.head(conn).n == ROWS


@pytest.mark.parametrize(
    ("falsify", "says"),
    [
        (("UPDATE audit SET reason = '' WHERE n = 5",), "row 5 (1970-01-01 00:16:44Z customer.read) was edited"),
        (("UPDATE audit SET who = 'u_9' WHERE n = 1",), "row 1 ("),
        (("UPDATE audit SET at = at + 1 WHERE n = 12",), "row 12 ("),
        (("UPDATE audit SET mac = zeroblob(32) WHERE n = 7",), "row 7 ("),
        (("DELETE FROM audit WHERE n = 5",), "row 5 was deleted"),
        (("DELETE FROM audit WHERE n = 1",), "row 1 was deleted"),
        (("DELETE FROM audit WHERE n BETWEEN 4 AND 6",), "rows 4 to 6 were deleted"),
        (CLOSED_UP, "row 5 ("),
        (SWAP, "row 5 (1970-01-01 00:16:47Z customer.read) was reordered: it belongs after row 7"),
        (("DELETE FROM audit WHERE n > 9",), "truncated after row 9: rows 10 to 12 cut off the end"),
        (("DELETE FROM audit WHERE n = 12",), "truncated after row 11: row 12 cut off the end"),
        (("DELETE FROM audit",), "truncated after row 0: rows 1 to 12 cut off the end"),
        (("DELETE FROM audit_head",), "the head of the log was deleted"),
        (("UPDATE audit_head SET n = 11",), "the head of the log was edited"),
        (("UPDATE audit_subject SET code = 'PC08GG9999999' WHERE id = 2",), "customer ~2 of the log was edited"),
        (("DELETE FROM audit_subject WHERE id = 3",), "customer ~3 of row 3 was deleted"),
    ],
)  # fmt: skip
def test_the_first_falsified_row_is_named(conn, tmp_path, falsify, says):
    forced(conn, *falsify)
    assert found(conn, tmp_path)[0].startswith(says)


def test_a_tail_cut_off_with_an_old_head_put_back_is_still_named_by_the_anchor_file(conn, tmp_path):
    trail = Trail.of(tmp_path)
    nine = conn.execute("SELECT mac FROM audit WHERE n = 9").fetchone()[0]
    old_seal = trail.seal("head", 9, nine.hex())
    forced(conn, "DELETE FROM audit WHERE n > 9")
    conn.execute("UPDATE audit_head SET n = 9, mac = ?, seal = ?", (nine, old_seal))
    assert found(conn, tmp_path) == ["truncated after row 9: rows 10 to 12 cut off the end"]
    assert list(check_audit.problems(conn, trail, None)) == []


def test_a_log_written_anew_with_the_key_differs_from_its_anchor(conn, tmp_path):
    trail = Trail.of(tmp_path)
    forced(conn, "DELETE FROM audit", "DELETE FROM audit_head")
    for n in range(ROWS):
        trail.append(conn, Entry(5_000.0 + n, "u_1", "customer.read", "~1"))
    assert found(conn, tmp_path)[0].startswith("row 12 is not the one that was anchored on 1970-01-01")


def test_a_false_anchor_file_and_another_key_are_named(conn, tmp_path):
    path = tmp_path / audit.ANCHOR_FILE
    path.write_bytes(path.read_bytes().replace(b'"n":12', b'"n":11'))
    assert "cannot be believed" in found(conn, tmp_path)[0]
    path.write_text("not json")
    assert "cannot be believed" in found(conn, tmp_path)[0]
    path.unlink()
    assert next(check_audit.problems(conn, Trail(bytes(32)), None)).startswith("row 1 (")


def test_any_flipped_bit_of_any_row_is_found(conn, tmp_path):
    forced(conn)
    rows = conn.execute("SELECT * FROM audit").fetchall()
    dice = random.Random(3)
    for _ in range(count(40, 400)):
        row = dice.choice(rows)
        column = dice.choice(["who", "verb", "object", "reason", "request"])
        flipped = chr(ord(row[column][0]) ^ 1) + row[column][1:]
        conn.execute("BEGIN")
        conn.execute(f"UPDATE audit SET {column} = ? WHERE n = ?", (flipped, row["n"]))
        assert found(conn, tmp_path)[0].startswith(f"row {row['n']} ("), (column, row["n"])
        conn.execute("ROLLBACK")
    assert found(conn, tmp_path) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET who = 'u_9' WHERE n = 5",
        "DELETE FROM audit WHERE n = 12",
        "INSERT OR REPLACE INTO audit SELECT 5, at, who, verb, object, '', request, change, mac FROM audit WHERE n = 6",
        "INSERT INTO audit SELECT 14, at, who, verb, object, reason, request, change, mac FROM audit WHERE n = 6",
        "UPDATE audit_subject SET code = 'PC08GG9999999' WHERE id = 1",
        "DELETE FROM audit_subject WHERE id = 1",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_everything_but_the_next_row(conn, tmp_path, sql):
    with pytest.raises(sqlite3.IntegrityError, match="audit log is"):
        conn.execute(sql)
    assert found(conn, tmp_path) == []


def test_a_customer_keeps_the_number_and_a_forgotten_one_s_is_not_used_again(conn, tmp_path):
    trail = Trail.of(tmp_path)
    assert trail.subject(conn, "PC08GG0000001") == "~2"
    trail.forget_subject(conn, "PC08GG0000001", "erased-0123")
    assert trail.subject(conn, "PC08GG0000001") == "~4"
    assert found(conn, tmp_path) == []


def test_the_key_is_private_and_of_one_size(tmp_path):
    audit.make_key(tmp_path)
    path = tmp_path / audit.KEY_FILE
    before = path.read_bytes()
    audit.make_key(tmp_path)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (before, 0o600)
    path.write_bytes(b"short")
    with pytest.raises(audit.CannotStart, match="5 bytes"):
        Trail.of(tmp_path)
