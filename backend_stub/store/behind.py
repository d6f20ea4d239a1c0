"""The lists behind two figures of the wallboard that are no plain filter of the stays."""

from typing import Final

import msgspec

from agent_tui import wire
from backend_stub.store import board_figures as figures
from backend_stub.store import segments
from backend_stub.store.driver import sqlite3
from backend_stub.store.trouble_calls import CALLER

# One stay a caller, the last one: who redials is one caller of the feeder, and the figure counts callers.
_FEEDER: Final = f"""SELECT max(s.n) FROM trouble_call JOIN segment s ON s.contact = trouble_call.contact
    WHERE trouble_call.at >= ? AND feeder = ? GROUP BY {CALLER}"""
_WAITING: Final = """SELECT n FROM segment WHERE outcome IS NULL AND answered_at IS NULL AND NOT callback
    AND contact IN (SELECT value FROM json_each(?)) AND (? IS NULL OR centre = ?)"""


def known_outage(conn: sqlite3.Connection, centre: str | None) -> list[wire.Segment]:
    """Return the waiting stays of callers whose outage is known, of a centre or of all (None), the longest first."""
    known = msgspec.json.encode(sorted(figures.known_outage(conn))).decode()
    found = segments.numbered(conn, [row[0] for row in conn.execute(_WAITING, (known, centre, centre))])
    return sorted(found, key=lambda stay: (stay.joined_at, stay.contact))


def feeder(conn: sqlite3.Connection, code: str, since: float) -> list[wire.Segment]:
    """Return the last stay of everybody who reported trouble on a feeder since a moment, the newest first."""
    found = segments.numbered(conn, [row[0] for row in conn.execute(_FEEDER, (since, code))])
    return sorted(found, key=lambda stay: (stay.joined_at, stay.contact), reverse=True)
