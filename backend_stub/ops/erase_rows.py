"""What an erasure does to the rows: the person goes, the counts stay under a pseudonym."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from agent_tui.text import phone as phones
from agent_tui.wire import Gone
from backend_stub.errors import CannotStart
from backend_stub.store import dictionary, streets, ticket_index
from backend_stub.store.dictionary import Move, Posting
from backend_stub.store.driver import sqlite3

ERASED = "erased"
# These hold no customer, or (audit) hold them by a number only, or (customer ...) are other people's own rows.
LEFT_ALONE = frozenset((
    "meta", "user", "user_skill", "session", "device", "customer", "customer_phone", "dname", "dpost", "audit",
    "audit_head", "audit_subject", "bill", "reading", "segment", "commune_customers", "ticket_number", "schema_step",
    "_sqlite_migrations", "street", "import_progress", "ticket_stale", "outage_step_device", "device_node",
    "prediction", "grouping_news", "grouping_run", "consultation", "self_service",
    "agent_spell", "half_hour", "feeder_day", "contained", "feed", "shift",
))  # fmt: skip
_CONTACT = """UPDATE contact SET external_id = 'erased-' || id, address = 'erased', name = NULL, candidates = '[]',
    place = NULL, text_preview = NULL, callback_phone = NULL, note = NULL, customer = :pseudonym, version = version + 1,
    dispatch = json_set(dispatch, '$.note', NULL)
    WHERE id IN (SELECT value FROM json_each(:contacts))"""
_TICKET = """UPDATE ticket SET title = 'erased', fields = '{}', customer = :pseudonym, version = version + 1
    WHERE id IN (SELECT value FROM json_each(:tickets))"""
_TEXTS = (
    _CONTACT,
    _TICKET,
    "UPDATE contact_event SET detail = NULL WHERE contact IN (SELECT value FROM json_each(:contacts))",
    "UPDATE message SET text = 'erased' WHERE contact IN (SELECT value FROM json_each(:contacts))",
    "UPDATE contact_dispatch SET note = NULL WHERE contact IN (SELECT value FROM json_each(:contacts))",
    "UPDATE outage_callback_attempt SET note = NULL WHERE contact IN (SELECT value FROM json_each(:contacts))",
    "UPDATE csat SET comment = NULL WHERE contact IN (SELECT value FROM json_each(:contacts))",
    "UPDATE ticket_note SET text = 'erased' WHERE ticket IN (SELECT value FROM json_each(:tickets))",
    "UPDATE ticket_change SET changes = '[]' WHERE ticket IN (SELECT value FROM json_each(:tickets))",
    """DELETE FROM draft WHERE ticket IN
        (SELECT value FROM json_each(:tickets) UNION SELECT value FROM json_each(:contacts))""",
    """UPDATE notice SET recipients = (SELECT json_group_array(value) FROM json_each(recipients) WHERE value <> :code)
        WHERE instr(recipients, :code) > 0""",
    # Good for ten minutes, and the service has been stopped.
    "DELETE FROM undo_row",
    "DELETE FROM undo_step",
    """UPDATE outage SET priority_loads = (SELECT json_group_array(json(value)) FROM json_each(priority_loads)
        WHERE value ->> 'customer' <> :code) WHERE instr(priority_loads, :code) > 0""",
)
_GONE_ANSWER = msgspec.json.encode(
    {"type": "about:blank", "title": "Gone", "status": 410, "code": "erased", "detail": "This answer was erased."}
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is erased; `own` are the texts nobody else on file has, and so must not be left in anybody's text."""

    id: int
    code: str
    name: str
    posting: Posting
    phones: frozenset[str]
    own: tuple[str, ...]
    contacts: tuple[str, ...]
    tickets: tuple[str, ...]

    def pattern(self, *more: str) -> "re.Pattern[str]":
        """Return what finds their own texts and phones, however spelt, and `more`."""
        texts = [rf"(?<!\w){re.escape(text)}(?!\w)" for text in (*self.own, *more) if text]
        return re.compile("|".join([*texts, *map(_spelt, sorted(self.phones))]), re.IGNORECASE)


def _spelt(phone: str) -> str:
    """Return a pattern of a phone with or without country code, with or without separators."""
    digits = phone.removeprefix("0") if phone.startswith("0") else phone.lstrip("+")
    return r"(?<!\d)(?:\+?84|0084|0)?[\s.\-()]*" + r"[\s.\-()]*".join(digits) + r"(?!\d)"


