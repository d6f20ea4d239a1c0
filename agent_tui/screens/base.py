"""What every view shares: the chrome around its body, and how actions, live changes and the link reach it.

A view writes `body()`, and overrides `live_changed`, `why_not`, `bar_label` and `act_<action>` where it has
something to say. Every `act_` runs in a worker of the app: it may await the client and `push_screen_wait`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from agent_tui.desk.drafts import DraftBook
from agent_tui.desk.store import DeskState, Diff
from agent_tui.desk.undo_stack import UndoStack
from agent_tui.i18n import _
from agent_tui.keys.actions import ACTIONS, BY_NAME, LEAD_VIEWS
from agent_tui.keys.keymap import Keymap, hint
from agent_tui.messages import IntentRefused, IntentSent, Link
from agent_tui.screens.call_deeds import CallDeeds
from agent_tui.screens.chrome import offer_of, status_of, top_of
from agent_tui.screens.flow import Flow
from agent_tui.screens.lead_keys import LeadKeys, why_no_lead
from agent_tui.screens.outage_keys import OutageKeys
from agent_tui.screens.shell import ShellActions
from agent_tui.view_file import ViewFile
from agent_tui.widgets.action_bar import ActionBar, BarItem
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.offer_bar import OfferBar
from agent_tui.widgets.safe import Severity
from agent_tui.widgets.status_line import StatusLine
from agent_tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from agent_tui.net.client import DeskClient
    from agent_tui.net.outbox import Outbox
    from agent_tui.net.presence import Presence

BAR = tuple(sorted((a for a in ACTIONS if a.bar is not None), key=lambda a: a.bar or 0))
# The promised calls stand behind the queue: a view without a tab of its own.
VIEW_NAMES = (*(name for name, _title in LEAD_VIEWS), "callbacks")


class Desk(Protocol):
    """The app as its screens see it."""

    state: DeskState
    client: "DeskClient"
    outbox: "Outbox"
    drafts: DraftBook
    link: Link
    unsent: int
    retry_at: float
    flow: Flow
    keymap: Keymap
    undo: UndoStack
    presence: "Presence"
    saved_views: Mapping[str, Mapping[str, str]]
    view_file: ViewFile

    def now(self) -> float:
        """Epoch seconds UTC on the service's clock."""

    def monotonic(self) -> float:
        """Seconds of the clock that `Link` counts in."""

    def changed(self, diff: Diff) -> None:
        """Tell the view on screen that the replica changed (after `state.absorb(answer)`)."""

    async def show_view(self, name: str) -> None:
        """Go to a view by its name."""

    def view_on_screen(self) -> "DeskScreen | None":
        """The view on screen, also under a dialog."""

    def view(self, name: str) -> "DeskScreen | None":
        """The view's screen if it was opened already."""

    async def act(self, name: str) -> None:
        """Run an action as if its key had been pressed."""

    def toast(self, text: str, severity: Severity = "information") -> None:
        """A short message."""

    def why_not(self, name: str) -> str | None:
        """Why an action cannot act on the view on screen, or None."""

    def run_soon(self, name: str) -> None:
        """Run an action when the dialog that asked for it has closed."""

    def hold_keys(self) -> Callable[[], None]:
        """Keep later keys back until the returned function is called (a second at most)."""

    def reconnect(self) -> None:
        """Try to connect now, and read everything again."""

    async def switch_language(self) -> None:
        """The other language, at once."""

    async def leave(self) -> None:
        """Log out and end the desk."""

    def worker_failed(self, group: str, error: BaseException) -> None:
        """A worker ended with an error nobody expected."""


