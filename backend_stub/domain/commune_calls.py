"""Calls of which only the commune is known: what they may be about, and when they say something by themselves; pure.

A commune has some ten thousand customers on many feeders, so such a call points at no device: it never makes, moves or
confirms a prediction (docs/decisions/0011-calls-by-commune.md). It stands beside an outage as possibly the same, and
enough callers that no outage explains are a report of their own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

# Clocks and crews differ: who calls shortly before an outage is said to have begun may well mean it.
EARLY_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class CommuneRules:
    """From how many callers in a window (seconds) on a commune is reported, and the share that explains them, 0..1."""

    calls: int = 5
    share: float = 0.5
    window_s: float = 2_700.0


@dataclass(frozen=True, slots=True)
class CommuneCall:
    """One call from a commune; `at` is epoch seconds, `weight` 0 what is no interruption, or a danger."""

    id: str
    caller: str
    commune: str
    at: float
    weight: int = 1


@dataclass(frozen=True, slots=True)
class OutageThere:
    """An outage and how many customers it leaves (or left) without supply in each commune; times in epoch seconds."""

    id: str
    name: str
    customers: Mapping[str, int]
    started_at: float
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class CommuneReport:
    """Callers of a commune that no outage explains; `possibly` is the outage that some (`possible`) of them may mean.

    `there` of the commune's `total` customers are without supply because of that outage.
    """

    commune: str
    callers: int
    first: float
    last: float
    possibly: OutageThere | None = None
    possible: int = 0
    there: int = 0
    total: int = 0


def possibly(call: CommuneCall, outages: Iterable[OutageThere]) -> OutageThere | None:
    """Return the outage the call may be about: of those going on then, the one with most customers of its commune."""
    fitting = [
        o for o in outages
        if o.customers.get(call.commune, 0) > 0
        and o.started_at - EARLY_S <= call.at
        # Who calls after the supply came back has another trouble.
        and (o.ended_at is None or call.at <= o.ended_at)
    ]  # fmt: skip
    return min(fitting, key=lambda o: (-o.customers[call.commune], o.started_at, o.id), default=None)


def possible(calls: Iterable[CommuneCall], outages: Iterable[OutageThere]) -> Counter[str]:
    """Return how many callers may mean each of the outages, by the outages' ids."""
    in_commune: dict[str, list[OutageThere]] = {}
    for outage in outages:
        for commune in outage.customers:
            in_commune.setdefault(commune, []).append(outage)
    meant = ((call.caller, possibly(call, in_commune.get(call.commune, ()))) for call in calls if call.weight)
    return Counter(outage for _, outage in {(caller, best.id) for caller, best in meant if best is not None})


def reported(
    calls: Iterable[CommuneCall], outages: Iterable[OutageThere], customers: Mapping[str, int], rules: CommuneRules,
    now: float,
) -> list[CommuneReport]:  # fmt: skip
    """Return the communes reported now, most callers first; `customers` are those of each commune."""
    there = tuple(outages)
    by_commune: dict[str, list[CommuneCall]] = {}
    for call in calls:
        if call.weight and now - rules.window_s < call.at <= now:
            by_commune.setdefault(call.commune, []).append(call)
    found = [
        _report(commune, said, [o for o in there if o.customers.get(commune)], customers.get(commune, 0), rules)
        for commune, said in by_commune.items()
        if len(said) >= rules.calls
    ]
    return sorted((one for one in found if one is not None), key=lambda one: (-one.callers, one.commune))


def _report(
    commune: str, calls: list[CommuneCall], outages: list[OutageThere], total: int, rules: CommuneRules
) -> CommuneReport | None:
    meant = [(call, possibly(call, outages)) for call in calls]
    left = [(call, o) for call, o in meant if o is None or not _explains(o, commune, total, rules)]
    callers = {call.caller for call, _ in left}
    if len(callers) < rules.calls:
        return None
    times = [call.at for call, _ in left]
    named = {o.id: o for _, o in left if o is not None}
    perhaps = Counter({outage: len({call.caller for call, o in left if o is not None and o.id == outage})
                       for outage in named})  # fmt: skip
    best = min(named.values(), key=lambda o: (-perhaps[o.id], o.started_at, o.id), default=None)
    if best is None:
        return CommuneReport(commune, len(callers), min(times), max(times), total=total)
    return CommuneReport(
        commune, len(callers), min(times), max(times), best, perhaps[best.id], best.customers[commune], total
    )  # fmt: skip


def _explains(outage: OutageThere, commune: str, total: int, rules: CommuneRules) -> bool:
    # Most of the commune is out: most of its callers are among those, and there is no second story to tell.
    return outage.customers[commune] >= rules.share * total
