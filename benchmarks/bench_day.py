"""A day of the five centres in virtual time, every channel, 19,178 calls and x5 at two o'clock: machine seconds.

Floor: the same number of events through the same heap, and nothing done with them. Then why the surge loses what it
loses: with and without redials, and what Erlang A says of the same load, half-hour by half-hour.
"""

import heapq
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backend_stub.domain import staffing
from backend_stub.domain.metrics import Measure, Stay, tally
from backend_stub.simulate import centres
from backend_stub.simulate.centres import DAY_S, Day
from backend_stub.simulate.virtual import HALF_HOUR_S, Virtual
from benchmarks.common import figure, median, no_collection

SEEDS = (1, 2, 3)
# Of those on duty at work at any time: ten minutes' break in two hours. Talk, wrap-up, some hold and the ringing.
PRESENT, HANDLE_S = 0.92, 203.0


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
    spans: dict[tuple[str, int, str], list[Stay]] = {}
    for stay in day.stays:
        spans.setdefault((stay.centre, int(stay.joined_at // HALF_HOUR_S), stay.channel), []).append(stay)
    same = 0
    for span, was in day.truth.items():
        said = tally(spans.get(span, []), Measure(30.0), 2 * DAY_S)
        figures = (said.offered, said.answered, said.answered_in, said.abandoned)
        same += figures == tuple(was[what] for what in ("offered", "answered", "in_time", "abandoned"))
    return same / len(day.truth)


def lost(day: Virtual) -> float:
    """Return the share of attempts that were given up, in percent."""
    whole = sum(day.truth.values(), Counter[str]())
    return 100 * whole["abandoned"] / whole["offered"]


def erlang_a(day: Virtual) -> float:
    """Return the same by Erlang A, each half-hour by itself, for the calls offered (redials too) and who was there."""
    offered = gave_up = 0.0
    for (centre, half_hour, _), of in day.truth.items():
        agents = max(1, round(PRESENT * centres.on_duty(centre, half_hour // 2)))
        load = staffing.Load(2 * of["offered"], HANDLE_S, centres.PATIENCE_S)
        offered += of["offered"]
        gave_up += of["offered"] * staffing.impatient(load, agents, centres.WITHIN_S).abandon_rate
    return 100 * gave_up / offered


def surge() -> None:
    """Print why a surge loses what it loses; the reference (4.4) simulated 22.1 % of a day, without redials."""
    calls = ("hotline",)
    whole = Virtual(Day(1, channels=calls)).run()
    callers: dict[str, bool] = {}
    for stay in whole.stays:
        caller = stay.contact.partition("+")[0]
        callers[caller] = callers.get(caller, False) or stay.answered_at is not None
    figure("surge_attempts_lost", lost(whole), "%", "ratio<=1.05", erlang_a(whole))
    figure("surge_callers_never_served", 100 * (1 - sum(callers.values()) / len(callers)), "%", "value<=25")
    once = Virtual(Day(1, channels=calls, redials=False)).run()
    figure("surge_lost_without_redials", lost(once), "%", "value<=23", 22.1)
    figure("ordinary_day_lost", lost(Virtual(Day(1, channels=calls, surges=())).run()), "%", "value<=6")


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
    figure("day_contacts", median([len(day.stays) for day in days]), "contacts", "value>=41691")
    figure("day_half_hours_reproduced", min(reproduced(day) for day in days), "share", "value>=1")
    surge()


if __name__ == "__main__":
    main()
