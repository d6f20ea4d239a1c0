"""The rows of the shifts file: who is planned to do what from when to when."""

from collections.abc import Mapping
from typing import cast

from backend_stub.domain.adherence import ACTIVITIES, Activity
from backend_stub.domain.localtime import local
from backend_stub.ops.rows import Fields
from backend_stub.store import shifts
from backend_stub.store.driver import sqlite3
from backend_stub.store.shifts import Shift


def read(fields: Fields, staff: Mapping[str, str]) -> Shift | None:
    """Read a row; None when it is refused."""
    name = fields.key("username")
    user_id = staff.get(name.casefold())
    if name and user_id is None:
        fields.refuse("username", f"{name!r} is no agent or lead of this service")
    begins, ends = fields.time("start", required=True), fields.time("end", required=True)
    if begins is not None and ends is not None:
        if ends <= begins:
            fields.refuse("end", "is not after the start")
        elif ends - begins > shifts.LONGEST_S:
            fields.refuse("end", "is more than a day after the start")
    activity = fields.choice("activity", ACTIVITIES)
    if fields.problems or user_id is None:
        return None
    return Shift(user_id, begins or 0.0, ends or 0.0, cast("Activity", activity))


class Plan:
    """One file's plan: its first good row of an agent and local day takes the place of what was planned before."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.staff = shifts.staff(conn)
        self._begun: set[tuple[str, str]] = set()

    def store(self, conn: sqlite3.Connection, new: Shift) -> None:
        """Store one span; raises Invalid where it overlaps another."""
        day = (new.user_id, local(new.begins).date().isoformat())
        if day not in self._begun:
            shifts.clear_day(conn, new.user_id, new.begins)
        shifts.add(conn, new)
        self._begun.add(day)
