"""From a refused save to a merge: what the agent began from, made of it, and what others saved meanwhile. Pure."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET, structs

from agent_tui import wire
from agent_tui.desk.drafts import BASE
from agent_tui.desk.merge import OF_TYPE, PLAIN, Merge, Values, merge, values_of

UNKNOWN = "\x00"
"""What stood in a field before somebody's change, where the service cannot say: it equals nothing."""


def patched(patch: wire.PatchTicket) -> dict[str, str | None]:
    """The fields a patch sets, as the merge names them."""
    plain = {name: value for name in PLAIN if (value := getattr(patch, name)) is not UNSET}
    return plain | {OF_TYPE + name: value for name, value in (patch.fields or {}).items()}


def three_way(
    patch: wire.PatchTicket, version: int, current: wire.Ticket, since: Sequence[wire.TicketChange], me: str
) -> Merge:
    """Merge a patch made at `version` into the ticket as it is, with the history after that version.

    What this agent saved in between (an earlier key of theirs, perhaps) is what they went on from.
    """
    mine = patched(patch)
    theirs = values_of(current)
    base = dict(theirs)
    if [step.version for step in since] != list(range(version + 1, current.version + 1)):
        base |= dict.fromkeys(mine, UNKNOWN)
    foreign: set[str] = set()
    for step in since:
        for change in step.changes:
            if change.field not in PLAIN and not change.field.startswith(OF_TYPE):
                continue
            if step.author == me:
                base[change.field] = change.after
                foreign.discard(change.field)
            elif change.field not in foreign:
                base[change.field] = change.before
                foreign.add(change.field)
    return merge(base, {**base, **mine}, theirs)


def authors(since: Sequence[wire.TicketChange], me: str) -> list[str]:
    """Who else saved, each once, in the order they did."""
    return list(dict.fromkeys(step.author for step in since if step.author != me))


def held(before: wire.Ticket, now: wire.Ticket, patch: wire.PatchTicket | None) -> wire.Ticket:
    """What an editor goes on from when its ticket moved on: the new one, but in fields both sides changed the old.

    With such a field it keeps the old version too, so that the service refuses the save and both are compared.
    """
    if patch is None:
        return now
    base = values_of(before)
    found = merge(base, {**base, **patched(patch)}, values_of(now)).conflicts
    return _with(now, before.version, {conflict.name: conflict.base for conflict in found})


def based(ticket: wire.Ticket, draft: Mapping[str, str]) -> wire.Ticket:
    """The same for a draft: what stood in its fields when they were begun."""
    version = draft.get("base_version", "")
    if not version.isdecimal() or int(version) >= ticket.version:
        return ticket
    now = values_of(ticket)
    kept = {name: draft.get(BASE + name, "") for name in draft if name in PLAIN or name.startswith(OF_TYPE)}
    mine = {name: was for name, was in kept.items() if was != draft[name]}
    moved = {name: was for name, was in mine.items() if (now.get(name) or "") not in (was, draft[name])}
    return _with(ticket, int(version), dict(moved))


def draft_fields(patch: wire.PatchTicket | None, base: wire.Ticket) -> dict[str, str]:
    """What of a changed ticket is kept in its draft: each field, and what it was changed from."""
    if patch is None:
        return {}
    was, fields = values_of(base), {"base_version": str(base.version)}
    for name, value in patched(patch).items():
        fields[name] = value or ""
        fields[BASE + name] = was.get(name) or ""
    return fields


def with_values(ticket: wire.Ticket, values: Values) -> wire.Ticket:
    """The ticket with these values in its fields."""
    return _with(ticket, ticket.version, dict(values))


def _with(ticket: wire.Ticket, version: int, values: dict[str, str | None]) -> wire.Ticket:
    if not values:
        return ticket
    of_type = {name.removeprefix(OF_TYPE): value for name, value in values.items() if name.startswith(OF_TYPE)}
    fields = {name: value for name, value in {**ticket.fields, **of_type}.items() if value}
    plain = {name: value for name, value in values.items() if name in PLAIN}
    return structs.replace(ticket, version=version, fields=fields, **plain)
