"""Help: every action with its key and meaning; Enter runs the one under the cursor."""

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from agent_tui.i18n import N_, _
from agent_tui.keys.actions import ACTIONS, BY_NAME, GROUPS, Action
from agent_tui.keys.keymap import Keymap, hint, key_name
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic

COLUMNS = (
    Column("key", N_("key"), 10),
    Column("name", N_("action"), 14),
    Column("help", N_("what it does"), 30, flex=2),
    Column("why", N_("not now, because"), 16, flex=2, hide_below=96),
)


class HelpScreen(Dialog[str]):
    """Answers the name of the action to run, or None."""

    CSS_PATH = ["dialog.tcss", "help.tcss"]
    AUTO_FOCUS = "LineList"

    def __init__(self, keymap: Keymap, why_not: Callable[[str], str | None]) -> None:
        super().__init__()
        self._keymap, self._why_not = keymap, why_not

    def compose(self) -> ComposeResult:
        """The list of actions."""
        with Vertical(id="help"):
            yield SafeStatic(
                Content(hint(_("Keys · Enter runs the line, {back} closes")) + self._layer()), id="help-title"
            )
            yield LineList(COLUMNS, id="help-list", marks=False)
            yield SafeStatic(id="help-foot")

    def on_mount(self) -> None:
        """Fill the list, group by group."""
        found = self.query_one(LineList)
        found.set_rows([self._row(a) for group in GROUPS for a in ACTIONS if a.group == group])
        found.placeholder("data")

    def _layer(self) -> str:
        return "".join(f" · {letter} {key_name(key)}" for letter, key in self._keymap.letters.items())

    def _row(self, action: Action) -> Row:
        why = self._why_not(action.name) or ""
        keys = " ".join(key_name(key) for key in self._keymap.of(action.name)) or "·"
        tint = "$muted" if why else ""
        return Row(
            action.name,
            (
                Cell(keys, "$muted" if why else "bold $accent"),
                Cell(_(action.label), tint),
                Cell(_(action.help), tint),
                Cell(why, "$muted"),
            ),
        )

    @on(LineList.Highlighted)
    def _explain(self, event: LineList.Highlighted) -> None:
        """The line under the cursor in full: where the terminal is narrow its row is not."""
        event.stop()
        if (action := BY_NAME.get(event.id or "")) is not None:
            why = self._why_not(action.name)
            note = Content.styled("\n" + _("not now: {why}").format(why=why), "$warning") if why else Content("")
            self.query_one("#help-foot", SafeStatic).say(Content(_(action.help)) + note)

    @on(LineList.Chosen)
    def _run(self, event: LineList.Chosen) -> None:
        event.stop()
        self.dismiss(event.id)

    def on_key(self, event: events.Key) -> None:
        """The help key closes it again."""
        if event.key in self._keymap.of("help"):
            event.stop()
            self.act_back()
        else:
            super().on_key(event)
