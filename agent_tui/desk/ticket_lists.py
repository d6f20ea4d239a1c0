"""Which tickets a list shows, in what order, and what it asks the service for. Pure."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from agent_tui.i18n import N_
from agent_tui.text.fold import fold
from agent_tui.wire import Ticket

RANK: Final = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
LIVE: Final = frozenset({"new", "open", "waiting"})
_LOCAL: Final = timezone(timedelta(hours=7))
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
Key = tuple[datetime, str]
KEPT: Final = "kept:"
"""What the names of lists saved in the desk begin with."""


@dataclass(frozen=True, slots=True)
class View:
    """One list: `asks` are the queries that fill it, each a mapping of the service's filters.

    `by_due`: the earliest due first, and every page is read in turn; else the newest first, as the service gives them.
    `words` stand before those typed into the filter.
    """

    name: str
    title: str
    asks: tuple[Mapping[str, str], ...]
    by_due: bool = False
    words: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether it was saved in the desk."""
        return self.name.startswith(KEPT)

    def holds(self, ticket: Ticket, me: str, now: datetime) -> bool:
        """Whether a ticket belongs into this list, as far as the desk can tell."""
        return any(all(_passes(ticket, *part, me, now) for part in ask.items()) for ask in self.asks)


VIEWS: Final = (
    View("mine", N_("MINE"), ({"assignee": "me", "status": "live"},), by_due=True),
    View("unassigned", N_("UNASSIGNED"), ({"assignee": "none", "status": "live"},)),
    View(
        "due", N_("DUE"), tuple({"due": due, "status": "live"} for due in ("late", "soon", "today")), by_due=True
    ),
    View("all", N_("ALL"), ({},)),
)  # fmt: skip


def saved(views: Mapping[str, Mapping[str, str]]) -> tuple[View, ...]:
    """The agent's own lists from the settings, behind the four of the house."""
    return tuple(View(f"own:{name}", name, (dict(asks),)) for name, asks in views.items())


def shown(
    tickets: Iterable[Ticket],
    view: View,
    me: str,
    now: datetime,
    typed: str = "",
    found: Set[str] = frozenset(),
    floor: Key | None = None,
) -> list[Ticket]:
    """The tickets of a list that match every word typed or that the service found (`found`), in its order.

    `floor` is the last ticket read of a list that goes on: older ones would stand there with holes between them.
    """  # fmt: skip
    words = fold(typed).split()
    kept = [
        ticket
        for ticket in tickets
        if view.holds(ticket, me, now)
        and (floor is None or ticket.id in found or key(ticket) >= floor)
        and (ticket.id in found or _has(ticket, words))
    ]
    if view.by_due:
        return sorted(kept, key=lambda ticket: (ticket.due_at or _NEVER, RANK[ticket.priority], ticket.number))
    return sorted(kept, key=key, reverse=True)


def key(ticket: Ticket) -> Key:
    """What the newest-first order goes by."""
    return ticket.created_at, ticket.number


def _has(ticket: Ticket, words: list[str]) -> bool:
    if not words:
        return True
    text = fold(f"{ticket.number} {ticket.title} {ticket.customer or ''} {' '.join(ticket.fields.values())}")
    return all(word in text for word in words)


def _passes(ticket: Ticket, name: str, wanted: str, me: str, now: datetime) -> bool:
    if name == "status":
        group = {"live": LIVE, "done": frozenset({"resolved", "closed"})}
        return ticket.status in group.get(wanted, frozenset({wanted}))
    if name == "assignee":
        return ticket.assignee == {"me": me, "none": None}.get(wanted, wanted)
    if name == "due":
        return _due(ticket, wanted, now)
    value: object = getattr(ticket, name)
    return value == wanted


def _due(ticket: Ticket, wanted: str, now: datetime) -> bool:
    if ticket.due_at is None:
        return False
    if wanted == "today":
        return ticket.due_at.astimezone(_LOCAL).date() == now.astimezone(_LOCAL).date()
    return ("late" if ticket.due_at <= now else ticket.due_state) == wanted
