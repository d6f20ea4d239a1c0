"""Tickets as stored: open, change, note; every change leaves its history, its place in the search and a way back."""

from collections.abc import Mapping
from functools import cache

import msgspec
from msgspec import UNSET

from agent_tui import wire
from backend_stub.domain import ticket as rules
from backend_stub.domain import ticket_kind
from backend_stub.domain.deadlines import area_of, due_at, rule_at
from backend_stub.domain.localtime import local
from backend_stub.errors import Conflict, Invalid, Refused
from backend_stub.reference import working_days
from backend_stub.reference.catalogue import RequestKind, request_types
from backend_stub.reference.places import communes
from backend_stub.store import contact_rows, customers, outages, ticket_history, ticket_index, undo, users
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ids import new_id
from backend_stub.store.ticket_rows import Row, detail, emit, get, open_for_customer, pack, to_wire, unpack, write_note
from backend_stub.store.undo import Was

__all__ = [
    "add_note", "apply", "change", "check_assignee", "check_links", "create", "detail", "due_of", "get", "need_type",
    "open_for_customer", "reversible", "to_wire",
]  # fmt: skip

_INSERT = """INSERT INTO ticket (id, number, type, status, priority, title, customer, contact, outage, centre, due_at,
    created_at, created_by, updated_at, fields)
  VALUES (:id, :number, :type, 'new', :priority, :title, :customer, :contact, :outage, :centre, :due_at,
    :now, :created_by, :now, :fields)"""
# What a deadline is worked out from, beside the fields `area` and `works`.
_DUE_OF = ("type", "customer")
_SITE = ("area", "works")


def create(tx: Tx, wanted: wire.NewTicket, author: str, centre: str) -> Row:
    """Open a ticket, tell everybody and return its row; raises Invalid naming what is unknown."""
    kind = need_type(wanted.type)
    contact = _contact(tx.conn, wanted.contact, centre)
    customer = wanted.customer or (contact["customer"] if contact is not None else None)
    check_links(tx.conn, wanted.customer, wanted.outage)
    _check_fields(kind, wanted.fields)
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
        "due_at": due_of(tx.conn, kind, customer, centre, wanted.fields, tx.now),
        "now": tx.now,
        "created_by": author,
        "fields": pack(wanted.fields),
    }
    tx.conn.execute(_INSERT, values)
    if wanted.note:
        write_note(tx, ticket_id, author, wanted.note)
    if contact is not None:
        contact_rows.save(tx, contact, {"ticket": ticket_id})
        contact_rows.emit_changed(tx, contact["id"])
    if wanted.outage is not None:
        outages.touch(tx, wanted.outage)
    row = emit(tx, ticket_id)
    ticket_history.record(tx, row, author, "created")
    ticket_index.put(tx.conn, row["id"])
    return row


def change(tx: Tx, row: Row, wanted: wire.PatchTicket, author: str) -> tuple[Row, str | None]:
    """Carry out a change, tell everybody and return the new row and the token that takes it back.

    Raises Invalid, and Conflict for an illegal move or a ticket that was merged into another.
    """
    changes = {k: v for k, v in msgspec.structs.asdict(wanted).items() if v is not UNSET and k != "fields"}
    if row["merged_into"] is not None and (changes or wanted.fields is not UNSET):
        said = "This ticket was merged into another one; work on that one, or take the merge back."
        raise Conflict("merged", said, current=to_wire(row, tx.now), into=row["merged_into"])
    check_links(tx.conn, changes.get("customer"), changes.get("outage"))
    if "assignee" in changes:
        changes["assignee"] = check_assignee(tx.conn, changes["assignee"], row["centre"])
    kind = need_type(changes.get("type", row["type"]))
    if wanted.fields is not UNSET:
        _check_fields(kind, wanted.fields)
        changes["fields"] = pack({**unpack(row["fields"]), **wanted.fields})
    if "status" in changes:
        _check_move(row, changes["status"], tx.now)
    saved = apply(tx, row, changes, author, "changed")
    if saved["version"] == row["version"]:
        return row, None
    for outage in {row["outage"], saved["outage"]} - {None} if row["outage"] != saved["outage"] else set():
        outages.touch(tx, outage)
    return emit(tx, row["id"]), undo.offer(tx, author, [reversible(row, saved)])


def apply(tx: Tx, row: Row, changes: Mapping[str, object], author: str, kind: str) -> Row:
    """Store the columns that really change, with what follows from them, and return the row; the caller tells of it."""
    after = {name: value for name, value in changes.items() if value != row[name]}
    if "status" in after:
        after["done_at"] = rules.done_at(str(after["status"]), row["done_at"], tx.now)
    after |= _due(tx.conn, row, after)
    if not after:
        return row
    values = (*after.values(), tx.now, row["id"])
    saved: Row = tx.conn.execute(_update(tuple(after)), values).fetchall()[0]
    ticket_history.record(tx, saved, author, kind, row)
    ticket_index.put(tx.conn, saved["id"])
    return saved


