"""Is the audit log whole? Names the first row that was edited, taken out, moved or cut off."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from backend_stub.store import audit
from backend_stub.store.audit import Anchor, Entry, Head, Trail
from backend_stub.store.driver import sqlite3

_ROWS = "SELECT n, mac, at, who, verb, object, reason, request, change FROM audit ORDER BY n"


def moment(at: float) -> str:
    """Return a time as it is shown: UTC, seconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def problems(conn: sqlite3.Connection, trail: Trail, anchored: bytes | None) -> Iterator[str]:
    """Yield what is wrong with the log, the first broken row of the chain first; `anchored` is the anchor file."""
    anchor: Anchor | None = None
    try:
        anchor = None if anchored is None else trail.anchor(anchored)
    except (ValueError, msgspec.DecodeError) as error:
        yield f"the anchor file {audit.ANCHOR_FILE} cannot be believed: {error}"
    last = Head(0, audit.GENESIS)
    for row in conn.execute(_ROWS):
        entry = Entry(*row[2:])
        if row[0] != last.n + 1:
            yield _missing(last.n + 1, row[0] - 1)
            return
        if trail.mac(last.mac, entry) != row[1]:
            yield _broken(conn, trail, row[0], row[1], entry)
            return
        last = Head(row[0], row[1])
        if anchor is not None and anchor.n == last.n and anchor.mac != last.mac.hex():
            yield f"row {last.n} is not the one that was anchored on {moment(anchor.at)}: the log was written anew"
            return
    yield from _ends(conn, trail, last, anchor)
    yield from _subjects(conn, trail)


def _missing(first: int, last: int) -> str:
    return f"row {first} was deleted" if first == last else f"rows {first} to {last} were deleted"


def _broken(conn: sqlite3.Connection, trail: Trail, n: int, mac: bytes, entry: Entry) -> str:
    """Tell a row that stands in the wrong place from one that is no longer what it was."""
    row = f"row {n} ({moment(entry.at)} {entry.verb})"
    predecessors = [(0, audit.GENESIS), *conn.execute("SELECT n, mac FROM audit ORDER BY n")]
    for before, before_mac in predecessors:
        if trail.mac(before_mac, entry) == mac:
            place = f"after row {before}" if before else "at the beginning"
            return f"{row} was reordered: it belongs {place}"
    return f"{row} was edited, or a row before it was taken out and the numbers closed up"


def _ends(conn: sqlite3.Connection, trail: Trail, last: Head, anchor: Anchor | None) -> Iterator[str]:
    """Compare the last row with what the signed heads say it is."""
    row = conn.execute("SELECT n, mac, seal FROM audit_head").fetchone()
    if row is None and last.n:
        yield "the head of the log was deleted"
    if row is not None and row[2] != trail.seal("head", row[0], row[1].hex()):
        yield "the head of the log was edited"
        row = None
    known = max(0 if row is None else row[0], 0 if anchor is None else anchor.n)
    if known > last.n:
        rows = f"row {known}" if known == last.n + 1 else f"rows {last.n + 1} to {known}"
        yield f"truncated after row {last.n}: {rows} cut off the end"
    elif row is not None and (row[0], row[1]) != last:
        yield f"the head of the log names row {row[0]}, the last one is row {last.n}"


def _subjects(conn: sqlite3.Connection, trail: Trail) -> Iterator[str]:
    """Check the customers' numbers: each with the code it was given, none missing."""
    for row in conn.execute("SELECT id, code, mac FROM audit_subject ORDER BY id"):
        if trail.seal("subject", row[0], row[1]) != row[2]:
            yield f"customer ~{row[0]} of the log was edited"
            return
    lost = """SELECT n, object FROM audit WHERE object GLOB '~*'
        AND NOT EXISTS (SELECT 1 FROM audit_subject WHERE id = CAST(substr(object, 2) AS INTEGER)) ORDER BY n LIMIT 1"""
    row = conn.execute(lost).fetchone()
    if row is not None:
        yield f"customer {row[1]} of row {row[0]} was deleted"
