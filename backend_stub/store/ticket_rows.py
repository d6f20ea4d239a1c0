"""Tickets as rows: reading them, their notes, and what of them goes over the wire."""

import json
from collections.abc import Sequence

import msgspec

from agent_tui import wire
from agent_tui.wire import fields as field_rules
from backend_stub.clock import opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain.deadlines import due_state
from backend_stub.domain.ticket import LIVE_SQL
from backend_stub.reference.catalogue import request_types
from backend_stub.store import presence
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ids import new_id

Row = sqlite3.Row
_FIELDS = msgspec.json.Decoder(dict[str, str])
# Tickets merged into this one, and into those: their notes and links are shown here and stay where they are.
_FAMILY = """WITH RECURSIVE family (id) AS (
    SELECT ? UNION SELECT t.id FROM ticket t JOIN family f ON t.merged_into = f.id)"""
_NOTES = f"""{_FAMILY} SELECT o.id, o.ticket, o.author, o.at, o.text, o.kind, w.note IS NOT NULL AS withdrawn
    FROM ticket_note o LEFT JOIN note_withdrawn w ON w.note = o.id WHERE o.ticket IN family ORDER BY o.n"""
_MERGED = f"""{_FAMILY} SELECT id, number, title, customer, contact, outage FROM ticket
    WHERE id IN family AND id <> ? ORDER BY n"""


def unpack(fields: str) -> dict[str, str]:
    """Return a ticket's stored fields."""
    return _FIELDS.decode(fields)


def pack(fields: dict[str, str]) -> str:
    """Return the fields as stored: without the empty ones."""
    return msgspec.json.encode({name: value for name, value in fields.items() if value}).decode()


def get(conn: sqlite3.Connection, ticket_id: str) -> Row | None:
    """The ticket's row or None."""
    row: Row | None = conn.execute("SELECT * FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return row


def get_many(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Row]:
    """The rows of these tickets by id."""
    sql = "SELECT * FROM ticket WHERE id IN (SELECT value FROM json_each(?))"
    return {row["id"]: row for row in conn.execute(sql, (json.dumps(list(ids)),))}


def open_for_customer(
    conn: sqlite3.Connection, code: str, centres: Sequence[str] | None = None
) -> list[wire.TicketBrief]:
    """The customer's tickets that are not resolved or closed, newest first, at most 50; of these centres or of all."""
    sql = (
        "SELECT id, number, type, title, status, due_at FROM ticket"
        f" WHERE customer = ? AND {LIVE_SQL} AND (? IS NULL OR centre IN (SELECT value FROM json_each(?)))"
        " ORDER BY n DESC LIMIT 50"
    )
    return [
        wire.TicketBrief(t["id"], t["number"], t["type"], t["title"], t["status"], opt_to_wire(t["due_at"]))
        for t in conn.execute(sql, (code, *2 * [None if centres is None else json.dumps(list(centres))]))
    ]


def to_wire(row: Row, now: float, at_it: Sequence[wire.Presence] = ()) -> wire.Ticket:
    """The ticket as listed and as sent in events, with who is at it."""
    # A Row looks its columns up one by one: a dict is three times as fast.
    got = dict(zip(row.keys(), row, strict=True))
    return wire.Ticket(
        id=got["id"], number=got["number"], type=got["type"], status=got["status"], priority=got["priority"],
        title=got["title"], customer=got["customer"], contact=got["contact"], outage=got["outage"],
        centre=got["centre"], assignee=got["assignee"], due_at=opt_to_wire(got["due_at"]),
        due_state=due_state(got["created_at"], got["due_at"], now, got["done_at"]), created_at=at(got["created_at"]),
        fields=unpack(got["fields"]), version=got["version"], updated_at=at(got["updated_at"]),
        presence=list(at_it), merged_into=got["merged_into"],
    )  # fmt: skip


def detail(conn: sqlite3.Connection, row: Row, now: float, undo: str | None = None) -> wire.TicketDetail:
    """The ticket with its notes, oldest first, and those of the tickets merged into it."""
    ticket = to_wire(row, now, presence.of(conn, row["id"], now))
    kind = request_types().get(row["type"])
    return wire.TicketDetail(
        **{name: getattr(ticket, name) for name in ticket.__struct_fields__},
        notes=notes(conn, row["id"]),
        merged=[wire.TicketLink(*link) for link in conn.execute(_MERGED, (row["id"], row["id"]))],
        missing=field_rules.missing(kind.fields, ticket.fields) if kind is not None else [],
        undo=undo,
    )


def notes(conn: sqlite3.Connection, ticket_id: str) -> list[wire.TicketNote]:
    """The notes shown with a ticket, oldest first."""
    return [
        wire.TicketNote(
            n["id"], n["author"], at(n["at"]), n["text"], n["kind"],
            None if n["ticket"] == ticket_id else n["ticket"], bool(n["withdrawn"]),
        )
        for n in conn.execute(_NOTES, (ticket_id,))
    ]  # fmt: skip


def write_note(tx: Tx, ticket_id: str, author: str, text: str, kind: str = "note") -> wire.TicketNote:
    """Append a note; the caller tells of it."""
    note = wire.TicketNote(new_id("n"), author, at(tx.now), text, kind)
    sql = "INSERT INTO ticket_note (id, ticket, author, at, text, kind) VALUES (?, ?, ?, ?, ?, ?)"
    tx.conn.execute(sql, (note.id, ticket_id, author, tx.now, text, kind))
    return note


def withdraw_note(tx: Tx, note_id: str, author: str) -> None:
    """Mark a note as withdrawn: it stays, and says so."""
    sql = "INSERT OR IGNORE INTO note_withdrawn (note, author, at) VALUES (?, ?, ?)"
    tx.conn.execute(sql, (note_id, author, tx.now))


def emit(tx: Tx, ticket_id: str) -> Row:
    """Tell the ticket's centre of it as it is now and return its row."""
    row: Row = tx.conn.execute("SELECT * FROM ticket WHERE id = ?", (ticket_id,)).fetchall()[0]
    tx.emit("ticket.changed", to_wire(row, tx.now, presence.of(tx.conn, ticket_id, tx.now)), centre=row["centre"])
    return row
