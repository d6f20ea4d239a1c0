"""Contacts as rows: reading, saving, and what of them goes over the wire."""

from collections.abc import Iterable, Mapping
from functools import cache

import msgspec

from agent_tui import wire
from agent_tui.text import phone as phones
from backend_stub.clock import opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import safety
from backend_stub.domain.contact import IN_HAND, LIVE, mask_address
from backend_stub.domain.masking import mask_numbers
from backend_stub.errors import NotFound
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.trouble_calls import shown
from backend_stub.store.tx import Told

Row = sqlite3.Row
_STRINGS = msgspec.json.Decoder(list[str])
_DISPATCH = msgspec.json.Decoder(wire.Dispatch)

_INSERT = """INSERT INTO contact (id, source, external_id, centre, channel, state, queue, skill, priority_class,
    joined_at, score_adj, redial_of, address, name, customer, candidates, proposed, place, text_preview, state_since,
    trouble)
    VALUES (:id, :source, :external_id, :centre, :channel, :state, :queue, :skill, :priority_class,
    :joined_at, :score_adj, :redial_of, :address, :name, :customer, :candidates, :proposed, :place, :text_preview,
    :state_since, :trouble)"""
# Written out, not bound: only then can SQLite use the index of live contacts, however many are over.
_LIVE = ", ".join(f"'{state}'" for state in LIVE)


def strings(text: str) -> list[str]:
    """Return a stored list of texts."""
    return _STRINGS.decode(text)


def pack(items: Iterable[str]) -> str:
    """Return a list of texts as it is stored."""
    return msgspec.json.encode(list(items)).decode()


def get(conn: sqlite3.Connection, contact_id: str) -> Row | None:
    """Return the contact's row or None."""
    row: Row | None = conn.execute("SELECT * FROM contact WHERE id = ?", (contact_id,)).fetchone()
    return row


def need(conn: sqlite3.Connection, contact_id: str) -> Row:
    """Return the contact's row; raises NotFound."""
    row = get(conn, contact_id)
    if row is None:
        raise NotFound("contact")
    return row


def by_external_id(conn: sqlite3.Connection, source: str, external_id: str) -> Row | None:
    """Return the contact a channel user reported under its own id, or None."""
    sql = "SELECT * FROM contact WHERE source = ? AND external_id = ?"
    row: Row | None = conn.execute(sql, (source, external_id)).fetchone()
    return row


def insert(tx: Tx, values: Mapping[str, object]) -> None:
    """Store a new contact; `values` names every column of the statement."""
    tx.conn.execute(_INSERT, dict(values))


@cache
def _update(columns: tuple[str, ...]) -> str:
    # Only what changed: SQLite writes anew every index whose column is named, whether its value changed or not.
    assignments = "".join(f"{name} = ?, " for name in columns)
    return f"UPDATE contact SET {assignments}version = version + 1 WHERE id = ? RETURNING *"


def save(tx: Tx, row: Row, changes: Mapping[str, object]) -> Row:
    """Store the changed columns, raise the version and return the new row."""
    saved: Row = tx.conn.execute(_update(tuple(changes)), (*changes.values(), row["id"])).fetchall()[0]
    return saved


def holder(row: Row) -> str | None:
    """Return the user id of the agent who has the contact in hand, or None."""
    agent: str | None = row["agent"]
    return agent if row["state"] in IN_HAND else None


def to_wire(row: Row, mask: bool) -> wire.Contact:
    """Return the contact as sent, the address masked or as it is."""
    # A Row looks its columns up one by one and this one has 35: a dict is three times as fast.
    got = dict(zip(row.keys(), row, strict=True))
    contact = wire.Contact(
        id=got["id"], channel=got["channel"], direction=got["direction"], state=got["state"], queue=got["queue"],
        skill=got["skill"], skill_level=got["skill_level"], priority_class=got["priority_class"],
        joined_at=at(got["joined_at"]), score_adj=got["score_adj"], address=got["address"], name=got["name"],
        customer=got["customer"], candidates=strings(got["candidates"]), proposed=got["proposed"], agent=got["agent"],
        offered_to=got["offered_to"], outage=got["outage"], ticket=got["ticket"], text_preview=got["text_preview"],
        state_since=at(got["state_since"]), version=got["version"], centre=got["centre"], place=got["place"],
        callback=bool(got["callback"]), offer_until=opt_to_wire(got["offer_until"]), consulted=got["consulted"],
        wrap_up_until=opt_to_wire(got["acw_until"]) if got["state"] == "wrap_up" else None,
        more_time=bool(got["more_time"]), callback_at=opt_to_wire(got["callback_at"]), attempts=got["attempts"],
        home_centre=got["home_centre"], trouble=shown(got["trouble"]),
        dispatch=None if got["dispatch"] is None else _DISPATCH.decode(got["dispatch"]),
    )  # fmt: skip
    return masked(contact) if mask else contact


def masked(contact: wire.Contact) -> wire.Contact:
    """Return the contact for whoever has not got it in hand."""
    return msgspec.structs.replace(
        contact,
        address=mask_address(contact.address),
        name=_hidden(contact.name, True),
        text_preview=_hidden(contact.text_preview, True),
        dispatch=_hide_note(contact.dispatch),
    )


def _hide_note(dispatch: wire.Dispatch | None) -> wire.Dispatch | None:
    if dispatch is None or dispatch.note is None:
        return dispatch
    return msgspec.structs.replace(dispatch, note=mask_numbers(dispatch.note))


