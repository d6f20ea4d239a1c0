"""Home: the live queue on the left, the contact in hand on the right; on a narrow terminal one of the two."""

from typing import TYPE_CHECKING, Final, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from agent_tui import wire
from agent_tui.desk.queue_order import WAITING, is_mine, order
from agent_tui.desk.store import Diff
from agent_tui.i18n import _
from agent_tui.messages import IntentRefused, IntentSent, Link
from agent_tui.screens.pane_state import as_of
from agent_tui.screens.queue_marks import QueueMarks
from agent_tui.screens.queue_view import card_view, list_state
from agent_tui.text.fold import fold
from agent_tui.widgets.contact_card import ContactCard
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.kpi import totals
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Row
from agent_tui.widgets.queue_rows import COLUMNS, matches, row
from agent_tui.widgets.safe import SafeStatic

if TYPE_CHECKING:
    from agent_tui.screens.contact_flow import ContactFlow

SIDE_BY_SIDE: Final = 110
LOOK_AFTER_S: Final = 0.3


class QueueScreen(QueueMarks):
    """The queue and the contact in hand."""

    VIEW = "queue"
    AUTO_FOCUS = "#queue"
    CSS_PATH = "queue.tcss"
    BINDINGS = [Binding("tab,shift+tab", "other_pane", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, tuple[wire.Contact, Row]] = {}
        self._words: list[str] = []
        self._shown, self._stepped = 0, False
        self._cursor: str | None = None
        # The row the agent went to: the cursor stays there, whoever is in it, until another contact is in hand.
        self._placed: str | None = None
        self._in_hand: str | None = None
        self._look: Timer | None = None

    @property
    def flow(self) -> "ContactFlow":
        """The call's rules, typed."""
        return cast("ContactFlow", self.desk.flow)

    def body(self) -> ComposeResult:
        """List pane and card side by side; CSS shows one of them on a narrow terminal."""
        with Horizontal(id="panes"):
            with Vertical(id="list-pane"):
                yield SafeStatic(id="kpi", classes="pane-head")
                yield TextField(placeholder=_("filter: name, place, channel, why"), id="filter")
                yield LineList(COLUMNS, id="queue")
            yield ContactCard(id="card")

    def on_mount(self) -> None:
        """No filter yet."""
        self.query_one("#filter").display = False

    def on_resize(self, event: events.Resize) -> None:
        """Two panes need room for both."""
        self.query_one("#panes").set_class(event.size.width < SIDE_BY_SIDE, "-narrow")

    # Drawing

    def live_changed(self, diff: Diff) -> None:
        """Rows, totals and card follow the replica."""
        if diff.everything or diff.agents:
            self._rows.clear()
        if diff.everything or diff.contacts or diff.agents or diff.me:
            self._fill()
        self._hand_changed()
        self._show_card()

    def link_changed(self, link: Link) -> None:
        """A list that is not live says so."""
        self._placeholder(len(self.listed.row_ids))
        self._show_card()

    def tick(self, now: float) -> None:
        """Totals and the card's times; the list ticks by itself."""
        self._show_totals()
        self.query_one(ContactCard).tick(self.flow.now())

    def language_changed(self) -> None:
        """Every word again."""
        self._rows.clear()
        self.query_one("#filter", TextField).placeholder = _("filter: name, place, channel, why")
        self.live_changed(Diff.all())
        self.refresh_chrome()

    def _fill(self) -> None:
        state, me = self.desk.state, self.desk.state.user.id
        # Who was wrapped up is gone from the list at once: the next arrow key moves among those who are left.
        ending, contacts = self.flow.ending, state.contacts
        if ending:
            contacts = {id: one for id, one in contacts.items() if id not in ending}
        names = {agent.id: agent.name for agent in state.agents.values()}
        ids = order(contacts.values(), me, self.flow.now())
        if self._words:
            ids = [id for id in ids if matches(contacts[id], self._words, fold)]
        rows: list[Row] = []
        kept: dict[str, tuple[wire.Contact, Row]] = {}
        for id in ids:
            known = self._rows.get(id)
            entry = known if known and known[0] is contacts[id] else (contacts[id], row(contacts[id], me, names))
            kept[id] = entry
            rows.append(entry[1])
        self._rows, self._shown = kept, len(rows)
        self.listed.set_rows(rows)
        self._placeholder(len(rows))
        self._follow(ids)
        self._show_totals()

    def _follow(self, ids: list[str]) -> None:
        """Until the agent moves the cursor it stands on the next one to take."""
        if self.flow.picked not in ids:
            self.flow.picked = None
        if (self.flow.hand.id if self.flow.hand else None) != self._in_hand or self._placed not in ids:
            self._placed = None
        stepped = self.listed.highlighted != self._cursor and self._cursor in ids
        if self.flow.picked is None and self._placed is None and ids and not stepped:
            contacts = self.desk.state.contacts
            self._cursor = next((id for id in ids if contacts[id].state in WAITING), ids[0])
            self.listed.highlight(self._cursor)
        # A filter is a choice too: F2 takes from what it left, never somebody out of sight.
        if self._words and self.flow.picked is None and self._cursor in ids:
            self.flow.picked = self._cursor

    def _placeholder(self, count: int) -> None:
        desk = self.desk
        self.listed.placeholder(*list_state(desk.state, desk.link, count, bool(self._words), as_of(desk)))

    def _show_totals(self) -> None:
        contacts = list(self.desk.state.contacts.values())
        shown = self._shown if self._words else None
        # Before anything was read a zero would be a figure nobody counted.
        words = totals(contacts, self.flow.now(), shown) if self.desk.state.me else _("WAITING –")
        self.query_one("#kpi", SafeStatic).say(words)

    def _show_card(self) -> None:
        state, flow = self.desk.state, self.flow
        hand = flow.hand
        contact = hand or state.contacts.get(self._cursor or "")
        dossier = flow.files.get(contact.id) if contact is not None else None
        view = card_view(contact, hand is not None, dossier, state, as_of(self.desk))
        self.query_one(ContactCard).show(view, flow.now())

    def _hand_changed(self) -> None:
        """Another contact in hand: its card comes to the front; none: the list does."""
        hand = self.flow.hand
        now = hand.id if hand else None
        if now != self._in_hand:
            self._in_hand = now
            self._front(card=hand is not None)

    def _front(self, card: bool) -> None:
        typing = isinstance(self.focused, TextField) and bool(self.focused.value)
        panes = self.query_one("#panes").set_class(card, "-card")
        # A filter that the card hides cannot be typed into.
        if not typing or (card and panes.has_class("-narrow")):
            self.call_after_refresh(lambda: self._target(card).focus())

    def _target(self, card: bool) -> Widget:
        candidates = self.query_one("#candidates")
        hand = self.flow.hand
        if card and hand is not None and hand.candidates and candidates.display:
            return candidates
        # Side by side the list keeps the keys: there is nothing to type into a card.
        narrow = self.query_one("#panes").has_class("-narrow")
        return self.query_one("#card-scroll") if card and narrow else self.listed

    # What the chrome asks

    def totals(self) -> Content | str:
        """The queue's totals where the list is hidden behind the card."""
        panes = self.query_one("#panes")
        if panes.has_class("-narrow") and panes.has_class("-card"):
            return totals(list(self.desk.state.contacts.values()), self.flow.now())
        return ""

    def customer_on_screen(self) -> str | None:
        """The customer in hand, else the one under the cursor."""
        contact = self.flow.hand or self.desk.state.contacts.get(self._cursor or "")
        return contact.customer if contact else None

    def selected_contact(self) -> str | None:
        """The contact under the cursor."""
        return self._cursor

    def outbox_news(self, news: IntentSent | IntentRefused) -> None:
        """The flow keeps the books of the call, whatever view is on screen."""
        self.flow.outbox_news(news)

    # Keys

    @on(LineList.Highlighted, "#queue")
    def _moved(self, event: LineList.Highlighted) -> None:
        event.stop()
        # A row that went away moves the cursor too; only the agent's own step is a choice.
        self._stepped = self._stepped or event.by_hand
        if event.id != self.listed.highlighted or (event.id == self._cursor and not self._stepped):
            return
        by_hand, self._stepped = self._stepped, False
        self._cursor = event.id
        self._placed = event.id if by_hand else None
        contact = self.desk.state.contacts.get(event.id or "")
        self.flow.picked = event.id if by_hand and contact is not None and contact.state in WAITING else None
        if self._look is not None:
            self._look.stop()
        if self.flow.picked is not None:
            self._look = self.set_timer(LOOK_AFTER_S, self._look_at_picked)
        self._show_card()
        self.refresh_bar()

    def _look_at_picked(self) -> None:
        contact = self.desk.state.contacts.get(self.flow.picked or "")
        if contact is not None and self.flow.hand is None and self.desk.link.is_live:
            self.flow.files.ensure(contact, mine=False)
            self._show_card()

    @on(LineList.Chosen, "#queue")
    def _opened(self, event: LineList.Chosen) -> None:
        event.stop()
        if (chosen := self.desk.state.contacts.get(event.id)) and is_mine(chosen, self.desk.state.user.id):
            # Of several chats this is the one the keys are about now.
            self.desk.state.front = event.id
            self.desk.changed(Diff(me=True))
        self._front(card=True)

    @on(LineList.Chosen, "#candidates")
    async def _identified(self, event: LineList.Chosen) -> None:
        event.stop()
        await self.flow.identify(event.id)
        self.listed.focus()

    @on(TextField.Changed, "#filter")
    def _filtered(self, event: TextField.Changed) -> None:
        event.stop()
        self._words = fold(event.value).split()
        if not self._words:
            self.flow.picked = None
        self._fill()
        # Whom the take key would take now.
        self._show_card()
        self.refresh_bar()

    @on(TextField.Submitted, "#filter")
    def _filter_done(self, event: TextField.Submitted) -> None:
        event.stop()
        self.listed.focus()

    def action_other_pane(self) -> None:
        """Tab: on a narrow terminal the other pane; else the next place that takes keys."""
        panes = self.query_one("#panes")
        if panes.has_class("-narrow"):
            self._front(card=not panes.has_class("-card"))
        else:
            self.focus_next()

    async def act_filter(self) -> None:
        """`/`: the filter line above the list."""
        self.query_one("#panes").remove_class("-card")
        field = self.query_one("#filter", TextField)
        field.display = True
        field.focus()

    async def act_back(self) -> None:
        """Esc: the filter goes first, then the list comes to the front."""
        field = self.query_one("#filter", TextField)
        if field.display:
            field.value = ""
            field.display = False
            self.listed.focus()
        else:
            self._front(card=False)

    async def act_refresh(self) -> None:
        """Everything again, the contact's record too."""
        await super().act_refresh()
        if (hand := self.flow.hand) is not None:
            self.flow.files.again(hand, mine=True)
