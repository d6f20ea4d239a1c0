"""The program test_ordered_keys.py types into: fields, a dialog, a list of what was submitted; F9 reports it all.

python -m tests.terminal.ordered_app house|stock [unordered]
"""

import json
import sys
import time

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from agent_tui.keys.ordered import OrderedKeys
from agent_tui.widgets.fields import TextBox, TextField

HOUSE = "house" in sys.argv
LINE: type[Input] = TextField if HOUSE else Input
BOX: type[TextArea] = TextBox if HOUSE else TextArea


class Ask(ModalScreen[str]):
    BINDINGS = [Binding("ctrl+g", "close", show=False), Binding("f9", "app.report", show=False)]

    def compose(self) -> ComposeResult:
        yield LINE(id="asked")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)

    def action_close(self) -> None:
        self.dismiss("gone")


class Probe(App[None]):
    CSS = "Input { height: 3; } TextArea { height: 8; } #report { height: 8; } Ask { align: center middle; }"
    BINDINGS = [
        Binding("f2", "ask", show=False),
        Binding("f3", "slow", show=False),
        Binding("f4", "stuck", show=False),
        Binding("f8", "wipe", show=False),
        Binding("f9", "report", show=False, priority=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.log_of_input: list[str] = []
        self.reports = 0

    def compose(self) -> ComposeResult:
        yield LINE(id="a")
        yield LINE(id="b")
        yield BOX(id="c")
        yield Static("", id="report", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.log_of_input.append(event.value)
        event.input.clear()

    async def action_ask(self) -> None:
        await self.push_screen(Ask(), lambda answer: self.log_of_input.append(f"<{answer}>"))

    def action_slow(self) -> None:
        """An action that asks a service: the next key acts on its answer."""
        if isinstance(self, OrderedKeys):
            release = self.hold_keys()
            self.set_timer(0.1, lambda: (self.query_one("#b", Input).focus(), release()))

    def action_stuck(self) -> None:
        """A handler that never lets go of its keys."""
        if isinstance(self, OrderedKeys):
            self.hold_keys()

    def action_wipe(self) -> None:
        """Everything empty, the first field in focus."""
        for field in self.query(Input).results(Input):
            field.clear()
        self.query_one("#c", TextArea).text = ""
        self.query_one("#a", Input).focus()

    def action_report(self) -> None:
        self.reports += 1
        base = self.screen_stack[0]
        values = {name: base.query_one(f"#{name}", Input).value for name in "ab"}
        asked = [w.value for screen in self.screen_stack[1:] for w in screen.query("#asked").results(Input)]
        focus = self.focused.id if self.focused else None
        text = json.dumps([values, base.query_one("#c", TextArea).text, asked, focus, self.log_of_input])
        base.query_one("#report", Static).update(Content(f"#{self.reports} {text} #"))
        with open(sys.argv[-1], "w", encoding="utf-8") as out:
            json.dump({"n": self.reports, "state": json.loads(text), "at": time.monotonic()}, out)


class Ordered(OrderedKeys, Probe):
    BINDINGS = Probe.BINDINGS


if __name__ == "__main__":
    (Probe if "unordered" in sys.argv else Ordered)().run()
