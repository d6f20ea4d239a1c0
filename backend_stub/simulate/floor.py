"""What the simulated parties share: which contact plays which arrival, how many wait, what is really broken."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from backend_stub.simulate.arrivals import Arrival


@dataclass
class Floor:
    """The call-centre floor of one play; `speed` divides every simulated duration, `broken` maps devices to causes.

    `mended` are devices and transformers that have their supply back: nobody calls about them any more.
    """

    speed: float
    staffed_from: int
    waiting: int = 0
    playing: dict[str, Arrival] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    mended: set[str] = field(default_factory=set)
    invited: deque[str] = field(default_factory=deque)

    async def sleep(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        await asyncio.sleep(seconds / self.speed)

    async def poll(self, seconds: float) -> None:
        """Wait to look again: faster in a fast play, but never so often that looking is all the service does."""
        await asyncio.sleep(seconds / min(self.speed, 10.0))

    def joined(self, contact: str, arrival: Arrival) -> None:
        """Note that an arrival is in the service under this contact id."""
        self.playing[contact] = arrival
        self.waiting += 1

    def wants_help(self, agent: int) -> bool:
        """Whether agent number `agent` (from 0) steps in: one more agent for each one more waiting."""
        return self.waiting > self.staffed_from + agent

    def mend(self, device: str | None, transformers: Iterable[str]) -> None:
        """Give transformers their supply back, and with them all of a device (None: only a part of it)."""
        self.mended.update(transformers)
        if device is not None:
            self.mended.add(device)
            self.broken.pop(device, None)

    def has_supply(self, arrival: Arrival) -> bool:
        """Whether who was about to call about an outage has the supply back."""
        transformer = arrival.customer.transformer if arrival.customer else None
        return arrival.device is not None and not self.mended.isdisjoint((arrival.device, transformer))

    def cause_of(self, path: Iterable[str], below: str) -> str | None:
        """Return why a device is out that hangs on `path` (itself first), or feeds what failed; None: nothing is."""
        if below in self.mended:
            return None
        above = next((self.broken[code] for code in path if code in self.broken), None)
        inside = (cause for code, cause in self.broken.items() if code.startswith(f"{below}-"))
        return above or next(inside, None)
