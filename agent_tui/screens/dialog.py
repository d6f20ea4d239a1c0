"""What the small dialogs of a call share: Esc goes back, the commit key saves, and the keys are the user's own."""

from typing import TYPE_CHECKING, TypeVar, cast

from textual import events
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """A dialog that answers T, or None when the agent went back."""

    CSS_PATH = ["dialog.tcss"]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    @property
    def desk(self) -> "Desk":
        """The app, typed."""
        return cast("Desk", self.app)

    def act_commit(self) -> None:
        """What the commit key does; overridden."""

    def act_back(self) -> None:
        """Esc: leave without an answer."""
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """Commit and back by the user's keymap: bindings of the app do not reach a modal screen."""
        keymap = self.desk.keymap
        if event.key in keymap.of("commit"):
            event.stop()
            event.prevent_default()
            self.act_commit()
        elif event.key in keymap.of("back"):
            event.stop()
            event.prevent_default()
            self.act_back()
