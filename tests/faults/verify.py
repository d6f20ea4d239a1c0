"""Is everything that was acknowledged in the database, once, whole and in order?"""

import shutil
from pathlib import Path

from backend_stub.store import connect
from backend_stub.store.driver import sqlite3
from tests.faults.load import Ledger


def open_copy(data_dir: Path) -> sqlite3.Connection:
    """Open a copy of the directory's database with its log: looking must not repair the original."""
    copy = data_dir.with_name("looked-at")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data_dir, copy)
    conn = sqlite3.connect(copy / connect.DATABASE)
    conn.row_factory = sqlite3.Row
    return conn


def lost(conn: sqlite3.Connection, ledger: Ledger) -> list[str]:
    """Return the acknowledged changes that are not there, or not as acknowledged."""
    stored = {row["key"]: row for row in conn.execute("SELECT key, status, body FROM idempotency")}
    versions = {
        **{row[0]: row[1] for row in conn.execute("SELECT id, version FROM contact")},
        **{row[0]: row[1] for row in conn.execute("SELECT id, version FROM ticket")},
    }
    missing = []
    for key, (asked, said) in ledger.acknowledged.items():
        row = stored.get(key)
        there = row is not None and (row["status"], bytes(row["body"])) == (said.status, said.body)
        if not there or versions.get(said.json()["id"], 0) < said.json()["version"]:
            missing.append(f"{asked.path} {key}")
    return missing


def doubled(conn: sqlite3.Connection) -> list[str]:
    """Return the contacts and tickets that are there more than once."""
    sql = """SELECT external_id FROM contact GROUP BY external_id HAVING count(*) > 1
             UNION ALL SELECT title FROM ticket GROUP BY title HAVING count(*) > 1"""
    return [row[0] for row in conn.execute(sql)]


def unsound(conn: sqlite3.Connection, ledger: Ledger) -> list[str]:
    """Return what is wrong with the file and its event log."""
    wrong = [row[0] for row in conn.execute("PRAGMA integrity_check") if row[0] != "ok"]
    wrong += [f"foreign key: {tuple(row)}" for row in conn.execute("PRAGMA foreign_key_check")]
    first, last, count = conn.execute("SELECT min(seq), max(seq), count(*) FROM event_log").fetchone()
    if count and (first, last) != (1, count):
        wrong.append(f"the log has holes: {count} events from {first} to {last}")
    kinds = {row[0]: row[1] for row in conn.execute("SELECT seq, kind FROM event_log")}
    wrong += [f"event {seq} was seen and is not there" for seq, kind in ledger.seen.items()
              if kinds.get(seq) != f"{kind}.changed"]  # fmt: skip
    return wrong


def check(data_dir: Path, ledger: Ledger) -> None:
    """Assert that nothing acknowledged is lost, nothing doubled and the file is sound."""
    conn = open_copy(data_dir)
    try:
        assert unsound(conn, ledger) == []
        assert lost(conn, ledger) == []
        assert doubled(conn) == []
    finally:
        conn.close()
