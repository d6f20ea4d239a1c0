"""What a caller without power reports, in four letters: how far, what they see, what is dangerous, where."""

from collections.abc import Mapping
from typing import Final, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from agent_tui import wire
from agent_tui.i18n import N_, _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.letter_choice import LetterChoice
from agent_tui.widgets.safe import SafeStatic, plain

Code = TypeVar("Code", bound=str)
SCOPES: Final[dict[wire.TroubleScope, str]] = {
    "all": N_("whole house"), "part": N_("part of it"), "neighbours": N_("neighbours too"),
}  # fmt: skip
SIGNS: Final[dict[wire.TroubleSign, str]] = {
    "lost": N_("no power"), "flicker": N_("flickers"), "dim": N_("dim"), "overvoltage": N_("too bright"),
}  # fmt: skip
DANGERS: Final[dict[wire.TroubleDanger, str]] = {
    "none": N_("none"), "wire_down": N_("wire down"), "fire": N_("fire, smoke"), "pole": N_("pole"),
    "shock": N_("shock"),
}  # fmt: skip
PLACES: Final[dict[wire.TroublePlace, str]] = {
    "meter": N_("meter"), "street": N_("street"), "inside": N_("inside"),
}  # fmt: skip
NOWHERE: Final = N_("unknown")


def words(trouble: wire.Trouble) -> str:
    """The codes in words; what is usual is left out."""
    parts = [_(SCOPES[trouble.scope]), _(SIGNS[trouble.sign])]
    if trouble.danger != "none":
        parts.insert(0, _(DANGERS[trouble.danger]))
    if trouble.place is not None:
        parts.append(_(PLACES[trouble.place]))
    return ", ".join(parts)


def _options(table: Mapping[Code, str]) -> list[tuple[str, str]]:
    return [(code, _(word)) for code, word in table.items()]


class TroubleCodes(Dialog[wire.TroubleRequest]):
    """Four questions, one letter each; a letter goes on to the next, the commit key saves at any time."""

    CSS_PATH = ["dialog.tcss", "trouble.tcss"]

    def __init__(self, who: str, trouble: wire.Trouble | None) -> None:
        super().__init__()
        self._who, self._trouble = who, trouble or wire.Trouble()

    def compose(self) -> ComposeResult:
        """Who, the four questions, the keys."""
        told = self._trouble
        rows = (
            (_("How far"), _options(SCOPES), told.scope, "scope"),
            (_("What they see"), _options(SIGNS), told.sign, "sign"),
            (_("Danger"), _options(DANGERS), told.danger, "danger"),
            (_("Where"), [*_options(PLACES), ("", _(NOWHERE))], told.place or "", "place"),
        )
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("What is reported · {who}").format(who=self._who)), classes="title")
            for label, options, value, name in rows:
                with Horizontal(classes="question"):
                    yield SafeStatic(label, classes="ask")
                    yield LetterChoice(options, value, id=name)
            keys = _("a letter answers and goes on · arrows choose · Enter next · {commit} saves · {back} back")
            yield SafeStatic(hint(keys), classes="hint")

    def on_mount(self) -> None:
        """The first question has the focus."""
        self.query_one("#scope").focus()

    def on_letter_choice_answered(self, event: LetterChoice.Answered) -> None:
        """The next question; after the last one the answer stands until it is saved."""
        event.stop()
        if event.choice.id != "place":
            self.focus_next()

    def key_enter(self) -> None:
        """Enter goes on, and saves from the last question."""
        if self.focused is not None and self.focused.id == "place":
            self.act_commit()
        else:
            self.focus_next()

    def act_commit(self) -> None:
        """What stands there is what is reported."""
        self.dismiss(
            wire.TroubleRequest(
                scope=self._value("scope", SCOPES, "all"),
                sign=self._value("sign", SIGNS, "lost"),
                danger=self._value("danger", DANGERS, "none"),
                place=next((code for code in PLACES if code == self.query_one("#place", LetterChoice).value), None),
            )
        )

    def _value(self, name: str, table: Mapping[Code, str], usual: Code) -> Code:
        chosen = self.query_one(f"#{name}", LetterChoice).value
        return next((code for code in table if code == chosen), usual)
