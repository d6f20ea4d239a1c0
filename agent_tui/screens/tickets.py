"""The tickets: mine, unassigned or all, and the one under the hand beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.desk.store import Diff
from agent_tui.desk.ticket_lists import Which, shown
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused, IntentSent, Link
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.pane_state import SIDE_BY_SIDE, as_of, settle
from agent_tui.screens.ticket_edit import TicketPane
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import SafeStatic
from agent_tui.widgets.ticket_rows import COLUMNS, header, row

ORDER: tuple[tuple[Which, str], ...] = (("mine", N_("MINE")), ("unassigned", N_("UNASSIGNED")), ("all", N_("ALL")))


class TicketsScreen(DeskScreen):
    """List on the left, ticket on the right; where there is no room for both, the opened ticket covers the list."""

    VIEW = "tickets"
    CSS_PATH = ["tickets.tcss"]
    AUTO_FOCUS = "#ticket-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "which(-1)", show=False),
        Binding("right", "which(1)", show=False),
    ]

    @dataclass
    class ListRead(Message):
        """A page of tickets came, or did not."""

        tickets: list[wire.Ticket]
        error: DeskError | None = None

    @dataclass
    class TicketRead(Message):
        """One ticket with its notes came, or did not; `rebase` keeps what was typed."""

        id: str
        rebase: bool
        ticket: wire.TicketDetail | None = None
        error: DeskError | None = None

    def __init__(self) -> None:
        super().__init__()
        self._which: Which = "mine"
        self._filter = ""
        self._failed = ""
        self._read = False
        self._reading = False
        self._let_keys_go: Callable[[], None] | None = None

    def body(self) -> ComposeResult:
        """Head, filter and list beside the ticket."""
        with Horizontal(id="tickets"):
            with Vertical(id="tickets-pane"):
                yield SafeStatic(id="ticket-list-head", classes="pane-head")
                yield TextField(placeholder=_("number, title, customer"), id="ticket-filter")
                yield LineList(COLUMNS, id="ticket-list", marks=False)
            yield TicketPane(id="ticket-pane", can_focus=False)

    def on_mount(self) -> None:
        """The filter shows only when asked for."""
        self.query_one("#ticket-filter").display = False

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where both fit."""
        self.set_class(event.size.width < SIDE_BY_SIDE, "-narrow")

    # Live state

    def live_changed(self, diff: Diff) -> None:
        """Tickets changed somewhere; the open one takes over what others saved, typed text stays."""
        if diff.everything:
            self._read_list()
        if diff.everything or diff.tickets:
            self._draw()
        pane = self._pane
        if pane.ticket is not None and pane.ticket.id in diff.tickets:
            known = self.desk.state.tickets.get(pane.ticket.id)
            if known is not None and known.version > pane.ticket.version:
                self._fetch(pane.ticket.id, rebase=True)

    def link_changed(self, link: Link) -> None:
        """An old list says how old it is."""
        self._draw()

    def tick(self, now: float) -> None:
        """Clocks that run out."""
        self._draw_head()

    def totals(self) -> Content | str:
        """How many tickets are mine."""
        return _("my tickets {n}").format(n=len(shown(self.desk.state.tickets.values(), "mine", self._me)))

    def customer_on_screen(self) -> str | None:
        """The open ticket's customer."""
        return self._pane.ticket.customer if self._pane.ticket else None

    @property
    def _pane(self) -> TicketPane:
        return self.query_one("#ticket-pane", TicketPane)

    @property
    def _me(self) -> str:
        return self.desk.state.user.username

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.desk.now(), UTC)

    def _shown(self) -> list[wire.Ticket]:
        return shown(self.desk.state.tickets.values(), self._which, self._me, self._filter)

    def _who(self, assignee: str | None) -> str:
        names = {agent.username: agent.name for agent in self.desk.state.agents.values()} if assignee else {}
        return names.get(assignee or "", assignee or "")

    def _draw(self) -> None:
        listed = self.query_one("#ticket-list", LineList)
        found, now = self._shown(), self._now()
        listed.set_rows([row(ticket, now, self._who(ticket.assignee)) for ticket in found])
        settle(
            listed,
            self.desk,
            rows=bool(found),
            loading="" if self._read else _("reading the tickets …"),
            failed=self._failed,
            empty=hint(_("No ticket here. The arrows ← → change the list, {new_ticket} makes one.")),
        )
        self._draw_head()

    def _draw_head(self) -> None:
        others = " · ".join(_(word) for which, word in ORDER if which != self._which)
        head = header(self._shown(), self._now(), _(dict(ORDER)[self._which]), others)
        self.query_one("#ticket-list-head", SafeStatic).say(head)
        self._pane.stale(as_of(self.desk))

    # Reading

    def _read_list(self) -> None:
        if not self._reading:
            self._reading = True
            self.read(self._fetch_list(), "tickets", before_keys=not self._read)

    async def _fetch_list(self) -> None:
        try:
            found: list[wire.Ticket] = []
            for assignee in ("me", "none", None):
                found += (await self.desk.client.tickets(assignee=assignee, limit=200)).items
            self.post_message(self.ListRead(found))
        except DeskError as error:
            self.post_message(self.ListRead([], error))

    @on(ListRead)
    def take_list(self, event: ListRead) -> None:
        """Keep what is newer than what the stream told."""
        self._reading = False
        self._read = self._read or event.error is None
        self._failed = event.error.say() if event.error else ""
        self.desk.state.keep_tickets(event.tickets)
        self._draw()

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
            try:
                self.post_message(self.TicketRead(id, rebase, await self.desk.client.ticket(id)))
            except DeskError as error:
                self.post_message(self.TicketRead(id, rebase, error=error))

        self.read(fetch(), "ticket", before_keys=not rebase)

    @on(TicketRead)
    def take_ticket(self, event: TicketRead) -> None:
        """Show it, or say what went wrong."""
        pane = self._pane
        if event.ticket is None:
            pane.say("failed", event.error.say() if event.error else "")
        elif event.rebase:
            if pane.ticket is not None and pane.ticket.id == event.id:
                pane.rebase(event.ticket, self._now())
        else:
            people = {agent.username: agent.name for agent in self.desk.state.agents.values()}
            pane.open(event.ticket, list({self._me: self.desk.state.user.name, **people}.items()), self._now())
            self._show_pane()

    def open_left(self, ticket: str) -> None:
        """Open a ticket with the text that was left in it."""
        self._fetch(ticket, rebase=False)

    def _show_pane(self) -> None:
        self.add_class("-ticket")
        self.query_one("#ticket-title").focus()

    # Saving

    def why_not(self, action: str) -> str | None:
        """F8 saves the open ticket; without one it is the call's."""
        if action == "commit" and self._pane.ticket is not None:
            changes = self._pane.changes()
            if changes.patch or changes.note:
                return None
            if self.desk.state.hand is None:
                return _("Nothing was changed in this ticket.")
        return super().why_not(action)

    async def act_commit(self) -> None:
        """Send the changes and the note; both wait in the outbox while the service is away."""
        pane, changes = self._pane, self._pane.changes()
        if pane.ticket is None or not (changes.patch or changes.note):
            await super().act_commit()
            return
        pane.send(changes, self.desk.outbox)
        # What is typed next belongs to the fields as they are once this is saved.
        self._let_keys_go = self.desk.hold_keys() if self.desk.link.is_live else None

    def outbox_news(self, news: IntentSent | IntentRefused) -> None:
        """Saved: the fields show what is saved now. Refused: they keep what was typed, and a line says why."""
        pane = self._pane
        if pane.ticket is None or news.intent.target != pane.ticket.id:
            return
        if pane.settled(news, self._now()):
            self.desk.toast(_("{number} saved").format(number=pane.ticket.number))
        if self._let_keys_go and not any(intent.target == pane.ticket.id for intent in self.desk.outbox.unsent):
            self._let_keys_go()
        self._fetch(pane.ticket.id, rebase=True)

    def language_changed(self) -> None:
        """Words everywhere, typed text untouched."""
        super().language_changed()
        self.query_one("#ticket-filter", TextField).placeholder = _("number, title, customer")
        self._pane.label()
        self._draw()

    # Keys

    def action_which(self, by: int) -> None:
        """Left and right change the list."""
        names = [which for which, _word in ORDER]
        self._which = names[(names.index(self._which) + by) % len(names)]
        self._draw()

    @on(TextField.Changed, "#ticket-filter")
    def filter_list(self, event: TextField.Changed) -> None:
        """Filter as typed."""
        self._filter = event.value
        self._draw()

    @on(TextField.Submitted, "#ticket-filter")
    def leave_filter(self) -> None:
        """Enter goes to the rows found."""
        self.query_one("#ticket-list").focus()

    async def act_filter(self) -> None:
        """The filter line over the list."""
        field = self.query_one("#ticket-filter", TextField)
        field.display = True
        field.focus()

    async def act_refresh(self) -> None:
        """Read the list again."""
        self._read_list()

    async def act_back(self) -> None:
        """Back to the list; typed text stays in the ticket. In the list: the filter goes."""
        field = self.query_one("#ticket-filter", TextField)
        if not self.has_class("-ticket") and field.display:
            field.value = ""
            field.display = False
        self.remove_class("-ticket")
        self.query_one("#ticket-list").focus()
