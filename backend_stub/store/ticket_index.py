"""The full text of tickets: folded words of title, fields, notes and customer, kept in the change's own transaction.

A ticket's filters are words too, spelt as nobody can type them, so that a common word and a rare assignee are one
intersection of two lists. What the filters say is asked of the rows again all the same.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from backend_stub.domain.lookup import words
from backend_stub.domain.ticket import LIVE
from backend_stub.store.driver import sqlite3

MARK = "§"
# The newest notes are found first; a ticket with a book of notes is still one small document.
MOST_NOTES_CHARS = 40_000
MOST_TERMS, MOST_TERM = 12, 60
BATCH = 500
_FIELDS = msgspec.json.Decoder(dict[str, str])
_PUT = "INSERT OR REPLACE INTO tfts (rowid, text) VALUES (?, ?)"


class Entry(NamedTuple):
    """What the index is made of, beside the notes: a ticket's own columns and its customer's name."""

    n: int
    id: str
    number: str
    type: str
    status: str
    title: str
    customer: str | None
    centre: str
    assignee: str | None
    fields: str
    name: str | None


_ENTRY = """SELECT t.n, t.id, t.number, t.type, t.status, t.title, t.customer, t.centre, t.assignee, t.fields, c.name
    FROM ticket t LEFT JOIN customer c ON c.code = t.customer"""


def term(what: str, value: str) -> str:
    """Return the word a filter value is in the index: `§s` + hex, which no folded text can be."""
    return f"{MARK}{what}{value.casefold().encode().hex()}"


def put(conn: sqlite3.Connection, ticket_id: str) -> None:
    """Renew a ticket's place in the search."""
    _put(conn, entries(conn, "WHERE t.id = ?", ticket_id))


def rebuild(conn: sqlite3.Connection) -> None:
    """Make the index anew: after an erasure, and for tickets older than the index."""
    conn.execute("INSERT INTO tfts (tfts) VALUES ('delete-all')")
    _put(conn, entries(conn))
    conn.execute("INSERT INTO tfts (tfts) VALUES ('optimize')")


def renew_stale(conn: sqlite3.Connection) -> None:
    """Renew the tickets of customers whose name was changed by an import."""
    some = "DELETE FROM ticket_stale WHERE n IN (SELECT n FROM ticket_stale LIMIT ?) RETURNING n"
    for row in conn.execute(some, (BATCH,)).fetchall():
        _put(conn, entries(conn, "WHERE t.n = ?", row[0]))


def entries(conn: sqlite3.Connection, where: str = "", *values: str | int) -> list[Entry]:
    """Return what the index is made of, of these tickets or of all."""
    cursor = conn.cursor()
    cursor.row_factory = None
    return [Entry(*row) for row in cursor.execute(f"{_ENTRY} {where}", values)]


def document(conn: sqlite3.Connection, entry: Entry) -> str:
    """Return what the index holds of a ticket: its filters, then every word once."""
    filters = [
        term("c", entry.centre), term("s", entry.status), term("a", entry.assignee or ""), term("t", entry.type)
    ]  # fmt: skip
    filters += [term("l", "live")] if entry.status in LIVE else []
    texts = [entry.number, entry.title, entry.customer or "", entry.name or "", *_FIELDS.decode(entry.fields).values()]
    found = dict.fromkeys(words(" ".join([*texts, *_notes(conn, entry.id)])))
    return " ".join([*filters, *(word[:MOST_TERM] for word in found)])


def query(q: str, filters: Iterable[str] = ()) -> str | None:
    """Return the FTS5 expression for all the words of `q`, the last half typed or not; None when there is no word."""
    terms = [word[:MOST_TERM] for word in words(q)[:MOST_TERMS]]
    if not terms:
        return None
    return " AND ".join(f'"{one}"' for one in [*filters, *terms]) + "*"


def _put(conn: sqlite3.Connection, found: list[Entry]) -> None:
    conn.executemany(_PUT, [(entry.n, document(conn, entry)) for entry in found])


def _notes(conn: sqlite3.Connection, ticket_id: str) -> list[str]:
    """Return the newest notes, up to the cap."""
    found: list[str] = []
    left = MOST_NOTES_CHARS
    for row in conn.execute("SELECT text FROM ticket_note WHERE ticket = ? ORDER BY n DESC", (ticket_id,)):
        if left <= 0:
            break
        found.append(str(row[0])[:left])
        left -= len(found[-1])
    return found
