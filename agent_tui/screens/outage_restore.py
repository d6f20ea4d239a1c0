"""Who is back: everybody, so many customers, or the customers below certain devices; and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from agent_tui import wire
from agent_tui.desk.target_time import Fault, parse_past
from agent_tui.i18n import N_, _, fmt_number, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.power_verdict import device_name
from agent_tui.widgets.safe import SafeStatic, plain

WHO: Final[dict[str, str]] = {
    "all": N_("everybody"),
    "number": N_("so many customers"),
    "devices": N_("everybody below these devices"),
}
FAULTS: Final[dict[Fault, str]] = {
    "unreadable": N_("Type the clock at which power came back (14:10), or a day too (21/11 23:50)."),
    "past": N_("That is more than a week ago: check the day."),
    "too_far": N_("Power cannot be back later than now."),
}
MOST_DEVICES: Final = 500


@dataclass(frozen=True, slots=True)
class Back:
    """What is reported back at `at`: so many customers, or devices; neither: everybody."""

    at: datetime | None
    customers: int | None
    devices: tuple[str, ...]
    note: str


class Restore(Dialog[Back]):
    """Who, how many or which, when, and a remark."""

    CSS_PATH = ["dialog.tcss", "outage_dialogs.tcss"]

    def __init__(self, outage: wire.Outage, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._outage, self._now = outage, now

    def compose(self) -> ComposeResult:
        """What is out now, who is back, when, the remark."""
        n = self._outage.customers_out
        out = ngettext("{out} customer is out now", "{out} customers are out now", n).format(out=fmt_number(n))
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("Power back · {what}").format(what=device_name(self._outage))), classes="title")
            yield SafeStatic(plain(out))
            yield SafeStatic(_("who is back"), classes="label")
            yield Choice([(code, _(word)) for code, word in WHO.items()], "all", id="who")
            yield TextField(id="which")
            yield SafeStatic(_("since"), classes="label")
            yield TextField(placeholder=_("now, or the clock: 14:10"), id="at", max_length=20)
            yield SafeStatic(_("remark"), classes="label")
            yield TextField(placeholder=_("remark (optional)"), id="remark")
            yield SafeStatic(hint(_("Tab next field · {commit} reports it · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """Everybody, unless the arrows say otherwise."""
        self.query_one("#who", Choice).focus()
        self._ask()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """How many, or which: there is a field for it."""
        event.stop()
        self._ask()

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter reports it."""
        event.stop()
        self.act_commit()

    def typed_again(self) -> None:
        """The question has other words."""
        self._ask()

    def act_commit(self) -> None:
        """Report it, or say what is wrong and go there."""
        who, which = self.query_one("#who", Choice).value, self.query_one("#which", TextField)
        at = self._at()
        if isinstance(at, str):
            self._wrong(_(FAULTS[at]), self.query_one("#at"))
            return
        customers: int | None = None
        devices: tuple[str, ...] = ()
        if who == "number":
            # Thousands are written 1.240 in one language and 1,240 in the other.
            digits = which.value.replace(".", "").replace(",", "").strip()
            customers = int(digits) if digits.isascii() and digits.isdigit() else 0
            if not 1 <= customers <= self._outage.customers_out:
                asked = _("Type a number from 1 to {most}.").format(most=fmt_number(self._outage.customers_out))
                self._wrong(asked, which)
                return
        elif who == "devices":
            devices = tuple(dict.fromkeys(code.strip() for code in clean(which.value).split(",") if code.strip()))
            if not 1 <= len(devices) <= MOST_DEVICES:
                self._wrong(_("Type the code of at least one device."), which)
                return
        self.dismiss(Back(at, customers, devices, clean(self.query_one("#remark", TextField).value).strip()))

    def _at(self) -> datetime | None | Fault:
        typed = self.query_one("#at", TextField).value
        return parse_past(typed, self._now()) if typed.strip() else None

    def _wrong(self, text: str, where: Widget) -> None:
        self.desk.toast(text, "warning")
        where.focus()

    def _ask(self) -> None:
        who, which = self.query_one("#who", Choice).value, self.query_one("#which", TextField)
        which.display = who != "all"
        which.placeholder = _("how many") if who == "number" else _("device codes, a comma between them")
