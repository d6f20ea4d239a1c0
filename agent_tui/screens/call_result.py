"""The call back that is being made: the whole number, what to ask, and one key for what came of it."""

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.i18n import N_, _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.callback_rows import kind_word, who
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (Column("digit", "", 1), Column("word", "", 24, flex=1))
NOT_YET: Final = "not_yet"
OF_OUTAGE: Final[dict[str, str]] = {
    "on": N_("power is on"),
    "still_out": N_("still no power: a new outage within the old one"),
    "no_answer": N_("no answer, try again later"),
    "wrong_number": N_("wrong number, do not call again"),
}
OF_AGENT: Final[dict[str, str]] = {
    "reached": N_("reached: talk now"),
    "no_answer": N_("no answer, try again later"),
    "wrong_number": N_("wrong number, do not call again"),
}


class CallResult(Dialog[str]):
    """Answers what came of the call; Esc keeps the call claimed for a while, to be reported on later."""

    CSS_PATH = ["dialog.tcss", "call_result.tcss"]

    def __init__(self, callback: wire.Callback) -> None:
        super().__init__()
        self._callback = callback
        self._results = OF_OUTAGE if callback.kind == "outage" else OF_AGENT

    def compose(self) -> ComposeResult:
        """Whom to call, the number, the results, the keys."""
        callback = self._callback
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("Call {who}").format(who=who(callback))), classes="title")
            yield SafeStatic(plain(f"☎ {callback.address}", "bold $accent"), id="number")
            place = " · ".join(filter(None, (kind_word(callback), callback.place)))
            yield SafeStatic(plain(place, "$muted"))
            if callback.kind == "outage":
                yield SafeStatic(plain(_("Ask: is the power back on in your house?"), "bold"), id="question")
            yield LineList(COLUMNS, id="results", header=False, marks=False)
            yield SafeStatic(hint(_("a digit or Enter reports it · {back} not yet")), classes="hint")

    def on_mount(self) -> None:
        """The cursor stands on no result yet: an Enter too many must not report one."""
        listed = self.query_one("#results", LineList)
        results = [
            Row(code, (Cell(str(n), "$muted"), Cell(_(word))))
            for n, (code, word) in enumerate(self._results.items(), 1)
        ]
        listed.styles.height = len(results) + 1
        listed.set_rows([Row(NOT_YET, (Cell("…", "$muted"), Cell(_("calling; what came of it?"), "$muted"))), *results])
        listed.focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter or a click reports."""
        event.stop()
        self._report(event.id)

    def act_commit(self) -> None:
        """The commit key reports what is highlighted."""
        self._report(self.query_one("#results", LineList).highlighted or NOT_YET)

    def _report(self, result: str) -> None:
        if result != NOT_YET:
            self.dismiss(result)

    def on_key(self, event: events.Key) -> None:
        """A digit reports at once."""
        codes = list(self._results)
        if event.key.isdigit() and 0 < int(event.key) <= len(codes):
            event.stop()
            self.dismiss(codes[int(event.key) - 1])
        else:
            super().on_key(event)
