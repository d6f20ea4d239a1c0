"""Tickets as stored: open, change, note, list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import ticket as rules
from backend_stub.domain.deadlines import SOON_S, SOON_SHARE, due_at, due_state
from backend_stub.domain.localtime import day_bounds, local
from backend_stub.errors import Conflict, Invalid
from backend_stub.reference.catalogue import request_types
from backend_stub.store import contact_rows, customers, outages, presence, users
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ids import new_id

_FIELDS = msgspec.json.Decoder(dict[str, str])
_LIVE = "status IN ('new', 'open', 'waiting')"
# The same rule as domain.deadlines.due_state, as a condition on rows.
_SOON = f"done_at IS NULL AND due_at >= :now AND due_at - :now < max({SOON_S}, {SOON_SHARE} * (due_at - created_at))"
DUE = {
    "late": "due_at < coalesce(done_at, :now)",
    "soon": f"due_at IS NOT NULL AND {_SOON}",
    "ok": f"(due_at IS NULL OR (due_at >= coalesce(done_at, :now) AND NOT ({_SOON})))",
    "today": f"due_at >= :begin AND due_at < :end AND {_LIVE}",
}
_INSERT = """INSERT INTO ticket (id, number, type, status, priority, title, customer, contact, outage, centre, due_at,
    created_at, created_by, updated_at, fields)
  VALUES (:id, :number, :type, 'new', :priority, :title, :customer, :contact, :outage, :centre, :due_at,
    :now, :created_by, :now, :fields)"""
_SAVE = """UPDATE ticket SET type = :type, status = :status, priority = :priority, title = :title,
    customer = :customer, outage = :outage, assignee = :assignee, due_at = :due_at, done_at = :done_at,
    fields = :fields, updated_at = :now, version = version + 1 WHERE id = :id"""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of tickets shows; None: everything. `assignee` is a login name, or the empty text for nobody."""

    centres: Sequence[str]
    status: str | None = None
    assignee: str | None = None
    due: str | None = None
    type: str | None = None


