"""The schema's steps, one per table group, applied by sqlite-utils; the number of steps is the `user_version`.

All pending steps and their checksums are one transaction: whatever interrupts an upgrade leaves the schema before it.
"""

import hashlib
import importlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from backend_stub.errors import CannotStart
from backend_stub.store import audit, dictionary, streets, ticket_index
from backend_stub.store.driver import sqlite3

if TYPE_CHECKING:
    from sqlite_utils.db import Database

GROUPS = (
    "core",
    "customers",
    "contacts",
    "outages",
    "tickets",
    "audit",
    "desks",
    "bills",
    "search",
    "grouping",
    "outage_life",
    "plans",
    "ticket_work",
    "routing",
    "reports",
    "callers",
    "search2",
    "search3",
    "shifts",
    "commune_calls",
    "undo_after",
)
# sqlite-utils skips an applied step of the same name whatever it says now; these tell that it says something else.
CHECKSUMS = "CREATE TABLE IF NOT EXISTS schema_step (step TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT"


def statements(group: str) -> tuple[str, ...]:
    """Return a step's statements."""
    ddl: tuple[str, ...] = importlib.import_module(f"backend_stub.store.schema.{group}").DDL
    return ddl


def checksum(group: str) -> str:
    """Return the SHA-256 of a step's statements."""
    return hashlib.sha256("\0".join(statements(group)).encode()).hexdigest()


def changed_steps(conn: sqlite3.Connection) -> list[str]:
    """Return the applied steps that said something else when they were applied, as far as that was recorded."""
    if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_step'").fetchone() is None:
        return []
    recorded = conn.execute("SELECT step, sha256 FROM schema_step").fetchall()
    return [row[0] for row in recorded if row[0] not in GROUPS or checksum(row[0]) != row[1]]


def _step(group: str, number: int) -> "Callable[[Database], None]":
    def run(db: "Database") -> None:
        conn = db.conn
        accesses = audit.old_accesses(conn) if group == "audit" else []
        for statement in statements(group):
            conn.execute(statement)
        if accesses:
            audit.adopt(conn, accesses)
        if group == "search":
            dictionary.rebuild(conn)
            streets.fill(conn)
        if group == "ticket_work":
            ticket_index.rebuild(conn)
        conn.execute(f"PRAGMA user_version = {number}")

    return run


def apply(conn: sqlite3.Connection) -> None:
    """Apply the pending steps in the open transaction, or in one of its own, and record their number and checksums."""
    # sqlite-utils costs 0.3 s to import: paid only where there is something to migrate.
    from sqlite_utils import Database, Migrations

    steps = Migrations("service")
    for number, group in enumerate(GROUPS, start=1):
        steps(name=group)(_step(group, number))
    own = not conn.in_transaction
    if own:
        conn.execute("BEGIN IMMEDIATE")
    try:
        steps.apply(Database(conn))
        conn.execute(CHECKSUMS)
        rows = [(group, checksum(group)) for group in GROUPS]
        conn.executemany("INSERT OR IGNORE INTO schema_step (step, sha256) VALUES (?, ?)", rows)
        if own:
            conn.execute("COMMIT")
    finally:
        if own and conn.in_transaction:
            conn.execute("ROLLBACK")


def create(path: Path, application_id: int) -> None:
    """Create the database file with every table and its audit key; raises CannotStart when one is already there."""
    if path.exists():
        raise CannotStart(f"There is already a database {path}.")
    audit.make_key(path.parent)
    conn = sqlite3.connect(str(path), isolation_level=None)
    conn.execute(f"PRAGMA application_id = {application_id}")
    conn.execute("PRAGMA journal_mode = WAL")
    apply(conn)
    conn.execute("INSERT INTO meta (key, value) VALUES ('generation', ?)", (secrets.token_hex(8),))
    conn.close()
