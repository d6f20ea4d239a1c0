"""The list of tickets: which of the lists, its filter line, and the pages read ahead of the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.desk.ticket_lists import KEPT, VIEWS, View, saved, shown
from agent_tui.desk.ticket_pages import PAGE, Pages, Question
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.pane_state import settle
from agent_tui.text.clean import LINE_CAP, clean
from agent_tui.view_file import BadViews
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import SafeStatic
from agent_tui.widgets.ticket_rows import COLUMNS, header, here, row

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen

QUERY_CAP = 400


class TicketList(Vertical):
    """Head, filter line and rows; the screen hears `LineList.Chosen`."""

    @dataclass
    class PageRead(Message):
        """A page of tickets came, or did not."""

        asked: Question
        page: wire.Page[wire.Ticket] | None
        error: DeskError | None = None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._views: tuple[View, ...] = VIEWS
        self._view = VIEWS[0]
        self.typed = ""
        self._pages: dict[tuple[str, str], Pages] = {}
        self._failed = ""
        # One page at a time: letters typed meanwhile are asked together when it is there.
        self._reading: Question | None = None
        self._rows = 0

    def compose(self) -> ComposeResult:
        """The filter line shows only when asked for."""
        yield SafeStatic(id="ticket-list-head", classes="pane-head")
        yield TextField(placeholder=_("number, words, customer"), id="ticket-filter", max_length=QUERY_CAP)
        yield LineList(COLUMNS, id="ticket-list")

    def on_mount(self) -> None:
        """The agent's own lists stand behind those of the house."""
        self.query_one("#ticket-filter").display = False
        try:
            kept = self.desk.view_file.read()
        except BadViews as fault:
            kept = ()
            self.desk.toast(str(fault), "warning")
        self._views = (*VIEWS, *saved(self.desk.saved_views), *kept)

    @property
    def desk(self) -> "Desk":
        """The app, typed."""
        return cast("Desk", self.app)

    @property
    def lines(self) -> LineList:
        """The rows."""
        return self.query_one("#ticket-list", LineList)

    @property
    def views(self) -> Sequence[View]:
        """The lists there are."""
        return self._views

    @property
    def view(self) -> View:
        """The list on screen."""
        return self._view

    @property
    def words(self) -> str:
        """The words of the list, then those typed."""
        return f"{self._view.words} {self.typed}".strip()[:QUERY_CAP]

    def named(self, name: str) -> View:
        """The list on screen with its words, under another name."""
        return View(f"{KEPT}{name}", name, self._view.asks, self._view.by_due, self.words)

    def relist(self, kept: Sequence[View], then: View) -> None:
        """These are the saved lists now; `then` is shown, without a filter."""
        self._views = (*(view for view in self._views if not view.is_kept), *kept)
        self._pages.clear()
        field = self.query_one("#ticket-filter", TextField)
        with self.prevent(TextField.Changed):
            field.value = ""
        field.display, self.typed = False, ""
        self.lines.focus()
        self._go(then)

    @property
    def _read_of_it(self) -> Pages:
        place = (self._view.name, self.words)
        if place not in self._pages:
            # The lists without words are kept; of the filtered ones only the one on screen.
            self._pages = {where: pages for where, pages in self._pages.items() if not where[1]}
            self._pages[place] = Pages(self._view, self.words)
        return self._pages[place]

    def now(self) -> datetime:
        """The service's time."""
        return datetime.fromtimestamp(self.desk.now(), UTC)

    def tickets(self) -> list[wire.Ticket]:
        """The rows as tickets."""
        read, state = self._read_of_it, self.desk.state
        return shown(
            state.tickets.values(), self._view, state.user.username, self.now(), self.words, read.found, read.floor
        )

    def marked(self) -> list[wire.Ticket]:
        """The marked rows as tickets, in the order shown."""
        listed, known = self.lines, self.desk.state.tickets
        return [known[id] for id in listed.row_ids if id in listed.marked and id in known]

    def draw(self) -> None:
        """The rows as they are now."""
        found, now, names = self.tickets(), self.now(), self._names()
        listed, read = self.lines, self._read_of_it
        me = self.desk.state.user.username
        rows = [
            row(ticket, now, names.get(ticket.assignee or "", ticket.assignee or ""), here(ticket, me))
            for ticket in found
        ]
        listed.set_rows(rows)
        self._rows = len(found)
        nothing = _("No ticket here. The arrows ← → change the list, {new_ticket} makes one.")
        settle(
            listed,
            self.desk,
            rows=bool(found),
            loading="" if read.begun else _("reading the tickets …"),
            failed=self._failed,
            empty=hint(_("No ticket has these words.") if self.words else nothing),
        )
        self.draw_head(found)

    def draw_head(self, found: list[wire.Ticket] | None = None) -> None:
        """Which list, and what its clocks say."""
        found = self.tickets() if found is None else found
        others = " · ".join(title_of(view) for view in self._views if view is not self._view)
        marked, read = len(self.lines.marked), self._read_of_it
        more = read.begun and not read.whole
        head = header(found, self.now(), title_of(self._view), others, more=more, marked=marked)
        if read.full:
            head = head + Content.styled(" · " + _("older ones are found by words (/)"), "$warning")
        self.query_one("#ticket-list-head", SafeStatic).say(head)

    def _names(self) -> dict[str, str]:
        return {agent.username: agent.name for agent in self.desk.state.agents.values()}

    # Reading

    def read_again(self) -> None:
        """Everything read so far may be old."""
        old = self._read_of_it
        self._pages.clear()
        self._pages[self._view.name, self.words] = Pages(self._view, self.words, before=old)
        self.read_on(before_keys=not self._rows)

    def read_on(self, before_keys: bool = False) -> None:
        """Read the next page where the cursor comes near the end of what was read."""
        asked = self._read_of_it.next(self.lines.at, self._rows)
        if asked is None or self._reading is not None:
            return
        self._reading = asked
        cast("DeskScreen", self.screen).read(self._fetch(asked), "tickets", before_keys=before_keys)

    async def _fetch(self, asked: Question) -> None:
        try:
            self.post_message(self.PageRead(asked, await self._page(asked)))
        except DeskError as error:
            self.post_message(self.PageRead(asked, None, error))

    async def _page(self, asked: Question) -> wire.Page[wire.Ticket]:
        if asked.words:
            body = wire.TicketSearch(q=asked.words, limit=PAGE, after=asked.after, **asked.ask)  # type: ignore[arg-type]
            return await self.desk.client.search_tickets(body)
        return await self.desk.client.tickets(limit=PAGE, after=asked.after, **asked.ask)

    @on(PageRead)
    def take_page(self, event: PageRead) -> None:
        """Keep what is newer than what the stream told, and read on where a list is read as a whole."""
        event.stop()
        self._reading = None
        self._failed = event.error.say() if event.error else ""
        if event.page is not None:
            self.desk.state.keep_tickets(event.page.items)
            if (pages := self._pages.get((event.asked.view, event.asked.words))) is not None:
                pages.take(event.asked, event.page)
        self.draw()
        if event.error is None:
            self.read_on()

    @on(LineList.Highlighted, "#ticket-list")
    def come_near(self, event: LineList.Highlighted) -> None:
        """The cursor walks towards the end of what was read."""
        if event.by_hand:
            self.read_on()

    @on(LineList.Marked, "#ticket-list")
    def count_marks(self, event: LineList.Marked) -> None:
        """The head says how many are marked."""
        self.draw_head()

    # Keys

    def step(self, by: int) -> None:
        """The list beside this one; marks do not go along."""
        self._go(self._views[(self._views.index(self._view) + by) % len(self._views)])

    def _go(self, view: View) -> None:
        self._view = view
        self.lines.clear_marks()
        self.draw()
        self.read_on()

    @on(TextField.Changed, "#ticket-filter")
    def filter_list(self, event: TextField.Changed) -> None:
        """What the desk has at once, the service's finds behind it."""
        event.stop()
        self.typed = clean(event.value, cap=LINE_CAP).strip()
        self.draw()
        self.read_on()

    @on(TextField.Submitted, "#ticket-filter")
    def leave_filter(self, event: TextField.Submitted) -> None:
        """Enter goes to the rows found."""
        event.stop()
        self.lines.focus()

    def filter(self) -> None:
        """Show the filter line."""
        field = self.query_one("#ticket-filter", TextField)
        field.display = True
        field.focus()

    def back(self) -> None:
        """The marks go first, then the filter."""
        field = self.query_one("#ticket-filter", TextField)
        if self.lines.marked:
            self.lines.clear_marks()
        elif field.display:
            field.value = ""
            field.display = False
        self.lines.focus()

    def say_again(self) -> None:
        """Another language."""
        self.query_one("#ticket-filter", TextField).placeholder = _("number, words, customer")
        self.draw()


def title_of(view: View) -> str:
    """What a list is called: those of the house in the language spoken now."""
    return _(view.title) if view in VIEWS else view.title
