"""The only place where text becomes a Static, a toast or a question: Content in, never markup.

Whatever a stranger wrote is shown letter by letter; `[/b]` and `[@click=...]` are just characters.
"""

from typing import Any, Literal

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from agent_tui.i18n import _
from agent_tui.keys.keymap import current_keymap
from agent_tui.text.clean import LINE_CAP, TEXT_CAP, clean

Severity = Literal["information", "warning", "error"]
TOAST_CAP = 300


def plain(text: str, style: str = "", multiline: bool = False) -> Content:
    """Text from anywhere, cleaned, as Content with one style (a theme token such as `$muted`)."""
    content = Content(clean(text, multiline=multiline, cap=TEXT_CAP if multiline else LINE_CAP))
    return content.stylize(style) if style else content


class SafeStatic(Static):
    """A Static that takes Content only; a plain string is shown as it is written."""

    def __init__(
        self, content: Content | str = "", *, id: str | None = None, classes: str | None = None, name: str | None = None
    ) -> None:
        super().__init__(as_content(content), id=id, classes=classes, name=name, markup=False)

    def say(self, content: Content | str, layout: bool = False) -> None:
        """Show this instead; without `layout` the widget keeps its place and nothing else moves."""
        self.update(as_content(content), layout=layout)


def as_content(value: Content | str) -> Content:
    """Content as it is, a plain string as Content that shows it letter by letter."""
    return value if isinstance(value, Content) else plain(value, multiline=True)


def toast(app: App[Any], text: str, severity: Severity = "information", timeout: float | None = None) -> None:
    """A short message that goes away by itself; cleaned, capped, never markup."""
    app.notify(clean(text, multiline=True, cap=TOAST_CAP), severity=severity, timeout=timeout, markup=False)


class Confirm(ModalScreen[bool]):
    """One question with two answers; Enter takes the first, Esc the second."""

    BINDINGS = [
        Binding("left,right,up,down", "swap", show=False),
    ]

    def __init__(self, question: Content | str, yes: str, no: str | None = None) -> None:
        super().__init__()
        self._question = as_content(question)
        self._yes, self._no = yes, no if no is not None else _("Cancel")

    def compose(self) -> ComposeResult:
        """The question above its two buttons."""
        with Vertical(classes="dialog"):
            yield SafeStatic(self._question, classes="question")
            with Horizontal(classes="buttons"):
                yield Button(plain(self._yes), id="yes", variant="primary", compact=True)
                yield Button(plain(self._no), id="no", compact=True)

    def on_mount(self) -> None:
        """Enter answers yes at once."""
        self.query_one("#yes", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def on_key(self, event: events.Key) -> None:
        """Back is no, by the user's own keys."""
        if event.key in current_keymap().of("back"):
            event.stop()
            self.dismiss(False)

    def action_swap(self) -> None:
        """Arrows go to the other button."""
        self.focus_next()


def focus_path(widget: Widget | None) -> str:
    """Where the focus is, for tests and messages: class name and id."""
    return "" if widget is None else f"{type(widget).__name__}#{widget.id or ''}"
