"""The audit log: who did what to which thing, when and why; chained with an HMAC whose key is not in the database.

Each row's `mac` is the HMAC-SHA256 of the row before it and its own content, so that a changed, missing or moved row
breaks the chain; the signed head (in `audit_head` at every row, in a file beside the key now and then) tells a tail
that was cut off. No row holds a person's data: a customer stands in it as `~NUMBER` of `audit_subject`.
"""

import hmac
import os
import pwd
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from backend_stub.errors import CannotStart
from backend_stub.store.driver import sqlite3

KEY_FILE = "audit.key"
ANCHOR_FILE = "audit.anchor"
KEY_BYTES = 32
GENESIS = bytes(KEY_BYTES)
_encode = msgspec.json.Encoder().encode


class Head(NamedTuple):
    """How many rows there are, and the last one's mac."""

    n: int
    mac: bytes


class Entry(msgspec.Struct, frozen=True):
    """One row: `who` is a user id, empty for nobody, `operator:NAME` at the command line; `change` is JSON or empty."""

    at: float
    who: str
    verb: str
    object: str = ""
    reason: str = ""
    request: str = ""
    change: str = ""


class Anchor(msgspec.Struct, frozen=True):
    """The head as written to a file beside the key; mac and seal in hexadecimal, `at` in epoch seconds."""

    n: int
    mac: str
    at: float
    seal: str


def head(conn: sqlite3.Connection) -> Head:
    """Return the head of the log, that of an empty one before the first row."""
    row = conn.execute("SELECT n, mac FROM audit_head").fetchone()
    return Head(0, GENESIS) if row is None else Head(row[0], row[1])


def make_key(directory: Path) -> None:
    """Make the key of a new data directory; one that is there already is kept."""
    try:
        handle = os.open(directory / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with open(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))


def read_key(path: Path) -> bytes:
    """Return the key; raises CannotStart when there is none, because a new one cannot continue the log."""
    try:
        key = path.read_bytes()
    except OSError as error:
        raise CannotStart(f"The audit key {path} cannot be read ({error.strerror}); put it back.") from error
    if len(key) != KEY_BYTES:
        raise CannotStart(f"The audit key {path} has {len(key)} bytes, not {KEY_BYTES}; put the right one back.")
    return key


def read_anchor(directory: Path) -> bytes | None:
    """Return what the anchor file holds, None when it was never written; raises OSError.

    Read it before the rows: rows that are appended meanwhile only make the log longer.
    """
    try:
        return (directory / ANCHOR_FILE).read_bytes()
    except FileNotFoundError:
        return None


def operator() -> str:
    """Return who runs this command, for the log."""
    try:
        return f"operator:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"operator:{os.getuid()}"


class Trail:
    """Writes the log with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, directory: Path) -> "Trail":
        """Return the log of a data directory; raises CannotStart without its key."""
        return cls(read_key(directory / KEY_FILE))

    def mac(self, before: bytes, entry: Entry) -> bytes:
        """Return the mac of a row that follows the row with the mac `before`."""
        content = (entry.at, entry.who, entry.verb, entry.object, entry.reason, entry.request, entry.change)
        return hmac.digest(self._key, before + _encode(content), "sha256")

    def seal(self, kind: str, *content: str | int) -> bytes:
        """Return the signature of something that is no row of the chain."""
        return hmac.digest(self._key, _encode((kind, *content)), "sha256")

    def append(self, conn: sqlite3.Connection, entry: Entry) -> None:
        """Append a row in the open transaction, and sign: with what it tells of, or not at all."""
        self.sign(conn, self.follow(conn, None, entry))

    def follow(self, conn: sqlite3.Connection, last: Head | None, entry: Entry) -> Head:
        """Append a row after `last` (None: the signed head) and return the new head, to be signed before the commit."""
        last = last or head(conn)
        n, mac = last.n + 1, self.mac(last.mac, entry)
        conn.execute(
            "INSERT INTO audit (n, at, who, verb, object, reason, request, change, mac)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (n, entry.at, entry.who, entry.verb, entry.object, entry.reason, entry.request, entry.change, mac),
        )
        return Head(n, mac)

    def sign(self, conn: sqlite3.Connection, last: Head) -> None:
        """Make `last` the signed head."""
        sql = """INSERT INTO audit_head (one, n, mac, seal) VALUES (1, ?, ?, ?)
                 ON CONFLICT (one) DO UPDATE SET n = excluded.n, mac = excluded.mac, seal = excluded.seal"""
        conn.execute(sql, (last.n, last.mac, self.seal("head", last.n, last.mac.hex())))

    def subject(self, conn: sqlite3.Connection, code: str) -> str:
        """Return how a customer stands in the log, numbered on the first time."""
        row = conn.execute("SELECT id FROM audit_subject WHERE code = ?", (code,)).fetchone()
        if row is not None:
            return f"~{row[0]}"
        sql = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'audit_subject'"
        number = int(conn.execute(sql).fetchone()[0])
        seal = self.seal("subject", number, code)
        conn.execute("INSERT INTO audit_subject (id, code, mac) VALUES (?, ?, ?)", (number, code, seal))
        return f"~{number}"

    def forget_subject(self, conn: sqlite3.Connection, code: str, pseudonym: str) -> None:
        """Put a pseudonym (`erased-...`) in the place of a customer's code; the log's rows stay as they are."""
        row = conn.execute("SELECT id FROM audit_subject WHERE code = ?", (code,)).fetchone()
        if row is not None:
            seal = self.seal("subject", row[0], pseudonym)
            conn.execute("UPDATE audit_subject SET code = ?, mac = ? WHERE id = ?", (pseudonym, seal, row[0]))

    def write_anchor(self, directory: Path, last: Head, now: float) -> None:
        """Write the head beside the key, whole or not at all; raises OSError."""
        text = last.mac.hex()
        anchor = Anchor(last.n, text, now, self.seal("anchor", last.n, text).hex())
        partial = directory / f"{ANCHOR_FILE}.partial"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as file:
            file.write(_encode(anchor) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(directory / ANCHOR_FILE)

    def anchor(self, raw: bytes) -> Anchor:
        """Return the head as it was written beside the key; raises ValueError or DecodeError on a false one."""
        anchor = msgspec.json.decode(raw, type=Anchor)
        if not hmac.compare_digest(anchor.seal, self.seal("anchor", anchor.n, anchor.mac).hex()):
            raise ValueError("its seal is false")
        return anchor


Access = tuple[float, str, str, str]


def old_accesses(conn: sqlite3.Connection) -> list[Access]:
    """Return what schema 5 kept of opened records: at, user id, customer, reason; oldest first."""
    return [tuple(row) for row in conn.execute("SELECT at, user, customer, reason FROM access_log ORDER BY id")]


def adopt(conn: sqlite3.Connection, accesses: Iterable[Access]) -> None:
    """Carry them into the log, in the step that makes it; raises CannotStart without the database's audit key."""
    file = str(conn.execute("PRAGMA database_list").fetchone()[2])
    trail = Trail.of(Path(file).parent)
    for at, user, code, reason in accesses:
        trail.append(conn, Entry(at, user, "customer.read", trail.subject(conn, code), reason))
