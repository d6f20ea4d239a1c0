"""Drafts on the service: unsent text of one agent, read, replaced and deleted by nobody else."""

import msgspec

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.errors import Conflict, Invalid, NotFound, VersionConflict
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_CONTENT = msgspec.json.Decoder(dict[str, str])
_PUT = """INSERT INTO draft (user, key, ticket, label, content, base_version, at, version)
    VALUES (?, ?, ?, ?, ?, ?, ?, 1)
    ON CONFLICT (user, key) DO UPDATE SET ticket = excluded.ticket, label = excluded.label,
    content = excluded.content, base_version = excluded.base_version, at = excluded.at, version = version + 1"""


def every(conn: sqlite3.Connection, user: str) -> list[wire.Draft]:
    """Return the user's drafts, the newest first."""
    return [_wire(row) for row in conn.execute("SELECT * FROM draft WHERE user = ? ORDER BY at DESC, key", (user,))]


def get(conn: sqlite3.Connection, user: str, key: str) -> wire.Draft:
    """Return one draft of the user; raises NotFound."""
    row = conn.execute("SELECT * FROM draft WHERE user = ? AND key = ?", (user, key)).fetchone()
    if row is None:
        raise NotFound("draft")
    return _wire(row)


def put(tx: Tx, user: str, key: str, wanted: wire.DraftRequest, based_on: int | None) -> wire.Draft:
    """Keep a draft; raises VersionConflict where it was saved since from another terminal, Invalid when too long."""
    if sum(map(len, wanted.content.values())) > wire.DRAFT_CHARS:
        raise Invalid("content", "too_long", f"A draft has at most {wire.DRAFT_CHARS} characters.")
    if based_on is not None:
        now = get(tx.conn, user, key)
        if now.version != based_on:
            raise VersionConflict(now, now.version)
    others = tx.conn.execute("SELECT count(*) FROM draft WHERE user = ? AND key <> ?", (user, key)).fetchone()[0]
    if others >= wire.MOST_DRAFTS:
        raise Conflict("too_many_drafts", "There are many drafts already: finish or discard some first.")
    content = msgspec.json.encode(wanted.content).decode()
    tx.conn.execute(_PUT, (user, key, wanted.ticket, wanted.label, content, wanted.base_version, tx.now))
    return get(tx.conn, user, key)


def delete(tx: Tx, user: str, key: str) -> None:
    """Delete a draft of the user; one that is not there is gone already."""
    tx.conn.execute("DELETE FROM draft WHERE user = ? AND key = ?", (user, key))


def _wire(row: sqlite3.Row) -> wire.Draft:
    return wire.Draft(
        row["key"], _CONTENT.decode(row["content"]), row["ticket"], row["label"], row["base_version"], at(row["at"]),
        row["version"],
    )  # fmt: skip
