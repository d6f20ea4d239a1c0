"""What can be done with an outage, and why not: pure rules of kind, status and role, as the service has them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from agent_tui.text.fold import fold
from agent_tui.wire import Outage, Role

Act = Literal[
    "outage_confirm", "outage_etr", "outage_crew", "outage_cause", "outage_restore", "outage_callbacks",
    "outage_message", "outage_note", "outage_cancel", "outage_close",
]  # fmt: skip
Refusal = Literal["lead_only", "planned", "already", "nobody_out", "over", "not_over", "no_callbacks", "part_back"]
Order = Literal["minutes", "out", "calls", "newest", "target"]

ACTS: Final[tuple[Act, ...]] = (
    "outage_confirm", "outage_etr", "outage_crew", "outage_cause", "outage_restore", "outage_callbacks",
    "outage_message", "outage_note", "outage_cancel", "outage_close",
)  # fmt: skip
FOR_AGENTS: Final = frozenset({"outage_callbacks", "outage_note", "outage_message"})
GUESSED: Final = frozenset({"predicted", "probable"})
OFF: Final = GUESSED | {"confirmed", "partially_restored", "active"}
BACK: Final = frozenset({"restored", "verified"})
GONE: Final = frozenset({"closed", "cancelled", "done"})
ORDERS: Final[tuple[Order, ...]] = ("minutes", "out", "calls", "newest", "target")
# As the service's own table: a crew may report from the place without having reported the way there.
CREW_MOVES: Final[dict[str, tuple[str, ...]]] = {
    "none": ("assigned", "enroute", "onsite", "working"),
    "assigned": ("enroute", "onsite", "working", "held", "none"),
    "enroute": ("onsite", "working", "held", "assigned", "none"),
    "onsite": ("working", "held", "done", "assigned", "none"),
    "working": ("done", "held", "onsite", "assigned", "none"),
    "held": ("working", "onsite", "enroute", "assigned", "none"),
    "done": ("working", "onsite", "enroute", "assigned", "none"),
}


def refusal(act: Act, outage: Outage, role: Role) -> Refusal | None:
    """Why this cannot be done with the outage by somebody of that role, or None."""
    if role == "agent" and act not in FOR_AGENTS:
        return "lead_only"
    if act in ("outage_note", "outage_message"):
        return None
    if act == "outage_callbacks":
        return None if outage.callbacks_open or outage.status in BACK else "no_callbacks"
    if outage.status in GONE:
        return "over"
    return _status_refusal(act, outage)


def _status_refusal(act: Act, outage: Outage) -> Refusal | None:
    if act == "outage_confirm":
        if outage.kind == "planned":
            return "planned"
        return None if outage.status in GUESSED else "already"
    if act == "outage_restore":
        return None if outage.status in OFF and outage.customers_out else "nobody_out"
    if act == "outage_cancel":
        if outage.status in BACK:
            return "over"
        return "part_back" if outage.status == "partially_restored" else None
    if act == "outage_close":
        if outage.kind == "planned":
            return "planned"
        return None if outage.status in BACK else "not_over"
    return None


def likely(outage: Outage, role: Role, now: datetime) -> Act:
    """The act that usually comes next: the cursor of the menu stands on it."""
    late = outage.etr is None or outage.etr <= now or outage.etr_state == "expired"
    steps: tuple[tuple[Act, bool], ...] = (
        ("outage_confirm", True),
        ("outage_close", outage.status == "verified" or not outage.callbacks_open),
        ("outage_callbacks", outage.status in BACK or role == "agent"),
        ("outage_crew", outage.crew == "none"),
        ("outage_etr", late),
        ("outage_cause", outage.cause is None),
        ("outage_restore", True),
        ("outage_callbacks", True),
    )
    return next((act for act, due in steps if due and refusal(act, outage, role) is None), "outage_note")


def minutes_lost(outage: Outage, now: datetime) -> float:
    """Customer-minutes lost so far by those still out: the order in which outages hurt."""
    return outage.customers_out * max(0.0, (now - outage.started_at).total_seconds() / 60)


def in_order(outages: Iterable[Outage], order: Order, now: datetime) -> list[Outage]:
    """The outages, what hurts most or is most urgent first."""

    def key(outage: Outage) -> tuple[float, float, str]:
        lost = -minutes_lost(outage, now)
        first = {
            "minutes": lost,
            "out": -float(outage.customers_out),
            "calls": -float(outage.calls),
            "newest": -outage.started_at.timestamp(),
            # Expired targets first, then the next to pass; those without one have promised nothing.
            "target": outage.etr.timestamp() if outage.etr and outage.customers_out else float("inf"),
        }[order]
        return (first, lost, outage.id)

    return sorted(outages, key=key)


def matches(outage: Outage, words: list[str], cause: str) -> bool:
    """Whether every word (folded) is in the device, what feeds it, its places or its cause in words."""
    if not words:
        return True
    text = fold(" ".join((outage.device, outage.device_name, *outage.device_path, *outage.places, cause)))
    return all(word in text for word in words)
