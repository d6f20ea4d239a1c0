"""Undo: what a change replaced, kept for ten minutes under a token that only its maker may use.

A step is taken back whole or not at all; only of things that go on by themselves (contacts ring, are answered and end)
those that are not as the step left them stay behind alone, and are named. Whoever offers a step registers in `RESTORE`
(or, for all things of a step at once, in `RESTORE_MANY`) how a thing of that kind gets its columns back; that function
raises the version by one and tells everybody. A `note` in `before` was added by the change: withdrawing it loses
nothing, whatever came later.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import msgspec

from backend_stub.errors import Conflict, NotFound
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

GOOD_S = 600.0
KEEP_S = 3_600.0
MOST_NAMED = 20
VERSIONS = {
    **{kind: f"SELECT version FROM {kind} WHERE id = ?" for kind in ("ticket", "contact", "outage")},
    "agent_skills": "SELECT skills_version FROM user WHERE id = ?",
    "agent_wish": "SELECT wish_version FROM user WHERE id = ?",
}
Value: TypeAlias = str | int | float | None
_COLUMNS = msgspec.json.Decoder(dict[str, str | int | float | None])


@dataclass(frozen=True, slots=True)
class Was:
    """One thing a step changed: its version AFTER the change, and columns with their values before it.

    `by` is the login name of who takes the step back; only `take_back` fills it in. With `after`, the same columns as
    the step left them, a later version loses nothing as long as `STANDS` finds them so.
    """

    kind: str
    id: str
    version: int
    before: Mapping[str, Value]
    by: str = ""
    after: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The things that are as before, and those that went on since and stay; both with their versions now."""

    things: list[Was]
    stayed: list[Was]


RESTORE: dict[str, Callable[[Tx, Was], None]] = {}
RESTORE_MANY: dict[str, Callable[[Tx, Sequence[Was]], None]] = {}
STANDS: dict[str, Callable[[sqlite3.Connection, Was], bool]] = {}
ADDED = frozenset({"note"})


def offer(tx: Tx, by: str, was: Sequence[Was]) -> str:
    """Keep what a change replaced and return the token, good for 600 s for the login name `by`."""
    token = f"u_{secrets.token_urlsafe(16)}"
    tx.conn.execute(
        "INSERT INTO undo_step (token, author, at, until) VALUES (?, ?, ?, ?)", (token, by, tx.now, tx.now + GOOD_S)
    )
    sql = "INSERT INTO undo_row (token, kind, id, version, before, after) VALUES (?, ?, ?, ?, ?, ?)"
    tx.conn.executemany(sql, [(token, one.kind, one.id, one.version, *_written(one)) for one in was])
    return token


def take_back(tx: Tx, token: str, by: str) -> TakenBack:
    """Restore what the step changed.

    Raises NotFound for a token that is not the caller's; Conflict `undo_expired`, `undo_done`, or `undo_would_lose`
    with the `things` that were changed since.
    """
    step = tx.conn.execute("SELECT * FROM undo_step WHERE token = ? AND author = ?", (token, by)).fetchone()
    if step is None:
        raise NotFound("undo")
    if step["done_at"] is not None:
        raise Conflict("undo_done", "This was taken back already.")
    if step["until"] <= tx.now:
        raise Conflict("undo_expired", "A change can be taken back for ten minutes.")
    rows = tx.conn.execute("SELECT * FROM undo_row WHERE token = ? ORDER BY n", (token,)).fetchall()
    was = [_read(row, by) for row in rows]
    moved = [one for one in was if not _stands(tx.conn, one)]
    _refuse_loss(was, moved)
    tx.conn.execute("UPDATE undo_step SET done_at = ? WHERE token = ?", (tx.now, token))
    stay = {(one.kind, one.id) for one in moved}
    back = [one for one in was if (one.kind, one.id) not in stay]
    for kind in dict.fromkeys(one.kind for one in back):
        _restore(tx, kind, [one for one in back if one.kind == kind])
    return TakenBack(
        [_now(tx, one) for one in back], [replace(one, version=_version(tx.conn, one) or 0) for one in moved]
    )


def prune(tx: Tx) -> None:
    """Forget the steps nobody can take back any more; they stay an hour so that a late press is told why."""
    tx.conn.execute("DELETE FROM undo_step WHERE at <= ?", (tx.now - KEEP_S,))


def _version(conn: sqlite3.Connection, one: Was) -> int | None:
    row = conn.execute(VERSIONS[one.kind], (one.id,)).fetchone()
    return None if row is None else int(row[0])


def _written(one: Was) -> tuple[str, str | None]:
    after = None if one.after is None else msgspec.json.encode(one.after).decode()
    return msgspec.json.encode(one.before).decode(), after


def _read(row: sqlite3.Row, by: str) -> Was:
    after = None if row["after"] is None else _COLUMNS.decode(row["after"])
    return Was(row["kind"], row["id"], row["version"], _COLUMNS.decode(row["before"]), by, after)


def _stands(conn: sqlite3.Connection, one: Was) -> bool:
    """Tell whether nothing is lost when this thing gets its columns back."""
    if one.after is not None:
        return STANDS[one.kind](conn, one)
    return _version(conn, one) == one.version or ADDED.issuperset(one.before)


def _refuse_loss(was: Sequence[Was], moved: Sequence[Was]) -> None:
    if moved and (len(moved) == len(was) or any(one.after is None for one in moved)):
        things = [{"kind": one.kind, "id": one.id} for one in moved[:MOST_NAMED]]
        said = f"{moved[0].kind} {moved[0].id} was changed since: taking this back would lose that change."
        raise Conflict("undo_would_lose", said, things=things, changed=len(moved))


def _restore(tx: Tx, kind: str, was: Sequence[Was]) -> None:
    if kind in RESTORE_MANY:
        RESTORE_MANY[kind](tx, was)
        return
    for one in was:
        RESTORE[kind](tx, one)


def _now(tx: Tx, one: Was) -> Was:
    """Return the thing with its new version, and let an older step that led up to this state follow."""
    version = _version(tx.conn, one) or 0
    # Of a withdrawn note the version says nothing: a step over it may be somebody else's.
    if version == one.version + 1 and not ADDED.issuperset(one.before):
        tx.conn.execute(
            """UPDATE undo_row SET version = ? WHERE kind = ? AND id = ? AND version = ?
               AND token IN (SELECT token FROM undo_step WHERE done_at IS NULL)""",
            (version, one.kind, one.id, one.version - 1),
        )
    return replace(one, version=version)
