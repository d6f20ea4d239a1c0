"""Hand a danger to a field unit: what to say to the caller, the address read back, who goes, what they must know."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _, language
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.letter_choice import Tick
from agent_tui.widgets.safe import SafeStatic, plain

UNIT_CAP = 120
NOTE_CAP = 512


def script_text(safety: wire.Say | None) -> Content:
    """The safety script in the desk's language, then in the other one."""
    if safety is None:
        return Content.styled(_("Read the address back. Say: stay well away, let nobody near."), "bold $warning")
    first, second = (safety.en, safety.vi) if language() == "en" else (safety.vi, safety.en)
    return Content.styled(f"“{first}”", "bold $warning") + Content("\n") + Content.styled(f"“{second}”", "$muted")


class FieldUnit(Dialog[wire.DispatchRequest]):
    """Nothing is handed over before the address was read back and a unit was named."""

    CSS_PATH = ["dialog.tcss", "field_unit.tcss"]

    def __init__(self, who: str, safety: wire.Say | None, address: str, unit: str) -> None:
        super().__init__()
        self._who, self._safety, self._address, self._unit = who, safety, address, unit

    def compose(self) -> ComposeResult:
        """What to say, the address with its tick, unit, note, what is missing, the keys."""
        with Vertical(classes="panel"):
            title = _("▲ DANGER · {who} · hand to the field unit").format(who=self._who)
            yield SafeStatic(plain(title, "$error"), classes="title")
            with VerticalScroll(id="script", can_focus=False):
                yield SafeStatic(script_text(self._safety), id="said")
            yield SafeStatic(_("Read this address back to the caller"), classes="label")
            yield SafeStatic(plain(self._address or _("no address on file: ask for it"), "bold"), id="address")
            yield Tick(_("read back, the caller confirmed it"), id="read-back")
            yield SafeStatic(_("Field unit"), classes="label")
            yield TextField(self._unit, id="unit", max_length=UNIT_CAP)
            yield SafeStatic(_("Note for the unit: what, where exactly, who is at risk"), classes="label")
            yield TextField(id="note", max_length=NOTE_CAP)
            yield SafeStatic(classes="error", id="error")
            keys = hint(_("Space ticks · Enter next · {commit} hands it over · {back} back, nothing is handed over"))
            yield SafeStatic(keys, classes="hint")

    def on_mount(self) -> None:
        """First the address."""
        self.query_one("#read-back").focus()

    def on_key(self, event: events.Key) -> None:
        """Enter goes on to the next field."""
        if event.key == "enter":
            event.stop()
            self.focus_next()
        else:
            super().on_key(event)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter in a field goes on; in the last one it hands over."""
        event.stop()
        if event.input.id == "note":
            self.act_commit()
        else:
            self.focus_next()

    def act_commit(self) -> None:
        """Hand it over, or say what is missing and go there."""
        unit = clean(self.query_one("#unit", TextField).value, cap=UNIT_CAP).strip()
        if not self.query_one("#read-back", Tick).value:
            self._missing(_("Read the address back first, then tick it with Space."), "#read-back")
        elif not unit:
            self._missing(_("Which field unit goes? Type its name."), "#unit")
        else:
            note = clean(self.query_one("#note", TextField).value, cap=NOTE_CAP).strip()
            self.dismiss(wire.DispatchRequest(unit, note or None, read_back=True))

    def _missing(self, text: str, field: str) -> None:
        error = self.query_one("#error", SafeStatic)
        error.set_class(True, "on")
        error.say(plain("✗ " + text, "$error"))
        self.query_one(field).focus()
