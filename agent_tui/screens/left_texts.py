"""Texts that were typed and never sent: opened where they belong, kept for later, or thrown away."""

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content

from agent_tui.desk.drafts import Draft, DraftBook
from agent_tui.i18n import N_, _, fmt_time, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.screens.texts import what
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk
    from agent_tui.screens.contact_flow import ContactFlow

COLUMNS: Final = (
    Column("at", "", 11),
    Column("what", "", 28),
    Column("who", "", 12, flex=1),
)
ON_ITS_WAY: Final = N_("It is on its way: it is sent by itself, once, when the service is there.")
SHOWN: Final = 8
TEXT_SHOWN: Final = 300


class TakesTicketText(Protocol):
    """The view that can open a ticket and put kept text into it."""

    def open_left(self, ticket: str) -> None:
        """Open this ticket with its kept text."""


class LeftTexts(Dialog[Draft]):
    """Answers the text to go on with; Esc leaves all of them where they are."""

    CSS_PATH = ["dialog.tcss", "left_texts.tcss"]

    def __init__(self, book: DraftBook, now: float) -> None:
        super().__init__()
        self._book, self._now = book, now

    def compose(self) -> ComposeResult:
        """How many and from when, the list, the keys."""
        with Vertical(classes="panel"):
            yield SafeStatic(id="left-title", classes="title")
            yield LineList(COLUMNS, id="left", header=False, marks=False)
            yield SafeStatic(id="left-text")
            yield SafeStatic(hint(_("Enter opens · {back} keeps for later · Del discards")), classes="hint")

    def on_mount(self) -> None:
        """The newest is under the cursor."""
        self._fill()
        self.query_one("#left", LineList).focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter or a click opens."""
        event.stop()
        self._answer(event.id)

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """The whole of the text under the cursor."""
        event.stop()
        self._show_text(event.id)

    def act_commit(self) -> None:
        """The commit key opens too."""
        if chosen := self.query_one("#left", LineList).highlighted:
            self._answer(chosen)

    def on_key(self, event: events.Key) -> None:
        """Del throws the text under the cursor away."""
        if event.key == "delete":
            event.stop()
            draft = self._draft(self.query_one("#left", LineList).highlighted or "")
            if draft is not None and draft.on_its_way:
                self.desk.toast(_(ON_ITS_WAY))
            elif draft is not None:
                self._book.drop(draft.kind, draft.place)
            self._fill()
            if not self._book.all:
                self.dismiss(None)
            return
        super().on_key(event)

    def _answer(self, key: str) -> None:
        self.dismiss(self._draft(key))

    def _draft(self, key: str) -> Draft | None:
        return next((draft for draft in self._book.all if _key(draft) == key), None)

    def _fill(self) -> None:
        left = self._book.all
        listed = self.query_one("#left", LineList)
        listed.styles.height = max(1, min(SHOWN, len(left)))
        listed.set_rows([self._row(draft) for draft in left])
        title = ngettext("Unsaved text from {time}", "{n} unsaved texts, the last from {time}", len(left))
        at = fmt_time(left[0].at, self._now) if left else ""
        self.query_one("#left-title", SafeStatic).say(plain(title.format(n=len(left), time=at)))

        self._show_text(listed.highlighted)

    def _show_text(self, key: str | None) -> None:
        draft = self._draft(key or "")
        text = draft.text[:TEXT_SHOWN] + ("…" if len(draft.text) > TEXT_SHOWN else "") if draft is not None else ""
        shown = plain(text, multiline=True)
        if draft is not None and draft.refused:
            shown = plain("✗ " + draft.refused, "$error") + Content("\n") + shown
        self.query_one("#left-text", SafeStatic).say(shown, layout=True)

    def _row(self, draft: Draft) -> Row:
        time = fmt_time(draft.at, self._now)
        return Row(_key(draft), (Cell(time, "$muted"), Cell(what(draft), "$accent"), Cell(draft.label)))


def _key(draft: Draft) -> str:
    return f"{draft.kind}:{draft.place}"


async def go_on(desk: "Desk") -> None:
    """Show what was left, and open what the agent chooses; runs in a worker."""
    if not len(desk.drafts):
        desk.toast(_("There is no unsaved text."))
        return
    draft = await cast("App[Any]", desk).push_screen_wait(LeftTexts(desk.drafts, desk.now()))
    if draft is not None:
        await _open(desk, draft)
    elif len(desk.drafts):
        desk.toast(_("The text is kept. The command “Unsaved texts” shows it again."))


async def _open(desk: "Desk", draft: Draft) -> None:
    if draft.on_its_way:
        desk.toast(_(ON_ITS_WAY))
        return
    draft = desk.drafts.swap(draft)
    flow = cast("ContactFlow", desk.flow)
    hand, about = flow.hand, draft.fields.get("contact", draft.place)
    if draft.kind == "ticket":
        await desk.show_view("tickets")
        cast(TakesTicketText, desk.view("tickets")).open_left(draft.place)
    elif draft.kind in ("wrap_up", "message") and hand is not None and hand.id == about:
        desk.run_soon("commit" if draft.kind == "wrap_up" else "look_closer")
    else:
        if draft.kind != "new_ticket":
            desk.toast(_("That contact is no longer in hand; its text is in a new ticket."), "warning")
        await flow.tickets.go_on(draft)
