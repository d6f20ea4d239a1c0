"""Set the target of an outage: when power is to be back, and who says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.desk.target_time import Fault, parse_target
from agent_tui.i18n import N_, _, fmt_time
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.outage_parts import SOURCES
from agent_tui.widgets.power_verdict import device_name, target_line
from agent_tui.widgets.safe import SafeStatic, plain

FAULTS: Final[dict[Fault, str]] = {
    "unreadable": N_("Type a clock (15:30), minutes or hours from now (+90, +1:30), or a day too (23/11 08:00)."),
    "past": N_("That time has passed: a target lies ahead."),
    "too_far": N_("That is more than a week away: check the day."),
}


@dataclass(frozen=True, slots=True)
class Target:
    """When power is to be back (None: the target is taken back), and who says so."""

    etr: datetime | None
    source: wire.EtrSource


class SetTarget(Dialog[Target]):
    """One field for the time, one choice for whose word it is; wrong times are named while they are typed."""

    CSS_PATH = ["dialog.tcss", "outage_dialogs.tcss"]

    def __init__(self, outage: wire.Outage, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._outage, self._now = outage, now

    def compose(self) -> ComposeResult:
        """What stands now, the new target, whose word it is."""
        known = self._outage.etr_source if self._outage.etr_source in SOURCES else "crew"
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("Target · {what}").format(what=device_name(self._outage))), classes="title")
            yield SafeStatic(target_line(self._outage, self._now()))
            yield SafeStatic(_("new target"), classes="label")
            yield TextField(placeholder=_("15:30 · +90 · +1:30 · 23/11 08:00"), id="target", max_length=20)
            yield SafeStatic(id="target-read")
            yield SafeStatic(_("who says so"), classes="label")
            yield Choice([(code, _(word)) for code, word in SOURCES.items()], known, id="source")
            yield SafeStatic(
                hint(_("Enter or {commit} sets · an empty field takes the target back · {back} back")), classes="hint"
            )

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#target", TextField).focus()
        self._say("")

    def on_input_changed(self, event: TextField.Changed) -> None:
        """What was understood, while it is typed."""
        event.stop()
        self._say(event.value)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter sets it."""
        event.stop()
        self.act_commit()

    def typed_again(self) -> None:
        """Other words for what was understood."""
        self._say(self.query_one("#target", TextField).value)

    def act_commit(self) -> None:
        """Set it, or say what is wrong with it."""
        typed = self.query_one("#target", TextField).value
        if not typed.strip():
            if self._outage.etr is None:
                self.desk.toast(_(FAULTS["unreadable"]), "warning")
            else:
                self.dismiss(Target(None, "none"))
            return
        meant = parse_target(typed, self._now())
        if isinstance(meant, datetime):
            self.dismiss(Target(meant, self._source()))
        else:
            self.desk.toast(_(FAULTS[meant]), "warning")

    def _source(self) -> wire.EtrSource:
        chosen = self.query_one("#source", Choice).value
        return next((source for source in SOURCES if source == chosen), "crew")

    def _say(self, typed: str) -> None:
        read = self.query_one("#target-read", SafeStatic)
        if not typed.strip():
            read.say(plain(" "))
            return
        now = self._now()
        meant = parse_target(typed, now)
        if isinstance(meant, datetime):
            minutes = round((meant - now).total_seconds() / 60)
            when = _("target {time}, in {n} min").format(time=fmt_time(meant, now), n=minutes)
            read.say(plain("✓ " + when, "bold $success"))
        else:
            read.say(plain("▲ " + _(FAULTS[meant]), "$warning"))
