"""The machine's clock was put forward or back: what is running keeps the seconds it had left."""

from backend_stub.store.driver import sqlite3

# Stored by the wall clock because a restart must find them. Promises to people (a call back at nine, an estimate, a
# deadline of days) are meant by the wall clock and stay.
RUNNING = (
    ("session", "expires_at", "1"),
    ("session", "seen_at", "1"),
    ("presence", "until", "1"),
    ("contact", "offer_until", "state = 'offered'"),
    ("contact", "acw_until", "state = 'wrap_up'"),
    ("outage_callback", "claimed_at", "1"),
    ("undo_step", "until", "1"),
    ("undo_step", "at", "1"),
    ("idempotency", "at", "1"),
)


def move(conn: sqlite3.Connection, seconds: float) -> None:
    """Move the ends of everything that is running by as much as the clock leapt."""
    for table, column, which in RUNNING:
        conn.execute(f"UPDATE {table} SET {column} = {column} + ? WHERE {which} AND {column} IS NOT NULL", (seconds,))
