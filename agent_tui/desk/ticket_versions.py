"""A ticket's history as steps, and what lies between any two of its versions. Pure."""

from collections.abc import Sequence

from agent_tui.wire import FieldChange, TicketChange


def between(history: Sequence[TicketChange], earlier: int, later: int) -> list[FieldChange]:
    """What changed from one version to another: the first value and the last of each field that differs.

    The versions may come in either order; changes that were undone in between are no difference.
    """
    earlier, later = min(earlier, later), max(earlier, later)
    first: dict[str, str | None] = {}
    last: dict[str, str | None] = {}
    for step in sorted(history, key=lambda one: one.version):
        if earlier < step.version <= later:
            for change in step.changes:
                first.setdefault(change.field, change.before)
                last[change.field] = change.after
    return [FieldChange(name, first[name], last[name]) for name in first if first[name] != last[name]]
