"""Choose from a list by typing: letters narrow it, accents or not; and one of a few, where what cannot be says why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import STEPS, Dialog
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

T = TypeVar("T")
MOVES: Final = STEPS | {"pageup": -10, "pagedown": 10}
MOST_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One choice: its word, what more there is to say, and why it cannot be chosen now (empty: it can)."""

    id: str
    word: str
    more: str = ""
    why_not: str = ""


Offered = tuple[str, Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Frame:
    """The words round a list: title (none: empty), the keys, and what to say when nothing is found."""

    title: str
    columns: Sequence[Column]
    keys: str
    nothing: str


class FilteredList(Dialog[T]):
    """A line to type into above a list: words narrow it, and the arrows move in it while the typing goes on."""

    CSS_PATH = ["dialog.tcss", "pick.tcss"]
    FILTER: ClassVar[str]
    LIST: ClassVar[str]
    SHOWN: ClassVar[int] = 10

    def frame(self) -> Frame:
        """The words round it in the language of the moment; overridden."""
        return Frame("", (), "", "")

    def field(self) -> TextField:
        """The line to type into; overridden."""
        return TextField(id=self.FILTER)

    def rows(self, words: list[str]) -> list[Row]:
        """What the typed words (folded) leave, the best first; overridden."""
        return []

    def choose(self, row: str) -> None:
        """A row was taken; overridden."""

    def below(self) -> ComposeResult:
        """What stands between the list and the keys."""
        yield from ()

    def opened(self) -> None:
        """The list was filled for the first time."""

    @property
    def listed(self) -> LineList:
        """The list."""
        return self.query_one(f"#{self.LIST}", LineList)

    def compose(self) -> ComposeResult:
        """What is chosen, the line to type into, the list, the keys."""
        frame = self.frame()
        with Vertical(classes="panel"):
            if frame.title:
                yield SafeStatic(plain(frame.title), classes="title")
            yield self.field()
            yield LineList(frame.columns, id=self.LIST, header=False, marks=False)
            yield from self.below()
            yield SafeStatic(hint(frame.keys), classes="hint")

    def on_mount(self) -> None:
        """Everything is offered; the keys go to the line."""
        self.listed.can_focus = False
        self.listed.styles.height = self.SHOWN
        self._fill("")
        self.opened()
        self.query_one(f"#{self.FILTER}", TextField).focus()

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Narrow as typed."""
        event.stop()
        if event.input.id == self.FILTER:
            self._fill(event.value)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter takes what is highlighted."""
        event.stop()
        self.act_commit()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on the highlighted line."""
        event.stop()
        self.choose(event.id)

    def on_key(self, event: events.Key) -> None:
        """The arrows move in the list."""
        if (by := MOVES.get(event.key)) is not None and self.listed.row_ids:
            event.stop()
            event.prevent_default()
            self.listed.walk(by)
            return
        super().on_key(event)

    def act_commit(self) -> None:
        """The commit key takes it too."""
        if chosen := self.listed.highlighted:
            self.choose(chosen)

    def typed_again(self) -> None:
        """The rows have other words."""
        self._fill(self.query_one(f"#{self.FILTER}", TextField).value)

    def _fill(self, typed: str) -> None:
        rows = self.rows(fold(typed).split())
        self.listed.set_rows(rows)
        if rows:
            self.listed.highlight(rows[0].id)
        self.listed.placeholder("data" if rows else "empty", "" if rows else hint(self.frame().nothing))


class Pick(FilteredList[str]):
    """Answers the id of an option; `offered` gives title and options in the language of the moment."""

    FILTER, LIST = "pick-filter", "pick-list"

    def __init__(self, offered: Callable[[], Offered], start: str = "") -> None:
        super().__init__()
        self._offered, self._start = offered, start

    def frame(self) -> Frame:
        """As wide as the longest word."""
        title, options = self._offered()
        widest = max((cell_len(option.word) for option in options), default=0)
        columns = (Column("word", "", widest + 1), Column("more", "", 20, flex=1, hide_below=widest + 22))
        nothing = _("Nothing by that name; fewer letters find more.")
        return Frame(title, columns, _("Enter chooses · arrows move · {back} back"), nothing)

    def field(self) -> TextField:
        """Any word of an option."""
        return TextField(placeholder=_("type to narrow the list"), id=self.FILTER)

    def opened(self) -> None:
        """The likely one is under the cursor."""
        self.listed.styles.height = min(MOST_SHOWN, len(self._offered()[1]))
        self.listed.highlight(self._start)

    def rows(self, words: list[str]) -> list[Row]:
        """What can be chosen before what cannot, words of its name before words of what is said about it."""
        shown = [o for o in self._offered()[1] if all(word in fold(f"{o.word} {o.more} {o.id}") for word in words)]
        if words:
            shown.sort(key=lambda option: (bool(option.why_not), -sum(word in fold(option.word) for word in words)))
        return [_row(option) for option in shown]

    def choose(self, row: str) -> None:
        """What cannot be chosen says why."""
        option = next((option for option in self._offered()[1] if option.id == row), None)
        if option is not None and option.why_not:
            self.desk.toast(option.why_not, "warning")
        elif option is not None:
            self.dismiss(row)


def _row(option: Entry) -> Row:
    more = option.why_not or option.more
    return Row(option.id, (Cell(option.word, "$muted" if option.why_not else "bold"), Cell(more, "$muted")))