def _hidden(text: str | None, mask: bool) -> str | None:
    return mask_numbers(text) if mask and text else text


def seen_by(row: Row, user_id: str) -> wire.Contact:
    """Return the contact as this user may see it: the address in full only for whoever `sees_all`."""
    return to_wire(row, mask=not sees_all(row, user_id))


def sees_all(row: Row, user_id: str) -> bool:
    """Return whether this user has the contact in hand, or is being consulted about it."""
    return user_id in (holder(row), row["consulted"])


def detail(conn: sqlite3.Connection, row: Row, user_id: str) -> wire.ContactDetail:
    """Return the contact with transcript and history as this user may see it."""
    said = conn.execute("SELECT at, author, text FROM message WHERE contact = ? ORDER BY n", (row["id"],))
    steps = conn.execute(
        'SELECT at, state, "trigger", by, detail FROM contact_event WHERE contact = ? ORDER BY n', (row["id"],)
    )
    mask = not sees_all(row, user_id)
    return wire.ContactDetail(
        **msgspec.structs.asdict(to_wire(row, mask)),
        transcript=[wire.Message(at(m["at"]), m["author"], _hidden(m["text"], mask) or "") for m in said],
        history=[
            wire.ContactEvent(at(e["at"]), e["state"], e["trigger"], e["by"], _hidden(e["detail"], mask)) for e in steps
        ],
        disposition=row["disposition"],
        note=_hidden(row["note"], mask),
        safety=safety_script(row),
    )


def safety_script(row: Row) -> wire.Say | None:
    """Return what a dangerous contact's caller is told at once, by the danger the agent has set; None without one."""
    told = shown(row["trouble"])
    return None if row["priority_class"] != "danger" else safety.script(None if told is None else told.danger)


def emit_changed(tx: Tx, contact_id: str) -> Row:
    """Tell everybody how the contact now is and return its row; only its holder reads the address in full."""
    return tell(tx, need(tx.conn, contact_id))


def tell(tx: Tx, row: Row) -> Row:
    """Tell everybody of a row just written and return it."""
    mine, whole = holder(row), to_wire(row, mask=False)
    cut = masked(whole)
    tx.emit(
        "contact.changed", cut if mine is None else whole, centre=row["centre"], owner=mine,
        masked=None if mine is None else cut,
    )  # fmt: skip
    said = tx.said[-1]
    tx.told = Told(row, mine, said.data, said.masked or said.data)
    return row


def sent_to(tx: Tx, row: Row, user_id: str) -> wire.Contact | msgspec.Raw:
    """Return the contact as this user may see it: the very bytes just sent to the streams, if it was told of last."""
    told = tx.told
    if told is None or told.row is not row or (user_id == row["consulted"] and user_id != told.owner):
        return seen_by(row, user_id)
    return msgspec.Raw(told.full if user_id == told.owner else told.masked)


def say(tx: Tx, contact_id: str, author: str, text: str) -> None:
    """Append a line to the transcript."""
    sql = "INSERT INTO message (contact, at, author, text) VALUES (?, ?, ?, ?)"
    tx.conn.execute(sql, (contact_id, tx.now, author, text))


def live(conn: sqlite3.Connection, centre: str | None) -> list[Row]:
    """Return the contacts that are not over, oldest first, of one centre or of all (None)."""
    where, values = ("centre = ? AND ", [centre]) if centre is not None else ("", [])
    sql = f"SELECT * FROM contact INDEXED BY contact_live WHERE {where}state IN ({_LIVE}) ORDER BY n"
    return conn.execute(sql, values).fetchall()


def page(
    conn: sqlite3.Connection,
    *,
    centre: str | None,
    state: str | None,
    agent: str | None,
    customer: str | None,
    after: int | None,
    limit: int,
) -> list[Row]:
    """Return contacts newest first, one more than `limit` where there are more; None filters nothing."""
    filters: list[tuple[str, object]] = [
        ("centre = ?", centre),
        ("state = ?", state),
        ("agent = ?", agent),
        ("customer = ?", customer),
        ("n < ?", after),
    ]
    used = [(clause, value) for clause, value in filters if value is not None]
    where = " AND ".join(clause for clause, _ in used) or "1"
    sql = f"SELECT * FROM contact WHERE {where} ORDER BY n DESC LIMIT ?"
    return conn.execute(sql, (*(value for _, value in used), limit + 1)).fetchall()


def recent_for_customer(
    conn: sqlite3.Connection, code: str, centres: Iterable[str] | None = None, limit: int = 5
) -> list[wire.ContactBrief]:
    """Return the customer's last contacts, newest first; of these centres or of all."""
    sql = """SELECT id, channel, joined_at, queue, disposition, state FROM contact
             WHERE customer = ? AND (? IS NULL OR centre IN (SELECT value FROM json_each(?))) ORDER BY n DESC LIMIT ?"""
    known = None if centres is None else pack(centres)
    return [
        wire.ContactBrief(r["id"], r["channel"], at(r["joined_at"]), r["queue"], r["disposition"], r["state"])
        for r in conn.execute(sql, (code, known, known, limit))
    ]


def last_from(conn: sqlite3.Connection, code: str, address: str, looked_at: int = 50) -> int:
    """Return the number of the customer's last contact from this phone (any spelling), 0 where there is none."""
    number = phones.normalise(address)
    sql = "SELECT n, address FROM contact WHERE customer = ? ORDER BY n DESC LIMIT ?"
    rows = conn.execute(sql, (code, looked_at))
    return next((row[0] for row in rows if number is not None and phones.normalise(row[1]) == number), 0)
