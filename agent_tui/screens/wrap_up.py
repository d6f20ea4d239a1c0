"""Wrap-up in two keys: the likely disposition is already chosen, Enter accepts it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.contact_card import DISPOSITIONS
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (Column("digit", "", 1), Column("word", "", 24, flex=1))
NOTE_CAP: Final = 2000
CHOICES: Final[tuple[str, ...]] = tuple(code for code in DISPOSITIONS if code != "transferred")


@dataclass(frozen=True, slots=True)
class WrapUpAnswer:
    """The disposition and the note; `by_hand` when the agent moved away from the likely one."""

    disposition: str
    note: str
    by_hand: bool


class WrapUp(Dialog[WrapUpAnswer]):
    """Choose how the contact ended; `keep` receives the note with every key, so that it is not lost."""

    CSS_PATH = ["dialog.tcss", "wrap_up.tcss"]

    def __init__(
        self, who: str, likely: str, note: str, keep: Callable[[str], None], choices: Sequence[str] = CHOICES
    ) -> None:
        super().__init__()
        self._who, self._likely, self._note, self._keep = who, likely, note, keep
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        """Who, the dispositions, a note, the keys."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("Wrap up · {who}").format(who=self._who)), classes="title")
            yield LineList(COLUMNS, id="dispositions", header=False, marks=False)
            yield TextField(self._note, placeholder=_("note (optional)"), id="note", max_length=NOTE_CAP)
            yield SafeStatic(hint(_("Enter accepts · a digit chooses · Tab note · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """The likely disposition is under the cursor."""
        listed = self.query_one("#dispositions", LineList)
        listed.styles.height = len(self._choices)
        listed.set_rows(
            [
                Row(code, (Cell(str((i + 1) % 10), "$muted"), Cell(_(DISPOSITIONS.get(code, code)))))
                for i, code in enumerate(self._choices)
            ]
        )
        listed.highlight(self._likely)
        listed.focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter or a click accepts."""
        event.stop()
        self._accept(event.id)

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Every key counts."""
        event.stop()
        self._keep(self.note())

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter in the note accepts too."""
        event.stop()
        self.act_commit()

    def act_commit(self) -> None:
        """The commit key accepts what is highlighted."""
        self._accept(self.query_one("#dispositions", LineList).highlighted or self._likely)

    def act_back(self) -> None:
        """Esc: back to the contact; the note is kept."""
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """A digit outside the note chooses at once."""
        if event.key.isdigit() and not isinstance(self.focused, TextField):
            index = (int(event.key) - 1) % 10
            if index < len(self._choices):
                event.stop()
                self._accept(self._choices[index])
                return
        super().on_key(event)

    def note(self) -> str:
        """What was typed into the note."""
        return clean(self.query_one("#note", TextField).value, cap=NOTE_CAP).strip()

    def _accept(self, code: str) -> None:
        self.dismiss(WrapUpAnswer(code, self.note(), by_hand=code != self._likely))
