"""Whose use of customer records somebody should ask about: nothing is broken, but it must not stay unread."""

import time
from collections.abc import Iterator

import msgspec

from backend_stub import harvest
from backend_stub.domain.localtime import local
from backend_stub.store.driver import sqlite3

SHOWN_S = 7 * 86_400.0


def remarks(conn: sqlite3.Connection, now: float | None = None) -> Iterator[str]:
    """Yield one sentence a suspect and day of the last seven days."""
    since = (time.time() if now is None else now) - SHOWN_S
    sql = """SELECT a.at, coalesce(u.username, a.who), a.change FROM audit a LEFT JOIN user u ON u.id = a.who
        WHERE a.verb = ? AND a.at >= ? ORDER BY a.n"""
    for at, who, change in conn.execute(sql, (harvest.VERB, since)):
        seen = msgspec.json.decode(change, type=dict[str, int])
        yield (
            f"{who} opened {seen['records']} customers' records and searched {seen['searches']} times"
            f" on {local(at).date()}; see audit --user {who}"
        )
