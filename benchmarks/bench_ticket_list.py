"""Opening the tickets of a desk at 50,000 tickets against a service that has none; and the next page of all of them.

The desk runs in this process, its service in one of its own, over loopback; the floor is the same desk on an empty
service, asked in turns. `bench_ticket_list.py 50000` says how many.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from agent_tui import wire
from agent_tui.app import DeskApp
from agent_tui.launch import Launch
from agent_tui.net.client import DeskClient
from agent_tui.screens.ticket_list import TicketList
from agent_tui.screens.tickets import TicketsScreen
from backend_stub.store import connect
from benchmarks import crowd_db
from benchmarks.bench_tickets import MANY, fill
from benchmarks.common import figure, median, no_collection, scratch, serve

TIMES = 7
WITHIN_S = 10.0


class Ready(DeskClient):
    """A client that has its session already: a login is not what is measured."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(f"http://127.0.0.1:{port}")
        self._given = token

    async def login(self, username: str, password: str) -> wire.Session:
        self.token = self._given
        return wire.Session(self._given, datetime.now(UTC), await self.whoami())


async def until(true: Callable[[], object]) -> float:
    """Wait for it and return the clock in milliseconds."""
    async with asyncio.timeout(WITHIN_S):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0)
    return time.perf_counter() * 1e3


async def opened(port: int, token: str, home: Path) -> tuple[float, float, int]:
    """Return the milliseconds to the first page of mine, to the next page of all, and the rows of mine."""
    client = Ready(port, token)
    app = DeskApp(Launch(client.base_url, "x", "x", language="en", state_dir=home), client=client)
    async with app.run_test(size=(140, 40)) as pilot:
        await until(lambda: app.live and app.link.is_live and app.view_on_screen() is not None)
        await pilot.pause()
        with no_collection():
            began = time.perf_counter() * 1e3
            await app.show_view("tickets")
            await until(lambda: isinstance(app.screen, TicketsScreen) and bool(app.screen.query(TicketList)))
            listed = app.screen.query_one(TicketList)
            mine = await until(lambda: listed.lines.row_ids or listed.lines._state == "empty") - began
        rows = len(listed.lines.row_ids)
        listed.step(-1)
        await until(lambda: len(listed.lines.row_ids) != rows or not rows)
        await pilot.pause()
        before = len(listed.lines.row_ids)
        began = time.perf_counter() * 1e3
        if before:
            listed.lines.highlight(listed.lines.row_ids[-1])
            listed.read_on()
        walked = await until(lambda: len(listed.lines.row_ids) > before or before < 100) - began
    await client.aclose()
    return mine, walked, rows


async def measured(ports: list[int], tokens: list[str], home: Path) -> None:
    """Open both in turns and print the figures."""
    times: list[list[float]] = [[], []]
    walks: list[float] = []
    rows = 0
    for _ in range(TIMES):
        for n, (port, token) in enumerate(zip(ports, tokens, strict=True)):
            first, walk, rows = await opened(port, token, home / str(n))
            times[n].append(first)
            walks.append(walk)
    print(f"rows of mine: {rows}")
    figure("ticket_view_open", median(times[1]), "ms", "ratio<=1.3", median(times[0]))
    figure("ticket_view_next_page", median(walks[1::2]), "ms", "value<=250")


def main() -> None:
    """Print the figures."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with scratch() as place:
        fill(place / "none", 0)
        fill(place / "many", many)
        tokens = [crowd_db.agent(place / name) for name in ("none", "many")]
        conn = connect.writer(place / "many" / connect.DATABASE)
        (name,) = conn.execute("SELECT username FROM user WHERE role = 'agent' LIMIT 1").fetchone()
        conn.execute("UPDATE ticket SET assignee = ? WHERE assignee = 'agent0'", (name,))
        conn.close()
        with serve(place / "none") as small, serve(place / "many") as large:
            asyncio.run(measured([small.port, large.port], tokens, place))


if __name__ == "__main__":
    main()
