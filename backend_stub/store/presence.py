"""Presence: leases of 30 s by the server's clock. Renewing one is no news, and no lease changes a ticket's version."""

import json
from collections.abc import Sequence

from agent_tui import wire
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

LEASE_S = 30.0


def of(conn: sqlite3.Connection, ticket_id: str, now: float) -> list[wire.Presence]:
    """Return who has the ticket on screen, in the order they came."""
    return of_many(conn, [ticket_id], now).get(ticket_id, [])


def of_many(conn: sqlite3.Connection, ticket_ids: Sequence[str], now: float) -> dict[str, list[wire.Presence]]:
    """Return who has which of the tickets on screen; a ticket nobody looks at is not in it."""
    sql = """SELECT ticket, user, doing, field FROM presence
             WHERE ticket IN (SELECT value FROM json_each(?)) AND until > ? ORDER BY n"""
    found: dict[str, list[wire.Presence]] = {}
    for ticket, user, doing, field in conn.execute(sql, (json.dumps(list(ticket_ids)), now)):
        found.setdefault(ticket, []).append(wire.Presence(user, doing, field))
    return found


def hold(tx: Tx, ticket: sqlite3.Row, user: str, wanted: wire.PresenceRequest) -> wire.TicketPresence:
    """Take or renew the user's lease and return everybody's; only a change is told."""
    before = of(tx.conn, ticket["id"], tx.now)
    tx.conn.execute(
        """INSERT INTO presence (ticket, user, doing, field, until) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (ticket, user) DO UPDATE SET doing = excluded.doing, field = excluded.field,
           until = excluded.until""",
        (ticket["id"], user, wanted.doing, wanted.field, tx.now + LEASE_S),
    )
    after = wire.TicketPresence(ticket["id"], of(tx.conn, ticket["id"], tx.now))
    if after.presence != before:
        tx.emit("presence.changed", after, centre=ticket["centre"])
    return after


def leave(tx: Tx, ticket: sqlite3.Row, user: str) -> wire.TicketPresence:
    """End the user's lease of one ticket and return whose are left."""
    _end(tx, "ticket = ? AND user = ?", (ticket["id"], user))
    return wire.TicketPresence(ticket["id"], of(tx.conn, ticket["id"], tx.now))


def release(tx: Tx, user: str) -> None:
    """End every lease of a user: logged out."""
    _end(tx, "user = ?", (user,))


def expire(tx: Tx) -> None:
    """End the leases that ran out."""
    _end(tx, "until <= ?", (tx.now,))


def _end(tx: Tx, which: str, values: tuple[str | float, ...]) -> None:
    gone = tx.conn.execute(f"DELETE FROM presence WHERE {which} RETURNING ticket", values).fetchall()
    for ticket_id in dict.fromkeys(str(row[0]) for row in gone):
        centre = tx.conn.execute("SELECT centre FROM ticket WHERE id = ?", (ticket_id,)).fetchone()[0]
        tx.emit("presence.changed", wire.TicketPresence(ticket_id, of(tx.conn, ticket_id, tx.now)), centre=centre)
