"""The event stream."""

from backend_stub import stream
from backend_stub.errors import NotAuthenticated, Refused
from backend_stub.routes.table import Call, Opened, Route
from backend_stub.service import Service


async def follow(service: Service, call: Call) -> Opened:
    """Open the stream of what this caller may see, after Last-Event-ID or from now on."""

    async def valid() -> bool:
        # An open stream is use of the session: a quiet night logs nobody out.
        try:
            await service.sessions.authenticate(call.token)
        except NotAuthenticated:
            return False
        except Refused:
            # The store cannot say now; the next round asks again, and this one goes on to the other readers.
            return True
        return True

    heartbeat_s = service.settings.server.heartbeat_s
    return await stream.open_reader(service.ring, service.engine, call.user, call.last_event_id, heartbeat_s, valid)


ROUTES: tuple[Route, ...] = (Route("GET", "/v1/events", "events.read", "stream", follow),)
