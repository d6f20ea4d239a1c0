"""The map of the 34 provinces."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import areas
from backend_stub.store.driver import sqlite3


def _list(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(wire.Page(areas.every(conn, call.now)))


ROUTES: tuple[Route, ...] = (Route("GET", "/v1/areas", "area.list", "read", _list, answer=wire.Page[wire.Area]),)
