"""What the simulated parties share: which contact plays which arrival, how many wait, which feeders are reported."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from backend_stub.simulate.arrivals import Arrival

REPORT_AFTER_CALLS = 5


@dataclass
class Floor:
    """The call-centre floor of one play; `speed` divides every simulated duration."""

    speed: float
    staffed_from: int
    waiting: int = 0
    playing: dict[str, Arrival] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    reported: set[str] = field(default_factory=set)

    async def sleep(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        await asyncio.sleep(seconds / self.speed)

    def joined(self, contact: str, arrival: Arrival) -> None:
        """Note that an arrival is in the service under this contact id."""
        self.playing[contact] = arrival
        self.waiting += 1
        if arrival.feeder:
            self.calls[arrival.feeder] += 1

    def wants_help(self, agent: int) -> bool:
        """Whether agent number `agent` (from 0) steps in: one more agent for each one more waiting."""
        return self.waiting > self.staffed_from + agent

    def should_report(self, feeder: str) -> bool:
        """Whether enough customers of a feeder have called to report it, and nobody has."""
        return self.calls[feeder] >= REPORT_AFTER_CALLS and feeder not in self.reported
