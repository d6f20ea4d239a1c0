"""Sessions as stored: the hash of the token, never the token."""

from collections.abc import Iterable
from dataclasses import dataclass

from backend_stub.policy import Principal
from backend_stub.store import users as user_store
from backend_stub.store.driver import sqlite3


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One login; times in epoch seconds."""

    user: Principal
    expires_at: float
    seen_at: float


def add(
    conn: sqlite3.Connection,
    token_hash: bytes,
    user_id: str,
    now: float,
    expires_at: float,
    terminal: str | None = None,
) -> None:
    """Store a login."""
    conn.execute(
        "INSERT INTO session (token_hash, user_id, created_at, expires_at, seen_at, terminal)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (token_hash, user_id, now, expires_at, now, terminal),
    )


def end_terminal(conn: sqlite3.Connection, terminal: str) -> list[bytes]:
    """Forget the logins of a terminal and return their token hashes: the next one there inherits nothing."""
    sql = "DELETE FROM session WHERE terminal = ? RETURNING token_hash"
    return [row[0] for row in conn.execute(sql, (terminal,)).fetchall()]


def users(conn: sqlite3.Connection) -> dict[bytes, Principal]:
    """Return whose every session is; those of disabled users are not in it."""
    rows = conn.execute("SELECT token_hash, user_id FROM session").fetchall()
    known = {user_id: user_store.get(conn, user_id) for user_id in {row[1] for row in rows}}
    found = ((row[0], known[row[1]]) for row in rows)
    return {key: user.principal() for key, user in found if user is not None and not user.disabled}


def get(conn: sqlite3.Connection, token_hash: bytes) -> StoredSession | None:
    """Return the login with its user, None when it was ended or the user is disabled."""
    row = conn.execute(
        "SELECT user_id, expires_at, seen_at FROM session WHERE token_hash = ?", (token_hash,)
    ).fetchone()
    user = None if row is None else user_store.get(conn, row["user_id"])
    if user is None or user.disabled:
        return None
    return StoredSession(user.principal(), row["expires_at"], row["seen_at"])


def end(conn: sqlite3.Connection, token_hash: bytes) -> None:
    """Forget a login."""
    conn.execute("DELETE FROM session WHERE token_hash = ?", (token_hash,))


def touch(conn: sqlite3.Connection, seen: Iterable[tuple[float, bytes]]) -> None:
    """Record when logins were last used."""
    conn.executemany("UPDATE session SET seen_at = ? WHERE token_hash = ?", list(seen))


def prune(conn: sqlite3.Connection, over: Iterable[bytes], now: float) -> None:
    """Forget the logins of `over` (token hashes), and those nobody came back to."""
    conn.executemany("DELETE FROM session WHERE token_hash = ?", [(key,) for key in over])
    conn.execute("DELETE FROM session WHERE expires_at <= ?", (now,))