def reversible(before: Row, after: Row, note: str | None = None) -> Was:
    """What a change replaced, for its undo; `note` is the id of a note it added."""
    skipped = {"version", "updated_at"}
    was = {name: before[name] for name in before.keys() if name not in skipped and before[name] != after[name]}  # noqa: SIM118
    return Was("ticket", after["id"], after["version"], was | ({"note": note} if note is not None else {}))


def add_note(tx: Tx, row: Row, author: str, text: str) -> wire.TicketNote:
    """Append a note and tell everybody; notes never conflict, so the ticket keeps its version."""
    note = write_note(tx, row["id"], author, text)
    tx.conn.execute("UPDATE ticket SET updated_at = ? WHERE id = ?", (tx.now, row["id"]))
    ticket_index.put(tx.conn, row["id"])
    emit(tx, row["id"])
    return note


def due_of(
    conn: sqlite3.Connection,
    kind: RequestKind,
    customer: str | None,
    centre: str,
    fields: Mapping[str, str],
    begun: float,
) -> float | None:
    """When a request begun then (epoch seconds) is due, by the catalogue and the place of its customer."""
    variants, brief = dict(kind.site), None
    if variants and customer is not None:
        brief = customers.brief(conn, customer)
    commune = communes().get(brief.commune) if brief is not None else None
    area = area_of(commune.kind) if commune is not None else None
    site = ticket_kind.site(brief.centre if brief is not None else centre, area, fields)
    return due_at(rule_at(kind.deadline, variants, site), begun, working_days.vietnam())


def need_type(code: str) -> RequestKind:
    """The catalogue's row of this type; raises Invalid."""
    kind = request_types().get(code)
    if kind is None:
        raise Invalid("type", "unknown_type", "This type is not in the request catalogue.")
    return kind


def check_links(conn: sqlite3.Connection, customer: str | None, outage: str | None) -> None:
    """Raise Invalid where a link leads to nothing."""
    if customer is not None and customers.brief(conn, customer) is None:
        raise Invalid("customer", "unknown_customer", "There is no such customer.")
    if outage is not None and outages.get(conn, outage) is None:
        raise Invalid("outage", "unknown_outage", "There is no such outage.")


def check_assignee(conn: sqlite3.Connection, assignee: str | None, centre: str) -> str | None:
    """Return the login name as it is stored; raises Invalid for nobody of the ticket's centre."""
    if assignee is None:
        return None
    user = users.by_name(conn, assignee)
    if user is None or user.disabled or user.role == "channel" or user.centre != centre:
        raise Invalid("assignee", "unknown_user", "There is no such colleague in the ticket's centre.")
    return user.username


@cache
def _update(columns: tuple[str, ...]) -> str:
    # Only what changed: SQLite writes anew every index whose column is named, whether its value changed or not.
    assignments = "".join(f"{name} = ?, " for name in columns)
    return f"UPDATE ticket SET {assignments}updated_at = ?, version = version + 1 WHERE id = ? RETURNING *"


def _due(conn: sqlite3.Connection, row: Row, after: Mapping[str, object]) -> dict[str, float | None]:
    """Return the new deadline where the change moves it: another type or place, never just another day."""
    fields = unpack(str(after.get("fields", row["fields"])))
    before = unpack(row["fields"])
    moved = any(name in after for name in _DUE_OF) or any(fields.get(name) != before.get(name) for name in _SITE)
    kind = request_types().get(str(after.get("type", row["type"])))
    if not moved or kind is None:
        return {}
    customer = after.get("customer", row["customer"])
    due = due_of(conn, kind, str(customer) if customer else None, row["centre"], fields, row["created_at"])
    return {} if due == row["due_at"] else {"due_at": due}


def _next_number(tx: Tx) -> str:
    year = local(tx.now).year
    sql = (
        "INSERT INTO ticket_number (year, last) VALUES (?, 1)"
        " ON CONFLICT (year) DO UPDATE SET last = last + 1 RETURNING last"
    )
    last = tx.conn.execute(sql, (year,)).fetchall()[0][0]
    return f"T-{year}-{last:06}"


def _contact(conn: sqlite3.Connection, contact_id: str | None, centre: str) -> Row | None:
    if contact_id is None:
        return None
    row = contact_rows.get(conn, contact_id)
    if row is None or row["centre"] != centre:
        raise Invalid("contact", "unknown_contact", "There is no such contact in your centre.")
    return row


def _check_fields(kind: RequestKind, fields: Mapping[str, str]) -> None:
    errors = ticket_kind.field_errors(kind.fields, fields)
    if len(fields) > wire.MOST_FIELDS:
        errors.append(wire.FieldError("fields", "too_many", f"A ticket has at most {wire.MOST_FIELDS} fields."))
    if errors:
        said = "Some fields cannot be accepted; nothing was stored."
        raise Refused(422, "invalid_fields", "Invalid request", said, errors=errors)


def _check_move(row: Row, target: str, now: float) -> None:
    if rules.moves(row["status"], target):
        return
    said = f"A ticket cannot move from {row['status']} to {target}."
    move = {"from": row["status"], "to": target, "allowed": rules.allowed(row["status"])}
    raise Conflict("illegal_transition", said, current=to_wire(row, now), **move)
