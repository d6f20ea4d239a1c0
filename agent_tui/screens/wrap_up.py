"""Wrap-up in two keys: the likely disposition is already chosen, Enter accepts it.

Beside it what is recorded with it: the satisfaction question, and whether self-service was proposed and wanted.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from agent_tui import wire
from agent_tui.desk.self_service import NAMES, Suggestion
from agent_tui.errors import DeskError
from agent_tui.i18n import _, fmt_duration
from agent_tui.keys.keymap import current_keymap, hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.contact_card import DISPOSITIONS
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (Column("digit", "", 1), Column("word", "", 24, flex=1))
NOTE_CAP: Final = 2000
CHOICES: Final[tuple[str, ...]] = tuple(code for code in DISPOSITIONS if code != "transferred")


@dataclass(frozen=True, slots=True)
class WrapUpView:
    """What is known before the question; without a `suggestion` no self-service is proposed."""

    who: str
    likely: str
    note: str = ""
    suggestion: Suggestion | None = None
    invite: bool = False
    choices: Sequence[str] = CHOICES


@dataclass(frozen=True, slots=True)
class WrapUpAnswer:
    """The disposition and the note; `by_hand` when the agent moved away from the likely one."""

    disposition: str
    note: str
    by_hand: bool
    csat: bool = False
    self_service: wire.SelfService | None = None


def left_line(contact: wire.Contact | None, now: datetime) -> str:
    """How long the wrap-up may take, and how to get more; empty where it has no limit."""
    if contact is None or contact.wrap_up_until is None or contact.state != "wrap_up":
        return ""
    left = (contact.wrap_up_until - now).total_seconds()
    text = _("ends by itself in {time}").format(time=fmt_duration(left))
    return (
        text if contact.more_time else text + " · " + _("{key} more time").format(key=current_keymap().shown("state"))
    )


class WrapUp(Dialog[WrapUpAnswer]):
    """Choose how the contact ended; `keep` receives the note with every key, so that it is not lost.

    `contact` and `now` tell how long it may take, `more` asks for more.
    """

    CSS_PATH = ["dialog.tcss", "wrap_up.tcss"]

    def __init__(
        self,
        view: WrapUpView,
        keep: Callable[[str], None],
        contact: Callable[[], wire.Contact | None] = lambda: None,
        now: Callable[[], datetime] | None = None,
        more: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__()
        self._view, self._keep, self._contact, self._now, self._more = view, keep, contact, now, more

    def compose(self) -> ComposeResult:
        """Who, the dispositions, a note, what goes with it, the keys."""
        view = self._view
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("Wrap up · {who}").format(who=view.who)), classes="title")
            yield SafeStatic(id="left")
            yield LineList(COLUMNS, id="dispositions", header=False, marks=False)
            yield TextField(view.note, placeholder=_("note (optional)"), id="note", max_length=NOTE_CAP)
            if view.suggestion is not None:
                what = _("Propose {way}: {what}").format(
                    way=_(NAMES[view.suggestion.way]), what=_(view.suggestion.what)
                )
                yield SafeStatic(plain(what), classes="label")
            with Horizontal(id="extras"):
                if view.suggestion is not None:
                    yield Choice(
                        [("", _("not proposed")), ("yes", _("proposed, wants it")), ("no", _("proposed, declined"))],
                        "", id="self",
                    )  # fmt: skip
                yield Choice(
                    [("yes", _("ask how satisfied")), ("", _("no question after it"))], "yes" if view.invite else "",
                    id="csat",
                )  # fmt: skip
            keys = _("Enter accepts · a digit chooses · Tab note · {back} back")
            if view.suggestion is not None:
                keys = _("Enter accepts · a digit chooses · {look_closer} proposed · Tab note · {back} back")
            yield SafeStatic(hint(keys), classes="hint")

    def on_mount(self) -> None:
        """The likely disposition is under the cursor."""
        listed = self.query_one("#dispositions", LineList)
        listed.styles.height = len(self._view.choices)
        listed.set_rows(
            [
                Row(code, (Cell(str((i + 1) % 10), "$muted"), Cell(_(DISPOSITIONS.get(code, code)))))
                for i, code in enumerate(self._view.choices)
            ]
        )
        listed.highlight(self._view.likely)
        listed.focus()
        self._tick()
        self.every(1.0, self._tick)

    def _tick(self) -> None:
        line = left_line(self._contact(), self._now()) if self._now is not None else ""
        shown = self.query_one("#left", SafeStatic)
        shown.display = bool(line)
        shown.say(plain(line, "$warning"))

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter or a click accepts."""
        event.stop()
        self._accept(event.id)

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Every key counts."""
        event.stop()
        self._keep(self.note())

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter in the note accepts too."""
        event.stop()
        self.act_commit()

    def act_commit(self) -> None:
        """The commit key accepts what is highlighted."""
        self._accept(self.query_one("#dispositions", LineList).highlighted or self._view.likely)

    def act_back(self) -> None:
        """Esc: back to the contact; the note is kept."""
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """A digit outside the note chooses at once; the other keys of the moment: proposed, more time."""
        keymap = self.desk.keymap
        if event.key.isdigit() and not isinstance(self.focused, TextField):
            index = (int(event.key) - 1) % 10
            if index < len(self._view.choices):
                event.stop()
                self._accept(self._view.choices[index])
                return
        if event.key == "enter" and isinstance(self.focused, Choice):
            event.stop()
            self.act_commit()
        elif event.key in keymap.of("look_closer") and self._view.suggestion is not None:
            event.stop()
            self._proposed()
        elif event.key in keymap.of("state") and self._more is not None:
            event.stop()
            self.work(self._ask_more(), "more")
        else:
            super().on_key(event)

    def note(self) -> str:
        """What was typed into the note."""
        return clean(self.query_one("#note", TextField).value, cap=NOTE_CAP).strip()

    def _proposed(self) -> None:
        choice = self.query_one("#self", Choice)
        choice.set({"": "yes", "yes": "no", "no": ""}[choice.value])

    async def _ask_more(self) -> None:
        desk = self.desk
        if self._more is not None:
            try:
                await self._more()
            except DeskError as refused:
                desk.toast(refused.say(), "warning")
            if self.is_open:
                self._tick()

    def _accept(self, code: str) -> None:
        proposed = self.query_one("#self", Choice).value if self._view.suggestion is not None else ""
        suggested = None
        if self._view.suggestion is not None and proposed:
            suggested = wire.SelfService(self._view.suggestion.way, proposed == "yes")
        csat = bool(self.query_one("#csat", Choice).value)
        self.dismiss(WrapUpAnswer(code, self.note(), code != self._view.likely, csat, suggested))
