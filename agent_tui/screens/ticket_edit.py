"""The pane that shows one ticket and lets it be changed; what is typed stays until the service has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, cast

from msgspec import UNSET
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.drafts import DraftBook, fits
from agent_tui.errors import Stale
from agent_tui.i18n import _, fmt_date, fmt_number, fmt_time
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused, IntentSent
from agent_tui.net.outbox import Outbox
from agent_tui.text.clean import TEXT_CAP
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextBox, TextField
from agent_tui.widgets.safe import SafeStatic, plain
from agent_tui.widgets.ticket_rows import PRIORITY, STATUS, due_words, priority_words

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

NOBODY: Final = "-"
Progress = Literal["", "loading", "sending", "failed"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What the agent changed: a patch without the untouched fields, and a note; either may be missing."""

    patch: wire.PatchTicket | None
    note: str


def reachable(status: wire.TicketStatus) -> list[tuple[str, str]]:
    """The statuses a ticket may take from this one, with their words: closed and resolved reopen to open only."""
    ways: dict[wire.TicketStatus, tuple[wire.TicketStatus, ...]] = {
        "resolved": ("open", "resolved", "closed"),
        "closed": ("open", "closed"),
    }
    names = ways.get(status, ("new", "open", "waiting", "resolved", "closed"))
    return [(name, _(STATUS[name][1])) for name in names]


