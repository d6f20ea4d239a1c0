"""The whole desk on a service in memory, for tests that type: F12 writes down what it holds, F11 lets new people in.

python -m tests.terminal.desk_app STATE_DIR REPORT_FILE [lang=vi] [login=ask] [layer=vim] [action=key ...]
"""

import asyncio
import contextlib
import faulthandler
import json
import signal
import sys
import time
from pathlib import Path

from msgspec import Raw
from msgspec import json as wire_json

from agent_tui import hangup, wire
from agent_tui.launch import Launch, load
from agent_tui.messages import Arrived
from tests.terminal.desk_world import World

load()

from textual.binding import Binding  # noqa: E402
from textual.document._history import EditHistory  # noqa: E402
from textual.dom import DOMNode  # noqa: E402
from textual.screen import Screen  # noqa: E402

from agent_tui.app import DeskApp  # noqa: E402
from agent_tui.screens.base import VIEW_NAMES  # noqa: E402
from agent_tui.widgets.choice import Choice  # noqa: E402
from agent_tui.widgets.fields import TextBox, TextField  # noqa: E402
from agent_tui.widgets.line_list import LineList  # noqa: E402
from agent_tui.widgets.safe import focus_path  # noqa: E402

# An undo step also ends after two seconds: typing slowly for a test is not typing slowly for a person.
EditHistory._get_time = lambda _self: 0.0  # type: ignore[method-assign]
QUIET_ROUNDS = 4
PATIENCE_S = 5.0


class Reporting(DeskApp, inherit_bindings=False):
    """The desk, which also tells; leaving it is only written down."""

    def __init__(self, launch: Launch, world: World, file: Path) -> None:
        super().__init__(launch, client=world, source=world)
        self.world, self.file = world, file
        self.reports = 0
        self.toasts: list[str] = []
        self.longest = 0.0
        self._beat = time.thread_time()
        self._bindings.key_to_bindings["f12"] = [Binding("f12", "report(False)", priority=True)]
        self._bindings.key_to_bindings["f11"] = [Binding("f11", "report(True)", priority=True)]

    def on_mount(self) -> None:
        self._measure()

    def _measure(self) -> None:
        """The longest time that nothing else had a turn, in seconds of work: other programs do not count."""
        now = time.thread_time()
        self.longest = max(self.longest, now - self._beat)
        self._beat = now
        asyncio.get_running_loop().call_later(0.005, self._measure)

    def notify(self, message: str, **given: object) -> None:  # type: ignore[override]
        self.toasts.append(message)
        super().notify(message, **given)  # type: ignore[arg-type]

    async def leave(self) -> None:
        self.world.writes.append("leave")

    def action_report(self, refill: bool) -> None:
        self._reporting = asyncio.ensure_future(self._report(refill))

    async def _report(self, refill: bool) -> None:
        try:
            await self._quiet()
            state: object = self._state()
        except Exception as fault:
            state = repr(fault)
        if refill:
            self.toasts.clear()
            self.world.writes.clear()
            new = self.world.refill()
            first = self.state.seq + 1
            events = [wire.Event(first + i, "contact.changed", Raw(wire_json.encode(one))) for i, one in enumerate(new)]
            self.hear(Arrived(events=tuple(events)))
            with contextlib.suppress(AssertionError):
                await self._quiet()
        self.reports += 1
        said = {"n": self.reports, "state": state, "longest": self.longest}
        self.longest, self._beat = 0.0, time.thread_time()
        written = self.file.with_suffix(".new")
        written.write_text(json.dumps(said), "utf-8")
        written.replace(self.file)

    async def _quiet(self) -> None:
        """Until nothing is under way: no key, no question to the service, no message anywhere."""
        self.settle_keys()
        rounds, deadline = 0, time.monotonic() + PATIENCE_S
        while rounds < QUIET_ROUNDS:
            await asyncio.sleep(0)
            why = self._stirs()
            rounds = 0 if why else rounds + 1
            if time.monotonic() > deadline:
                raise AssertionError(f"never quiet: {why}")

    def _stirs(self) -> str:
        if self.keys_waiting or self._held_back():
            return "keys wait"
        if self.world.busy or (self.live and self.outbox.count):
            return "the service is asked"
        screens = [screen for name in self._screen_stacks for screen in self._screen_stacks[name]]
        nodes: list[DOMNode] = [self, *screens]
        for screen in screens:
            nodes += list(screen.walk_children())
        busy = [node for node in nodes if not node._message_queue.empty()]
        busy += [screen for screen in screens if screen.is_current and (screen._callbacks or screen._dirty_widgets)]
        return f"messages for {busy}" if busy else ""

    def _state(self) -> dict[str, object]:
        screens = {name: self.view(name) for name in VIEW_NAMES}
        hand = self.flow.hand if self.live else None
        return {
            "mode": self.current_mode,
            "stack": [type(screen).__name__ for screen in self.screen_stack],
            "focus": focus_path(self.focused),
            "views": {name: _held(view) for name, view in screens.items() if view is not None},
            "dialogs": [_held(screen) for screen in self.screen_stack[1:]],
            "hand": [hand.id, hand.state, hand.customer, hand.outage] if hand else None,
            "picked": self.flow.picked if self.live else None,
            "writes": sorted(self.world.writes),
            "toasts": sorted(self.toasts),
            "theme": self.theme,
        }


def _held(screen: Screen[object]) -> dict[str, object]:
    held: dict[str, object] = {}
    for widget in screen.walk_children():
        if isinstance(widget, TextField):
            held[f"#{widget.id}"] = [widget.value, list(widget.selection)]
        elif isinstance(widget, TextBox):
            held[f"#{widget.id}"] = [widget.text, list(widget.cursor_location)]
        elif isinstance(widget, LineList):
            held[f"#{widget.id}"] = [widget.highlighted, sorted(widget.marked), len(widget.row_ids)]
        elif isinstance(widget, Choice):
            held[f"#{widget.id}"] = widget.value
    return held


if __name__ == "__main__":
    directory, report, *options = sys.argv[1:]
    keys = dict(option.split("=", 1) for option in options)
    secret = None if keys.pop("login", "") else "right"
    language = keys.pop("lang", "en")
    # A desk that gives no report tells where it stands (typist.py asks): an unexplained hang is worth nothing.
    stacks = Path(report).with_name("stacks.txt").open("w", encoding="utf-8")
    faulthandler.register(signal.SIGUSR1, file=stacks, all_threads=True)
    hangup.watch()
    launch = Launch("http://nowhere.invalid", "lan", secret, language, keys=keys, state_dir=Path(directory))
    Reporting(launch, World(), Path(report)).run()
