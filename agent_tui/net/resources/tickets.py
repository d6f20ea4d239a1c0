"""Tickets: lists, one with its notes, opening, changing."""

from msgspec import UNSET, UnsetType

from agent_tui import wire
from agent_tui.net.transport import Transport, new_key, path


class TicketCalls(Transport):
    """The requests about tickets."""

    async def tickets(
        self,
        *,
        status: str | None = None,
        assignee: str | None = None,
        due: str | None = None,
        type: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> wire.Page[wire.Ticket]:
        """List tickets, one page; `assignee` is `me`, `none` or a user name."""
        query = {"status": status, "assignee": assignee, "due": due, "type": type, "after": after, "limit": limit}
        return await self.call("GET", "/v1/tickets", wire.Page[wire.Ticket], query=query)

    async def ticket(self, ticket: str) -> wire.TicketDetail:
        """Read one ticket with its notes."""
        return await self.call("GET", path("/v1/tickets/{id}", id=ticket), wire.TicketDetail)

    async def create_ticket(self, body: wire.NewTicket, *, key: str | None = None) -> wire.Ticket:
        """Open a ticket."""
        return await self.call("POST", "/v1/tickets", wire.Ticket, body, key=key or new_key())

    async def patch_ticket(
        self,
        ticket: str,
        version: int,
        *,
        type: str | UnsetType = UNSET,
        status: wire.TicketStatus | UnsetType = UNSET,
        priority: wire.TicketPriority | UnsetType = UNSET,
        title: str | UnsetType = UNSET,
        customer: str | None | UnsetType = UNSET,
        outage: str | None | UnsetType = UNSET,
        assignee: str | None | UnsetType = UNSET,
        fields: dict[str, str] | UnsetType = UNSET,
    ) -> wire.Ticket:
        """Change the given fields of the ticket as it was at `version`; raises Stale when it has changed since."""
        body = wire.PatchTicket(type, status, priority, title, customer, outage, assignee, fields)
        where = path("/v1/tickets/{id}", id=ticket)
        return await self.call("PATCH", where, wire.Ticket, body, version=version)

    async def note(self, ticket: str, text: str, *, key: str | None = None) -> wire.TicketNote:
        """Add a note; notes are never changed afterwards."""
        where = path("/v1/tickets/{id}/notes", id=ticket)
        return await self.call("POST", where, wire.TicketNote, wire.NewNote(text), key=key or new_key())
