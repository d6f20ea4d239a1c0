"""A choice with all its values in sight, each with a letter of its own; and a tick, the choice of two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from agent_tui.text.fold import fold
from agent_tui.widgets.choice import Choice


def letters(words: Sequence[str]) -> list[str]:
    """One letter for each word, the first of its own that no word before it has taken; empty where none is left."""
    taken: set[str] = set()
    found = []
    for word in words:
        letter = next((sign for sign in fold(word) if sign.isalpha() and sign not in taken), "")
        taken.add(letter)
        found.append(letter)
    return found


class LetterChoice(Choice):
    """All values on one line: a letter chooses and says that this one is answered; the arrows choose too."""

    @dataclass
    class Answered(Message):
        """A letter chose: the next question may come."""

        choice: "LetterChoice"

    def __init__(self, options: list[tuple[str, str]], value: str | None = None, *, id: str | None = None) -> None:
        super().__init__(options, value, id=id)
        self._letters = letters([word for _value, word in options])

    def render(self) -> Content:
        """`w ‹wire down›  f fire`: the chosen one between arrows, so that no colour is needed to see it."""
        parts = []
        for (value, word), letter in zip(self._options, self._letters, strict=True):
            chosen = value == self.value
            text = Content.styled(f"‹{word}›", "bold") if chosen else Content(f" {word} ")
            parts.append(Content.styled(letter, "bold $accent") + text)
        return Content(" ").join(parts)

    def on_key(self, event: events.Key) -> None:
        """A letter of its own chooses; any other is no answer."""
        letter = fold(event.character) if event.character and event.character.isalpha() else ""
        if letter and letter in self._letters:
            event.stop()
            event.prevent_default()
            self._choose(self._options[self._letters.index(letter)][0])
            self.post_message(self.Answered(self))


class Tick(Choice):
    """`☐ text` or `☑ text`; Space sets and clears it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "flip", show=False)]

    def __init__(self, text: str, on: bool = False, *, id: str | None = None) -> None:
        super().__init__([("", text), ("yes", text)], "yes" if on else "", id=id)

    def render(self) -> Content:
        """The box and its words."""
        box, style = ("☑ ", "bold $success") if self.value else ("☐ ", "bold")
        return Content.styled(box + self._options[0][1], style)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Only Space is for the tick."""
        return key == "space"

    def on_key(self, event: events.Key) -> None:
        """No type-ahead."""

    def on_click(self) -> None:
        """A click is Space."""
        self.action_flip()

    def action_flip(self) -> None:
        """Set or clear it."""
        self._choose("" if self.value else "yes")
