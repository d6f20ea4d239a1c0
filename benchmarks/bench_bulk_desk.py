"""500 tickets changed by the desk with one command: how long it is felt, and whether keys wait meanwhile.

The service runs in a process of its own, the desk in this one with its real client over loopback. The floor of the
wait is the bare request of the same change; the floor of a key is the same key on the same list while nothing runs.
"""

import asyncio
import http.client
import os
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from textual import events

from agent_tui.app import DeskApp
from agent_tui.launch import Launch
from agent_tui.screens.ticket_bulk import BulkTickets
from agent_tui.screens.ticket_list import TicketList
from agent_tui.screens.tickets import TicketsScreen
from benchmarks import crowd_db
from benchmarks.bench_bulk import timed
from benchmarks.bench_ticket_list import Ready, until
from benchmarks.bench_tickets import BULK, fill
from benchmarks.common import figure, median, percentile, scratch, serve

ROUNDS = 4
PRIORITY = ("u", "h")


def said(app: DeskApp, text: str) -> bool:
    """Tell whether a message of the desk says this."""
    return any(text in str(note.message) for note in app._notifications)


async def walked(app: DeskApp, listed: TicketList, key: str) -> float:
    """Press an arrow and return the milliseconds until the cursor has moved."""
    at, began = listed.lines.at, time.perf_counter() * 1e3
    app.post_message(events.Key(key, None))
    return await until(partial(moved, listed, at)) - began


def moved(listed: TicketList, at: int) -> bool:
    """Tell whether the cursor stands on another row."""
    return listed.lines.at != at


async def change(app: DeskApp, listed: TicketList, letter: str) -> tuple[float, list[float]]:
    """Change the priority of all; return the milliseconds until it is said, and those of each key meanwhile."""
    await app._press_keys(["home", "asterisk", "f8"])
    await until(lambda: isinstance(app.screen, BulkTickets) and app.screen.is_mounted)
    await app._press_keys(["tab", "tab", letter])
    app.clear_notifications()
    began, keys, down = time.perf_counter() * 1e3, [], True
    app.post_message(events.Key("f8", None))
    await until(lambda: isinstance(app.screen, TicketsScreen) or said(app, "tickets changed"))
    while not said(app, "tickets changed"):
        keys.append(await walked(app, listed, "down" if down else "up"))
        down = not down
    return time.perf_counter() * 1e3 - began, keys


async def measured(port: int, token: str, home: Path) -> None:
    """Print the figures of the desk."""
    door = http.client.HTTPConnection("127.0.0.1", port)
    ids = [f"t_{n:016x}" for n in range(1, BULK + 1)]
    bare = [
        timed(door, token, "/v1/tickets/bulk", {"ids": ids, "change": {"priority": priority}})[0] * 1e3
        for priority in ("low", "normal") * 2
    ]
    client = Ready(port, token)
    app = DeskApp(Launch(client.base_url, "x", "x", language="en", state_dir=home), client=client)
    felt, undone, keys = [], [], []
    async with app.run_test(size=(140, 40), notifications=True) as pilot:
        await until(lambda: app.live and app.link.is_live and app.view_on_screen() is not None)
        await app.show_view("tickets")
        await until(lambda: isinstance(app.screen, TicketsScreen) and bool(app.screen.query(TicketList)))
        listed = app.screen.query_one(TicketList)
        listed.step(-1)
        while not (listed._read_of_it.whole and len(listed.lines.row_ids) == BULK):
            await pilot.press("end")
        await pilot.press("home")
        idle = [await walked(app, listed, "up" if n % 2 else "down") for n in range(60)]
        for n in range(ROUNDS):
            spent, pressed = await change(app, listed, PRIORITY[n % 2])
            felt.append(spent)
            keys += pressed
            began = time.perf_counter() * 1e3
            app.post_message(events.Key("ctrl+z", None))
            undone.append(await until(lambda: said(app, "Taken back")) - began)
            await pilot.pause()
    await client.aclose()
    print(f"{len(keys)} keys pressed while it ran, the slowest {max(keys):.0f} ms; idle median {median(idle):.1f} ms")
    figure("bulk_tickets_500_felt", max(felt), "ms", "value<=1000", median(bare))
    figure("bulk_tickets_500_undo_felt", max(undone), "ms", "value<=1000")
    figure("bulk_tickets_500_key_meanwhile_p90", percentile(keys, 0.9), "ms", "value<=100", median(idle))


def main() -> None:
    """Print the figures."""
    with scratch() as place:
        fill(place / "data", BULK)
        token = crowd_db.agent(place / "data")
        with serve(place / "data") as service:
            asyncio.run(measured(service.port, token, place / "home"))


if __name__ == "__main__":
    main()
