"""Rules of outages: legal status and crew moves, steps, call backs, whether a restoration time may be quoted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

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
# A crew may report from the place without having reported the way there; it is done only after it was there.
CREW_MOVES: Mapping[str, frozenset[str]] = {
    "none": frozenset({"assigned", "enroute", "onsite", "working"}),
    "assigned": frozenset({"none", "enroute", "onsite", "working", "held"}),
    "enroute": frozenset({"none", "assigned", "onsite", "working", "held"}),
    "onsite": frozenset({"none", "assigned", "working", "held", "done"}),
    "working": frozenset({"none", "assigned", "onsite", "held", "done"}),
    "held": frozenset({"none", "assigned", "enroute", "onsite", "working"}),
    "done": frozenset({"none", "assigned", "enroute", "onsite", "working"}),
}

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


class StepError(Exception):
    """A restoration that cannot be; `field` and `code` say what of the report is wrong."""

    def __init__(self, field: str, code: str, detail: str) -> None:
        self.field, self.code, self.detail = field, code, detail
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Split:
    """What one restoration did to the open step: who came back, who stays out; `ended` when nobody does."""

    back: StepFigures
    rest: StepFigures | None

    @property
    def ended(self) -> bool:
        """Whether everybody has the supply back."""
        return self.rest is None


def split(step: StepFigures, at: float, customers: int | None) -> Split:
    """Bring `customers` (None: all) of an open step back at `at` (epoch seconds); raises StepError.

    Figures of a restoration come from counting below devices: they may exceed what is left, never what there was.
    """
    if at < step.out_at:
        raise StepError("at", "before_start", "The power cannot be back before it went out.")
    if customers is None or customers >= step.customers:
        return Split(step._replace(restored_at=at), None)
    back = StepFigures(customers, step.out_at, at)
    return Split(back, StepFigures(step.customers - customers, step.out_at, None))


def open_step(steps: Sequence[StepFigures]) -> StepFigures | None:
    """The step whose customers are out; there is at most one, the others are history."""
    return next((step for step in reversed(steps) if step.restored_at is None), None)


def after_restoration(kind: str, ended: bool) -> str:
    """The status that follows a restoration of a part, or of all."""
    if kind == "planned":
        return "done" if ended else "active"
    return "restored" if ended else "partially_restored"


def believed_back(status: str, transformer: str | None, back: frozenset[str]) -> bool:
    """Whether a customer below `transformer` counts as restored; `back` are the transformers known to be."""
    return status in ENDED or (transformer is not None and transformer in back)


CallbackOutcome = Literal["done", "open", "nested"]


def after_callback(result: str, restored: bool) -> CallbackOutcome:
    """What becomes of a promised call: only an answer or a wrong number ends it; unanswered it stays open.

    Whoever still has no power where it counts as restored is a new outage inside the old one.
    """
    if result in ("on", "wrong_number"):
        return "done"
    return "nested" if result == "still_out" and restored else "open"


def verifies(status: str, promised: int, still_open: int) -> bool:
    """Whether a restored outage is now verified: somebody asked to be called, and all of them were."""
    return status == "restored" and promised > 0 and still_open == 0


def default_status(kind: str) -> str:
    """The status of a report that names none."""
    return "predicted" if kind == "unplanned" else "draft"


def is_status_of(kind: str, status: str) -> bool:
    """Whether `status` belongs to the kind's own axis."""
    return status in MOVES[kind]


def allowed(kind: str, status: str) -> list[str]:
    """The statuses an outage may move to, sorted."""
    return sorted(MOVES[kind][status])


def crew_allowed(crew: str) -> list[str]:
    """The states its crew may move to, sorted."""
    return sorted(CREW_MOVES[crew])


def etr_state(etr: float | None, now: float) -> Literal["ok", "expired", "none"]:
    """Whether the estimated restoration time may be quoted: an expired one never is."""
    if etr is None:
        return "none"
    return "expired" if etr < now else "ok"


def plan_under_way(status: str, begin: float, end: float | None, now: float) -> bool:
    """Whether announced work has the supply off at `now`: its crew says so, or the hours given out (None: no end)."""
    return status == "active" or (begin <= now and (end is None or now < end))


def customers_out(status: str, steps: list[StepFigures]) -> int:
    """How many customers are without supply: those of the steps not restored yet; none before or after it is off."""
    if status not in OFF_NOW:
        return 0
    return sum(step.customers for step in steps if step.restored_at is None)


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
