"""From PUT presence to the mark in the other desk's list and editor, over real sockets.

The service runs in a process of its own, the other desk in this one with its real client; the floor is the same PUT
until its event has arrived on a bare reader of the event stream, in the same run.
"""

import asyncio
import http.client
import itertools
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from agent_tui.app import DeskApp
from agent_tui.launch import Launch
from agent_tui.screens.ticket_edit import TicketPane
from agent_tui.screens.ticket_list import TicketList
from agent_tui.screens.tickets import TicketsScreen
from agent_tui.widgets.safe import SafeStatic
from benchmarks import crowd_db
from benchmarks.bench_ticket_list import Ready, until
from benchmarks.bench_tickets import fill
from benchmarks.common import figure, median, percentile, scratch, serve

TICKETS, TIMES = 50, 40
TICKET = f"t_{TICKETS:016x}"


class Other:
    """A colleague who now looks at the ticket, now writes in it: each change is news."""

    def __init__(self, port: int, token: str) -> None:
        self._door = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"host": "localhost", "authorization": f"Bearer {token}", "content-type": "application/json"}
        self._turns: Iterator[str] = itertools.cycle(("editing", "viewing"))

    def put(self) -> tuple[float, str]:
        """Send it and return (milliseconds of the clock before it was sent, what is done now)."""
        doing = next(self._turns)
        body = json.dumps({"doing": doing}).encode()
        began = time.perf_counter() * 1e3
        self._door.request("PUT", f"/v1/tickets/{TICKET}/presence", body, self._headers)
        answer = self._door.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"presence: {answer.status}")
        return began, doing


def bare(port: int, token: str, other: Other) -> list[float]:
    """Return the milliseconds from each PUT to its event on a plain socket."""
    head = f"GET /v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n"
    heard, arrived = threading.Event(), [0.0]
    with closing(socket.create_connection(("127.0.0.1", port))) as line:
        line.sendall(head.encode())

        def listen() -> None:
            while part := line.recv(65536):
                if b"presence.changed" in part:
                    arrived[0] = time.perf_counter() * 1e3
                    heard.set()

        threading.Thread(target=listen, daemon=True).start()
        other.put()
        heard.wait(5)
        times = []
        for _ in range(TIMES):
            heard.clear()
            began, _name = other.put()
            if not heard.wait(5):
                raise SystemExit("no event came")
            times.append(arrived[0] - began)
        line.shutdown(socket.SHUT_RDWR)
    return times


async def seen(port: int, token: str, home: Path, other: Other) -> tuple[list[float], list[float]]:
    """Return the milliseconds from each PUT until the list and until the open ticket say so on screen."""
    client = Ready(port, token)
    app = DeskApp(Launch(client.base_url, "x", "x", language="en", state_dir=home), client=client)
    listed_ms, opened_ms = [], []
    async with app.run_test(size=(140, 40)) as pilot:
        await until(lambda: app.live and app.link.is_live and app.view_on_screen() is not None)
        await app.show_view("tickets")
        await until(lambda: isinstance(app.screen, TicketsScreen) and bool(app.screen.query(TicketList)))
        screen = app.screen
        assert isinstance(screen, TicketsScreen)
        listed = screen.query_one(TicketList)
        listed.step(-1)
        await until(lambda: TICKET in listed.lines.row_ids)
        listed.lines.highlight(TICKET)
        screen.open_left(TICKET)
        pane = screen.query_one(TicketPane)
        await until(lambda: pane.ticket is not None)
        side = screen.query_one("#ticket-side-head", SafeStatic)
        await pilot.pause()
        for _ in range(TIMES):
            began, doing = await asyncio.to_thread(other.put)
            sign, word = {"editing": ("● u_", "is editing"), "viewing": ("◉ u_", "is looking")}[doing]
            opened_ms.append(await until(partial(says, side, word)) - began)
            listed_ms.append(await until(partial(shows, listed, sign)) - began)
    await client.aclose()
    return listed_ms, opened_ms


def says(line: SafeStatic, word: str) -> bool:
    """Tell whether the editor's first line has this word."""
    return word in str(line.content)


def shows(listed: TicketList, sign: str) -> bool:
    """Tell whether the sign is painted in the list."""
    strips = listed.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip) for strip in strips]
    return any(sign in line[: listed.region.right] for line in lines)


def main() -> None:
    """Print the figures."""
    with scratch() as place:
        fill(place / "data", TICKETS)
        mine, theirs = (crowd_db.agent(place / "data") for _ in range(2))
        with serve(place / "data") as service:
            other = Other(service.port, theirs)
            floor = median(bare(service.port, mine, other))
            listed, opened = asyncio.run(seen(service.port, mine, place / "home", other))
    print(f"median list {median(listed):.0f} ms, editor {median(opened):.0f} ms, of {TIMES}")
    figure("presence_seen", percentile(listed, 0.99), "ms", "value<=1000", floor)
    figure("presence_seen_in_editor", percentile(opened, 0.99), "ms", "value<=1000", floor)


if __name__ == "__main__":
    main()
