"""Who changed what of a ticket, and when: one row a version, appended in the change's own transaction."""

from collections.abc import Mapping

import msgspec

from agent_tui import wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import ticket as rules
from backend_stub.store import ticket_rows
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

_KEPT = ("type", "status", "priority", "title", "customer", "outage", "assignee", "due_at", "merged_into")
_CHANGES = msgspec.json.Decoder(list[wire.FieldChange])


def told(row: Mapping[str, object] | sqlite3.Row) -> dict[str, str | None]:
    """A ticket's columns as the history names them; `fields.NAME` for those of its type, times as on the wire."""
    found = {name: _text(name, row[name]) for name in _KEPT}
    found |= {f"fields.{name}": value for name, value in ticket_rows.unpack(str(row["fields"])).items()}
    return found


def record(tx: Tx, after: sqlite3.Row, author: str, kind: str, before: sqlite3.Row | None = None) -> None:
    """Append what changed to the history; without `before` the ticket is new."""
    was = {} if before is None else told(before)
    changes = [wire.FieldChange(*change) for change in rules.changed(was, told(after))]
    tx.conn.execute(
        "INSERT INTO ticket_change (ticket, version, at, author, kind, changes) VALUES (?, ?, ?, ?, ?, ?)",
        (after["id"], after["version"], tx.now, author, kind, msgspec.json.encode(changes).decode()),
    )


def page(conn: sqlite3.Connection, ticket_id: str, after: int, limit: int) -> list[wire.TicketChange]:
    """Up to `limit` steps of a ticket's history, oldest first, of versions above `after`."""
    sql = "SELECT * FROM ticket_change WHERE ticket = ? AND version > ? ORDER BY version LIMIT ?"
    return [
        wire.TicketChange(row["version"], at(row["at"]), row["author"], row["kind"], _CHANGES.decode(row["changes"]))
        for row in conn.execute(sql, (ticket_id, after, limit))
    ]


def _text(name: str, value: object) -> str | None:
    if isinstance(value, float):
        return at(value).isoformat().replace("+00:00", "Z") if name == "due_at" else str(value)
    return None if value is None else str(value)
