"""How long 500 marked contacts take from the confirming key to the sentence that says so, and back by Ctrl+Z.

    python -m benchmarks.bench_attach

Desk and service share one process and one loop here, so the service's own work counts too. The floor is the bulk
request alone, sent by a client without a screen.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from agent_tui import wire
from agent_tui.screens.choose_outage import ChooseOutage
from benchmarks.common import figure, median
from tests.journeys.pages_queue import Desk, feeder_outage, open_desk

MANY = 500
ROUNDS = 3


async def waiting(desk: Desk) -> list[str]:
    """500 callers in the queue."""
    ids = []
    for n in range(MANY):
        body = {"external_id": f"b-{n}", "channel": "hotline", "queue": "outage", "address": f"09870{n:05}"}
        ids.append((await desk.channel.post("/v1/contacts", json=body)).json()["id"])
    await desk.until(lambda: set(desk.rows()) == set(ids), within=60)
    return ids


async def floor_of(desk: Desk, ids: list[str], outage: str) -> float:
    """Seconds of the request alone, without anything drawn."""
    began = time.perf_counter()
    answer = await desk.app.client.change_contacts(ids, wire.BulkChange(outage=outage, callback=True))
    took = time.perf_counter() - began
    assert answer.undo is not None
    await desk.app.client.undo(answer.undo)
    await desk.until(lambda: all(c.outage is None for c in desk.app.state.contacts.values()), within=60)
    return took


async def felt(desk: Desk) -> tuple[float, float]:
    """Seconds from F8 to the sentence, and from Ctrl+Z to its own."""
    await desk.press("asterisk", "f5")
    await desk.until(lambda: desk.dialog(ChooseOutage))
    desk.app.clear_notifications()
    began = time.perf_counter()
    await desk.press("f8")
    await desk.until(lambda: desk.told(f"{MANY} contacts attached"), within=60)
    attached = time.perf_counter() - began
    await desk.until(lambda: all(c.outage for c in desk.app.state.contacts.values()), within=60)
    began = time.perf_counter()
    await desk.press("ctrl+z")
    await desk.until(lambda: desk.told("Taken back"), within=60)
    undone = time.perf_counter() - began
    await desk.until(lambda: all(c.outage is None for c in desk.app.state.contacts.values()), within=60)
    return attached, undone


async def main() -> int:
    """Print the figures; 1 when one is short."""
    with tempfile.TemporaryDirectory() as place:
        async with open_desk(Path(place)) as desk:
            outage = (await feeder_outage(desk))["id"]
            ids = await waiting(desk)
            floor = median([await floor_of(desk, ids, outage) for _ in range(ROUNDS)])
            rounds = [await felt(desk) for _ in range(ROUNDS)]
    good = figure("attach_500", median([one for one, _ in rounds]), "s", "value<=1", floor)
    good &= figure("undo_500", median([two for _, two in rounds]), "s", "value<=1", floor)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
