"""Rules of tickets: legal status moves."""

from collections.abc import Mapping

LIVE = ("new", "open", "waiting")
DONE = ("resolved", "closed")

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
