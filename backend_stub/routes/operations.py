"""Is it up, can it work, what does it offer."""

import shutil

from msgspec import Raw

from agent_tui import __version__, wire
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.service import Service
from backend_stub.store import migrations, room

LEAST_FREE = 0.05


async def health(service: Service, call: Call) -> Answer:
    """Say that the process answers."""
    return Answer(wire.Health("ok", __version__))


async def ready(service: Service, call: Call) -> Answer:
    """Say whether the service can work: it writes, the schema is ours, the disk has room."""
    version = await service.engine.read(lambda conn: int(conn.execute("PRAGMA user_version").fetchone()[0]))
    usage = shutil.disk_usage(service.data_dir)
    checks = {
        "writable": await service.engine.writable(),
        "schema": version == len(migrations.GROUPS),
        # A quota or a limit on the size of files can end earlier than the disk does.
        "disk": usage.free >= LEAST_FREE * usage.total and not room.is_none(service.engine.path),
    }
    good = all(checks.values())
    return Answer(wire.Ready(good, checks), status=200 if good else 503)


async def contract(service: Service, call: Call) -> Answer:
    """Return the OpenAPI document of the routes that are served."""
    return Answer(Raw(service.contract()))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", "public", "async", health, answer=wire.Health),
    Route("GET", "/ready", "public", "async", ready, answer=wire.Ready),
    Route("GET", "/openapi.json", "public", "async", contract),
)