class TicketPane(VerticalScroll):
    """Facts, fields, a note to add, the notes so far."""

    def compose(self) -> ComposeResult:
        """Labels on the left, fields on the right."""
        yield SafeStatic(id="ticket-side-head", classes="pane-head")
        yield SafeStatic(id="ticket-head")
        yield SafeStatic(id="ticket-state")
        with Vertical(id="ticket-form"):
            fields = (
                TextField(id="ticket-title"),
                Choice(reachable("new"), id="ticket-status"),
                Choice([(key, key) for key in PRIORITY], id="ticket-priority"),
                Choice([(NOBODY, NOBODY)], id="ticket-assignee"),
            )
            for field in fields:
                with Horizontal(classes="field"):
                    yield SafeStatic(id=f"{field.id}-label", classes="label")
                    yield field
            yield SafeStatic(id="ticket-note-label", classes="label wide")
            yield TextBox(id="ticket-note")
        yield SafeStatic(id="ticket-notes")

    def on_mount(self) -> None:
        """No ticket yet."""
        self.ticket: wire.Ticket | None = None
        self._people: list[tuple[str, str]] = []
        self.query_one("#ticket-form").display = False
        self.label()
        self.say("", _("Enter opens a ticket here."))

    def label(self) -> None:
        """The words of this pane in the current language."""
        words = {
            "title": _("Title"),
            "status": _("Status"),
            "priority": _("Priority"),
            "assignee": _("Assignee"),
            "note": _("Add a note"),
        }
        for name, word in words.items():
            self.query_one(f"#ticket-{name}-label", SafeStatic).say(word)
        self.query_one("#ticket-status", Choice).set_options(reachable(self.ticket.status if self.ticket else "new"))
        priorities = [(key, priority_words(key)[0].strip()) for key in PRIORITY]
        self.query_one("#ticket-priority", Choice).set_options(priorities)
        self.query_one("#ticket-assignee", Choice).set_options([(NOBODY, _("nobody")), *self._people])

    def stale(self, as_of: str) -> None:
        """The pane's first line: what it holds and, without the link, when the service was last heard."""
        age = Content.styled(f" · ▲ {as_of}", "$warning") if as_of and self.ticket else Content("")
        self.query_one("#ticket-side-head", SafeStatic).say(Content.styled(_("TICKET"), "bold") + age)

    def say(self, progress: Progress, text: str = "") -> None:
        """One line over the fields: reading, sending, what went wrong."""
        style = {"failed": "$error", "sending": "$accent"}.get(progress, "$muted")
        glyph = {"failed": "✗ ", "sending": "↑ "}.get(progress, "")
        line = self.query_one("#ticket-state", SafeStatic)
        line.say(Content.styled(glyph + text, style) if text else "", layout=True)
        line.display = bool(text)

    def open(self, ticket: wire.Ticket, people: list[tuple[str, str]], now: datetime) -> None:
        """Put a ticket into the fields; what was typed for another one is gone from them."""
        self.ticket = ticket
        self.query_one("#ticket-form").display = True
        self._people = people
        self.label()
        self._fill(ticket, None)
        left = self._drafts.get("ticket", ticket.id)
        self.query_one("#ticket-note", TextBox).text = left.fields.get("note", "") if left else ""
        if left and left.fields.get("title"):
            self.query_one("#ticket-title", TextField).value = left.fields["title"]
        self.say("")
        self.refresh_facts(ticket, now)

    def rebase(self, ticket: wire.Ticket, now: datetime) -> None:
        """The ticket moved on: fields not touched follow it, typed ones stay and are saved against the new version."""
        self._fill(ticket, self.ticket)
        self.ticket = ticket
        self._keep()
        self.refresh_facts(ticket, now)

    @on(TextField.Changed, "#ticket-title")
    @on(TextBox.Changed, "#ticket-note")
    def _typed(self) -> None:
        self._keep()

    def _keep(self, on_its_way: bool = False) -> None:
        """Title and note as they are typed, until the service has them."""
        ticket = self.ticket
        if ticket is None:
            return
        fields = {"note": self.query_one("#ticket-note", TextBox).text}
        title = self.query_one("#ticket-title", TextField).value
        if title.strip() != ticket.title:
            fields["title"] = title
        if on_its_way:
            fields["on_its_way"] = ticket.id
        self._drafts.keep("ticket", ticket.id, ticket.number, fields)

    @property
    def _drafts(self) -> DraftBook:
        return cast("Desk", self.app).drafts

    def _fill(self, ticket: wire.Ticket, before: wire.Ticket | None) -> None:
        title = self.query_one("#ticket-title", TextField)
        if before is None or title.value.strip() == before.title:
            title.value = ticket.title
        status = self.query_one("#ticket-status", Choice)
        untouched = before is None or status.value == before.status
        status.set_options(reachable(ticket.status))
        if untouched:
            status.set(ticket.status)
        priority = self.query_one("#ticket-priority", Choice)
        if before is None or priority.value == before.priority:
            priority.set(ticket.priority)
        assignee = self.query_one("#ticket-assignee", Choice)
        if before is None or assignee.value == (before.assignee or NOBODY):
            assignee.set(ticket.assignee or NOBODY)

    def refresh_facts(self, ticket: wire.Ticket, now: datetime) -> None:
        """Number, type, clock, and the notes so far."""
        due, style = due_words(ticket, now)
        head = plain(ticket.number, "bold") + plain(f" · {ticket.type}")
        if ticket.customer:
            head += plain(f" · {ticket.customer}")
        second = Content.styled(_("due") + " ", "$muted") + Content.styled(due, style)
        second += Content.styled(" · " + _("opened {time}").format(time=fmt_date(ticket.created_at)), "$muted")
        self.query_one("#ticket-head", SafeStatic).say(Content("\n").join((head, second)), layout=True)
        notes = ticket.notes if isinstance(ticket, wire.TicketDetail) else []
        lines: list[Content] = []
        for note in notes:
            lines.append(Content.styled(fmt_time(note.at, now) + " ", "$muted") + plain(note.author, "$muted"))
            lines.append(plain(note.text, multiline=True))
        self.query_one("#ticket-notes", SafeStatic).say(Content("\n").join(lines), layout=True)

    def changes(self) -> Changes:
        """What differs from the ticket as it was read, and the note typed."""
        ticket = self.ticket
        note = self.query_one("#ticket-note", TextBox).text.strip()
        if ticket is None:
            return Changes(None, note)
        title = self.query_one("#ticket-title", TextField).value.strip()
        status = self.query_one("#ticket-status", Choice).value
        priority = self.query_one("#ticket-priority", Choice).value
        chosen = self.query_one("#ticket-assignee", Choice).value
        assignee = None if chosen == NOBODY else chosen
        patch = wire.PatchTicket(
            title=title if title and title != ticket.title else UNSET,
            status=_status(status) if status != ticket.status else UNSET,
            priority=_priority(priority) if priority != ticket.priority else UNSET,
            assignee=assignee if assignee != ticket.assignee else UNSET,
        )
        return Changes(None if patch == wire.PatchTicket() else patch, note)

    def send(self, changes: Changes, outbox: Outbox) -> None:
        """Put patch and note into the outbox, in this order; the fields keep everything until the service has it."""
        ticket = self.ticket
        if ticket is None:
            return
        if not fits(changes.note):
            text = _("The note has {n} characters; {cap} fit into one. Put the rest into a second note.")
            self.say("failed", text.format(n=fmt_number(len(changes.note)), cap=fmt_number(TEXT_CAP)))
            return
        if changes.patch is not None:
            outbox.put("patch_ticket", ticket.id, changes.patch, version=ticket.version)
        if changes.note:
            outbox.put("note", ticket.id, wire.NewNote(changes.note), lane=ticket.id)
        self._keep(on_its_way=True)
        self.say("sending", _("saving {number} …").format(number=ticket.number))

    def settled(self, news: IntentSent | IntentRefused, now: datetime) -> bool:
        """Tell whether the service took it: the fields show what is saved now, or keep what was typed and say why."""
        if isinstance(news, IntentRefused):
            meanwhile = hint(
                _("Somebody saved this ticket meanwhile. Your text is still here; {commit} saves it over theirs.")
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
        box = self.query_one("#ticket-note", TextBox)
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
