"""F7 on a ticket: who changed what and when, from what to what; and the differences between any two versions."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.ticket_versions import between
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _, fmt_date, fmt_time, language
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.screens.ticket_facts import type_of, type_word
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain
from agent_tui.widgets.ticket_rows import PRIORITY, STATUS, priority_words

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

COLUMNS: Final = (
    Column("version", "", 4, align="right"),
    Column("at", N_("when"), 13),
    Column("by", N_("by whom"), 14, flex=1),
    Column("kind", N_("what"), 12),
    Column("fields", N_("fields"), 16, flex=3, hide_below=50),
)
KINDS: Final = {
    "created": N_("opened"), "changed": N_("changed"), "bulk": N_("many at once"), "merged": N_("merged"),
    "undone": N_("taken back"),
}  # fmt: skip
NAMES: Final = {
    "type": N_("Type"), "status": N_("Status"), "priority": N_("Priority"), "title": N_("Title"),
    "customer": N_("Customer"), "contact": N_("Contact"), "outage": N_("Outage"), "assignee": N_("Assignee"),
    "due_at": N_("Due"), "merged_into": N_("Merged into"),
}  # fmt: skip
LONGEST = 400


class Words:
    """The names and values of a ticket's fields as people read them."""

    def __init__(self, types: Sequence[wire.TicketType], people: Mapping[str, str]) -> None:
        self._types, self._people = types, people
        self._specs = {spec.name: spec for kind in types for spec in kind.fields}

    def name(self, field: str) -> str:
        """What a field is called."""
        own = field.removeprefix("fields.")
        if own != field:
            spec = self._specs.get(own)
            return (spec.en if language() == "en" else spec.vi) if spec is not None else own
        return _(NAMES[field]) if field in NAMES else field

    def value(self, field: str, value: str | None) -> str:
        """What a value means."""
        if not value:
            return "–"
        if field == "status" and value in STATUS:
            return _(STATUS[value][1])
        if field == "priority" and value in PRIORITY:
            return priority_words(value)[0].strip()
        if field == "type":
            kind = type_of(self._types, value)
            return type_word(kind) if kind is not None else value
        if field == "assignee":
            return self._people.get(value, value)
        if field == "due_at":
            return _date(value)
        spec = self._specs.get(field.removeprefix("fields."))
        for one in spec.choices if spec is not None and field.startswith("fields.") else ():
            if one.value == value:
                return one.en if language() == "en" else one.vi
        return value[:LONGEST]

    def lines(self, changes: Sequence[wire.FieldChange]) -> list[Content]:
        """One line for each change: name, from, to."""
        return [
            plain(f"{self.name(one.field)}  ", "$muted")
            + plain(self.value(one.field, one.before), "$muted")
            + Content.styled(" → ", "$accent")
            + plain(self.value(one.field, one.after), "bold", multiline=True)
            for one in changes
        ]


class TicketHistory(Dialog[None]):
    """The steps, and below them what the step under the cursor changed, or what lies between two marked ones."""

    CSS_PATH = ["dialog.tcss", "ticket_history.tcss"]

    def __init__(
        self, title: str, read: Callable[[], Awaitable[Sequence[wire.TicketChange]]], words: Words, now: datetime
    ) -> None:
        super().__init__()
        self._title, self._read, self._words, self._now = title, read, words, now
        self._steps: Sequence[wire.TicketChange] = ()

    def compose(self) -> ComposeResult:
        """Steps above, differences below."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(self._title), classes="title")
            yield LineList(COLUMNS, id="steps")
            yield SafeStatic(id="between", classes="label")
            with VerticalScroll(id="changes", can_focus=False):
                yield SafeStatic(id="change-lines")
            text = hint(_("↑ ↓ walk · {mark} marks two versions to compare · PgUp PgDn · {back} back"))
            yield SafeStatic(text, classes="hint")

    async def on_mount(self) -> None:
        """Read it; drawn again in another language it is not read again."""
        listed = self.query_one("#steps", LineList)
        listed.focus()
        if self._steps:
            self._fill()
        else:
            self.work(self._load(), "history")

    async def _load(self) -> None:
        wrong = ""
        try:
            self._steps = sorted(await self._read(), key=lambda step: -step.version)
        except DeskError as error:
            wrong = error.say()
        if self.is_open and wrong:
            self.query_one("#steps", LineList).placeholder("failed", wrong)
        elif self.is_open:
            self._fill()

    def _fill(self) -> None:
        listed = self.query_one("#steps", LineList)
        listed.set_rows([self._row(step) for step in self._steps])
        listed.placeholder("data" if self._steps else "empty", "" if self._steps else _("Nothing was changed yet."))
        self._say()

    def _row(self, step: wire.TicketChange) -> Row:
        fields = ", ".join(self._words.name(change.field) for change in step.changes)
        cells = (str(step.version), fmt_time(step.at, self._now), self._words.value("assignee", step.author))
        kind = _(KINDS.get(step.kind, step.kind))
        return Row(str(step.version), (*map(Cell, cells), Cell(kind, "$accent"), Cell(fields, "$muted")))

    @on(LineList.Highlighted, "#steps")
    @on(LineList.Marked, "#steps")
    def _moved(self) -> None:
        self._say()

    def _say(self) -> None:
        listed = self.query_one("#steps", LineList)
        marked = sorted(int(id) for id in listed.marked)
        if len(marked) >= 2:
            first, last = marked[0], marked[-1]
            head = _("From version {first} to version {last}").format(first=first, last=last)
            changes = between(self._steps, first, last)
        else:
            step = next((one for one in self._steps if str(one.version) == listed.highlighted), None)
            head = _("Version {n} · {time}").format(n=step.version, time=fmt_date(step.at)) if step else ""
            changes = step.changes if step else []
        none = [Content.styled(_("no difference"), "$muted")] if self._steps else []
        self.query_one("#between", SafeStatic).say(head)
        shown = Content("\n").join(self._words.lines(changes) or none)
        self.query_one("#change-lines", SafeStatic).say(shown, layout=True)


async def look_back(desk: "Desk", ticket: wire.Ticket, now: datetime) -> None:
    """Show the history of a ticket until the agent goes back."""
    client = desk.client
    people = {agent.username: agent.name for agent in desk.state.agents.values()}
    words = Words(await client.ticket_types(), people)
    title = _("History of {number} · {title}").format(number=ticket.number, title=ticket.title)
    dialog = TicketHistory(title, lambda: client.ticket_history(ticket.id), words, now)
    await cast("App[Any]", desk).push_screen_wait(dialog)


def _date(value: str) -> str:
    try:
        return fmt_date(datetime.fromisoformat(value))
    except ValueError:
        return value
