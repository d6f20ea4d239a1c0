"""What can be inserted while a ticket is written: the library, filled in for the ticket in the editor."""

import contextlib

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.screens.library import Library, values_of
from agent_tui.screens.saved_views import SavedViews
from agent_tui.screens.ticket_edit import TicketPane


class TicketTexts(SavedViews):
    """Base of the tickets view: the editor's snippets and the record their placeholders need."""

    _record: wire.CustomerRecord | None = None

    def on_mount(self) -> None:
        """What can be inserted while writing belongs to the ticket on screen."""
        pane = self._pane
        library = Library(self.desk, self._values, lambda: pane.snippets.look(pane.note.before))
        pane.snippets.offers = library.offers

    @property
    def _pane(self) -> TicketPane:
        return self.query_one("#ticket-pane", TicketPane)

    def _values(self) -> dict[str, str]:
        ticket = self._pane.ticket
        record = self._record if ticket is not None and self._record and self._record.code == ticket.customer else None
        outage = self.desk.state.outages.get(ticket.outage or "") if ticket is not None else None
        return values_of(self.desk, record, ticket, outage)

    async def _fetch_record(self, ticket: wire.Ticket) -> None:
        """The placeholders of a text need it; the fields do not wait for it."""
        with contextlib.suppress(DeskError):
            self._record = await self.desk.client.customer(ticket.customer or "", reason=f"ticket:{ticket.id}")
