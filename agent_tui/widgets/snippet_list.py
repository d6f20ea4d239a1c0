"""The list that opens under a text field behind `::`, `??` and `@@`, and the fields that can be written with it."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from textual import events
from textual.app import App

from agent_tui.desk.snippets import Asked, Mark, Snippet, asked, find, holes
from agent_tui.i18n import N_, _
from agent_tui.widgets.fields import TextBox, TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import toast

COLUMNS: Final = (Column("title", N_("title"), 22, flex=2), Column("hint", N_("text"), 18, flex=3, hide_below=44))
LINES: Final = 6
MARKS: Final = ":?@"
Offers = Callable[[Mark], Sequence[Snippet]]


def nothing(mark: Mark) -> Sequence[Snippet]:
    """No snippets at all."""
    return ()


class SnippetList(LineList, can_focus=False):
    """Filters as the text before the cursor grows; never has the focus, its field gives it the keys."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(COLUMNS, id=id, header=False, marks=False)
        self.offers: Offers = nothing
        self._asked: Asked | None = None
        self._shown: list[Snippet] = []
        self._shut: Mark | None = None
        self._moved = False

    def on_mount(self) -> None:
        """Nothing is asked for yet."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """There is something to choose."""
        return self._asked is not None

    @property
    def current(self) -> Snippet | None:
        """The line under the cursor while the list is open."""
        return next((one for one in self._shown if one.id == self.highlighted), None) if self.is_open else None

    @property
    def asked_length(self) -> int:
        """How many characters before the cursor the choice replaces."""
        return self._asked.length if self._asked is not None else 0

    @property
    def chosen(self) -> Snippet | None:
        """What Enter inserts: nothing before a letter was typed or the cursor moved, for `??` may end a sentence."""
        return self.current if self._asked is not None and (self._asked.typed.strip() or self._moved) else None

    def look(self, before: str) -> None:
        """Open, filter or close by the text before the field's cursor."""
        found = asked(before[-120:])
        if found is None or found.mark != self._shut:
            self._shut = None
        if found is None or self._shut is not None or not (rows := find(self.offers(found.mark), found.typed)):
            self.close()
            return
        if self._asked is None or found.mark != self._asked.mark:
            self._moved = False
        self._asked = found
        if rows != self._shown:
            self._shown = rows
            self.set_rows([_row(one) for one in rows])
            self.placeholder("data")
            self.highlight(rows[0].id)
            self.styles.height = min(LINES, len(rows))
        if not self.display:
            self.display = True
            self.call_after_refresh(self.scroll_visible, animate=False)

    def on_resize(self) -> None:
        """Where the room is short, what was opened must be seen."""
        if self.display:
            self.call_after_refresh(self.scroll_visible, animate=False)

    def close(self) -> None:
        """Nothing is asked for."""
        self._asked, self._shown, self._moved = None, [], False
        self.display = False

    def shut(self) -> None:
        """The agent wants the text as it stands: closed until another mark is typed."""
        self._shut = self._asked.mark if self._asked is not None else None
        self.close()

    def step(self, by: int) -> None:
        """One line up or down."""
        self._moved = True
        self.walk(by)


def _row(one: Snippet) -> Row:
    title = ("▲ " if one.warning else "") + one.title
    return Row(one.id, (Cell(title, "$warning" if one.warning else "bold"), Cell(one.hint, "$muted")))


class Field(Protocol):
    """A text field as `Writing` sees it."""

    listed: SnippetList | None

    @property
    def app(self) -> App[object]:
        """The desk."""
        ...

    @property
    def has_focus(self) -> bool:
        """Somebody writes here."""
        ...

    @property
    def before(self) -> str:
        """The text of the line before the cursor."""
        ...

    def put(self, length: int, text: str) -> None:
        """Replace the last characters before the cursor."""
        ...


class Writing:
    """What makes a text field open `listed` behind the marks; stands before the field among the bases."""

    alone = MARKS
    listed: SnippetList | None = None

    # By name, not by @on: Textual collects decorated handlers only from its own classes, and styles by the first base.
    async def _on_key(self: Field, event: events.Key) -> None:
        if not getattr(self, "read_only", False) and _taken(self, event):
            event.stop()
            event.prevent_default()

    def on_blur(self: Field) -> None:
        """Nothing is written here any more."""
        if self.listed is not None:
            self.listed.close()

    def on_input_changed(self: Field) -> None:
        """The text grew: the list opens, filters or closes."""
        if self.listed is not None and self.has_focus:
            self.listed.look(self.before)

    on_text_area_changed = on_input_changed


class WritingBox(Writing, TextBox):
    """A TextBox whose `listed` opens behind the marks."""

    @property
    def before(self) -> str:
        """The line before the cursor."""
        row, column = self.cursor_location
        return self.document[row][:column]

    def put(self, length: int, text: str) -> None:
        """Replace the last characters before the cursor."""
        row, column = self.cursor_location
        if length:
            self._delete_via_keyboard((row, column - length), (row, column))
        self._insert_typed(text)


class WritingField(Writing, TextField):
    """A TextField whose `listed` opens behind the marks; what it inserts is one line."""

    @property
    def before(self) -> str:
        """The text before the cursor."""
        return self.value[: self.cursor_position]

    def put(self, length: int, text: str) -> None:
        """Replace the last characters before the cursor."""
        at = self.cursor_position
        if length:
            self.delete(at - length, at)
        self._insert_typed(" ".join(text.split("\n")))


def _taken(field: Field, event: events.Key) -> bool:
    """Do what the key means while a mark stands before the cursor; False leaves it to the field.

    The text decides, not what is on screen: in a burst the keys come before the list was painted.
    """
    listed = field.listed
    if listed is None:
        return False
    if event.is_printable and event.character:
        if event.character not in MARKS and asked((field.before + event.character)[-120:]) is None:
            return False
        field.put(0, event.character)
        listed.look(field.before)
        return True
    listed.look(field.before)
    if not listed.is_open or event.key not in ("up", "down", "enter", "ctrl+j", "tab", "escape"):
        return False
    if event.key in ("up", "down"):
        listed.step(-1 if event.key == "up" else 1)
    elif event.key == "escape" or (chosen := listed.chosen) is None:
        listed.shut()
        return event.key == "escape"
    else:
        field.put(listed.asked_length, chosen.text)
        listed.close()
        if open_holes := holes(chosen.text):
            toast(field.app, _("Still to be filled in: {what}").format(what=", ".join(open_holes)), "warning")
    return True
