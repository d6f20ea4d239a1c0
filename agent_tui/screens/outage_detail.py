"""F7 or Enter on an outage: all of it, calls too, kept current while it is open."""

from collections.abc import Callable
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.outage_detail import detail
from agent_tui.widgets.power_verdict import device_name
from agent_tui.widgets.safe import SafeStatic, plain

CALLS = 30


class OutageDetail(Dialog[str]):
    """Answers `change` when the commit key was pressed, so that the acts follow."""

    CSS_PATH = ["dialog.tcss", "outage_dialogs.tcss"]

    def __init__(self, outage: wire.Outage, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._outage, self._now = outage, now
        self._calls: list[wire.Contact] | None = None
        self._whole: wire.Outage | None = None
        self._wrong = ""

    def compose(self) -> ComposeResult:
        """Title, everything, the keys."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(device_name(self._outage)), classes="title")
            with VerticalScroll(id="detail-scroll"):
                yield Flowing(id="detail")
            yield SafeStatic(hint(_("PgUp PgDn scroll · {commit} what can be done · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """What is known is shown at once; what only this view needs is read."""
        self.query_one("#detail-scroll").focus()
        self.every(1.0, self.draw)
        self.draw()
        if self._calls is None:
            self.work(self._read(), "detail")

    async def _read(self) -> None:
        client = self.desk.client
        try:
            self._whole = await client.outage(self._outage.id)
            self._calls = (await client.outage_calls(self._outage.id, limit=CALLS)).items
        except DeskError as error:
            self._wrong, self._calls = error.say(), self._calls or []
        if self.is_open:
            self.draw()

    def draw(self) -> None:
        """The newest of what the stream and the reading brought."""
        live = self.desk.state.outages.get(self._outage.id)
        known = [outage for outage in (self._outage, self._whole, live) if outage is not None]
        # Only the read one says which tickets may be closed: of two as new it is the fuller.
        shown = max(known, key=lambda outage: (outage.version, outage is self._whole))
        inside = [one for one in self.desk.state.outages.values() if one.parent == shown.id]
        possible = 0 if self._whole is None else self._whole.possible
        text = detail(shown, self._calls, inside, self._now(), possible)
        if self._wrong:
            text = plain("✗ " + self._wrong, "$error") + plain("\n", multiline=True) + text
        self.query_one("#detail", Flowing).say(text, layout=True)

    def act_commit(self) -> None:
        """What can be done with it."""
        self.dismiss("change")
