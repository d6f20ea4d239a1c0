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
from agent_tui.screens.pick import FilteredList, Frame
from agent_tui.text.clean import clean
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (Column("glyph", "", 1), Column("what", "", 24, flex=1))
NOTE_CAP: Final = 512
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


class HandOn(FilteredList[HandOnAnswer]):
    """The ways, and a note that goes with the contact."""

    CSS_PATH = [*FilteredList.CSS_PATH, "hand_on.tcss"]
    FILTER, LIST = "way-filter", "ways"

    def __init__(self, title: str, ways: Sequence[Way]) -> None:
        super().__init__()
        self._title, self._ways = title, {f"{way.kind}:{way.to}": way for way in ways}

    def frame(self) -> Frame:
        """What is done, and the keys."""
        keys = _("arrows choose · Tab note · Enter or {commit} does it · {back} back")
        return Frame(self._title, COLUMNS, keys, _("Nothing fits; fewer letters find more."))

    def field(self) -> TextField:
        """Whom to."""
        return TextField(placeholder=_("type to filter: a name, a queue, a centre"), id=self.FILTER)

    def below(self) -> ComposeResult:
        """The note."""
        yield TextField(placeholder=_("note for whoever has it next (optional)"), id="note", max_length=NOTE_CAP)

    def choose(self, row: str) -> None:
        """Answer with the note."""
        note = clean(self.query_one("#note", TextField).value, cap=NOTE_CAP).strip()
        self.dismiss(HandOnAnswer(self._ways[row], note))

    def rows(self, words: list[str]) -> list[Row]:
        """The ways whose words hold those typed."""
        return [
            Row(key, (Cell(GLYPHS[way.kind], "$accent"), Cell(way.text)))
            for key, way in self._ways.items()
            if all(word in fold(way.text) for word in words)
        ]


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
