"""The wallboard of every centre, and the rounds that keep what is usual."""

from agent_tui import wire
from backend_stub.reference.catalogue import corporations
from backend_stub.routes.table import Answer, Call, Job, Route
from backend_stub.service import Service
from backend_stub.store import behind, usual
from backend_stub.store.driver import sqlite3

KEEP_S = 300.0


async def read(service: Service, call: Call) -> Answer:
    """Return what happens now in every centre and in all of them together."""
    return Answer(await service.engine.read(lambda conn: service.boards.now(conn, call.settings, call.now)))


def known_outage(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the callers behind `known_outage_callers`: they wait, and their outage is known."""
    return Answer(wire.Page(behind.known_outage(conn, call.choice("centre", tuple(corporations())))))


def feeder(conn: sqlite3.Connection, call: Call) -> Answer:
    """List the callers behind a hot feeder, one stay each, as far back as the figure looks."""
    since = call.now - call.settings.wallboard.hot_window_s
    return Answer(wire.Page(behind.feeder(conn, call.path["code"], since)))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/wallboard", "wallboard.read", "async", read, answer=wire.Wallboard),
    Route(
        "GET", "/v1/wallboard/known-outage", "wallboard.read", "read", known_outage, answer=wire.Page[wire.Segment],
        query=("centre",),
    ),
    Route("GET", "/v1/wallboard/feeders/{code}", "wallboard.read", "read", feeder, answer=wire.Page[wire.Segment]),
)  # fmt: skip
JOBS: tuple[Job, ...] = (Job("keep what is usual", KEEP_S, usual.keep),)
