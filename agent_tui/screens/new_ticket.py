"""A new ticket in a few keys: two or three letters find the request type, Enter takes it, the commit key saves."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.drafts import FIELD_CAP, fits
from agent_tui.i18n import _, fmt_number
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import STEPS, Dialog
from agent_tui.screens.find_types import find_types
from agent_tui.screens.ticket_facts import deadline, type_word
from agent_tui.text.clean import TEXT_CAP, clean
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.field_form import FieldForm
from agent_tui.widgets.fields import TextBox, TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain
from agent_tui.widgets.snippet_list import Offers, SnippetList, WritingBox, nothing
from agent_tui.widgets.ticket_rows import PRIORITY, priority_words

COLUMNS: Final = (Column("name", "", 24, flex=1), Column("code", "", 16, hide_below=50))
SHOWN: Final = 6
TITLE_CAP: Final = 512
Known = Callable[[wire.TicketType], Mapping[str, str]]


class NewTicket(Dialog[wire.NewTicket]):
    """Type, title, note, the fields of the type; `draft` is what was typed before (or refused, then `error` says why).

    `keep` receives body and automatic title with every key; `known` says which fields of a type need not be asked.
    """

    CSS_PATH = ["dialog.tcss", "new_ticket.tcss"]

    def __init__(
        self,
        who: str,
        types: Sequence[wire.TicketType],
        draft: wire.NewTicket,
        keep: Callable[[wire.NewTicket, str], None],
        error: str = "",
        known: Known = lambda _kind: {},
        offers: Offers = nothing,
    ) -> None:
        super().__init__()
        self._known, self._offers = known, offers
        self._who, self._types, self._draft, self._keep, self._error = who, tuple(types), draft, keep, error
        self._by_code = {kind.code: kind for kind in self._types}
        self._type = draft.type if draft.type in self._by_code else ""
        chosen = type_word(self._by_code[self._type]) if self._type else ""
        self._auto_title = chosen if draft.title == chosen else ""
        self._fields = dict(draft.fields)

    def compose(self) -> ComposeResult:
        """Who, type with its suggestions, title, note, what is wrong, the keys."""
        chosen = self._by_code.get(self._type)
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("New ticket · {who}").format(who=self._who)), classes="title")
            yield SafeStatic(_("Type: two or three letters, or initials"), classes="label")
            yield TextField(type_word(chosen) if chosen else "", id="type")
            yield LineList(COLUMNS, id="types", header=False, marks=False)
            with VerticalScroll(id="sheet", can_focus=False):
                yield SafeStatic(id="clock")
                yield SafeStatic(_("Title"), classes="label")
                yield TextField(self._draft.title, id="title", max_length=TITLE_CAP)
                yield SafeStatic(_("Note"), classes="label")
                yield WritingBox(
                    self._draft.note or "", id="note", placeholder=_(":: text  ?? knowledge  @@ colleague")
                )
                yield SnippetList(id="snippets")
                yield FieldForm(id="fields")
                with Horizontal(classes="field", id="urgency"):
                    yield SafeStatic(_("Priority"), classes="name")
                    words = [(key, priority_words(key)[0].strip()) for key in PRIORITY]
                    yield Choice(words, self._draft.priority or "normal", id="priority")
            yield SafeStatic(self._error, classes="error", id="error")
            text = hint(_("{commit} saves · Enter takes the type · Tab next field · {back} back, text is kept"))
            yield SafeStatic(text, classes="hint")

    def on_mount(self) -> None:
        """Type first; with a type chosen already, the title."""
        listed = self.query_one("#types", LineList)
        listed.styles.height = SHOWN
        listed.can_focus = False
        self._say(self._error)
        self._suggest("")
        listed.display = not self._type
        box, snippets = self.query_one("#note", WritingBox), self.query_one("#snippets", SnippetList)
        box.listed, snippets.offers = snippets, self._offers
        self._show_type()
        self.query_one("#title" if self._type else "#type", TextField).focus()

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Suggestions follow the letters."""
        event.stop()
        self._typed()
        chosen = self._by_code.get(self._type)
        # The name of the type that was just taken is no new letter; where the focus is, is known only later.
        if event.input.id == "type" and (chosen is None or event.value != type_word(chosen)):
            self._type = ""
            self.query_one("#types", LineList).display = True
            self._show_type()
            self._suggest(event.value)

    def on_field_form_changed(self, event: FieldForm.Changed) -> None:
        """The fields of the type are part of it."""
        event.stop()
        self._fields |= event.form.entries
        self._typed()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """So is the priority."""
        event.stop()
        self._typed()

    def on_text_area_changed(self, event: TextBox.Changed) -> None:
        """Every key counts."""
        event.stop()
        self._typed()

    def _typed(self) -> None:
        self._keep(self._body(), self._auto_title)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter takes the type; in the title it goes on to the note."""
        event.stop()
        if event.input.id == "type":
            self._take(self.query_one("#types", LineList).highlighted)
        else:
            self.query_one("#note", WritingBox).focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on a suggestion takes it."""
        event.stop()
        self._take(event.id)

    def on_key(self, event: events.Key) -> None:
        """Up and down walk through the suggestions while typing."""
        listed = self.query_one("#types", LineList)
        focused = self.focused
        if event.key in STEPS and focused is not None and focused.id == "type" and listed.row_ids:
            event.stop()
            event.prevent_default()
            listed.walk(STEPS[event.key])
            return
        super().on_key(event)

    def act_commit(self) -> None:
        """Save: without a chosen type the highlighted suggestion counts once something was typed."""
        if not self._type and self.query_one("#type", TextField).value.strip():
            self._take(self.query_one("#types", LineList).highlighted)
        body = self._body()
        if not body.type:
            self._say(_("Choose a type first: type two or three letters of it, then Enter."))
            self.query_one("#type", TextField).focus()
        elif not body.title:
            self._say(_("The ticket needs a title."))
            self.query_one("#title", TextField).focus()
        elif not fits(body.note or ""):
            text = _("The note has {n} characters; {cap} fit into one. Put the rest into a second note.")
            self._say(text.format(n=fmt_number(len(body.note or "")), cap=fmt_number(TEXT_CAP)))
            self.query_one("#note", WritingBox).focus()
        elif (wrong := self.query_one("#fields", FieldForm).wrong) is not None:
            self._say(_("Not saved yet: a field has the wrong form."))
            self.query_one("#fields", FieldForm).go_to(wrong)
        else:
            self.dismiss(body)

    def act_back(self) -> None:
        """Esc: what was typed waits for the next time."""
        self.dismiss(None)

    def typed_again(self) -> None:
        """The type has another name, and so has a title that nobody typed."""
        name, title = self.query_one("#type", TextField), self.query_one("#title", TextField)
        if (kind := self._by_code.get(self._type)) is None:
            self._suggest(name.value)
            return
        name.value = type_word(kind)
        if title.value == self._auto_title:
            title.value = self._auto_title = type_word(kind)

    def _body(self) -> wire.NewTicket:
        draft = self._draft
        title = clean(self.query_one("#title", TextField).value).strip()
        note = clean(self.query_one("#note", WritingBox).text, multiline=True, cap=FIELD_CAP).strip()
        return wire.NewTicket(
            type=self._type, title=title, customer=draft.customer, contact=draft.contact, outage=draft.outage,
            priority=self._priority(), fields=self._held_fields(), note=note or None,
        )  # fmt: skip

    def look_again(self) -> None:
        """The texts that were asked for have been read."""
        if self.is_open:
            self.query_one("#snippets", SnippetList).look(self.query_one("#note", WritingBox).before)

    def _show_type(self) -> None:
        """The clock of the type and its fields, filled with what is known; what was typed stays."""
        kind = self._by_code.get(self._type)
        form = self.query_one("#fields", FieldForm)
        self._fields |= form.entries
        clock = Content.styled(_("due") + "  ", "$muted") + plain(deadline(kind)) if kind is not None else ""
        self.query_one("#clock", SafeStatic).say(clock, layout=True)
        self.query_one("#clock").display = self.query_one("#urgency").display = form.display = kind is not None
        if kind is not None:
            asked = {spec.name for spec in kind.fields}
            held = {name: value for name, value in self._fields.items() if name in asked or name in self._draft.fields}
            form.show(kind.fields, {**self._known(kind), **held})

    def _held_fields(self) -> dict[str, str]:
        kind = self._by_code.get(self._type)
        return dict(self._draft.fields) if kind is None else self.query_one("#fields", FieldForm).values

    def _priority(self) -> wire.TicketPriority | None:
        kind, chosen = self._by_code.get(self._type), self.query_one("#priority", Choice).value
        if kind is None or chosen == kind.priority:
            return None
        return next((name for name in ("low", "normal", "high", "urgent") if name == chosen), None)

    def _suggest(self, typed: str) -> None:
        listed = self.query_one("#types", LineList)
        found = find_types(typed, self._types)
        listed.set_rows([Row(k.code, (Cell(type_word(k)), Cell(k.code, "$muted"))) for k in found])
        if found:
            listed.placeholder("data")
            listed.highlight(found[0].code)
        else:
            listed.placeholder("empty", _("No type fits; fewer letters find more."))

    def _take(self, code: str | None) -> None:
        kind = self._by_code.get(code or "")
        if kind is None:
            return
        self._type = kind.code
        title = self.query_one("#title", TextField)
        if title.value in ("", self._auto_title):
            title.value = self._auto_title = type_word(kind)
        title.focus()
        self.query_one("#type", TextField).value = type_word(kind)
        self.query_one("#types", LineList).display = False
        self.query_one("#priority", Choice).set(kind.priority)
        self._show_type()
        self._say("")

    def _say(self, text: str) -> None:
        line = self.query_one("#error", SafeStatic)
        line.set_class(bool(text), "on")
        line.say(plain(text), layout=True)
