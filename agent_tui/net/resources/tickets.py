"""Tickets: lists, one with its notes and history, opening, changing, many at once; and what helps to write them."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from agent_tui import wire
from agent_tui.net.transport import Transport, new_key, path

MOST_HISTORY = 200
MOST_ARTICLES = 200


class TicketCalls(Transport):
    """The requests about tickets; `known_types` is the request catalogue once it was read."""

    known_types: tuple[wire.TicketType, ...] = ()

    async def tickets(
        self,
        *,
        status: str | None = None,
        assignee: str | None = None,
        due: str | None = None,
        type: str | None = None,
        after: str | None = None,
        limit: int = 50,
        outage: str | None = None,
        customer: str | None = None,
    ) -> wire.Page[wire.Ticket]:
        """List tickets newest first, one page; `assignee` is `me`, `none` or a user name."""
        query = {
            "status": status, "assignee": assignee, "due": due, "type": type, "after": after, "limit": limit,
            "outage": outage, "customer": customer,
        }  # fmt: skip
        return await self.call("GET", "/v1/tickets", wire.Page[wire.Ticket], query=query)

    async def search_tickets(self, asked: wire.TicketSearch) -> wire.Page[wire.Ticket]:
        """Look for words in tickets, their notes and their customers' names, newest first, one page."""
        return await self.call("POST", "/v1/tickets/search", wire.Page[wire.Ticket], asked)

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

    async def bulk_tickets(
        self, ids: Sequence[str], change: wire.TicketBulkChange, *, key: str | None = None
    ) -> wire.BulkAnswer:
        """Change up to 500 tickets as one act; those that could not be changed are named with the reason."""
        body = wire.TicketBulk(list(ids), change)
        return await self.call("POST", "/v1/tickets/bulk", wire.BulkAnswer, body, key=key or new_key())

    async def merge_ticket(self, ticket: str, into: str, *, key: str | None = None) -> wire.TicketDetail:
        """Merge a ticket into another one and return the one that stays."""
        where = path("/v1/tickets/{id}/merge", id=ticket)
        return await self.call("POST", where, wire.TicketDetail, wire.MergeRequest(into), key=key or new_key())

    async def ticket_history(self, ticket: str) -> list[wire.TicketChange]:
        """Read what changed in a ticket, oldest first, the first 200 versions at most."""
        where = path("/v1/tickets/{id}/history", id=ticket)
        page = await self.call("GET", where, wire.Page[wire.TicketChange], query={"limit": MOST_HISTORY})
        return page.items

    async def ticket_types(self) -> list[wire.TicketType]:
        """Read the request catalogue with the fields of each type; it is asked for once a session."""
        if not self.known_types:
            self.known_types = tuple((await self.call("GET", "/v1/ticket-types", wire.Page[wire.TicketType])).items)
        return list(self.known_types)

    async def templates(self) -> list[wire.Template]:
        """Read the texts with placeholders."""
        return (await self.call("GET", "/v1/templates", wire.Page[wire.Template])).items

    async def knowledge(self, q: str = "") -> list[wire.Article]:
        """Read the articles that fit the words, all of them without words."""
        query: dict[str, str | int] = {"q": q, "limit": MOST_ARTICLES}
        return (await self.call("GET", "/v1/knowledge", wire.Page[wire.Article], query=query)).items
