"""The desk's one client: every request of the contract that the desk makes, as a typed method.

All methods raise the errors of `agent_tui.errors`; every string they return is clean. Never cancel a task that is
inside one of them: a connection cancelled while opening is lost to the pool for good. Use `net.latest` for what is
retyped.
"""

from agent_tui import wire
from agent_tui.errors import DeskError, NotLoggedIn, WrongPassword
from agent_tui.messages import Intent, IntentVerb
from agent_tui.net.resources.contacts import ContactCalls
from agent_tui.net.resources.customers import CustomerCalls
from agent_tui.net.resources.lead import LeadCalls
from agent_tui.net.resources.outage_life import OutageLifeCalls
from agent_tui.net.resources.outages import OutageCalls
from agent_tui.net.resources.own_texts import OwnTextCalls
from agent_tui.net.resources.tickets import TicketCalls
from agent_tui.net.transport import path

_INTENTS: dict[IntentVerb, tuple[str, str, type[wire.Contact | wire.Ticket | wire.TicketNote]]] = {
    "identify": ("POST", "/v1/contacts/{id}/identify", wire.Contact),
    "attach": ("POST", "/v1/contacts/{id}/attach", wire.Attached),
    "message": ("POST", "/v1/contacts/{id}/message", wire.Contact),
    "callback": ("POST", "/v1/contacts/{id}/callback", wire.Contact),
    "finish": ("POST", "/v1/contacts/{id}/finish", wire.Contact),
    "create_ticket": ("POST", "/v1/tickets", wire.Ticket),
    "patch_ticket": ("PATCH", "/v1/tickets/{id}", wire.TicketDetail),
    "note": ("POST", "/v1/tickets/{id}/notes", wire.TicketNote),
}


class DeskClient(ContactCalls, CustomerCalls, LeadCalls, OutageCalls, OutageLifeCalls, OwnTextCalls, TicketCalls):
    """Everything the desk asks its service; one object, one connection pool, one session."""

    async def login(self, username: str, password: str) -> wire.Session:
        """Open a session and use it from now on; raises WrongPassword, TooManyRequests."""
        try:
            session = await self.call("POST", "/v1/sessions", wire.Session, wire.SessionRequest(username, password))
        except NotLoggedIn as wrong:
            raise WrongPassword(wrong.problem) from None
        self.token = session.token
        return session

    async def logout(self) -> None:
        """End the session; a service that is away only forgets it later."""
        try:
            if self.token is not None:
                await self.call("DELETE", "/v1/sessions/current", type(None))
        except DeskError:
            return
        finally:
            self.token = None

    async def whoami(self) -> wire.User:
        """Read who this session belongs to."""
        return await self.call("GET", "/v1/me", wire.User)

    async def snapshot(self) -> wire.Snapshot:
        """Read the live state."""
        return await self.call("GET", "/v1/snapshot", wire.Snapshot)

    async def set_state(self, state: wire.Intent, reason: str | None = None) -> wire.AgentState:
        """Ask to be available, paused or logged out."""
        return await self.call("PUT", "/v1/me/state", wire.AgentState, wire.StateRequest(state, reason))

    async def agents(self) -> list[wire.Agent]:
        """Read the agents of the centre."""
        return (await self.call("GET", "/v1/agents", wire.Page[wire.Agent])).items

    async def perform(self, intent: Intent) -> wire.Contact | wire.Ticket | wire.TicketNote:
        """Send one intent of the outbox under its own idempotency key."""
        method, where, answer = _INTENTS[intent.verb]
        return await self.call(
            method, path(where, id=intent.target), answer, intent.body, key=intent.key, version=intent.version
        )
