"""Messages to the customers an outage concerns: drafted, ordered on record, then handed to the channel.

The channel is a port; today it is a file in the data directory. A line names customers by code: whoever delivers it
asks for their numbers, so that none leaves the database.
"""

import os
from pathlib import Path

import msgspec

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.clock import to_wire as at
from backend_stub.domain import messages, sms
from backend_stub.domain import outage as rules
from backend_stub.domain.messages import About
from backend_stub.errors import Conflict
from backend_stub.policy import Principal
from backend_stub.reference.catalogue import causes, corporations
from backend_stub.store import outage_grid, outage_steps
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.store.ids import new_id

OUTBOX = "outbox"
FILE = "notices.jsonl"
# The same words to the same people again within this time are a slip of the finger, not news.
AGAIN_S = 1_800.0
AT_ONCE = 20
_CODES = msgspec.json.Decoder(list[str])
_PEOPLE = """SELECT code, phone <> '' AS reachable FROM customer WHERE status <> 'closed'
    AND transformer IN (SELECT value FROM json_each(?)) ORDER BY code"""


def draft(conn: sqlite3.Connection, row: sqlite3.Row, centre: str, now: float) -> wire.OutageMessage:
    """Return what could be written now, in how many parts, and to how many; raises Conflict `was_no_outage`."""
    _check(row)
    about = _about(conn, row, centre)
    vi, en = messages.vietnamese(about, now), messages.english(about, now)
    reachable, without = _people(conn, row)
    sent = conn.execute("SELECT * FROM notice WHERE outage = ? ORDER BY n", (row["id"],)).fetchall()
    return wire.OutageMessage(
        messages.kind_of(about, now), _sized(sms.unaccented(vi)), _sized(vi), _sized(en), len(reachable), without,
        [_to_wire(one) for one in sent],
    )  # fmt: skip


def order(tx: Tx, row: sqlite3.Row, wanted: wire.NotifyRequest, by: Principal) -> wire.SentNotice:
    """Put a message on record, to be sent after the commit; raises Conflict.

    Its codes are `already_sent`, `nobody_to_write_to` and `was_no_outage`.
    """
    _check(row)
    text = wanted.text or draft(tx.conn, row, by.centre, tx.now).plain.text
    reachable, _ = _people(tx.conn, row)
    if not reachable:
        raise Conflict("nobody_to_write_to", "Nobody this concerns has a phone number on file.")
    sql = "SELECT 1 FROM notice WHERE outage = ? AND text = ? AND channel = ? AND at > ?"
    if tx.conn.execute(sql, (row["id"], text, wanted.channel, tx.now - AGAIN_S)).fetchone():
        raise Conflict("already_sent", "The same words went to the same customers within the last half hour.")
    made = (
        new_id("n"), row["id"], tx.now, by.username, wanted.channel, text, sms.size(text).parts,
        outage_grid.pack(reachable), len(reachable),
    )  # fmt: skip
    sql = """INSERT INTO notice (id, outage, at, by, channel, text, parts, recipients, people)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *"""
    return _to_wire(tx.conn.execute(sql, made).fetchall()[0])


def send(tx: Tx) -> None:
    """Hand what is on record and not sent to the channel; one that fails stays for the next round."""
    waiting = tx.conn.execute("SELECT * FROM notice WHERE sent_at IS NULL ORDER BY n LIMIT ?", (AT_ONCE,)).fetchall()
    if not waiting:
        return
    database = tx.conn.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0]
    lines = [
        msgspec.json.encode(
            {
                "id": one["id"], "outage": one["outage"], "channel": one["channel"], "text": one["text"],
                "customers": _CODES.decode(one["recipients"]),
            }
        )
        for one in waiting
    ]  # fmt: skip
    if _append(Path(database).parent / OUTBOX, lines):
        done = [(tx.now, one["n"]) for one in waiting]
        tx.conn.executemany("UPDATE notice SET sent_at = ? WHERE n = ?", done)


def _check(row: sqlite3.Row) -> None:
    # Planned work that is called off was announced: that is written. A fault that was none never was there.
    if row["kind"] == "unplanned" and row["status"] == "cancelled":
        raise Conflict("was_no_outage", "It was no outage: there is nothing to tell anybody.")


def _append(directory: Path, lines: list[bytes]) -> bool:
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(directory / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "wb") as file:
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def _about(conn: sqlite3.Connection, row: sqlite3.Row, centre: str) -> About:
    cause = causes().get(row["cause"]) if row["cause"] else None
    names = outage_grid.names(outage_grid.counts(row["below"]))
    # More than two names do not fit a message: the device's own name is known to nobody, the first commune is.
    place = ", ".join(names[:2]) + (" ..." if len(names) > 2 else "")
    hotline = corporations()[centre].hotlines[0] if centre in corporations() else ""
    return About(
        row["kind"] == "planned", row["status"], place, row["started_at"], row["etr"], hotline,
        ("", "") if cause is None else (cause.say_vi, cause.say_en), row["restored_at"],
    )  # fmt: skip


def _people(conn: sqlite3.Connection, row: sqlite3.Row) -> tuple[list[str], int]:
    """Return the codes of those it concerns and who have a phone, and how many have none."""
    below = outage_grid.transformers(conn, row["device"])
    if row["status"] in rules.OFF_NOW:
        below -= outage_steps.back_since(conn, row["id"]).keys()
    found = conn.execute(_PEOPLE, (outage_grid.pack(sorted(below)),)).fetchall()
    reachable = [str(one["code"]) for one in found if one["reachable"]]
    return reachable, len(found) - len(reachable)


def _sized(text: str) -> wire.MessageDraft:
    size = sms.size(text)
    return wire.MessageDraft(text, size.encoding, size.places, size.parts)


def _to_wire(row: sqlite3.Row) -> wire.SentNotice:
    return wire.SentNotice(
        row["id"], at(row["at"]), row["by"], row["channel"], row["text"], row["parts"], row["people"],
        opt_to_wire(row["sent_at"]),
    )  # fmt: skip
