"""A remark for the log of an outage."""

from collections.abc import Callable
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.fields import TextBox
from agent_tui.widgets.safe import SafeStatic, plain

CAP: Final = 20_000


class Remark(Dialog[str]):
    """A few lines; the commit key sends them, and until then `keep` has every letter."""

    CSS_PATH = ["dialog.tcss", "outage_dialogs.tcss"]

    def __init__(self, what: str, draft: str, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._what, self._draft, self._keep = what, draft, keep

    def compose(self) -> ComposeResult:
        """About what, the text, the keys."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("Remark · {what}").format(what=self._what)), classes="title")
            yield TextBox(self._draft, id="remark-text")
            yield SafeStatic(hint(_("{commit} puts it into the log · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#remark-text", TextBox).focus()

    def on_text_area_changed(self, event: TextBox.Changed) -> None:
        """Every key counts."""
        event.stop()
        self._keep(event.text_area.text)

    def act_commit(self) -> None:
        """An empty remark is none."""
        text = clean(self.query_one("#remark-text", TextBox).text, multiline=True, cap=CAP).strip()
        if text:
            self.dismiss(text)
        else:
            self.desk.toast(_("Nothing is written yet."), "warning")
