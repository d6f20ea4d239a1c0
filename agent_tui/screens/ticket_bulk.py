"""One change for many tickets: what is to be done to the marked ones, what came of it, and taking it back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from msgspec import UNSET
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_number, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.screens import undoing
from agent_tui.screens.dialog import Dialog
from agent_tui.screens.pick import Entry, Pick
from agent_tui.screens.ticket_facts import type_word
from agent_tui.screens.working import working
from agent_tui.text.clean import TEXT_CAP, clean
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextBox
from agent_tui.widgets.power_verdict import device_name
from agent_tui.widgets.safe import Confirm, SafeStatic, plain
from agent_tui.widgets.ticket_rows import PRIORITY, STATUS, priority_words

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

MOST: Final = 500
AS_IS: Final = ""
NONE: Final = "-"
WHY: Final = {
    "not_found": N_("it is gone, or belongs to another centre"),
    "merged": N_("it was merged into another one"),
    "illegal_transition": N_("its status cannot become that one"),
    "unknown_user": N_("that colleague is not of its centre"),
}
SAID: Final = 4
"""Refused tickets named in a message; more stay marked in the list."""


class BulkTickets(Dialog[wire.TicketBulkChange]):
    """Status, priority, assignee, outage, type and a note; what is left as it is changes nothing."""

    CSS_PATH = ["dialog.tcss", "ticket_bulk.tcss"]

    def __init__(
        self,
        title: str,
        people: Sequence[tuple[str, str]],
        outages: Sequence[wire.Outage],
        types: Sequence[wire.TicketType],
        status: str = AS_IS,
        note: str = "",
    ) -> None:
        super().__init__()
        self._title, self._people, self._outages, self._types = title, people, outages, types
        self._status, self._note = status, note

    def compose(self) -> ComposeResult:
        """One line for each field, the note below."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(self._title), classes="title")
            with VerticalScroll(id="bulk-fields"):
                for name, label, options in self._lines():
                    with Horizontal(classes="field"):
                        yield SafeStatic(label, classes="name")
                        start = self._status if name == "status" else AS_IS
                        yield Choice([(AS_IS, _("as it is")), *options], start, id=f"bulk-{name}")
                yield SafeStatic(_("Note to each"), classes="label")
                yield TextBox(self._note, id="bulk-note")
            yield SafeStatic(classes="error", id="bulk-error")
            yield SafeStatic(hint(_("Tab next field · {commit} carries it out · {back} back")), classes="hint")

    def _lines(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        return [
            ("status", _("Status"), [(key, _(word)) for key, (_glyph, word) in STATUS.items()]),
            ("assignee", _("Assignee"), [(NONE, _("nobody")), *self._people]),
            ("priority", _("Priority"), [(key, priority_words(key)[0].strip()) for key in PRIORITY]),
            ("outage", _("Outage"), [(NONE, _("none")), *((o.id, device_name(o)) for o in self._outages)]),
            ("type", _("Type"), [(kind.code, type_word(kind)) for kind in self._types]),
        ]

    def on_mount(self) -> None:
        """The status is what is changed most."""
        self.query_one("#bulk-status", Choice).focus()

    def act_commit(self) -> None:
        """Carry it out, or say that nothing was chosen."""
        chosen = {name: self.query_one(f"#bulk-{name}", Choice).value for name, _label, _options in self._lines()}
        given: dict[str, object] = {name: value for name, value in chosen.items() if value != AS_IS}
        for name in ("assignee", "outage"):
            if given.get(name) == NONE:
                given[name] = None
        note = clean(self.query_one("#bulk-note", TextBox).text, multiline=True, cap=TEXT_CAP).strip()
        change = wire.TicketBulkChange(**given, note=note or UNSET)  # type: ignore[arg-type]
        if change == wire.TicketBulkChange():
            line = self.query_one("#bulk-error", SafeStatic)
            line.set_class(True, "on")
            line.say(_("Choose what is to be changed, or write a note."), layout=True)
        else:
            self.dismiss(change)


async def ask(desk: "Desk", tickets: Sequence[wire.Ticket]) -> list[str] | None:
    """Ask what is to be done to these tickets and do it; answers the ids left as they were, None where nothing was."""
    if len(tickets) > MOST:
        desk.toast(_("At most {n} tickets are changed at once.").format(n=fmt_number(MOST)), "warning")
        return None
    title = ngettext("Change {n} ticket", "Change {n} tickets", len(tickets)).format(n=fmt_number(len(tickets)))
    people = [(agent.username, agent.name) for agent in desk.state.agents.values()]
    outages = list(desk.state.outages.values())
    dialog = BulkTickets(title, people, outages, desk.client.known_types)
    change = await cast("App[Any]", desk).push_screen_wait(dialog)
    return None if change is None else await carry_out(desk, [ticket.id for ticket in tickets], change)


async def attach(desk: "Desk", tickets: Sequence[wire.Ticket]) -> list[str] | None:
    """Ask which outage these tickets wait for, and say so in each; answers as `ask` does."""
    outages = sorted(desk.state.outages.values(), key=lambda outage: -outage.customers_out)

    def offered() -> tuple[str, list[Entry]]:
        n = len(tickets)
        title = ngettext("{n} ticket waits for which outage?", "{n} tickets wait for which outage?", n)
        return title.format(n=fmt_number(n)), [Entry(o.id, device_name(o), ", ".join(o.places)) for o in outages]

    chosen = await cast("App[Any]", desk).push_screen_wait(Pick(offered))
    if not chosen:
        return None
    return await carry_out(desk, [ticket.id for ticket in tickets], wire.TicketBulkChange(outage=chosen))


async def carry_out(desk: "Desk", ids: Sequence[str], change: wire.TicketBulkChange, what: str = "") -> list[str]:
    """Change them as one act, say what came of it, and remember it for the undo key; answers the ids that failed."""
    # Keys are not held: an undo typed meanwhile waits its turn behind this act anyway.
    doing = ngettext("changing {n} ticket …", "changing {n} tickets …", len(ids)).format(n=fmt_number(len(ids)))
    with working(desk, doing):
        answer = await desk.client.bulk_tickets(ids, change)
    done = ngettext("{n} ticket changed", "{n} tickets changed", answer.done).format(n=fmt_number(answer.done))
    back = undoing.remember(desk, answer.undo, what or done)
    if not answer.failed:
        desk.toast(f"{what or done}. {back}".strip())
        return []
    known = desk.state.tickets
    numbers = [known[one.id].number if one.id in known else one.id for one in answer.failed[:SAID]]
    named = [f"{who}: {_(WHY.get(one.code, one.code))}" for who, one in zip(numbers, answer.failed, strict=False)]
    left = ngettext("{n} stays as it was", "{n} stay as they were", len(answer.failed))
    more = [_("and {n} more; they stay marked").format(n=len(answer.failed) - SAID)] * (len(answer.failed) > SAID)
    said = "\n".join([f"{done}. {left.format(n=fmt_number(len(answer.failed)))}:", *named, *more, back])
    desk.toast(said.strip(), "warning")
    return [one.id for one in answer.failed]


async def merge(desk: "Desk", tickets: Sequence[wire.Ticket], into: wire.Ticket) -> list[str] | None:
    """Ask, then merge these tickets into the one that stays; each merge can be taken back. Answers as `ask` does."""
    told = ngettext("Merge {what} into {into}?", "Merge {what} into {into}?", len(tickets))
    numbers = ", ".join(ticket.number for ticket in tickets[:SAID]) + (" …" if len(tickets) > SAID else "")
    question = told.format(what=numbers, into=into.number)
    note = _("They are closed; their notes are read there, their links are kept.")
    ask_first = Confirm(plain(f"{question}\n{note}", multiline=True), _("Merge"))
    if not await cast("App[Any]", desk).push_screen_wait(ask_first):
        return None
    back = ""
    for ticket in tickets:
        kept = await desk.client.merge_ticket(ticket.id, into.id)
        desk.changed(desk.state.absorb(kept))
        what = _("{number} merged into {into}").format(number=ticket.number, into=into.number)
        back = undoing.remember(desk, kept.undo, what)
    desk.toast(f"{_('{n} merged into {into}').format(n=len(tickets), into=into.number)}. {back}".strip())
    return []


async def close_of_outage(desk: "Desk", outage: wire.Outage) -> bool:
    """After a restoration: propose to resolve the tickets that waited for it, with a note to each, as one act."""
    if not outage.tickets_open:
        return False
    n = len(outage.tickets_open)
    told = ngettext("Power is back: {n} ticket waited for it", "Power is back: {n} tickets waited for it", n)
    note = _("Power is back at {what}.").format(what=device_name(outage))
    people = [(agent.username, agent.name) for agent in desk.state.agents.values()]
    dialog = BulkTickets(told.format(n=fmt_number(n)), people, (), desk.client.known_types, "resolved", note)
    change = await cast("App[Any]", desk).push_screen_wait(dialog)
    if change is None:
        return False
    await carry_out(desk, outage.tickets_open[:MOST], change)
    return True
