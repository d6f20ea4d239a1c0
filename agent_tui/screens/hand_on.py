"""One list of what can become of a contact, with a note; and the card of another corporation's hotline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (Column("glyph", "", 1), Column("what", "", 24, flex=1))
SHOWN: Final = 10
NOTE_CAP: Final = 512
MOVES: Final = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
WayKind = Literal["consult", "end_consult", "complete", "callback", "queue", "agent", "centre"]
GLYPHS: Final[dict[WayKind, str]] = {
    "consult": "?", "end_consult": "○", "complete": "⇥", "callback": "↺", "queue": "→", "agent": "→", "centre": "⇒",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to do: what kind, with whom, and its words in the desk's language."""

    kind: WayKind
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class HandOnAnswer:
    """What was chosen, with the note for whoever has it next."""

    way: Way
    note: str


class HandOn(Dialog[HandOnAnswer]):
    """A filter line over the ways, and a note that goes with the contact."""

    CSS_PATH = ["dialog.tcss", "hand_on.tcss"]

    def __init__(self, title: str, ways: Sequence[Way]) -> None:
        super().__init__()
        self._title, self._ways = title, {f"{way.kind}:{way.to}": way for way in ways}

    def compose(self) -> ComposeResult:
        """The filter, the ways, the note, the keys."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(self._title), classes="title")
            yield TextField(placeholder=_("type to filter: a name, a queue, a centre"), id="way-filter")
            yield LineList(COLUMNS, id="ways", header=False, marks=False)
            yield TextField(placeholder=_("note for whoever has it next (optional)"), id="note", max_length=NOTE_CAP)
            keys = _("arrows choose · Tab note · Enter or {commit} does it · {back} back")
            yield SafeStatic(hint(keys), classes="hint")

    def on_mount(self) -> None:
        """The filter has the focus, the arrows move in the list."""
        listed = self.query_one("#ways", LineList)
        listed.styles.height = SHOWN
        listed.can_focus = False
        self._fill("")
        self.query_one("#way-filter", TextField).focus()

    def typed_again(self) -> None:
        """The filter holds what was typed."""
        self._fill(self.query_one("#way-filter", TextField).value)

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Filter as typed."""
        event.stop()
        if event.input.id == "way-filter":
            self._fill(event.value)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter does what is highlighted, from either field."""
        event.stop()
        self.act_commit()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on the highlighted line."""
        event.stop()
        self._answer(event.id)

    def on_key(self, event: events.Key) -> None:
        """The arrows move in the list while the typing goes on."""
        listed = self.query_one("#ways", LineList)
        if (by := MOVES.get(event.key)) is not None and (ids := listed.row_ids):
            event.stop()
            event.prevent_default()
            here = ids.index(listed.highlighted) if listed.highlighted in ids else 0
            listed.highlight(ids[min(max(here + by, 0), len(ids) - 1)])
        else:
            super().on_key(event)

    def act_commit(self) -> None:
        """Do what is highlighted."""
        if chosen := self.query_one("#ways", LineList).highlighted:
            self._answer(chosen)

    def _answer(self, key: str) -> None:
        note = clean(self.query_one("#note", TextField).value, cap=NOTE_CAP).strip()
        self.dismiss(HandOnAnswer(self._ways[key], note))

    def _fill(self, typed: str) -> None:
        wanted = fold(typed).split()
        listed = self.query_one("#ways", LineList)
        rows = [
            Row(key, (Cell(GLYPHS[way.kind], "$accent"), Cell(way.text)))
            for key, way in self._ways.items()
            if all(word in fold(way.text) for word in wanted)
        ]
        listed.set_rows(rows)
        if rows:
            listed.highlight(rows[0].id)
        listed.placeholder("data" if rows else "empty", _("Nothing fits; fewer letters find more."))


class Card(Dialog[None]):
    """Where the customer calls the next time, to be read out."""

    CSS_PATH = ["dialog.tcss", "hand_on.tcss"]

    def __init__(self, card: wire.HotlineCard) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        """The corporation and its number."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(f"{self._card.code} · {self._card.name}"), classes="title")
            yield SafeStatic(plain(_("The contact waits there now. Read out for the next time:")))
            yield SafeStatic(plain(f"☎ {self._card.hotline}", "bold $accent"), id="hotline")
            yield SafeStatic(hint(_("Enter or {back} goes on")), classes="hint")

    def on_key(self, event: events.Key) -> None:
        """Enter closes it too."""
        if event.key == "enter":
            event.stop()
            self.dismiss(None)
        else:
            super().on_key(event)
