"""A new ticket in a few keys: two or three letters find the request type, Enter takes it, the commit key saves."""

from collections.abc import Callable, Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.desk.drafts import FIELD_CAP, fits
from agent_tui.i18n import _, fmt_number, language
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import TEXT_CAP, clean
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextBox, TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (Column("name", "", 24, flex=1), Column("code", "", 16, hide_below=50))
SHOWN: Final = 6
TITLE_CAP: Final = 512


def type_word(kind: wire.RequestType) -> str:
    """The type's name in the desk's language."""
    return kind.en if language() == "en" else kind.vi


def find_types(typed: str, types: Sequence[wire.RequestType]) -> list[wire.RequestType]:
    """Types that fit what was typed, best first: initials, start of the name, start of words, code, anywhere."""
    wanted = fold(typed)
    if not wanted:
        return list(types)
    ranked = [(rank, i, kind) for i, kind in enumerate(types) if (rank := _rank(wanted, kind)) is not None]
    return [kind for _rank_, _i, kind in sorted(ranked, key=lambda entry: entry[:2])]


def _rank(wanted: str, kind: wire.RequestType) -> int | None:
    names = (fold(kind.vi), fold(kind.en)) if language() != "en" else (fold(kind.en), fold(kind.vi))
    initials = ["".join(word[0] for word in name.replace(",", " ").split()) for name in names]
    code = fold(kind.code)
    tests: list[bool] = [
        initials[0].startswith(wanted),
        names[0].startswith(wanted),
        all(any(word.startswith(part) for word in names[0].split()) for part in wanted.split()),
        code.startswith(wanted) or any(part.startswith(wanted) for part in code.split(".")),
        len(wanted) > 1 and wanted in initials[0],
        initials[1].startswith(wanted) or names[1].startswith(wanted),
        any(wanted in name for name in names),
    ]
    return next((i for i, hit in enumerate(tests) if hit), None)


class NewTicket(Dialog[wire.NewTicket]):
    """Type, title, note; `draft` is what was typed before (or refused, then `error` says why).

    `keep` receives body and automatic title with every key.
    """

    CSS_PATH = ["dialog.tcss", "new_ticket.tcss"]

    def __init__(
        self,
        who: str,
        types: Sequence[wire.RequestType],
        draft: wire.NewTicket,
        keep: Callable[[wire.NewTicket, str], None],
        error: str = "",
    ) -> None:
        super().__init__()
        self._who, self._types, self._draft, self._keep, self._error = who, tuple(types), draft, keep, error
        self._by_code = {kind.code: kind for kind in self._types}
        self._type = draft.type if draft.type in self._by_code else ""
        chosen = type_word(self._by_code[self._type]) if self._type else ""
        self._auto_title = chosen if draft.title == chosen else ""

    def compose(self) -> ComposeResult:
        """Who, type with its suggestions, title, note, what is wrong, the keys."""
        chosen = self._by_code.get(self._type)
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("New ticket · {who}").format(who=self._who)), classes="title")
            yield SafeStatic(_("Type: two or three letters, or initials"), classes="label")
            yield TextField(type_word(chosen) if chosen else "", id="type")
            yield LineList(COLUMNS, id="types", header=False, marks=False)
            yield SafeStatic(_("Title"), classes="label")
            yield TextField(self._draft.title, id="title", max_length=TITLE_CAP)
            yield SafeStatic(_("Note"), classes="label")
            yield TextBox(self._draft.note or "", id="note")
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
        self.query_one("#title" if self._type else "#type", TextField).focus()

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Suggestions follow the letters."""
        event.stop()
        self._typed()
        if event.input.id == "type" and event.input.has_focus:
            self._type = ""
            self.query_one("#types", LineList).display = True
            self._suggest(event.value)

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
            self.query_one("#note", TextBox).focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on a suggestion takes it."""
        event.stop()
        self._take(event.id)

    def on_key(self, event: events.Key) -> None:
        """Up and down walk through the suggestions while typing."""
        listed = self.query_one("#types", LineList)
        focused = self.focused
        if event.key in ("up", "down") and focused is not None and focused.id == "type" and (ids := listed.row_ids):
            event.stop()
            event.prevent_default()
            here = ids.index(listed.highlighted) if listed.highlighted in ids else -1
            listed.highlight(ids[max(0, min(len(ids) - 1, here + (1 if event.key == "down" else -1)))])
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
            self.query_one("#note", TextBox).focus()
        else:
            self.dismiss(body)

    def act_back(self) -> None:
        """Esc: what was typed waits for the next time."""
        self.dismiss(None)

    def _body(self) -> wire.NewTicket:
        draft = self._draft
        title = clean(self.query_one("#title", TextField).value).strip()
        note = clean(self.query_one("#note", TextBox).text, multiline=True, cap=FIELD_CAP).strip()
        return wire.NewTicket(
            type=self._type, title=title, customer=draft.customer, contact=draft.contact, outage=draft.outage,
            priority=draft.priority, fields=draft.fields, note=note or None,
        )  # fmt: skip

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
        self._say("")

    def _say(self, text: str) -> None:
        line = self.query_one("#error", SafeStatic)
        line.set_class(bool(text), "on")
        line.say(plain(text), layout=True)
