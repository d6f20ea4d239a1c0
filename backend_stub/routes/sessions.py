"""Log in, log out, who am I."""

from typing import cast

from agent_tui import wire
from backend_stub.clock import to_wire
from backend_stub.policy import Principal
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.service import Service
from backend_stub.store import agents, presence
from backend_stub.store.engine import Tx


def wire_user(user: Principal) -> wire.User:
    """Return a user as the caller sees it."""
    return wire.User(user.id, user.username, user.name, cast("wire.Role", user.role), user.centre, user.skills)


async def login(service: Service, call: Call) -> Answer:
    """Open a session."""
    request = call.body_as(wire.SessionRequest)
    token, expires_at, user = await service.sessions.login(
        request.username, request.password, call.request_id, call.terminal, call.peer
    )
    return Answer(wire.Session(token, to_wire(expires_at), wire_user(user)))


async def logout(service: Service, call: Call) -> Answer:
    """End the caller's session; an agent without an open contact is logged out with it."""

    def leave(tx: Tx) -> None:
        agents.signed_off(tx, call.user.id)
        presence.release(tx, call.user.username)

    await service.engine.write(leave)
    await service.sessions.end(call.token, call.user.id, call.request_id)
    return Answer()


async def me(service: Service, call: Call) -> Answer:
    """Say who the caller is."""
    return Answer(wire_user(call.user))


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/sessions", "public", "async", login, wire.SessionRequest, wire.Session, 201),
    Route("DELETE", "/v1/sessions/current", "session.end", "async", logout, status=204),
    Route("GET", "/v1/me", "me.read", "async", me, answer=wire.User),
)
