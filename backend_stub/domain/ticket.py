"""Rules of tickets: legal status moves, and what of a change goes into the history."""

from collections.abc import Mapping

LIVE = ("new", "open", "waiting")
DONE = ("resolved", "closed")
LIVE_SQL = "status IN ('new', 'open', 'waiting')"
DONE_SQL = "status IN ('resolved', 'closed')"

MOVES: Mapping[str, frozenset[str]] = {
    "new": frozenset({"open", "waiting", "resolved", "closed"}),
    "open": frozenset({"new", "waiting", "resolved", "closed"}),
    "waiting": frozenset({"new", "open", "resolved", "closed"}),
    "resolved": frozenset({"open", "closed"}),
    "closed": frozenset({"open"}),
}


def allowed(status: str) -> list[str]:
    """The statuses a ticket may move to, sorted."""
    return sorted(MOVES[status])


def moves(status: str, target: str) -> bool:
    """Whether a ticket may go from `status` to `target`; staying is no move and always allowed."""
    return status == target or target in MOVES[status]


def done_at(target: str, was: float | None, now: float) -> float | None:
    """When a ticket of status `target` was done (epoch seconds): closing a resolved one changes nothing."""
    return (was or now) if target in DONE else None


def changed(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> list[tuple[str, str | None, str | None]]:
    """Return (field, from, to) for every field that differs, in the order of `after`, then what is gone."""
    names = [*after, *(name for name in before if name not in after)]
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
