"""A choice on one line: the arrows walk through it, typed letters jump, accents do not matter."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from agent_tui.text.fold import fold


class Choice(Widget, can_focus=True):
    """One of a few values, shown by its word between two arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another value was chosen by hand."""

        choice: "Choice"
        value: str

        @property
        def control(self) -> "Choice":
            """The choice it came from."""
            return self.choice

    def __init__(self, options: list[tuple[str, str]], value: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = options
        self._value = value if value is not None else options[0][0]
        self._typed = ""

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._value

    def set(self, value: str) -> None:
        """Choose without telling: the value comes from the data."""
        if value in dict(self._options) and value != self._value:
            self._value = value
            self.refresh()

    def set_options(self, options: list[tuple[str, str]]) -> None:
        """Other words or values; the choice stays where it still exists."""
        self._options = options
        if self._value not in dict(options):
            self._value = options[0][0]
        self.refresh()

    def render(self) -> Content:
        """`‹ open ›` with the arrows only where they lead somewhere."""
        values = [value for value, _word in self._options]
        index = values.index(self._value)
        left = "‹ " if index > 0 else "  "
        right = " ›" if index < len(values) - 1 else "  "
        return Content(left) + Content.styled(self._options[index][1], "bold") + Content(right)

    def action_step(self, by: int) -> None:
        """One arrow key; the ends do not wrap, so that a held key stops where one expects."""
        values = [value for value, _word in self._options]
        self._choose(values[min(max(values.index(self._value) + by, 0), len(values) - 1)])

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters are type-ahead here, whatever they mean elsewhere."""
        return character is not None and character.isalpha()

    def on_key(self, event: events.Key) -> None:
        """Type-ahead: each letter narrows, a letter that fits nothing starts again."""
        if event.character is None or not event.character.isprintable() or event.character == " ":
            return
        for typed in (self._typed + fold(event.character), fold(event.character)):
            hit = next((value for value, word in self._options if _spoken(word).startswith(typed)), None)
            if hit is not None:
                self._typed = typed
                self._choose(hit)
                event.stop()
                return

    def on_focus(self) -> None:
        """A new visit starts a new word."""
        self._typed = ""

    def _choose(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.refresh()
            self.post_message(self.Changed(self, value))


def _spoken(word: str) -> str:
    """The letters of a word that may stand behind a sign: `▲ high` is found by its h."""
    folded = fold(word)
    at = next((i for i, char in enumerate(folded) if char.isalnum()), 0)
    return folded[at:]
