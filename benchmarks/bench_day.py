"""A day of the five centres in virtual time, 19,178 calls and five times as many at two o'clock: machine seconds.

Floor: the same number of events through the same heap, and nothing done with them.
"""

import heapq
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backend_stub.domain.metrics import Measure, Stay, tally
from backend_stub.simulate.centres import DAY_S, Day
from backend_stub.simulate.virtual import HALF_HOUR_S, Virtual
from benchmarks.common import figure, median, no_collection

SEEDS = (1, 2, 3)


def empty(events: int) -> float:
    """Return the seconds the heap alone takes."""
    began = time.process_time()
    heap: list[tuple[float, int]] = []
    for number in range(events):
        heapq.heappush(heap, ((number * 7_919) % events, number))
    while heap:
        heapq.heappop(heap)
    return time.process_time() - began


def reproduced(day: Virtual) -> float:
    """Return the share of half-hours that the segments tell as they happened."""
    spans: dict[tuple[str, int], list[Stay]] = {}
    for stay in day.stays:
        spans.setdefault((stay.centre, int(stay.joined_at // HALF_HOUR_S)), []).append(stay)
    same = 0
    for span, was in day.truth.items():
        said = tally(spans.get(span, []), Measure(30.0), 2 * DAY_S)
        figures = (said.offered, said.answered, said.answered_in, said.abandoned)
        same += figures == tuple(was[what] for what in ("offered", "answered", "in_time", "abandoned"))
    return same / len(day.truth)


def main() -> None:
    """Print the figures."""
    spent, days = [], []
    for seed in SEEDS:
        with no_collection():
            began = time.process_time()
            days.append(Virtual(Day(seed)).run())
            spent.append(time.process_time() - began)
    floor = median([empty(day.events) for day in days])
    figure("day_five_centres", median(spent), "s", "value<=60", floor)
    figure("day_attempts", median([len(day.stays) for day in days]), "calls", "value>=19178")
    figure("day_half_hours_reproduced", min(reproduced(day) for day in days), "share", "value>=1")


if __name__ == "__main__":
    main()
