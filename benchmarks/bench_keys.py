"""What one key costs: the desk's ordered keys and fields against a stock Textual App and Input, in one process."""

import asyncio
import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Input, TextArea

from agent_tui.keys.ordered import LONE, OrderedKeys
from agent_tui.widgets.fields import TextBox, TextField
from benchmarks.common import figure, median, no_collection

KEYS = 200
ROUNDS = 15
LONE_KEYS = 24
# Long enough for everything one key sets off, paint included.
WINDOW_S = 0.05
TARGET = "ratio<=1.2"
IN_A_ROW = "value<=2000"
Done = Callable[[], bool]


class Bench(App[None]):
    """One line, one box, one bound key."""

    CSS = "Input { height: 3; } TextArea { height: 8; }"
    BINDINGS = [Binding("f2", "count", show=False)]
    line: type[Input] = Input
    box: type[TextArea] = TextArea

    def compose(self) -> ComposeResult:
        yield self.line(id="line")
        yield self.box(id="box")

    def on_mount(self) -> None:
        self.counted = 0

    def action_count(self) -> None:
        self.counted += 1


class Stock(Bench):
    """Textual as it comes."""


class House(OrderedKeys, Bench):
    """The desk's keys and fields."""

    BINDINGS = Bench.BINDINGS
    line = TextField
    box = TextBox


async def idle(app: Bench, done: Done) -> None:
    """Until the key has done what it does, and no key waits."""
    for _turn in itertools.count():
        if done() and not (isinstance(app, OrderedKeys) and app.keys_waiting):
            return
        await asyncio.sleep(0)


async def one_by_one(app: Bench, kind: str, keys: int) -> float:
    """CPU seconds per key when each is typed after the one before it has done all it does."""
    field = app.query_one("#box" if kind.startswith("box") else "#line")
    field.focus()
    line, box = app.query_one("#line", Input), app.query_one("#box", TextArea)
    await idle(app, lambda: app.focused is field)
    typed = "backspace" if "erase" in kind else "a"
    line.value = box.text = "x" * keys if typed == "backspace" else ""
    line.cursor_position = keys
    box.move_cursor((0, len(box.text)))
    app.counted = 0
    await asyncio.sleep(0.05)
    with no_collection():
        started = time.process_time()
        for n in range(1, keys + 1):
            size = keys - n if typed == "backspace" else n
            app.post_message(events.Key(typed, "a" if typed == "a" else None))
            held: Done = (lambda s=size: len(box.text) == s) if field is box else (lambda s=size: len(line.value) == s)
            await idle(app, held)
        return (time.process_time() - started) / keys


async def alone(app: Bench, key: str) -> float:
    """CPU seconds of one key that comes long after the one before it, with everything it sets off."""
    started = time.process_time()
    app.post_message(events.Key(key, None))
    await asyncio.sleep(WINDOW_S)
    return time.process_time() - started


async def in_a_row(app: Bench, key: str, keys: int) -> float:
    """Seconds from a key to the end of all it does when the next one is typed at once."""
    app.counted = 0
    started = time.perf_counter()
    for _ in range(keys):
        app.post_message(events.Key(key, None))
    await idle(app, lambda: app.counted == keys)
    return (time.perf_counter() - started) / keys


async def burst(app: Bench, keys: int) -> float:
    """CPU seconds per letter when all of them arrive at once."""
    line = app.query_one("#line", Input)
    line.focus()
    await idle(app, lambda: app.focused is line)
    line.value = ""
    await asyncio.sleep(0.05)
    with no_collection():
        started = time.process_time()
        for _ in range(keys):
            app.post_message(events.Key("a", "a"))
        await idle(app, lambda: len(line.value) == keys)
        return (time.process_time() - started) / keys


async def measure() -> None:
    """Both programs in turn, so that another program's noise hits both."""
    stock, house = Stock(), House()
    spent: dict[str, list[tuple[float, float]]] = {}
    async with stock.run_test(size=(100, 30)), house.run_test(size=(100, 30)):
        for number in range(ROUNDS):
            for kind in ("letter", "erase", "box_letter", "box_erase", "burst", "bound_in_a_row"):
                pair: dict[Bench, float] = {}
                for app in (stock, house) if number % 2 else (house, stock):
                    if kind == "burst":
                        pair[app] = await burst(app, KEYS)
                    elif kind == "bound_in_a_row":
                        pair[app] = await in_a_row(app, "f2", KEYS)
                    else:
                        pair[app] = await one_by_one(app, kind, KEYS // 2)
                spent.setdefault(kind, []).append((pair[house], pair[stock]))
        for number in range(LONE_KEYS):
            for kind in ("tab", "bound"):
                both = {}
                for app in (stock, house) if number % 2 else (house, stock):
                    with no_collection():
                        both[app] = await alone(app, {"tab": "tab", "bound": "f2"}[kind])
                await asyncio.sleep(LONE)
                spent.setdefault(kind, []).append((both[house], both[stock]))
    for kind, pairs in spent.items():
        floor = median([stock_cost for _mine, stock_cost in pairs]) * 1e6
        ratio = median([mine / stock_cost for mine, stock_cost in pairs])
        figure(f"key_{kind}", ratio * floor, "us", IN_A_ROW if kind == "bound_in_a_row" else TARGET, floor)


if __name__ == "__main__":
    asyncio.run(measure())
