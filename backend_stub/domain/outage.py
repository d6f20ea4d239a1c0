"""Rules of outages: legal status moves, what is out, whether a restoration time may be quoted."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from backend_stub.domain.localtime import day_bounds

# Common Information Model's outage states with the works-planning axis beside them; the crew is an axis of its own.
UNPLANNED_MOVES: Mapping[str, frozenset[str]] = {
    "predicted": frozenset({"probable", "confirmed", "restored", "cancelled"}),
    "probable": frozenset({"predicted", "confirmed", "restored", "cancelled"}),
    "confirmed": frozenset({"partially_restored", "restored", "cancelled"}),
    "partially_restored": frozenset({"restored"}),
    # Callbacks may find people still without power, so a restored outage can come back.
    "restored": frozenset({"verified", "closed", "confirmed"}),
    "verified": frozenset({"closed", "confirmed"}),
    "closed": frozenset(),
    "cancelled": frozenset(),
}
PLANNED_MOVES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"notified", "cancelled"}),
    "notified": frozenset({"renotified", "active", "postponed", "cancelled"}),
    "renotified": frozenset({"active", "postponed", "cancelled"}),
    "active": frozenset({"done", "postponed", "cancelled"}),
    "postponed": frozenset({"notified", "renotified", "cancelled"}),
    "done": frozenset(),
    "cancelled": frozenset(),
}
MOVES: Mapping[str, Mapping[str, frozenset[str]]] = {"unplanned": UNPLANNED_MOVES, "planned": PLANNED_MOVES}

GUESSED = frozenset({"predicted", "probable"})
KNOWN = frozenset({"confirmed", "partially_restored"})
ANNOUNCED = frozenset({"notified", "renotified", "active"})
# In these the supply is off (or thought to be off) now: what the list calls open.
OFF_NOW = GUESSED | KNOWN | {"active"}
PLAN_AHEAD = frozenset({"draft", "notified", "renotified", "active", "postponed"})
ENDED = frozenset({"restored", "verified", "closed", "cancelled", "done"})


class StepFigures(NamedTuple):
    """One step: customers who went out together; times in epoch seconds, `restored_at` None while they are out."""

    customers: int
    out_at: float
    restored_at: float | None


def default_status(kind: str) -> str:
    """The status of a report that names none."""
    return "predicted" if kind == "unplanned" else "draft"


def is_status_of(kind: str, status: str) -> bool:
    """Whether `status` belongs to the kind's own axis."""
    return status in MOVES[kind]


def allowed(kind: str, status: str) -> list[str]:
    """The statuses an outage may move to, sorted."""
    return sorted(MOVES[kind][status])


def etr_state(etr: float | None, now: float) -> Literal["ok", "expired", "none"]:
    """Whether the estimated restoration time may be quoted: an expired one never is."""
    if etr is None:
        return "none"
    return "expired" if etr < now else "ok"


def customers_out(status: str, steps: list[StepFigures]) -> int:
    """How many customers are without supply: those of the steps not restored yet; none before or after it is off."""
    if status not in OFF_NOW:
        return 0
    return sum(step.customers for step in steps if step.restored_at is None)


def is_planned_today(kind: str, status: str, start: float, end: float | None, now: float) -> bool:
    """Whether announced work touches the local day of `now`; work without an end counts on the day it begins."""
    if kind != "planned" or status not in ANNOUNCED:
        return False
    begin, finish = day_bounds(now)
    return start < finish and (end if end is not None else start) >= begin


def share_out(out: int, below: Mapping[str, int]) -> dict[str, int]:
    """Split `out` customers over places in proportion to their customers, largest remainder first; sums to `out`."""
    total = sum(below.values())
    if total <= 0:
        return {}
    parts = {place: out * n // total for place, n in below.items()}
    rest = out - sum(parts.values())
    for place in sorted(below, key=lambda p: (-(out * below[p] % total), p))[:rest]:
        parts[place] += 1
    return parts
