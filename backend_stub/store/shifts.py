"""Shift plans as stored: the plan of an agent's local day is replaced whole by the next one imported."""

from typing import cast

from msgspec import Struct

from backend_stub.clock import to_wire
from backend_stub.domain.adherence import Activity, Planned
from backend_stub.domain.localtime import VIETNAM, day_bounds
from backend_stub.errors import Invalid
from backend_stub.store.driver import sqlite3

LONGEST_S = 86_400.0


class Shift(Struct, frozen=True):
    """One planned span of one agent, epoch seconds."""

    user_id: str
    begins: float
    ends: float
    activity: Activity


def staff(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the ids of agents and leads by user name in lower case."""
    sql = "SELECT username, id FROM user WHERE role IN ('agent', 'lead') AND NOT disabled"
    return {row[0].casefold(): row[1] for row in conn.execute(sql)}


def clear_day(conn: sqlite3.Connection, user_id: str, begins: float) -> None:
    """Drop what the agent was planned to begin on the local day of a moment."""
    sql = "DELETE FROM shift WHERE user_id = ? AND begins >= ? AND begins < ?"
    conn.execute(sql, (user_id, *day_bounds(begins)))


def add(conn: sqlite3.Connection, new: Shift) -> None:
    """Store one span; raises Invalid where the agent is planned for something else then."""
    sql = """SELECT begins, ends FROM shift WHERE user_id = ? AND begins < ? AND begins > ? AND ends > ?
             ORDER BY begins LIMIT 1"""
    other = conn.execute(sql, (new.user_id, new.ends, new.begins - LONGEST_S, new.begins)).fetchone()
    if other is not None:
        begin, end = (to_wire(moment).astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M") for moment in other)
        raise Invalid("start", "overlaps", f"overlaps what is planned from {begin} to {end}")
    conn.execute(
        "INSERT INTO shift (user_id, begins, ends, activity) VALUES (?, ?, ?, ?)",
        (new.user_id, new.begins, new.ends, new.activity),
    )


def planned(conn: sqlite3.Connection, start: float, end: float) -> dict[str, list[Planned]]:
    """Return what is planned in [start, end) by agent, in order of time."""
    sql = """SELECT user_id, begins, ends, activity FROM shift WHERE begins < ? AND begins > ? AND ends > ?
             ORDER BY begins"""
    found: dict[str, list[Planned]] = {}
    for user_id, begins, ends, activity in conn.execute(sql, (end, start - LONGEST_S, start)):
        found.setdefault(user_id, []).append(Planned(begins, ends, cast("Activity", activity)))
    return found