class DeskScreen(CallDeeds, OutageKeys, LeadKeys, ShellActions):
    """One view of the desk: top bar, offer line, body, status line, action bar."""

    VIEW: ClassVar[str] = ""
    TAB: ClassVar[str] = ""
    """The view whose tab is lit, where this one has none."""
    AUTO_FOCUS = "LineList, Input, TextArea"

    def compose(self) -> ComposeResult:
        """The chrome around the body."""
        yield TopBar(id="top")
        yield OfferBar(id="offer")
        with Vertical(id="body"):
            yield from self.body()
        yield StatusLine(id="status")
        yield ActionBar(id="bar")

    def body(self) -> ComposeResult:
        """The view itself."""
        yield from ()

    @property
    def desk(self) -> Desk:
        """The app, typed."""
        return cast(Desk, self.app)

    # What a view overrides

    def live_changed(self, diff: Diff) -> None:
        """The replica changed; called while this view is on screen, and with Diff.all() when it comes back."""

    def link_changed(self, link: Link) -> None:
        """The connection entered another phase."""

    def outbox_news(self, news: IntentSent | IntentRefused) -> None:
        """Something this desk sent was accepted or refused for good (a refusal was already shown as a toast)."""

    def tick(self, now: float) -> None:
        """One second passed: repaint ages only (lists on screen tick by themselves)."""

    def totals(self) -> Content | str:
        """What the status line says after my state (queue totals, counts)."""
        return ""

    def customer_on_screen(self) -> str | None:
        """Code of the customer this view is about right now."""
        return None

    def selected_contact(self) -> str | None:
        """Id of the contact under the cursor."""
        return None

    def bar_label(self, action: str) -> str:
        """The footer's word for an action in this context (translated)."""
        return _(BY_NAME[action].words(self.face(action))[0])

    def bar_short(self, action: str) -> str:
        """The same in one short word, for a narrow terminal."""
        return _(BY_NAME[action].words(self.face(action))[1])

    def face(self, action: str) -> str:
        """Which of its faces the action has here and now: what its key will do."""
        return self.desk.flow.face(action, self) if BY_NAME[action].group == "call" else ""

    def why_not(self, action: str) -> str | None:
        """Why this action cannot act here and now, or None; shown greyed in the footer and as a toast."""
        if action == "leave" and self.desk.state.hand is not None:
            return _("A contact is open. Wrap it up first, then log out.")
        if BY_NAME[action].group == "call":
            return self.desk.flow.why_not(action, self)
        if reason := why_no_lead(self.desk, action):
            return reason
        if action in ("mark", "mark_all", "filter"):
            return None if self.query(LineList) else _("There is no list here.")
        if action == "merge_tickets":
            return hint(_("Tickets are merged in their own view: {view_tickets} goes there."))
        if action in ("save_view", "delete_view"):
            return hint(_("Lists of tickets are saved in their own view: {view_tickets} goes there."))
        return None

    async def perform(self, action: str) -> None:
        """Say why the action cannot act now, or do it."""
        if reason := self.why_not(action):
            self.desk.toast(reason, "warning")
        else:
            await cast(Callable[[], Awaitable[None]], getattr(self, f"act_{action}"))()

    async def act_filter(self) -> None:
        """Filter the list; a view with a filter field overrides this."""

    async def act_refresh(self) -> None:
        """Reconnect now and read everything again."""
        self.desk.reconnect()

    async def act_back(self) -> None:
        """Esc: the list takes the focus; a view overrides this to leave an inner place first."""
        for found in self.query(LineList).results(LineList):
            if found.display and found is not self.focused:
                found.focus()
                return

    def language_changed(self) -> None:
        """Another language is spoken: draw every word again; a view with words of its own overrides this too."""
        for found in self.query(LineList).results(LineList):
            found.redraw()
        self.refresh_chrome()
        self.live_changed(Diff.all())

    # Chrome

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Back on screen: everything may have changed meanwhile."""
        if self.is_mounted:
            self.refresh_chrome()
            self.live_changed(Diff.all())
            self.link_changed(self.desk.link)

    def refresh_chrome(self) -> None:
        """Draw top line, offer, status and keys again; each paints only if its words changed."""
        desk = self.desk
        now = desk.now()
        tab = self.TAB or self.VIEW
        self.query_one(TopBar).show(top_of(desk.state, desk.link, desk.unsent, now, desk.monotonic(), tab))
        self.query_one(OfferBar).show(offer_of(desk.state, desk.keymap), now)
        line, alarm = status_of(
            desk.state, desk.link, desk.unsent, now, desk.monotonic(), desk.retry_at - desk.monotonic(), self.totals()
        )
        self.query_one(StatusLine).show(line, alarm)
        self.refresh_bar()

    def refresh_bar(self) -> None:
        """Ask every key of the bar again whether it can act and what it means here."""
        keymap = self.desk.keymap
        self.query_one(ActionBar).show(
            [
                BarItem(
                    a.name,
                    keymap.shown(a.name),
                    self.bar_label(a.name),
                    self.why_not(a.name) is None,
                    self.bar_short(a.name),
                )
                for a in BAR
            ]
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault in a view's own work is the desk's to report."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.desk.worker_failed(event.worker.group, event.worker.error)

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """A pane that goes out of sight loses the focus: Textual 8.2.8 would give it to a field that nobody sees."""
        if widget is self.focused and not all(above.display for above in widget.ancestors):
            self.set_focus(None)
        else:
            super()._reset_focus(widget, avoiding)

    def on_descendant_focus(self) -> None:
        """What the keys mean depends on where the focus is."""
        if self.is_current:
            self.refresh_bar()
