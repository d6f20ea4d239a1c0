"""What a monitoring system reads: figures about the service, none about a person.

Answered without a login, but only to this machine: a Prometheus elsewhere reads it through the operator's own proxy.
"""

import shutil

from msgspec import Raw

from backend_stub import metrics
from backend_stub.errors import Forbidden
from backend_stub.metrics import Reading
from backend_stub.routes.http import LOOPBACK
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.service import Service
from backend_stub.store import contact_queue, events


async def scrape(service: Service, call: Call) -> Answer:
    """Return the figures as Prometheus text; raises Forbidden for a caller on another machine."""
    if call.peer not in LOOPBACK:
        raise Forbidden("Metrics are read on the service's own machine.")
    engine = service.engine
    published = engine.head
    now = service.clock.now()
    waiting, head = await engine.read(lambda conn: (contact_queue.depth(conn, now), events.head(conn)))
    queues = {name: waiting.get(name, (0, 0.0)) for name in {**service.settings.queues, **waiting}}
    files = {name: engine.path.with_name(engine.path.name + end) for name, end in (("main", ""), ("wal", "-wal"))}
    sizes = {name: path.stat().st_size for name, path in files.items() if path.exists()}
    free = shutil.disk_usage(service.data_dir).free
    reading = Reading(queues, max(0, head - published), free, sizes, service.harvest.told)
    return Answer(Raw(metrics.text(service.meter, reading)), content_type=metrics.CONTENT_TYPE)


ROUTES: tuple[Route, ...] = (Route("GET", "/metrics", "public", "async", scrape),)
