"""What an agent has open: the drafts kept on the service, and the lease that shows who is at a ticket."""

from agent_tui import wire
from agent_tui.net.transport import Transport, path


class OwnTextCalls(Transport):
    """The requests about drafts and presence."""

    async def own_drafts(self) -> list[wire.Draft]:
        """Read every draft of this agent, the newest first."""
        return (await self.call("GET", "/v1/drafts", wire.Page[wire.Draft])).items

    async def put_draft(self, key: str, draft: wire.DraftRequest, version: int | None) -> wire.Draft:
        """Keep a draft; raises Stale with the draft as another terminal left it where it is not `version` any more."""
        return await self.call("PUT", path("/v1/drafts/{key}", key=key), wire.Draft, draft, version=version)

    async def delete_draft(self, key: str) -> None:
        """Delete a draft; one that is gone already is no error."""
        await self.call("DELETE", path("/v1/drafts/{key}", key=key), type(None))

    async def hold_ticket(self, ticket: str, doing: wire.PresenceRequest) -> wire.TicketPresence:
        """Show the colleagues that the ticket is on screen here, for the next 30 s."""
        return await self.call("PUT", path("/v1/tickets/{id}/presence", id=ticket), wire.TicketPresence, doing)

    async def leave_ticket(self, ticket: str) -> wire.TicketPresence:
        """Show them that it is not any more."""
        return await self.call("DELETE", path("/v1/tickets/{id}/presence", id=ticket), wire.TicketPresence)
