"""The pane that shows one ticket and lets it be changed; what is typed stays until the service has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from msgspec import UNSET
from textual import on

from agent_tui import wire
from agent_tui.desk.conflicts import based, draft_fields, held, with_values
from agent_tui.desk.drafts import DraftBook, fits
from agent_tui.desk.merge import PLAIN, Values
from agent_tui.errors import Stale
from agent_tui.i18n import _, fmt_number
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused, IntentSent
from agent_tui.net.outbox import Outbox
from agent_tui.screens.at_ticket import AtTicket
from agent_tui.screens.ticket_form import NOBODY
from agent_tui.text.clean import TEXT_CAP
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.field_form import FieldForm
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.snippet_list import WritingBox

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

OF_TYPE: Final = "fields."


@dataclass(frozen=True, slots=True)
class Changes:
    """What the agent changed: a patch without the untouched fields, and a note; either may be missing."""

    patch: wire.PatchTicket | None
    note: str


class TicketPane(AtTicket):
    """Facts, fields, a note to add, the notes so far."""

    def open(self, ticket: wire.Ticket, people: list[tuple[str, str]], now: datetime) -> None:
        """Put a ticket into the fields; what was typed for another one is gone from them."""
        self.ticket = ticket
        self.query_one("#ticket-form").display = True
        self.people = people
        self.label()
        self.fill(ticket, None)
        left = self._drafts.get("ticket", ticket.id)
        self.note.text = left.fields.get("note", "") if left else ""
        if left is not None:
            kept = {name: value for name, value in left.fields.items() if name in PLAIN or name.startswith(OF_TYPE)}
            self.fill(with_values(ticket, kept), None)
            self.ticket = based(ticket, left.fields)
        self.say("failed" if left and left.refused else "", left.refused if left else "")
        self.refresh_facts(ticket, now)

    def rebase(self, ticket: wire.Ticket, now: datetime) -> None:
        """The ticket moved on: fields not touched follow it; one that both changed stays, and saving it compares."""
        before = self.ticket or ticket
        base = held(before, ticket, self.changes().patch)
        self.fill(base, before)
        self.ticket = base
        self._keep()
        self.refresh_facts(ticket, now)

    def adopt(self, ticket: wire.Ticket, values: Values) -> None:
        """The agent decided what each field becomes, against the ticket as it is now."""
        self.fill(with_values(ticket, values), None)
        self.ticket = ticket
        self._keep(on_its_way=True)
        self.say("sending", _("saving {number} …").format(number=ticket.number))

    @on(TextField.Changed, "#ticket-title")
    @on(WritingBox.Changed, "#ticket-note")
    @on(FieldForm.Changed)
    @on(Choice.Changed)
    def _typed(self) -> None:
        self._keep()

    def _keep(self, on_its_way: bool = False) -> None:
        """Note and changed fields as they are, until the service has them."""
        ticket = self.ticket
        if ticket is None:
            return
        fields = {"note": self.note.text, **draft_fields(self.changes().patch, ticket)}
        if on_its_way:
            fields["on_its_way"] = ticket.id
        self._drafts.keep("ticket", ticket.id, ticket.number, fields)

    @property
    def _drafts(self) -> DraftBook:
        return cast("Desk", self.app).drafts

    @property
    def waits_to_be_saved(self) -> bool:
        """A ticket is open, and something in it was changed."""
        return self.ticket is not None and bool((changed := self.changes()).patch or changed.note)

    def changes(self) -> Changes:
        """What differs from the ticket as it was read, and the note typed."""
        ticket = self.ticket
        note = self.note.text.strip()
        if ticket is None:
            return Changes(None, note)
        title = self.query_one("#ticket-title", TextField).value.strip()
        status = self.query_one("#ticket-status", Choice).value
        priority = self.query_one("#ticket-priority", Choice).value
        chosen = self.query_one("#ticket-assignee", Choice).value
        assignee = None if chosen == NOBODY else chosen
        kind = self.query_one("#ticket-type", Choice).value
        patch = wire.PatchTicket(
            type=kind if kind and kind != ticket.type else UNSET,
            fields=self.typed_fields() or UNSET,
            title=title if title and title != ticket.title.strip() else UNSET,
            status=_status(status) if status != ticket.status else UNSET,
            priority=_priority(priority) if priority != ticket.priority else UNSET,
            assignee=assignee if assignee != ticket.assignee else UNSET,
        )
        return Changes(None if patch == wire.PatchTicket() else patch, note)

    def send(self, changes: Changes, outbox: Outbox) -> bool:
        """Put patch and note into the outbox, in this order; the fields keep everything until the service has it.

        False where something is wrong first: the line over the fields says what, the focus stands there.
        """
        ticket = self.ticket
        if ticket is None:
            return False
        if not fits(changes.note):
            text = _("The note has {n} characters; {cap} fit into one. Put the rest into a second note.")
            self.say("failed", text.format(n=fmt_number(len(changes.note)), cap=fmt_number(TEXT_CAP)))
            return False
        if changes.patch is not None and (wrong := self.form.wrong) is not None:
            self.say("failed", _("Not saved yet: a field has the wrong form."))
            self.form.go_to(wrong)
            return False
        if changes.patch is not None and not outbox.holds("patch_ticket", ticket.id, changes.patch):
            outbox.put("patch_ticket", ticket.id, changes.patch, version=ticket.version)
        note = wire.NewNote(changes.note)
        if changes.note and not outbox.holds("note", ticket.id, note):
            outbox.put("note", ticket.id, note, lane=ticket.id)
        self._keep(on_its_way=True)
        self.say("sending", _("saving {number} …").format(number=ticket.number))
        return True

    def settled(self, news: IntentSent | IntentRefused, now: datetime) -> bool:
        """Tell whether the service took it: the fields show what is saved now, or keep what was typed and say why."""
        if isinstance(news, IntentRefused):
            meanwhile = hint(
                _("Somebody saved this ticket meanwhile. Your text is still here; {commit} compares it with theirs.")
            )
            self.say("failed", meanwhile if isinstance(news.reason, Stale) else news.reason.say())
            return False
        if isinstance(news.intent.body, wire.NewNote):
            self.clear_note(news.intent.body.text)
        if isinstance(news.answer, wire.Ticket):
            self.rebase(news.answer, now)
        self.say("")
        return True

    def clear_note(self, sent: str) -> None:
        """The note is the service's now; anything typed after it stays."""
        box = self.note
        before = len(box.text) - len(box.text.lstrip())
        if box.text.strip() == sent:
            box.text = ""
        elif box.text.startswith(sent, before):
            lines = box.text[: before + len(sent)].split("\n")
            box.delete((0, 0), (len(lines) - 1, len(lines[-1])))


def _status(value: str) -> wire.TicketStatus:
    return next(name for name in ("new", "open", "waiting", "resolved", "closed") if name == value)


def _priority(value: str) -> wire.TicketPriority:
    return next(name for name in ("low", "normal", "high", "urgent") if name == value)
