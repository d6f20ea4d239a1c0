"""The wallboard of every centre, and the rounds that keep what is usual."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Job, Route
from backend_stub.service import Service
from backend_stub.store import usual

KEEP_S = 300.0


async def read(service: Service, call: Call) -> Answer:
    """Return what happens now in every centre and in all of them together."""
    return Answer(await service.engine.read(lambda conn: service.boards.now(conn, call.settings, call.now)))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/wallboard", "wallboard.read", "async", read, answer=wire.Wallboard),
)  # fmt: skip
JOBS: tuple[Job, ...] = (Job("keep what is usual", KEEP_S, usual.keep),)
