"""`agent-tui-service erase`: a person's data beyond recovery; counts stay under a pseudonym.

It refuses while the service runs: the running service holds events of the person in memory, and rewriting the file
would keep its writers waiting.
"""

import argparse
import secrets
from pathlib import Path

import msgspec

from backend_stub import datadir
from backend_stub.clock import SystemClock
from backend_stub.errors import CannotStart
from backend_stub.ops import erase_outbox, erase_rows
from backend_stub.ops.erase_rows import Person
from backend_stub.store import audit, connect
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.driver import sqlite3

LONGEST_REASON = 200
UNFINISHED = "erase_unfinished"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")
    parser.add_argument("code", metavar="CODE", help="the customer's code")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="such as the request's number; no names")


def run(args: argparse.Namespace) -> int:
    """Erase the customer; raises CannotStart while the directory is served, or when there is no such customer."""
    connect.private_directory()
    reason = args.reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise CannotStart(f"The reason must be one line of 1 to {LONGEST_REASON} characters.")
    directory = args.data_dir.resolve()
    with datadir.locked(directory):
        trail = Trail.of(directory)
        conn = connect.writer(directory / connect.DATABASE)
        try:
            finish(conn)
            who = erase_rows.person(conn, args.code.upper())
            pseudonym = f"erased-{secrets.token_hex(6)}"
            # Before the rows: only they know who it was, should the command have to be repeated.
            erase_outbox.erase(directory, who)
            _erase(conn, trail, who, pseudonym, reason)
            finish(conn)
            trail.write_anchor(directory, audit.head(conn), SystemClock().now())
        except (sqlite3.Error, OSError) as error:
            raise CannotStart(f"The erasure is not complete: {error}. Repeat the command.") from error
        finally:
            conn.close()
        copies = _drop_copies(directory)
    kept = f"{len(who.contacts)} contacts, {len(who.tickets)} tickets"
    print(f"erased {who.code}: now {pseudonym}; kept without the person: {kept}")
    if copies:
        print(f"removed {copies} copies made before upgrades")
    print("backups made before still hold the person: delete them, or let them age out.")
    return 0


def finish(conn: sqlite3.Connection) -> None:
    """Complete an erasure that was committed: rewrite the file and empty the log, so that no old byte is left."""
    if conn.execute("SELECT 1 FROM meta WHERE key = ?", (UNFINISHED,)).fetchone() is None:
        return
    conn.execute("VACUUM")
    conn.execute("DELETE FROM meta WHERE key = ?", (UNFINISHED,))
    busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise sqlite3.OperationalError("another program reads the database")


def _erase(conn: sqlite3.Connection, trail: Trail, who: Person, pseudonym: str, reason: str) -> None:
    """Erase, and tell the audit log so, in one transaction."""
    try:
        conn.execute("BEGIN IMMEDIATE")
        subject = trail.subject(conn, who.code)
        trail.forget_subject(conn, who.code, pseudonym)
        erase_rows.erase(conn, who, pseudonym)
        told = who.pattern(who.name, who.posting.name_f).sub(erase_rows.ERASED, reason)
        counts = msgspec.json.encode({"contacts": len(who.contacts), "tickets": len(who.tickets)}).decode()
        entry = Entry(SystemClock().now(), audit.operator(), "customer.erase", subject, told, change=counts)
        trail.append(conn, entry)
        conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (UNFINISHED, pseudonym))
        # Old events no longer say what they said: every desk must read its snapshot anew.
        conn.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (secrets.token_hex(8),))
        conn.execute("COMMIT")
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")


def _drop_copies(directory: Path) -> int:
    """Remove the copies that upgrades left in the data directory: they hold the person still."""
    copies = [*(directory / "backups").glob("*-schema-*.db")]
    for copy in copies:
        copy.unlink()
    return len(copies)
