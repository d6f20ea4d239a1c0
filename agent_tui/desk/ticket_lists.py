"""Which tickets a list shows, and in what order. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, Literal

from agent_tui.text.fold import fold
from agent_tui.wire import Ticket

Which = Literal["mine", "unassigned", "all"]
RANK: Final = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def shown(tickets: Iterable[Ticket], which: Which, me: str, typed: str = "") -> list[Ticket]:
    """The tickets not closed of one list that match every word typed; the earliest due first, then the most urgent."""
    words = fold(typed).split()
    wanted = me if which == "mine" else None
    found = [
        ticket
        for ticket in tickets
        if ticket.status != "closed"
        and (which == "all" or ticket.assignee == wanted)
        and all(word in fold(f"{ticket.number} {ticket.title} {ticket.customer or ''}") for word in words)
    ]
    return sorted(found, key=lambda ticket: (ticket.due_at or _NEVER, RANK[ticket.priority], ticket.number))
