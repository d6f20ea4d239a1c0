"""The fields of a ticket on screen: labels, choices, the form of its type, a note with snippets, the notes so far."""

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _
from agent_tui.screens.ticket_facts import head, notes, reachable, type_of, type_options
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.field_form import FieldForm
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.safe import SafeStatic
from agent_tui.widgets.snippet_list import SnippetList, WritingBox
from agent_tui.widgets.ticket_rows import PRIORITY, priority_words

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

NOBODY: Final = "-"
Progress = Literal["", "loading", "sending", "failed"]


class TicketForm(VerticalScroll):
    """The fields of one ticket on screen; what is saved and when is TicketPane's affair."""

    def compose(self) -> ComposeResult:
        """Labels on the left, fields on the right."""
        yield SafeStatic(id="ticket-side-head", classes="pane-head")
        yield Flowing(id="ticket-head")
        yield SafeStatic(id="ticket-state")
        with Vertical(id="ticket-form"):
            fields = (
                Choice([("", "–")], id="ticket-type"),
                TextField(id="ticket-title"),
                Choice(reachable("new"), id="ticket-status"),
                Choice([(key, key) for key in PRIORITY], id="ticket-priority"),
                Choice([(NOBODY, NOBODY)], id="ticket-assignee"),
            )
            for field in fields:
                with Horizontal(classes="field"):
                    yield SafeStatic(id=f"{field.id}-label", classes="label")
                    yield field
            yield FieldForm(id="ticket-fields")
            yield SafeStatic(id="ticket-note-label", classes="label wide")
            yield WritingBox(id="ticket-note")
            yield SnippetList(id="ticket-snippets")
        yield Flowing(id="ticket-notes")

    def on_mount(self) -> None:
        """No ticket yet."""
        self.ticket: wire.Ticket | None = None
        self.people: list[tuple[str, str]] = []
        self.query_one("#ticket-form").display = False
        self.note.listed = self.snippets
        self.label()
        self.say("", _("Enter opens a ticket here."))

    @property
    def note(self) -> WritingBox:
        """Where a note is written."""
        return self.query_one("#ticket-note", WritingBox)

    @property
    def snippets(self) -> SnippetList:
        """What opens under the note."""
        return self.query_one("#ticket-snippets", SnippetList)

    @property
    def form(self) -> FieldForm:
        """The fields of the type."""
        return self.query_one("#ticket-fields", FieldForm)

    @property
    def _types(self) -> tuple[wire.TicketType, ...]:
        return cast("Desk", self.app).client.known_types

    def label(self) -> None:
        """The words of this pane in the current language."""
        words = {
            "type": _("Type"),
            "title": _("Title"),
            "status": _("Status"),
            "priority": _("Priority"),
            "assignee": _("Assignee"),
            "note": _("Add a note"),
        }
        for name, word in words.items():
            self.query_one(f"#ticket-{name}-label", SafeStatic).say(word)
        self.note.placeholder = _(":: text  ?? knowledge  @@ colleague")
        self.query_one("#ticket-status", Choice).set_options(reachable(self.ticket.status if self.ticket else "new"))
        priorities = [(key, priority_words(key)[0].strip()) for key in PRIORITY]
        self.query_one("#ticket-priority", Choice).set_options(priorities)
        assignee = self.query_one("#ticket-assignee", Choice)
        assignee.set_options(self._assignees(assignee.value))
        kind = self.query_one("#ticket-type", Choice)
        kind.set_options(type_options(self._types, self.ticket.type if self.ticket else ""))
        self.form.say_again()

    def stale(self, as_of: str, here: Content | None = None) -> None:
        """The pane's first line: what it holds, who else is at it, and without the link when it was last true."""
        age = Content.styled(f" · ▲ {as_of}", "$warning") if as_of and self.ticket else Content("")
        self.query_one("#ticket-side-head", SafeStatic).say(
            Content.styled(_("TICKET"), "bold") + age + (here or Content(""))
        )

    def say(self, progress: Progress, text: str = "") -> None:
        """One line over the fields: reading, sending, what went wrong."""
        style = {"failed": "$error", "sending": "$accent"}.get(progress, "$muted")
        glyph = {"failed": "✗ ", "sending": "↑ "}.get(progress, "")
        line = self.query_one("#ticket-state", SafeStatic)
        line.say(Content.styled(glyph + text, style) if text else "", layout=True)
        line.display = bool(text)

    @on(Choice.Changed, "#ticket-type")
    def _retyped(self, event: Choice.Changed) -> None:
        """Another type asks for other fields; what was filled in stays."""
        kind = type_of(self._types, event.value)
        self.form.show(kind.fields if kind else (), self.form.values)

    def fill(self, ticket: wire.Ticket, before: wire.Ticket | None) -> None:
        """Show a ticket; with `before`, what was changed here since then stays."""
        title = self.query_one("#ticket-title", TextField)
        if before is None or title.value.strip() == before.title.strip():
            title.value = ticket.title
        kind = self.query_one("#ticket-type", Choice)
        chosen = ticket.type if before is None or kind.value == before.type else kind.value
        kind.set_options(type_options(self._types, chosen))
        kind.set(chosen)
        known = type_of(self._types, chosen)
        specs = known.fields if known else ()
        if before is None:
            self.form.show(specs, ticket.fields)
        else:
            self.form.follow(specs, ticket.fields, before.fields)
        status = self.query_one("#ticket-status", Choice)
        untouched = before is None or status.value == before.status
        status.set_options(reachable(ticket.status))
        if untouched:
            status.set(ticket.status)
        priority = self.query_one("#ticket-priority", Choice)
        if before is None or priority.value == before.priority:
            priority.set(ticket.priority)
        assignee = self.query_one("#ticket-assignee", Choice)
        untouched = before is None or assignee.value == (before.assignee or NOBODY)
        chosen = ticket.assignee or NOBODY if untouched else assignee.value
        assignee.set_options(self._assignees(chosen))
        assignee.set(chosen)

    def _assignees(self, chosen: str) -> list[tuple[str, str]]:
        """Who may have it; somebody this desk does not know keeps it until another one is chosen."""
        known = [(NOBODY, _("nobody")), *self.people]
        return known if chosen in dict(known) else [*known, (chosen, chosen)]

    def refresh_facts(self, ticket: wire.Ticket, now: datetime) -> None:
        """Number, type, clock, and the notes so far."""
        self.query_one("#ticket-head", SafeStatic).say(head(ticket, self._types, now), layout=True)
        self.query_one("#ticket-notes", SafeStatic).say(notes(ticket, now), layout=True)

    def typed_fields(self) -> dict[str, str]:
        """The fields of the type that differ from the ticket's; the empty text where one was emptied."""
        # Blanks around a value are nobody's change.
        was = {name: value.strip() for name, value in (self.ticket.fields if self.ticket else {}).items()}
        now = self.form.values
        return {name: now.get(name, "") for name in {*was, *now} if now.get(name, "") != was.get(name, "")}
