"""The customers: a search field that answers as one types, and the record of the one that was opened.

Before anything is typed the list shows whoever is calling: the customer, or every customer with that number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from agent_tui import wire
from agent_tui.desk.store import Diff
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _
from agent_tui.keys.keymap import hint
from agent_tui.messages import Link
from agent_tui.net.latest import LatestWins
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.customer_record import RecordPane
from agent_tui.screens.pane_state import SIDE_BY_SIDE, settle
from agent_tui.widgets.customer_rows import COLUMNS, head, row
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import SafeStatic

if TYPE_CHECKING:
    from agent_tui.screens.contact_flow import ContactFlow

# What F4 is called while a bill asks for it, long and short.
TICKETS: Final[dict[str, tuple[str, str]]] = {
    "METER.RECHECK": (N_("Re-read meter"), N_("Re-read")),
    "PAY.RECON": (N_("Paid or cut"), N_("Paid")),
}


class CustomersScreen(DeskScreen):
    """Search on the left, record on the right; where there is no room for both, the record covers the search."""

    VIEW = "customers"
    CSS_PATH = ["customers.tcss"]
    AUTO_FOCUS = "#search"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
    ]

    @dataclass
    class Answered(Message):
        """A look-up's answer, or why there is none."""

        query: str
        hits: wire.CustomerHits | None = None
        error: DeskError | None = None

    def __init__(self) -> None:
        super().__init__()
        self._latest: LatestWins[str, wire.CustomerHits] = LatestWins(
            lambda query: self.desk.client.search(query, self.flow.files.commune(self.flow.hand)),
            lambda query, hits: self.post_message(self.Answered(query, hits)),
            lambda query, error: self.post_message(self.Answered(query, error=error)),
        )
        self._hits: wire.CustomerHits | None = None
        self._asked = ""
        self._failed = ""
        self._waiting: tuple[str, str] | None = None
        self._let_keys_go: Callable[[], None] | None = None

    def body(self) -> ComposeResult:
        """Field, count and list beside the record."""
        with Horizontal(id="customers"):
            with Vertical(id="found-pane"):
                yield TextField(placeholder=_("code, phone, meter, name, name and place"), id="search")
                yield SafeStatic(id="found-head", classes="pane-head")
                yield LineList(COLUMNS, id="hits", marks=False)
            yield RecordPane(id="record-pane")

    def on_mount(self) -> None:
        """Nothing found yet; somebody may have been asked for before the view was there."""
        self._draw_hits()
        self.record.draw()
        if self._waiting is not None:
            self._show(*self._waiting)
            self._waiting = None

    @property
    def record(self) -> RecordPane:
        """The right pane."""
        return self.query_one(RecordPane)

    @property
    def flow(self) -> "ContactFlow":
        """The call's rules, typed."""
        return cast("ContactFlow", self.desk.flow)

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where both fit."""
        self.set_class(event.size.width < SIDE_BY_SIDE, "-narrow")

    # Live state

    def live_changed(self, diff: Diff) -> None:
        """Another caller; an outage on the way to this customer."""
        if self._hits is None and (diff.everything or diff.contacts or diff.me):
            self._draw_hits()
        if diff.everything or diff.outages:
            self.record.draw()

    def link_changed(self, link: Link) -> None:
        """Without the service there is no look-up; what was found stays, with its age."""
        self._draw_hits()
        self.record.draw()
        if link.is_live and self._failed:
            self._ask()

    def tick(self, now: float) -> None:
        """Ages in the record; a bill has none."""
        if self.record.tab in ("overview", "power"):
            self.record.draw()

    def language_changed(self) -> None:
        """Words everywhere, typed text untouched."""
        super().language_changed()
        self.query_one("#search", TextField).placeholder = _("code, phone, meter, name, name and place")
        self._draw_hits()
        self.record.draw()

    def customer_on_screen(self) -> str | None:
        """The opened record's customer, else the highlighted one."""
        file = self.record.file
        return file.code if file is not None else self.query_one("#hits", LineList).highlighted

    def phones_on_screen(self) -> list[str]:
        """The opened record's numbers."""
        file = self.record.file
        return list(file.record.phones) if file is not None and file.record is not None else []

    def likely_ticket(self) -> wire.NewTicket | None:
        """The ticket the bill on screen calls for."""
        return self.record.likely_ticket()

    def bar_label(self, action: str) -> str:
        """What new ticket means right now."""
        if action == "new_ticket" and (likely := self.likely_ticket()) is not None:
            return _(TICKETS[likely.type][0])
        return super().bar_label(action)

    def bar_short(self, action: str) -> str:
        """The same in one word."""
        if action == "new_ticket" and (likely := self.likely_ticket()) is not None:
            return _(TICKETS[likely.type][1])
        return super().bar_short(action)

    @on(RecordPane.Changed)
    def _record_changed(self) -> None:
        if self.is_current:
            self.refresh_bar()

    # Searching

    @on(TextField.Changed, "#search")
    def search(self) -> None:
        """Every change asks; only the answer to the latest text is shown."""
        self._ask()

    def _ask(self) -> None:
        query = self.query_one("#search", TextField).value.strip()
        if query:
            # Enter and the arrows typed behind the text are about what it finds.
            self._let_keys_go = self._let_keys_go or self.desk.hold_keys()
            self._latest.want(query)
            return
        self._latest.drop()
        self._found()
        self._hits, self._failed = None, ""
        self._draw_hits()

    @on(Answered)
    def show_answer(self, event: Answered) -> None:
        """The rows, or what went wrong and what to do."""
        self._failed = event.error.say() if event.error else ""
        other = event.query != self._asked
        if event.hits is not None:
            self._hits, self._asked = event.hits, event.query
        self._draw_hits()
        listed = self.query_one("#hits", LineList)
        if other and listed.row_ids:
            # The best of the new text, wherever the cursor stood in what the shorter one found.
            listed.highlight(listed.row_ids[0])
        self._found()

    def _found(self) -> None:
        if self._let_keys_go is not None:
            self._let_keys_go()
            self._let_keys_go = None

    def _draw_hits(self) -> None:
        listed = self.query_one("#hits", LineList)
        if self._hits is None:
            hits, last = self.flow.files.callers(self.flow.hand)
            listed.set_rows([row(hit, last=last) for hit in hits])
        else:
            hits = tuple(self._hits.items)
            listed.set_rows([row(hit, self._asked, self._hits.lane) for hit in hits])
        nobody = _("Nobody found. Fewer words, another spelling, or part of the phone number?")
        empty = nobody if self._hits else _("Type a few letters or digits; accents and case do not matter.")
        settle(listed, self.desk, rows=bool(hits) and not self._failed, failed=self._failed, empty=empty)
        self.query_one("#found-head", SafeStatic).say(head(self._hits, len(hits)))

    # Opening

    @on(TextField.Submitted, "#search")
    async def open_highlighted(self) -> None:
        """Enter in the field opens the row under the cursor."""
        if chosen := self.query_one("#hits", LineList).highlighted:
            await self._open(chosen)

    @on(LineList.Chosen, "#hits")
    async def open_chosen(self, event: LineList.Chosen) -> None:
        """Enter or a click in the list."""
        await self._open(event.id)

    async def _open(self, code: str) -> None:
        """Say who the caller is if nobody has yet, before the next key acts on it; then show the record."""
        hand = self.flow.hand
        # What was said a moment ago counts, also while the service has not heard it.
        known = hand.customer or self.flow.files.get(hand.id).customer if hand is not None else None
        if known is None and await self.flow.identify(code):
            self.desk.toast(hint(_("This caller is now {code}. {attach} attaches, {commit} wraps up."), code=code))
        elif known not in (None, code):
            self.desk.toast(hint(_("The caller stays {code}. {identify} makes it the one shown."), code=known))
        self._show(code, "bills" if hand is not None and hand.queue == "billing" else "overview")

    def show_customer(self, code: str, tab: str) -> None:
        """Open a record from elsewhere, as soon as the view is there."""
        if self.is_mounted:
            self._show(code, tab)
        else:
            self._waiting = code, tab

    def shows(self, code: str, tab: str) -> bool:
        """Whether this record is open at that tab."""
        file = self.record.file if self.is_mounted else None
        return file is not None and (file.code, file.tab) == (code, tab)

    def _show(self, code: str, tab: str) -> None:
        hand = self.flow.hand
        self.add_class("-record")
        self.record.open(code, tab, f"contact:{hand.id}" if hand else "search")

    # Keys

    def action_move(self, by: int) -> None:
        """Arrows walk the list while the typing goes on in the field."""
        if not self.record.has_focus_within:
            self.query_one("#hits", LineList).walk(by)

    def find(self) -> None:
        """F3 from anywhere: the field, its text selected, ready to be typed over."""
        self.remove_class("-record")
        field = self.query_one("#search", TextField)
        field.focus()
        field.select_all()

    async def act_find(self) -> None:
        """Already here: back to the field."""
        self.find()

    async def act_identify(self) -> None:
        """The customer on screen is the caller, not the one it was thought to be."""
        if (code := self.customer_on_screen()) is not None and await self.flow.identify(code):
            self.desk.toast(hint(_("This caller is now {code}. {attach} attaches, {commit} wraps up."), code=code))

    async def act_filter(self) -> None:
        """The search field is this list's filter."""
        self.find()

    async def act_refresh(self) -> None:
        """Search again; read the open record again."""
        await super().act_refresh()
        self._ask()
        self.record.again()

    async def act_back(self) -> None:
        """From the record to the list; from there the text is kept and the field takes the focus."""
        self.remove_class("-record")
        self.record.close()
        self.query_one("#search", TextField).focus()
