"""The calls promised about an outage: take one on, learn the number, say what came of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _, fmt_time, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.power_verdict import device_name
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (
    Column("since", N_("since"), 12),
    Column("who", N_("who"), 18, flex=2),
    Column("place", N_("place"), 12, flex=1, hide_below=66),
    Column("tries", N_("tries"), 5, align="right"),
    Column("last", N_("last try"), 16, flex=1),
)
RESULT_COLUMNS: Final = (Column("digit", "", 1), Column("word", "", 24, flex=1))
RESULTS: Final[dict[wire.CallbackResult, str]] = {
    "on": N_("power is on"),
    "still_out": N_("still without power"),
    "no_answer": N_("no answer"),
    "wrong_number": N_("wrong number"),
}
SHOWN: Final = 8


class OutageCalls(Dialog[None]):
    """A list of people over four results; Enter takes a call on, Enter or a digit says what came of it."""

    CSS_PATH = ["dialog.tcss", "outage_dialogs.tcss"]

    def __init__(self, outage: wire.Outage, me: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._outage, self._me, self._now = outage, me, now
        self._calls: dict[str, wire.OutageCallback] = {}
        self._claimed: wire.OutageCallback | None = None
        self._failed = ""

    def compose(self) -> ComposeResult:
        """Which outage, who waits, the number, the results, the keys."""
        with Vertical(classes="panel"):
            what = _("Call backs · {what}").format(what=device_name(self._outage))
            yield SafeStatic(plain(what), classes="title")
            yield LineList(COLUMNS, id="calls", marks=False)
            yield SafeStatic(id="call-number")
            yield LineList(RESULT_COLUMNS, id="results", header=False, marks=False)
            yield SafeStatic(
                hint(_("Enter takes a call on, then Enter or a digit says what came of it · {back} back")),
                classes="hint",
            )

    async def on_mount(self) -> None:
        """Read who waits."""
        self.query_one("#calls", LineList).styles.height = SHOWN + 1
        results = self.query_one("#results", LineList)
        results.set_rows(
            [Row(code, (Cell(str(n), "$muted"), Cell(_(word)))) for n, (code, word) in enumerate(RESULTS.items(), 1)]
        )
        results.placeholder("data")
        self.query_one("#calls").focus()
        self._draw()
        if not self._calls:
            self.work(self._read(), "callbacks")

    async def _read(self) -> None:
        try:
            page = await self.desk.client.outage_callbacks(self._outage.id, limit=200)
        except DeskError as error:
            self._failed = error.say()
        else:
            self._failed = ""
            self._calls = {call.contact: call for call in page.items}
        self._read_once = True
        if self.is_open:
            self._draw()

    _read_once = False

    def _draw(self) -> None:
        listed = self.query_one("#calls", LineList)
        listed.set_rows([self._row(call) for call in self._calls.values()])
        if self._calls:
            listed.placeholder("data")
        elif self._failed:
            listed.placeholder("failed", self._failed)
        elif self._read_once:
            listed.placeholder("empty", _("Nobody waits for a call about this outage."))
        else:
            listed.placeholder("loading", _("reading who waits for a call …"))
        results = self.query_one("#results", LineList)
        number = self.query_one("#call-number", SafeStatic)
        results.display = self._claimed is not None
        if self._claimed is not None:
            who = self._claimed.name or self._claimed.customer or ""
            number.say(plain(_("Call {number}  {who}").format(number=self._claimed.address, who=who), "bold $accent"))
        else:
            waiting = sum(call.state == "open" for call in self._calls.values())
            number.say(plain(ngettext("{n} call to make", "{n} calls to make", waiting).format(n=waiting), "$muted"))

    def _row(self, call: wire.OutageCallback) -> Row:
        last = call.history[-1] if call.history else None
        said = f"{_(RESULTS[last.result])} {fmt_time(last.at, self._now())}" if last else ""
        if call.claimed_by and call.claimed_by != self._me and call.state == "open":
            said = _("a colleague calls")
        return Row(
            call.contact,
            (
                Cell(fmt_time(call.joined_at, self._now()), "$muted"),
                Cell(call.name or call.customer or call.address, "bold"),
                Cell(call.place or ""),
                Cell(str(call.attempts)),
                Cell(said, "$muted"),
            ),
        )

    # Keys

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter in the list takes the call on, in the results it reports."""
        event.stop()
        if event.list.id == "results":
            self._report(event.id)
        else:
            self._claim_soon(event.id)

    def on_key(self, event: events.Key) -> None:
        """A digit is a result while a call is on."""
        if self._claimed is not None and event.key.isdigit() and not isinstance(self.focused, TextField):
            index = int(event.key) - 1
            if 0 <= index < len(RESULTS):
                event.stop()
                self._report(list(RESULTS)[index])
                return
        super().on_key(event)

    def act_commit(self) -> None:
        """The commit key is Enter."""
        if self._claimed is not None and (chosen := self.query_one("#results", LineList).highlighted):
            self._report(chosen)
        elif self._claimed is None and (who := self.query_one("#calls", LineList).highlighted):
            self._claim_soon(who)

    def act_back(self) -> None:
        """Esc: first back to the list, then away; a call that was taken on stays this agent's."""
        if self._claimed is not None:
            self._claimed = None
            self.query_one("#calls").focus()
            self._draw()
        else:
            self.dismiss(None)

    def _claim_soon(self, contact: str) -> None:
        # A digit typed behind Enter is about the call that Enter took on.
        self.work(self._claim(contact, self.desk.hold_keys()), "callbacks")

    async def _claim(self, contact: str, release: Callable[[], None]) -> None:
        desk = self.desk
        try:
            call = await desk.client.claim_callback(self._outage.id, contact)
        except DeskError as error:
            desk.toast(error.say(), "warning")
            await self._read()
        else:
            self._claimed = self._calls[contact] = call
            if self.is_open:
                self._draw()
                self.query_one("#results", LineList).focus()
        finally:
            release()

    def _report(self, result: str) -> None:
        call, self._claimed = self._claimed, None
        known = next((code for code in RESULTS if code == result), None)
        if call is not None and known is not None:
            self._draw()
            self.work(self._send(call, known, self.desk.hold_keys()), "callbacks")

    async def _send(self, call: wire.OutageCallback, result: wire.CallbackResult, release: Callable[[], None]) -> None:
        desk = self.desk
        try:
            after = await desk.client.called_back(self._outage.id, call.contact, result)
        except DeskError as error:
            # The call was made: its result is asked for again rather than lost.
            self._claimed = call
            desk.toast(error.say(), "error")
        else:
            self._took(call.contact, after)
        finally:
            release()
        if self.is_open:
            self._draw()
            self.query_one("#results" if self._claimed is not None else "#calls").focus()

    def _took(self, contact: str, after: wire.OutageCallback) -> None:
        if after.nested:
            self.desk.toast(_("Still without power: counted as an outage of its own inside this one."), "warning")
        if after.state == "done":
            self._calls.pop(contact, None)
        else:
            self._calls[contact] = after
