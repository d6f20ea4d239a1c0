"""The tickets: mine, unassigned, due, all or a list of one's own, and the one under the hand beside them."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.desk.store import Diff
from agent_tui.desk.ticket_lists import LIVE
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused, IntentSent, Link
from agent_tui.screens import ticket_bulk, undoing
from agent_tui.screens.library import Whole
from agent_tui.screens.pane_state import SIDE_BY_SIDE, as_of
from agent_tui.screens.ticket_edit import TicketPane
from agent_tui.screens.ticket_history import look_back
from agent_tui.screens.ticket_list import TicketList
from agent_tui.screens.ticket_texts import TicketTexts
from agent_tui.widgets.line_list import LineList


class TicketsScreen(TicketTexts):
    """List on the left, ticket on the right; where there is no room for both, the opened ticket covers the list."""

    VIEW = "tickets"
    CSS_PATH = ["tickets.tcss"]
    AUTO_FOCUS = "#ticket-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "which(-1)", show=False),
        Binding("right", "which(1)", show=False),
    ]

    @dataclass
    class TicketRead(Message):
        """One ticket with its notes came, or did not; `rebase` keeps what was typed."""

        id: str
        rebase: bool
        ticket: wire.TicketDetail | None = None
        error: DeskError | None = None

    def __init__(self) -> None:
        super().__init__()
        self._let_keys_go: Callable[[], None] | None = None
        self._opening = ""
        self._snapshot = 0

    def body(self) -> ComposeResult:
        """The list beside the ticket."""
        with Horizontal(id="tickets"):
            yield TicketList(id="tickets-pane")
            yield TicketPane(id="ticket-pane", can_focus=False)

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where both fit."""
        self.set_class(event.size.width < SIDE_BY_SIDE, "-narrow")

    # Live state

    def live_changed(self, diff: Diff) -> None:
        """Tickets changed somewhere; the open one takes over what others saved, typed text stays."""
        if self._snapshot != self.desk.state.snapshots:
            # A dialog that closes, or a look at another view, changes nothing: the stream went on.
            self._snapshot = self.desk.state.snapshots
            self._listed.read_again()
        if diff.everything or diff.tickets:
            self._listed.draw()
        pane = self._pane
        if pane.ticket is not None and pane.ticket.id in diff.tickets:
            known = self.desk.state.tickets.get(pane.ticket.id)
            if known is not None and known.version > pane.ticket.version:
                self._fetch(pane.ticket.id, rebase=True)

    def link_changed(self, link: Link) -> None:
        """An old list says how old it is."""
        self._listed.draw()
        self._pane.stale(as_of(self.desk))

    def tick(self, now: float) -> None:
        """Clocks that run out."""
        self._listed.draw_head()
        self._pane.stale(as_of(self.desk))

    def totals(self) -> Content | str:
        """How many live tickets are mine, of those the desk has."""
        state = self.desk.state
        mine = sum(one.assignee == state.user.username and one.status in LIVE for one in state.tickets.values())
        return _("my tickets {n}").format(n=mine)

    def customer_on_screen(self) -> str | None:
        """The open ticket's customer."""
        return self._pane.ticket.customer if self._pane.ticket else None

    @property
    def _listed(self) -> TicketList:
        return self.query_one("#tickets-pane", TicketList)

    # Reading

    @on(LineList.Chosen, "#ticket-list")
    def open_ticket(self, event: LineList.Chosen) -> None:
        """Enter or a click opens a ticket; typed text of the one before must be saved or dropped first."""
        pane, changes = self._pane, self._pane.changes()
        same = pane.ticket is not None and pane.ticket.id == event.id
        if pane.ticket is not None and (same or changes.patch or changes.note):
            if not same:
                number = pane.ticket.number
                self.desk.toast(hint(_("{number} has changes that are not saved: {commit} saves them."), number=number))
            self._show_pane()
            return
        pane.say("loading", _("reading the ticket …"))
        self._fetch(event.id, rebase=False)

    def _fetch(self, id: str, rebase: bool) -> None:
        async def fetch() -> None:
            client = self.desk.client
            # Without the catalogue a ticket has the fields that are filled in, under their own names.
            with contextlib.suppress(DeskError):
                await client.ticket_types()
            try:
                ticket = await client.ticket(id)
            except DeskError as error:
                self.post_message(self.TicketRead(id, rebase, error=error))
                return
            self.post_message(self.TicketRead(id, rebase, ticket))
            if not rebase and ticket.customer:
                self.read(self._fetch_record(ticket), "record", before_keys=False)

        if not rebase:
            self._opening = id
        self.read(fetch(), "ticket", before_keys=not rebase)

    @on(TicketRead)
    def take_ticket(self, event: TicketRead) -> None:
        """Show it, or say what went wrong."""
        pane = self._pane
        if event.id != (pane.ticket.id if event.rebase and pane.ticket is not None else self._opening):
            # An answer that comes after another ticket was opened must not take the keys from that.
            return
        if event.ticket is None:
            pane.say("failed", event.error.say() if event.error else "")
        elif event.rebase:
            pane.rebase(event.ticket, self._listed.now())
        else:
            people = {agent.username: agent.name for agent in self.desk.state.agents.values()}
            user = self.desk.state.user
            pane.open(event.ticket, list({user.username: user.name, **people}.items()), self._listed.now())
            self._show_pane()

    def open_left(self, ticket: str) -> None:
        """Open a ticket with the text that was left in it."""
        self._fetch(ticket, rebase=False)

    def _show_pane(self) -> None:
        self.add_class("-ticket")
        self.query_one("#ticket-title").focus()

    # What the keys do here

    def why_not(self, action: str) -> str | None:
        """F8 saves the open ticket or changes the marked ones, F5 attaches those, F7 shows the history."""
        marked = bool(self._listed.lines.marked)
        if action in ("commit", "attach") and marked:
            return None if self.desk.link.is_live else _("Without the service many tickets cannot be changed at once.")
        if action == "merge_tickets":
            return None if marked else _("Mark the tickets to merge; the cursor stands on the one that stays.")
        if action == "look_closer" and (self._pane.ticket is not None or self._listed.lines.highlighted):
            return None
        if action == "commit" and self._pane.ticket is not None:
            if self._pane.waits_to_be_saved:
                return None
            if self.desk.state.hand is None:
                return _("Nothing was changed in this ticket.")
        return super().why_not(action)

    def face(self, action: str) -> str:
        """With marked rows the commit key changes those."""
        if action == "commit" and self._listed.lines.marked and not self._pane.waits_to_be_saved:
            return "marked"
        return super().face(action)

    async def act_commit(self) -> None:
        """Send the changes and the note; both wait in the outbox while the service is away."""
        pane, changes = self._pane, self._pane.changes()
        if pane.ticket is not None and (changes.patch or changes.note):
            # What is typed next belongs to the fields as they are once this is saved.
            if pane.send(changes, self.desk.outbox) and self.desk.link.is_live:
                self._let_keys_go = self.desk.hold_keys()
        elif self._listed.lines.marked:
            await self.desk.client.ticket_types()
            self._settle_marks(await ticket_bulk.ask(self.desk, self._listed.marked()))
        else:
            await super().act_commit()

    async def act_attach(self) -> None:
        """All marked tickets wait for one outage."""
        if not (marked := self._listed.marked()):
            await super().act_attach()
            return
        self._settle_marks(await ticket_bulk.attach(self.desk, marked))

    def _settle_marks(self, failed: list[str] | None) -> None:
        """What was changed is marked no longer, what was not still is."""
        if failed is not None:
            self._listed.lines.mark_only(failed)

    async def act_merge_tickets(self) -> None:
        """The marked ones into the one under the cursor."""
        stays = self.desk.state.tickets.get(self._listed.lines.highlighted or "")
        others = [ticket for ticket in self._listed.marked() if stays is not None and ticket.id != stays.id]
        if stays is None or not others:
            self.desk.toast(_("Mark the tickets to merge; the cursor stands on the one that stays."), "warning")
        else:
            self._settle_marks(await ticket_bulk.merge(self.desk, others, stays))

    async def act_look_closer(self) -> None:
        """The whole of the snippet under the cursor; else the history of the ticket."""
        pane = self._pane
        if (snippet := pane.snippets.current) is not None:
            length = pane.snippets.asked_length
            if await self.app.push_screen_wait(Whole(snippet)):
                pane.note.put(length, snippet.text)
            pane.note.focus()
            return
        known = self.desk.state.tickets.get(self._listed.lines.highlighted or "")
        ticket = pane.ticket if pane.ticket is not None and (self.has_class("-ticket") or known is None) else known
        if ticket is not None:
            await look_back(self.desk, ticket, self._listed.now())

    def outbox_news(self, news: IntentSent | IntentRefused) -> None:
        """Saved: the fields show what is saved now. Refused: they keep what was typed, and a line says why."""
        saved = news.answer if isinstance(news, IntentSent) and isinstance(news.answer, wire.TicketDetail) else None
        back = ""
        if saved is not None and isinstance(news.intent.body, wire.PatchTicket):
            back = undoing.remember(self.desk, saved.undo, _("{number} saved").format(number=saved.number))
        pane = self._pane
        if pane.ticket is None or news.intent.target != pane.ticket.id:
            return
        if pane.settled(news, self._listed.now()):
            self.desk.toast(f"{_('{number} saved').format(number=pane.ticket.number)}. {back}".strip())
        if self._let_keys_go and not any(intent.target == pane.ticket.id for intent in self.desk.outbox.unsent):
            self._let_keys_go()
        self._fetch(pane.ticket.id, rebase=True)

    def language_changed(self) -> None:
        """Words everywhere, typed text untouched."""
        super().language_changed()
        self._listed.say_again()
        pane = self._pane
        pane.label()
        if pane.ticket is not None:
            pane.refresh_facts(pane.ticket, self._listed.now())

    def action_which(self, by: int) -> None:
        """Left and right change the list."""
        self._listed.step(by)

    async def act_filter(self) -> None:
        """The filter line over the list."""
        self._listed.filter()

    async def act_refresh(self) -> None:
        """Read the list again."""
        await super().act_refresh()
        self._listed.read_again()

    async def act_back(self) -> None:
        """Back to the list; typed text stays in the ticket. In the list: marks go, then the filter."""
        if self.has_class("-ticket"):
            self.remove_class("-ticket")
            self._listed.lines.focus()
        else:
            self._listed.back()
