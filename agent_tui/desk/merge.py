"""Three-way merge of a ticket, field by field: what I began from, what I made of it, what somebody saved meanwhile.

A field that only one side changed takes that side; both the same is no conflict; the rest is the agent's to decide.
Notes are append-only and never come here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import UNSET

from agent_tui import wire

PLAIN = ("type", "status", "priority", "title", "customer", "outage", "assignee")
OF_TYPE = "fields."
Values = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both sides changed, each to something else."""

    name: str
    base: str | None
    mine: str | None
    theirs: str | None


@dataclass(frozen=True, slots=True)
class Merge:
    """The outcome: `values` with theirs in every conflict, and which fields came from whom by themselves."""

    values: dict[str, str | None]
    from_me: tuple[str, ...] = ()
    from_them: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    decided: dict[str, str | None] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Conflict, ...]:
        """The conflicts nobody decided yet."""
        return tuple(conflict for conflict in self.conflicts if conflict.name not in self.decided)

    def decide(self, name: str, value: str | None) -> "Merge":
        """Settle one conflict with mine, theirs or a third value; raises KeyError for a field without one."""
        if all(conflict.name != name for conflict in self.conflicts):
            raise KeyError(name)
        decided = {**self.decided, name: value}
        return Merge({**self.values, name: value}, self.from_me, self.from_them, self.conflicts, decided)


def values_of(ticket: wire.Ticket) -> dict[str, str | None]:
    """Return a ticket's mergeable fields by name; those of its type as `fields.NAME`."""
    plain: dict[str, str | None] = {name: getattr(ticket, name) for name in PLAIN}
    return plain | {OF_TYPE + name: value for name, value in ticket.fields.items()}


def merge(base: Values, mine: Values, theirs: Values) -> Merge:
    """Merge two descendants of `base`; a missing field and an empty one are the same nothing."""
    values: dict[str, str | None] = {}
    from_me, from_them, conflicts = [], [], []
    for name in sorted({*base, *mine, *theirs}, key=_place):
        was, me, they = (side.get(name) or None for side in (base, mine, theirs))
        values[name] = they
        if me in (they, was):
            if they not in (was, me):
                from_them.append(name)
        elif they == was:
            values[name] = me
            from_me.append(name)
        else:
            conflicts.append(Conflict(name, was, me, they))
    return Merge(values, tuple(from_me), tuple(from_them), tuple(conflicts))


def patch_from(values: Values, current: wire.Ticket) -> wire.PatchTicket | None:
    """Return the change that makes the current ticket carry these values; None when it already does."""
    now = values_of(current)
    changed = {name: value for name, value in values.items() if (value or None) != (now.get(name) or None)}
    if not changed:
        return None
    of_type = {name.removeprefix(OF_TYPE): value or "" for name, value in changed.items() if name.startswith(OF_TYPE)}
    plain = {name: value for name, value in changed.items() if not name.startswith(OF_TYPE)}
    return wire.PatchTicket(**plain, fields=of_type or UNSET)  # type: ignore[arg-type]


def _place(name: str) -> tuple[int, str]:
    return (PLAIN.index(name), "") if name in PLAIN else (len(PLAIN), name)
