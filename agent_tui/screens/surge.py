"""The centre's state: surge mode, what callers and desks are told, the offer of a call back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_clock
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextBox
from agent_tui.widgets.safe import SafeStatic, plain

LENGTH: Final = 300
UNTIL: Final[dict[str, str]] = {
    "60": N_("on every desk for 1 hour"),
    "30": N_("on every desk for 30 minutes"),
    "120": N_("on every desk for 2 hours"),
    "stays": N_("on every desk until taken away"),
    "none": N_("not on the desks"),
}


@dataclass(frozen=True, slots=True)
class CentreState:
    """What shall hold: surge mode, the words (None: none), the offer of a call back, how long desks show the words.

    `minutes` None: until taken away; `on_desks` False: no desk shows them.
    """

    on: bool
    words: wire.Say | None
    callback_offer: bool
    on_desks: bool
    minutes: int | None = None

    def until(self, now: datetime) -> datetime | None:
        """When the desks stop showing the words."""
        return None if self.minutes is None else now + timedelta(minutes=self.minutes)


class SurgeDialog(Dialog[CentreState]):
    """Everything is filled in with what is likely: the commit key alone switches it on."""

    CSS_PATH = ["dialog.tcss", "surge.tcss"]

    def __init__(self, now_holds: wire.Surge | None, words: wire.Say, keep: Callable[[wire.Say], None]) -> None:
        super().__init__()
        self._holds, self._words, self._keep = now_holds, words, keep

    def compose(self) -> ComposeResult:
        """What holds now, three choices, the words in both languages."""
        on = self._holds is not None and self._holds.on
        with Vertical(classes="panel"):
            yield SafeStatic(_("State of the centres"), classes="title")
            yield SafeStatic(plain(self._now_holds(), "$muted"))
            yield SafeStatic(_("surge mode"), classes="label")
            yield Choice([("on", _("on: callers hear the announcement")), ("off", _("off: as on any day"))], "on",
                         id="surge-mode")  # fmt: skip
            yield SafeStatic(_("call back"), classes="label")
            offer = "yes" if not on or (self._holds is not None and self._holds.callback_offer) else "no"
            yield Choice([("yes", _("offered to those who wait")), ("no", _("not offered"))], offer, id="surge-offer")
            yield SafeStatic(_("announcement, Vietnamese"), classes="label")
            yield TextBox(clean(self._words.vi), id="surge-vi")
            yield SafeStatic(_("announcement, English"), classes="label")
            yield TextBox(clean(self._words.en), id="surge-en")
            yield SafeStatic(_("the same words"), classes="label")
            yield Choice([(key, _(word)) for key, word in UNTIL.items()], "60", id="surge-desks")
            yield SafeStatic(hint(_("{commit} carries out · arrows choose · Tab next · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """The first choice is what the lead came for."""
        self.query_one("#surge-mode", Choice).focus()

    def _now_holds(self) -> str:
        holds = self._holds
        if holds is None or not holds.on:
            return _("Now: surge mode is off.")
        since = fmt_clock(holds.since) if holds.since is not None else "–"
        return _("Now: surge mode is on since {time}, by {who}.").format(time=since, who=clean(holds.by or "–"))

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Who switches surge mode off hardly wants its words on the desks."""
        event.stop()
        if event.choice.id == "surge-mode":
            self.query_one("#surge-desks", Choice).set("none" if event.value == "off" else "60")
            self.query_one("#surge-offer", Choice).set("no" if event.value == "off" else "yes")

    def on_text_area_changed(self, event: TextBox.Changed) -> None:
        """What is typed is there again when the dialog is."""
        event.stop()
        if (typed := self._typed()) != self._words:
            self._keep(typed)

    def act_commit(self) -> None:
        """Carry it out; one language stands for both where only one was typed."""
        said = self._typed()
        vi, en = said.vi, said.en
        desks = self.query_one("#surge-desks", Choice).value
        self.dismiss(
            CentreState(
                on=self.query_one("#surge-mode", Choice).value == "on",
                words=wire.Say(vi or en, en or vi) if vi or en else None,
                callback_offer=self.query_one("#surge-offer", Choice).value == "yes",
                on_desks=desks != "none" and bool(vi or en),
                minutes=int(desks) if desks.isdigit() else None,
            )
        )

    def _typed(self) -> wire.Say:
        vi, en = (" ".join(self.query_one(name, TextBox).text.split())[:LENGTH] for name in ("#surge-vi", "#surge-en"))
        return wire.Say(vi, en)
