"""My state: ready, pause with a reason, log out."""

from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.figure_rows import REASONS
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic

COLUMNS: Final = (Column("mark", "", 1), Column("word", "", 20, flex=1))


@dataclass(frozen=True, slots=True)
class StateChoice:
    """What the agent wants to be, and why when pausing."""

    intent: wire.Intent
    reason: str | None = None


class StateMenu(Dialog[StateChoice]):
    """Choose my state; during a contact a pause begins after it."""

    CSS_PATH = ["dialog.tcss", "state_menu.tcss"]

    def __init__(self, me: wire.AgentState | None, busy: bool) -> None:
        super().__init__()
        self._me, self._busy = me, busy

    def compose(self) -> ComposeResult:
        """The states, and what a contact in hand means for them."""
        with Vertical(classes="panel"):
            yield SafeStatic(_("My state"), classes="title")
            yield LineList(COLUMNS, id="states", header=False, marks=False)
            if self._busy:
                yield SafeStatic(_("A pause begins when the contact in hand is wrapped up."), classes="hint")
            yield SafeStatic(hint(_("Enter chooses · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """The present state carries a mark; the cursor stands on what usually comes next."""
        available = self._me is not None and self._me.intent == "available"
        now = self._current()
        rows = [self._row("available", _("ready for contacts"), now)]
        pauses = {f"paused:{code}": _("pause: {why}").format(why=_(word)) for code, word in REASONS.items()}
        rows += [self._row(key, word, now) for key, word in pauses.items()]
        rows.append(self._row("logged_out", _("log out"), now))
        listed = self.query_one("#states", LineList)
        listed.styles.height = len(rows)
        listed.set_rows(rows)
        listed.highlight("paused:break" if available else "available")
        listed.focus()

    def _current(self) -> str:
        if self._me is None:
            return ""
        return f"paused:{self._me.reason}" if self._me.intent == "paused" else self._me.intent

    def _row(self, key: str, word: str, current: str) -> Row:
        return Row(key, (Cell("●" if key == current else " ", "$accent"), Cell(word)))

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter or a click is the answer."""
        event.stop()
        self._answer(event.id)

    def act_commit(self) -> None:
        """The commit key takes what is highlighted."""
        if chosen := self.query_one("#states", LineList).highlighted:
            self._answer(chosen)

    def _answer(self, key: str) -> None:
        if key.startswith("paused:"):
            self.dismiss(StateChoice("paused", key.removeprefix("paused:")))
        else:
            self.dismiss(StateChoice("available" if key == "available" else "logged_out"))
