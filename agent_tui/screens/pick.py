"""Choose one of a few: typed letters narrow the list, accents or not; what cannot be chosen says why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

MOVES: Final = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One choice: its word, what more there is to say, and why it cannot be chosen now (empty: it can)."""

    id: str
    word: str
    more: str = ""
    why_not: str = ""


Offered = tuple[str, Sequence[Entry]]


class Pick(Dialog[str]):
    """Answers the id of an option; `offered` gives title and options in the language of the moment."""

    CSS_PATH = ["dialog.tcss", "pick.tcss"]

    def __init__(self, offered: Callable[[], Offered], start: str = "") -> None:
        super().__init__()
        self._offered, self._start = offered, start

    def compose(self) -> ComposeResult:
        """What is chosen, the line to type into, the list, the keys."""
        title, options = self._offered()
        widest = max((cell_len(option.word) for option in options), default=0)
        columns = (Column("word", "", widest + 1), Column("more", "", 20, flex=1, hide_below=widest + 22))
        with Vertical(classes="panel"):
            yield SafeStatic(plain(title), classes="title")
            yield TextField(placeholder=_("type to narrow the list"), id="pick-filter")
            yield LineList(columns, id="pick-list", header=False, marks=False)
            yield SafeStatic(hint(_("Enter chooses · arrows move · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """The likely one is under the cursor."""
        listed = self.query_one("#pick-list", LineList)
        listed.can_focus = False
        listed.styles.height = min(SHOWN, len(self._offered()[1]))
        self._fill("")
        listed.highlight(self._start)
        self.query_one("#pick-filter", TextField).focus()

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Narrow as typed."""
        event.stop()
        self._fill(event.value)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter takes what is highlighted."""
        event.stop()
        self.act_commit()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on the highlighted line."""
        event.stop()
        self._choose(event.id)

    def on_key(self, event: events.Key) -> None:
        """The arrows move in the list while the typing goes on."""
        listed = self.query_one("#pick-list", LineList)
        if (by := MOVES.get(event.key)) is not None and (ids := listed.row_ids):
            event.stop()
            event.prevent_default()
            here = ids.index(listed.highlighted) if listed.highlighted in ids else 0
            listed.highlight(ids[min(max(here + by, 0), len(ids) - 1)])
            return
        super().on_key(event)

    def act_commit(self) -> None:
        """The commit key takes it too."""
        if chosen := self.query_one("#pick-list", LineList).highlighted:
            self._choose(chosen)

    def typed_again(self) -> None:
        """The options have other words."""
        self._fill(self.query_one("#pick-filter", TextField).value)

    def _choose(self, chosen: str) -> None:
        option = next((option for option in self._offered()[1] if option.id == chosen), None)
        if option is not None and option.why_not:
            self.desk.toast(option.why_not, "warning")
        elif option is not None:
            self.dismiss(chosen)

    def _fill(self, typed: str) -> None:
        words = fold(typed).split()
        listed = self.query_one("#pick-list", LineList)
        fits = (o for o in self._offered()[1] if all(word in fold(f"{o.word} {o.more} {o.id}") for word in words))
        # What can be chosen before what cannot, words of its name before words of what is said about it.
        shown = [*fits]
        if words:
            shown.sort(key=lambda option: (bool(option.why_not), -sum(word in fold(option.word) for word in words)))
        listed.set_rows([_row(option) for option in shown])
        if shown:
            listed.placeholder("data")
            if words:
                listed.highlight(shown[0].id)
        else:
            listed.placeholder("empty", _("Nothing by that name; fewer letters find more."))


def _row(option: Entry) -> Row:
    more = option.why_not or option.more
    return Row(option.id, (Cell(option.word, "$muted" if option.why_not else "bold"), Cell(more, "$muted")))
