"""What group commit brings: durable commands a second of 50 agents, grouped and one commit each."""

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import uvloop

from agent_tui import wire
from backend_stub.clock import SystemClock
from backend_stub.store import connect, engine
from backend_stub.store.engine import Engine, Tx
from benchmarks import data
from benchmarks.common import figure, median, no_collection, scratch

AGENTS, EACH, ROUNDS = 50, 60, 5
CLAIM = """UPDATE contact SET state = 'connected', agent = ?, version = version + 1 WHERE id = ?"""


def claim(agent: str, contact: str) -> "object":
    """Return a command that claims a contact and says so in the event log."""

    def run(tx: Tx) -> None:
        tx.conn.execute(CLAIM, (agent, contact))
        tx.emit("contact.changed", wire.Gone(contact))

    return run


async def rate(path: Path, group: int, contacts: list[str]) -> float:
    """Return commands a second with at most `group` in a commit."""
    engine.GROUP = group
    store = Engine(path, SystemClock())
    store.start()

    async def agent(n: int) -> None:
        for contact in contacts[n::AGENTS]:
            await store.write(claim(f"u_{n}", contact))

    began = time.perf_counter()
    await asyncio.gather(*(agent(n) for n in range(AGENTS)))
    seconds = time.perf_counter() - began
    await store.stop()
    return len(contacts) / seconds


def main() -> None:
    """Print the figure."""
    with scratch() as place:
        filled = data.fill(place / "data", 1, AGENTS * EACH)
        path, rates = (place / "data" / connect.DATABASE).resolve(), {1: [], 256: []}
        for _ in range(ROUNDS):
            for group in rates:
                with no_collection(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    rates[group].append(runner.run(rate(path, group, filled.contacts)))
    figure("group_commit_claims", median(rates[256]), "1/s", "ratio>=5", median(rates[1]))


if __name__ == "__main__":
    main()
