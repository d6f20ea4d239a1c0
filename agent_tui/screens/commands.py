"""The command palette: the actions of the registry by name, each with its key; never a customer's text."""

from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui.i18n import _, language
from agent_tui.keys.actions import ACTIONS, Action
from agent_tui.keys.keymap import Keymap, hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic

COLUMNS: Final = (Column("name", "", 16), Column("key", "", 9), Column("help", "", 24, flex=1))
MOVES: Final = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
SHOWN: Final = 14


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


class Palette(Dialog[str]):
    """Answers the name of the action to run, or None."""

    CSS_PATH = ["dialog.tcss", "commands.tcss"]

    def __init__(self, keymap: Keymap, why_not: Callable[[str], str | None]) -> None:
        super().__init__()
        self._keymap, self._why_not = keymap, why_not

    def compose(self) -> ComposeResult:
        """The line to type into, the list, the keys."""
        with Vertical(classes="panel"):
            yield TextField(placeholder=_("Command ..."), id="command")
            yield LineList(COLUMNS, id="commands", header=False, marks=False)
            yield SafeStatic(hint(_("Enter runs the line · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """Everything, in the registry's order."""
        listed = self.query_one("#commands", LineList)
        listed.styles.height = SHOWN
        listed.can_focus = False
        self._fill("")
        self.query_one("#command", TextField).focus()

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Filter as typed."""
        event.stop()
        self._fill(event.value)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter runs what is highlighted."""
        event.stop()
        self.act_commit()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on the highlighted line runs it."""
        event.stop()
        self.dismiss(event.id)

    def on_key(self, event: events.Key) -> None:
        """The arrows move in the list while the typing goes on; the palette's key closes it again."""
        listed = self.query_one("#commands", LineList)
        if (by := MOVES.get(event.key)) is not None:
            event.stop()
            event.prevent_default()
            if ids := listed.row_ids:
                here = ids.index(listed.highlighted) if listed.highlighted in ids else 0
                listed.highlight(ids[min(max(here + by, 0), len(ids) - 1)])
        elif event.key in self._keymap.of("palette"):
            event.stop()
            self.act_back()
        else:
            super().on_key(event)

    def act_commit(self) -> None:
        """The commit key runs it too."""
        if chosen := self.query_one("#commands", LineList).highlighted:
            self.dismiss(chosen)

    def typed_again(self) -> None:
        """The commands have other words."""
        self._fill(self.query_one("#command", TextField).value)

    def _fill(self, typed: str) -> None:
        listed = self.query_one("#commands", LineList)
        found = find_actions(typed)
        listed.set_rows([self._row(action) for action in found])
        if found:
            listed.placeholder("data")
            listed.highlight(found[0].name)
        else:
            listed.placeholder("empty", _("No such command; fewer letters find more."))

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
