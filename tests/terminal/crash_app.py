"""A desk that F12 crashes, somewhere, with a customer's data and a password in its local variables; for test_crash.py.

python -m tests.terminal.crash_app PLACE [the desk's own arguments]
"""

import asyncio
import sys
import threading

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from agent_tui import cli, launch
from agent_tui.widgets.top_bar import TopBar
from tests.terminal.canaries import NAME, PASSWORD, PHONE

load = launch.load


def boom(*_args: object) -> None:
    """Raise with canaries in the locals, in the message and in a cause."""
    secret = f"{PASSWORD} {PHONE}"
    try:
        raise ValueError(f"{NAME} {secret}")
    except ValueError as cause:
        raise LookupError(f"{NAME} {PHONE}") from cause


class Broken(Screen[None]):
    def compose(self) -> ComposeResult:
        boom()
        yield from ()


class Unlucky:
    def __del__(self) -> None:
        boom()


async def soon() -> None:
    await asyncio.sleep(0)
    boom()


def crash_at(app: object, place: str) -> None:
    match place:
        case "handler":
            boom()
        case "worker":
            app.run_worker(soon(), group="sync", exit_on_error=False)
        case "worker-exit":
            app.run_worker(soon(), group="own")
        case "render":
            TopBar.render = boom
            app.screen_stack[0].query_one(TopBar).refresh()
        case "timer":
            app.set_timer(0.01, boom)
        case "compose":
            app.push_screen(Broken())
        case "leftovers":
            # None of these may end the desk, nor be heard on the terminal.
            threading.Thread(target=boom).start()
            del [Unlucky()][0]
            app.lost = asyncio.ensure_future(soon())
            app.lost.add_done_callback(lambda _done: delattr(app, "lost"))


def main() -> int:
    place = sys.argv[1]

    def load_crashing() -> type:
        class Crashing(load()):
            def on_key(self, event: events.Key) -> None:
                if event.key == "f12":
                    crash_at(self, place)

        return Crashing

    launch.load = load_crashing
    return cli.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
