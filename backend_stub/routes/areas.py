"""The map of the 34 provinces, and the communes of one of them."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import areas
from backend_stub.store.driver import sqlite3


def _list(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(wire.Page(areas.every(conn, call.now)))


def _communes(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(wire.Page(areas.communes(conn, call.path["code"])))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/areas", "area.list", "read", _list, answer=wire.Page[wire.Area]),
    Route("GET", "/v1/areas/{code}/communes", "area.communes", "read", _communes, answer=wire.Page[wire.CommuneOut]),
)
