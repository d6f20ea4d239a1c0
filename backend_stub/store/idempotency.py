"""Stored answers: the same request a second time gets the first one's answer."""

import msgspec

from backend_stub.store.driver import sqlite3

KEEP_S = 86_400.0


class Stored(msgspec.Struct, frozen=True):
    """An answer as it went out."""

    fingerprint: bytes
    status: int
    body: bytes
    headers: dict[str, str]


def get(conn: sqlite3.Connection, user_id: str, key: str) -> Stored | None:
    """Return the answer given to this key, kept for 24 h at least: a clock that leaps must not double an effect."""
    sql = "SELECT fingerprint, status, body, headers FROM idempotency WHERE user_id = ? AND key = ?"
    row = conn.execute(sql, (user_id, key)).fetchone()
    if row is None:
        return None
    headers = msgspec.json.decode(row["headers"], type=dict[str, str])
    return Stored(row["fingerprint"], row["status"], row["body"], headers)


def put(conn: sqlite3.Connection, user_id: str, key: str, now: float, stored: Stored) -> None:
    """Keep an answer in the effect's own savepoint."""
    headers = msgspec.json.encode(stored.headers).decode()
    conn.execute(
        "INSERT OR REPLACE INTO idempotency (user_id, key, fingerprint, status, body, headers, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (user_id, key, stored.fingerprint, stored.status, stored.body, headers, now),
    )


def prune(conn: sqlite3.Connection, now: float) -> None:
    """Forget the answers older than 24 h."""
    conn.execute("DELETE FROM idempotency WHERE at <= ?", (now - KEEP_S,))
