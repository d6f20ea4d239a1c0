"""What the small dialogs of a call share: Esc goes back, the commit key saves, and the keys are the user's own."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from textual import events
from textual._callback import invoke
from textual.app import App
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget

from agent_tui.errors import DeskError
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextBox, TextField
from agent_tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

T = TypeVar("T")
Done = TypeVar("Done")
STEPS: Final = {"up": -1, "down": 1}
"""The arrows that walk in a list while the typing goes on in a field."""
PutBack = Callable[[Widget], None]


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

    _anew = False
    _clock: Timer | None = None

    @property
    def stands(self) -> bool:
        """Whether it was opened and not left yet, also under another screen."""
        return self.is_running and any(self in stack for stack in self.app._screen_stacks.values())

    @property
    def is_open(self) -> bool:
        """Whether what comes has a place: not in a dialog that was left, nor while it is put together in new words."""
        return self.stands and not self._anew

    def every(self, seconds: float, tick: Callable[[], object]) -> None:
        """Do it again and again while the dialog is open; asked for again after new words, it is still one clock."""
        if self._clock is None:
            self._clock = self.set_interval(seconds, lambda: tick() if self.is_open else None)

    def work(self, work: Coroutine[None, None, None], group: str) -> None:
        """Run it in the app: a dialog that closes would cancel it inside the client, which loses the connection."""
        self.app.run_worker(work, group=group, exit_on_error=False)

    async def language_changed(self) -> None:
        """Every word again in the language spoken now; what was typed and chosen stays, and so does the focus."""
        focused = self.focused.id if self.focused is not None else None
        held = {widget.id: put for widget in self.walk_children(Widget) if (put := _held(widget)) and widget.id}
        self._anew = True
        try:
            await self.recompose()
        finally:
            self._anew = False
        with self.prevent(TextField.Changed, TextBox.Changed, Choice.Changed):
            # What a dialog draws when it opens, it draws again.
            if callable(filled := getattr(self, "on_mount", None)):
                await invoke(filled, events.Mount())
            self._put_back(held, lists=False)
            self.typed_again()
            self._put_back(held, lists=True)
        if focused and (again := self.query(f"#{focused}")):
            (widget := again.first()).focus()
            if focused in held:
                # A field selects what is in it when it gets the focus, which takes its way through the app's queue.
                self.app.call_later(widget.call_later, held[focused], widget)

    def typed_again(self) -> None:
        """The fields hold again what was typed, after the language changed: what depends on it is drawn again here."""

    def _put_back(self, held: dict[str, PutBack], lists: bool) -> None:
        for widget in self.walk_children(Widget):
            if widget.id in held and isinstance(widget, LineList) is lists:
                held[widget.id](widget)

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


async def until_accepted(desk: "Desk", dialog: Dialog[T], deed: Callable[[T], Awaitable[Done]]) -> Done | None:
    """Do what the dialog answers; while that fails it opens again as it was left. None when the agent went back."""
    app = cast("App[Any]", desk)
    opened_in = app.current_mode

    async def drop() -> None:
        if not dialog.stands:
            app.uninstall_screen(dialog)
            await dialog.remove()

    # A screen that is installed outlives its closing, with all that was typed and chosen.
    app.install_screen(dialog, f"until_accepted-{id(dialog)}")
    try:
        mode = None
        while (answer := await app.push_screen_wait(dialog, mode=mode)) is not None:
            try:
                return await deed(answer)
            except DeskError as error:
                desk.toast(error.say(), "error")
            # Over the login screen it would be in the way: it waits where it was.
            mode = opened_in if app.current_mode == "login" else None
        return None
    finally:
        app.call_next(drop)


def _held(widget: Widget) -> PutBack | None:
    """What puts into a new widget what this one holds; None where it holds nothing."""
    match widget:
        case TextField(value=value, selection=selection):

            def put(new: Widget) -> None:
                if isinstance(new, TextField):
                    new.value, new.selection = value, selection

        case TextBox(text=text, selection=where):

            def put(new: Widget) -> None:
                if isinstance(new, TextBox):
                    new.text, new.selection = text, where

        case Choice(value=chosen):

            def put(new: Widget) -> None:
                if isinstance(new, Choice):
                    new.set(chosen)

        case LineList(highlighted=row):

            def put(new: Widget) -> None:
                if isinstance(new, LineList) and row in new.row_ids:
                    new.highlight(row)

        case _:
            return None
    return put
