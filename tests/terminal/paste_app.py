"""A field, a box and a probe of the loop; F9 writes what they hold and the longest block so far, and starts anew.

python -m tests.terminal.paste_app REPORT.json
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from textual.app import App, ComposeResult
from textual.binding import Binding

from agent_tui.keys import terminal_input
from agent_tui.keys.ordered import OrderedKeys
from agent_tui.widgets.fields import TextBox, TextField
from tests.yardstick import slower

TICK = 0.005


class PasteApp(OrderedKeys, App[None]):
    CSS = "TextField { height: 3; } TextBox { height: 1fr; }"
    BINDINGS = [Binding("f9", "report", show=False), Binding("f8", "wipe", show=False)]

    def compose(self) -> ComposeResult:
        yield TextField(id="field")
        yield TextBox(id="box")

    def on_mount(self) -> None:
        self.worst, self.slower, self.reports = 0.0, 1.0, 0
        self.said: list[str] = []
        self.probe = asyncio.create_task(self.measure())

    def notify(self, message: str, **given: object) -> None:  # type: ignore[override]
        self.said.append(message)
        super().notify(message, **given)  # type: ignore[arg-type]

    async def measure(self) -> None:
        while True:
            before = time.monotonic(), time.process_time()
            # The probe itself: how late this wakes is what is measured, no condition could stand for it.
            await asyncio.sleep(TICK)
            # What other programs took from the machine meanwhile is not the desk's.
            busy = min(time.monotonic() - before[0], time.process_time() - before[1])
            if busy - TICK > self.worst:
                # How slow the machine is in that very moment: a minute later it may be twice as quick.
                self.worst, self.slower = busy - TICK, slower()

    def action_wipe(self) -> None:
        self.query_one(TextField).value = ""
        self.query_one(TextBox).text = ""
        self.query_one(TextField).focus()
        self.worst, self.slower = 0.0, 1.0
        self.said.clear()

    def action_report(self) -> None:
        self.reports += 1
        held = {
            "field": self.query_one(TextField).value,
            "box": self.query_one(TextBox).text,
            "worst": self.worst,
            "slower": self.slower,
            "said": self.said,
            "report": self.reports,
        }
        new = Path(sys.argv[1]).with_suffix(".new")
        new.write_text(json.dumps(held))
        new.rename(sys.argv[1])
        self.worst, self.slower = 0.0, 1.0


if __name__ == "__main__":
    terminal_input.install()
    PasteApp().run()