def person(conn: sqlite3.Connection, code: str) -> Person:
    """Return the customer with everything that is theirs; raises CannotStart when there is none."""
    row = conn.execute("SELECT * FROM customer WHERE code = ?", (code,)).fetchone()
    if row is None:
        raise CannotStart(f"There is no customer {code}.")
    further = conn.execute("SELECT phone FROM customer_phone WHERE customer = ?", (row["id"],))
    numbers = {row["phone"], *(str(one[0]) for one in further)} - {""}
    shared = """SELECT 1 FROM customer WHERE phone = ?1 AND id <> ?2
        UNION ALL SELECT 1 FROM customer_phone WHERE phone = ?1 AND customer <> ?2"""
    own_phones = frozenset(n for n in numbers if conn.execute(shared, (n, row["id"])).fetchone() is None)
    own = [row["code"], *own_phones]
    for column, shortest in (("name", 6), ("address", 8), ("old_address", 8), ("meter_no", 6), ("contract_no", 6)):
        same = f"SELECT 1 FROM customer WHERE {column} = ? AND id <> ?"
        text = str(row[column])
        if len(text) >= shortest and conn.execute(same, (text, row["id"])).fetchone() is None:
            own.append(text)
    contacts = _contacts(conn, code, own_phones)
    listed = msgspec.json.encode(contacts).decode()
    theirs = """SELECT id FROM ticket WHERE customer = ?
        OR customer IS NULL AND contact IN (SELECT value FROM json_each(?))"""
    tickets = [str(one[0]) for one in conn.execute(theirs, (code, listed))]
    posting = Posting(row["name_f"], row["commune"])
    return Person(row["id"], code, row["name"], posting, own_phones, tuple(own), tuple(contacts), tuple(tickets))


def _contacts(conn: sqlite3.Connection, code: str, own_phones: frozenset[str]) -> list[str]:
    """Return their contacts: those that say so, and those of nobody else from a phone only they have."""

    def theirs(row: sqlite3.Row) -> bool:
        numbers = {phones.normalise(text) for text in (row["address"], row["callback_phone"]) if text}
        return row["customer"] == code or not own_phones.isdisjoint(numbers)

    rows = conn.execute(
        "SELECT id, customer, address, callback_phone FROM contact WHERE customer IS NULL OR customer = ?", (code,)
    )
    return [str(row["id"]) for row in rows if theirs(row)]


def erase(conn: sqlite3.Connection, who: Person, pseudonym: str) -> None:
    """Erase in the open transaction: their rows, the texts about them, and what the logs repeat of both."""
    triggers = _lift_triggers(conn)
    values = {
        "pseudonym": pseudonym, "code": who.code, "contacts": msgspec.json.encode(who.contacts).decode(),
        "tickets": msgspec.json.encode(who.tickets).decode(),
    }  # fmt: skip
    for sql in _TEXTS:
        conn.execute(sql, values)
    _logs(conn, who)
    _other_texts(conn, who, pseudonym)
    for sql in triggers:
        conn.execute(sql)
    dictionary.move(conn, [Move(who.id, who.posting, None)])
    street = conn.execute("SELECT street FROM customer WHERE id = ?", (who.id,)).fetchone()[0]
    conn.execute("DELETE FROM customer WHERE id = ?", (who.id,))
    streets.sweep(conn, street)
    # A deletion is only noted in the full-text index until its parts are merged into one.
    conn.execute("INSERT INTO dfts (dfts) VALUES ('optimize')")
    ticket_index.rebuild(conn)


def _lift_triggers(conn: sqlite3.Connection) -> list[str]:
    """Take the triggers that keep notes unchanged out of the way and return how to put them back."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ticket_note'"
    found = conn.execute(sql).fetchall()
    for row in found:
        conn.execute(f"DROP TRIGGER {row[0]}")
    return [str(row[1]) for row in found]


def _logs(conn: sqlite3.Connection, who: Person) -> None:
    """Empty the events and stored answers that tell of them; the events' numbers stay gapless."""
    told = re.compile("|".join([*map(re.escape, (*who.contacts, *who.tickets)), who.pattern().pattern]), re.IGNORECASE)
    _function(conn, "told", lambda text: int(told.search(text) is not None))
    for seq, data in conn.execute("SELECT seq, data FROM event_log WHERE told(data) OR told(masked)").fetchall():
        body = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        gone = msgspec.json.encode(Gone(msgspec.json.decode(body.get("id", msgspec.Raw(b'""')), type=str)))
        conn.execute("UPDATE event_log SET data = ?, masked = NULL WHERE seq = ?", (gone, seq))
    answer = "UPDATE idempotency SET status = 410, body = ?, headers = '{}' WHERE told(body) OR told(headers)"
    conn.execute(answer, (_GONE_ANSWER,))


def _other_texts(conn: sqlite3.Connection, who: Person, pseudonym: str) -> None:
    """Take their own texts out of everybody else's, in every table there is."""
    pattern = who.pattern()

    def replace(text: str) -> str:
        return pattern.sub(lambda found: pseudonym if found[0].upper() == who.code else ERASED, text)

    _function(conn, "hit", lambda text: int(pattern.search(text) is not None))
    _function(conn, "redact", replace)
    # Among the program's own values only the banner is what somebody wrote.
    conn.execute("UPDATE meta SET value = redact(value) WHERE key = 'banner' AND hit(value)")
    for table, column in text_columns(conn):
        conn.execute(f'UPDATE "{table}" SET "{column}" = redact("{column}") WHERE hit("{column}")')


def text_columns(conn: sqlite3.Connection) -> Iterable[tuple[str, str]]:
    """Return the columns of text that may hold what people wrote or said."""
    sql = """SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND m.name NOT LIKE 'dfts%'"""
    return [(row[0], row[1]) for row in conn.execute(sql) if row[0] not in LEFT_ALONE]


def _function(conn: sqlite3.Connection, name: str, of: Callable[[str], str | int]) -> None:
    def called(value: str | bytes | None) -> str | int | None:
        if value is None:
            return None
        return of(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)

    conn.create_function(name, 1, called)
