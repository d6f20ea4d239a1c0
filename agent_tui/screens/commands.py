"""The command palette: the actions of the registry by name, each with its key; never a customer's text."""

from collections.abc import Callable
from typing import Final

from textual import events

from agent_tui.i18n import _, language
from agent_tui.keys.actions import ACTIONS, Action
from agent_tui.keys.keymap import Keymap
from agent_tui.screens.pick import FilteredList, Frame
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_model import Cell, Column, Row

COLUMNS: Final = (Column("name", "", 16), Column("key", "", 9), Column("help", "", 24, flex=1))


def find_actions(typed: str) -> list[Action]:
    """What the words mean, best first: words of label, help or name, accents or not; all without words.

    The very name or label comes before everything: who types it knows what they want.
    """
    wanted = fold(typed).split()
    found: list[tuple[bool, int, int, Action]] = []
    for place, action in enumerate(ACTIONS):
        label, name = fold(label_of(action)), fold(action.name)
        rest = f"{fold(_(action.help))} {name}"
        if action.name != "palette" and all(word in label or word in rest for word in wanted):
            exact = wanted in (label.split(), name.split(), name.replace("_", " ").split())
            found.append((not exact, -sum(word in label for word in wanted), place, action))
    return [action for *_score, action in sorted(found, key=lambda entry: entry[:3])]


def label_of(action: Action) -> str:
    """The action's word; the language is named in itself."""
    if action.name == "language":
        return "English" if language() == "vi" else "Tiếng Việt"
    return _(action.label)


class Palette(FilteredList[str]):
    """Answers the name of the action to run, or None."""

    FILTER, LIST, SHOWN = "command", "commands", 14

    def __init__(self, keymap: Keymap, why_not: Callable[[str], str | None]) -> None:
        super().__init__()
        self._keymap, self._why_not = keymap, why_not

    def frame(self) -> Frame:
        """No title: the line says it."""
        nothing = _("No such command; fewer letters find more.")
        return Frame("", COLUMNS, _("Enter runs the line · {back} back"), nothing)

    def field(self) -> TextField:
        """What to do."""
        return TextField(placeholder=_("Command ..."), id=self.FILTER)

    def on_key(self, event: events.Key) -> None:
        """The palette's key closes it again."""
        if event.key in self._keymap.of("palette"):
            event.stop()
            self.act_back()
        else:
            super().on_key(event)

    def choose(self, row: str) -> None:
        """Run it."""
        self.dismiss(row)

    def rows(self, words: list[str]) -> list[Row]:
        """In the registry's order until something is typed."""
        return [self._row(action) for action in find_actions(" ".join(words))]

    def _row(self, action: Action) -> Row:
        why = self._why_not(action.name)
        return Row(
            action.name,
            (
                Cell(label_of(action), "$muted" if why else "bold"),
                Cell(self._keymap.shown(action.name), "$muted" if why else "$accent"),
                Cell(why or _(action.help), "$muted"),
            ),
        )
