"""F5 on marked contacts: all of them belong to one outage; one key takes it back."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from textual.app import App

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_number, ngettext
from agent_tui.screens import undoing
from agent_tui.screens.choose_outage import ChooseOutage
from agent_tui.text.fold import fold
from agent_tui.widgets.power_verdict import device_name

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

# What the service changes in one transaction; whoever is marked beyond that stays marked.
MOST: Final = 500
FAILED: Final[dict[str, str]] = {
    "danger_not_grouped": N_("{n} danger: never grouped, hand it to the field unit"),
    "in_hand": N_("{n} in a colleague's hand"),
    "contact_over": N_("{n} over already"),
    "not_found": N_("{n} gone, or of another centre"),
}


def likely_first(outages: Sequence[wire.Outage], contacts: Sequence[wire.Contact]) -> list[wire.Outage]:
    """The outages that explain most of these contacts first: by what they count at already, then by their places."""
    counted = Counter(contact.outage for contact in contacts if contact.outage)
    places = Counter(fold(contact.place) for contact in contacts if contact.place)

    def fits(outage: wire.Outage) -> int:
        here = [fold(place) for place in outage.places]
        return sum(n for place, n in places.items() if any(place in name or name in place for name in here))

    return sorted(outages, key=lambda o: (-counted[o.id], -fits(o), -o.started_at.timestamp(), o.id))


def told(answer: wire.BulkAnswer, what: str) -> str:
    """How many were attached, and of the others how many for which reason."""
    done = ngettext("{n} contact attached to {what}.", "{n} contacts attached to {what}.", answer.done)
    parts = [done.format(n=fmt_number(answer.done), what=what)]
    if answer.failed:
        codes = Counter(failure.code for failure in answer.failed)
        why = [
            _(FAILED[code]).format(n=fmt_number(n)) if code in FAILED else f"{n} {code}" for code, n in codes.items()
        ]
        left = ngettext("{n} left as it was, still marked: {why}.", "{n} left as they were, still marked: {why}.",
                        len(answer.failed))  # fmt: skip
        parts.append(left.format(n=fmt_number(len(answer.failed)), why=", ".join(why)))
    return " ".join(parts)


async def attach_marked(desk: "Desk", ids: Sequence[str]) -> frozenset[str]:
    """Ask for the outage and attach these contacts (in the order shown); answers those that stay marked."""
    every = frozenset(ids)
    contacts = [desk.state.contacts[id] for id in ids if id in desk.state.contacts]
    outages = [o for o in desk.state.outages.values() if o.kind == "unplanned" or o.status == "active"]
    now = datetime.fromtimestamp(desk.now(), UTC)
    many = ngettext("Attach {n} contact to", "Attach {n} contacts to", len(ids)).format(n=fmt_number(len(ids)))
    dialog = ChooseOutage("", likely_first(outages, contacts), None, now, title=many)
    choice = await cast("App[Any]", desk).push_screen_wait(dialog)
    if choice is None or choice.outage is None:
        return every
    now_ids = ids[:MOST]
    answer = await desk.client.change_contacts(now_ids, wire.BulkChange(outage=choice.outage, callback=True))
    outage = desk.state.outages.get(choice.outage)
    what = device_name(outage) if outage is not None else choice.outage
    label = ngettext("{n} contact to {what}", "{n} contacts to {what}", answer.done)
    hint = undoing.remember(desk, answer.undo, label.format(n=fmt_number(answer.done), what=what))
    text = f"{told(answer, what)} {hint}".strip()
    if len(ids) > MOST:
        text += " " + _("At most {n} go at once: the others are still marked.").format(n=MOST)
    if answer.failed:
        desk.toast(text, "warning")
    else:
        desk.toast(text)
    return every - set(now_ids) | {failure.id for failure in answer.failed}