def get(conn: sqlite3.Connection, ticket_id: str) -> sqlite3.Row | None:
    """The ticket's row or None."""
    row: sqlite3.Row | None = conn.execute("SELECT * FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return row


def page(conn: sqlite3.Connection, wanted: Filter, after: str | None, limit: int, now: float) -> list[sqlite3.Row]:
    """Up to `limit` tickets newest first; raises Invalid for a cursor that names no ticket."""
    begin, end = day_bounds(now)
    values: dict[str, str | int | float] = {"now": now, "begin": begin, "end": end, "limit": limit}
    holes = ", ".join(f":c{i}" for i in range(len(wanted.centres)))
    values |= {f"c{i}": centre for i, centre in enumerate(wanted.centres)}
    where = [f"centre IN ({holes})"]
    for column in ("status", "type", "assignee"):
        value: str | None = getattr(wanted, column)
        if value is not None:
            where.append(f"coalesce({column}, '') = :{column}" if value == "" else f"{column} = :{column}")
            values[column] = value
    if wanted.due is not None:
        where.append(DUE[wanted.due])
    if after is not None:
        last = get(conn, after)
        if last is None or last["centre"] not in wanted.centres:
            raise Invalid("after", "unknown_cursor", "This is not a cursor of this list.")
        where.append("n < :n")
        values["n"] = last["n"]
    sql = f"SELECT * FROM ticket WHERE {' AND '.join(where)} ORDER BY n DESC LIMIT :limit"
    return conn.execute(sql, values).fetchall()


def open_for_customer(
    conn: sqlite3.Connection, code: str, centres: Sequence[str] | None = None
) -> list[wire.TicketBrief]:
    """The customer's tickets that are not resolved or closed, newest first, at most 50; of these centres or of all."""
    sql = (
        "SELECT id, number, type, title, status, due_at FROM ticket"
        f" WHERE customer = ? AND {_LIVE} AND (? IS NULL OR centre IN (SELECT value FROM json_each(?)))"
        " ORDER BY n DESC LIMIT 50"
    )
    return [
        wire.TicketBrief(t["id"], t["number"], t["type"], t["title"], t["status"], opt_to_wire(t["due_at"]))
        for t in conn.execute(sql, (code, *2 * [None if centres is None else json.dumps(list(centres))]))
    ]


def to_wire(row: sqlite3.Row, now: float, at_it: Sequence[wire.Presence] = ()) -> wire.Ticket:
    """The ticket as listed and as sent in events, with who is at it."""
    return wire.Ticket(
        id=row["id"], number=row["number"], type=row["type"], status=row["status"], priority=row["priority"],
        title=row["title"], customer=row["customer"], contact=row["contact"], outage=row["outage"],
        centre=row["centre"], assignee=row["assignee"], due_at=opt_to_wire(row["due_at"]),
        due_state=due_state(row["created_at"], row["due_at"], now, row["done_at"]), created_at=at(row["created_at"]),
        fields=_FIELDS.decode(row["fields"]), version=row["version"], updated_at=at(row["updated_at"]),
        presence=list(at_it),
    )  # fmt: skip


def detail(conn: sqlite3.Connection, row: sqlite3.Row, now: float) -> wire.TicketDetail:
    """The ticket with its notes, oldest first."""
    sql = "SELECT id, author, at, text, kind FROM ticket_note WHERE ticket = ? ORDER BY n"
    notes = [
        wire.TicketNote(n["id"], n["author"], at(n["at"]), n["text"], n["kind"])
        for n in conn.execute(sql, (row["id"],))
    ]
    at_it = presence.of(conn, row["id"], now)
    return wire.TicketDetail(**msgspec.structs.asdict(to_wire(row, now, at_it)), notes=notes)


def create(tx: Tx, wanted: wire.NewTicket, author: str, centre: str) -> sqlite3.Row:
    """Open a ticket, tell everybody and return its row; raises Invalid naming what is unknown."""
    kind = request_types().get(wanted.type)
    if kind is None:
        raise Invalid("type", "unknown_type", "This type is not in the request catalogue.")
    contact = _contact(tx.conn, wanted.contact, centre)
    customer = wanted.customer or (contact["customer"] if contact is not None else None)
    _check_links(tx.conn, wanted.customer, wanted.outage)
    ticket_id = new_id("t")
    values = {
        "id": ticket_id,
        "number": _next_number(tx),
        "type": wanted.type,
        "priority": wanted.priority or kind.priority,
        "title": wanted.title,
        "customer": customer,
        "contact": wanted.contact,
        "outage": wanted.outage,
        "centre": centre,
        "due_at": due_at(kind.deadline, tx.now),
        "now": tx.now,
        "created_by": author,
        "fields": msgspec.json.encode({k: v for k, v in wanted.fields.items() if v}).decode(),
    }
    tx.conn.execute(_INSERT, values)
    if wanted.note:
        _write_note(tx, ticket_id, author, wanted.note)
    if contact is not None:
        contact_rows.save(tx, contact, {"ticket": ticket_id})
        contact_rows.emit_changed(tx, contact["id"])
    if wanted.outage is not None:
        outages.touch(tx, wanted.outage)
    return _emit(tx, ticket_id)


def change(tx: Tx, row: sqlite3.Row, wanted: wire.PatchTicket) -> sqlite3.Row:
    """Carry out a change, tell everybody and return the new row; raises Invalid, Conflict for an illegal move."""
    changes = {k: v for k, v in msgspec.structs.asdict(wanted).items() if v is not UNSET and k != "fields"}
    if not changes and wanted.fields is UNSET:
        return row
    values = {**dict(row), **changes, "now": tx.now}
    _check_links(tx.conn, values["customer"] if "customer" in changes else None, changes.get("outage"))
    _check_assignee(tx.conn, changes.get("assignee"), row["centre"])
    if wanted.type is not UNSET:
        kind = request_types().get(wanted.type)
        if kind is None:
            raise Invalid("type", "unknown_type", "This type is not in the request catalogue.")
        if wanted.type != row["type"]:
            values["due_at"] = due_at(kind.deadline, row["created_at"])
    if wanted.status is not UNSET and wanted.status != row["status"]:
        _check_move(row, wanted.status, tx.now)
        values["done_at"] = (row["done_at"] or tx.now) if wanted.status in rules.DONE else None
    if wanted.fields is not UNSET:
        merged = {**_FIELDS.decode(row["fields"]), **wanted.fields}
        values["fields"] = msgspec.json.encode({k: v for k, v in merged.items() if v}).decode()
    tx.conn.execute(_SAVE, values)
    moved = {row["outage"], values["outage"]} if row["outage"] != values["outage"] else set()
    for outage in moved - {None}:
        outages.touch(tx, outage)
    return _emit(tx, row["id"])


def add_note(tx: Tx, row: sqlite3.Row, author: str, text: str) -> wire.TicketNote:
    """Append a note and tell everybody; notes never conflict, so the ticket keeps its version."""
    note = _write_note(tx, row["id"], author, text)
    tx.conn.execute("UPDATE ticket SET updated_at = ? WHERE id = ?", (tx.now, row["id"]))
    _emit(tx, row["id"])
    return note


def _write_note(tx: Tx, ticket_id: str, author: str, text: str, kind: str = "note") -> wire.TicketNote:
    note = wire.TicketNote(new_id("n"), author, at(tx.now), text, kind)
    sql = "INSERT INTO ticket_note (id, ticket, author, at, text, kind) VALUES (?, ?, ?, ?, ?, ?)"
    tx.conn.execute(sql, (note.id, ticket_id, author, tx.now, text, kind))
    return note


def _emit(tx: Tx, ticket_id: str) -> sqlite3.Row:
    row: sqlite3.Row = tx.conn.execute("SELECT * FROM ticket WHERE id = ?", (ticket_id,)).fetchall()[0]
    tx.emit("ticket.changed", to_wire(row, tx.now, presence.of(tx.conn, ticket_id, tx.now)), centre=row["centre"])
    return row


def _next_number(tx: Tx) -> str:
    year = local(tx.now).year
    sql = (
        "INSERT INTO ticket_number (year, last) VALUES (?, 1)"
        " ON CONFLICT (year) DO UPDATE SET last = last + 1 RETURNING last"
    )
    last = tx.conn.execute(sql, (year,)).fetchall()[0][0]
    return f"T-{year}-{last:06}"


def _contact(conn: sqlite3.Connection, contact_id: str | None, centre: str) -> sqlite3.Row | None:
    if contact_id is None:
        return None
    row = contact_rows.get(conn, contact_id)
    if row is None or row["centre"] != centre:
        raise Invalid("contact", "unknown_contact", "There is no such contact in your centre.")
    return row


def _check_links(conn: sqlite3.Connection, customer: str | None, outage: str | None) -> None:
    if customer is not None and customers.brief(conn, customer) is None:
        raise Invalid("customer", "unknown_customer", "There is no such customer.")
    if outage is not None and outages.get(conn, outage) is None:
        raise Invalid("outage", "unknown_outage", "There is no such outage.")


def _check_assignee(conn: sqlite3.Connection, assignee: str | None, centre: str) -> None:
    if assignee is None:
        return
    user = users.by_name(conn, assignee)
    if user is None or user.disabled or user.role == "channel" or user.centre != centre:
        raise Invalid("assignee", "unknown_user", "There is no such colleague in the ticket's centre.")


def _check_move(row: sqlite3.Row, target: str, now: float) -> None:
    allowed = rules.allowed(row["status"])
    if target not in allowed:
        said = f"A ticket cannot move from {row['status']} to {target}."
        move = {"from": row["status"], "to": target, "allowed": allowed}
        raise Conflict("illegal_transition", said, current=to_wire(row, now), **move)
