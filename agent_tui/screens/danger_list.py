"""Every danger that is not over: who has it, since when; acknowledged and ended from here."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.i18n import _, fmt_clock
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.widgets import danger_lines
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.power_verdict import said
from agent_tui.widgets.safe import SafeStatic, plain

if TYPE_CHECKING:
    from agent_tui.net.client import DeskClient

COLUMNS: Final = (
    Column("at", "", 5),
    Column("place", "", 16, flex=2),
    Column("unit", "", 12, flex=1, hide_below=62),
    Column("state", "", 25),
)
SHOWN: Final = 6
AGAIN_S: Final = 5.0


class DangerList(Dialog[None]):
    """The centre's open dangers, oldest first; read again every few seconds."""

    CSS_PATH = ["dialog.tcss", "danger_list.tcss"]

    def __init__(self, client: "DeskClient", now: Callable[[], datetime]) -> None:
        super().__init__()
        self._client, self._now = client, now
        self._found: dict[str, wire.OpenDispatch] = {}

    def compose(self) -> ComposeResult:
        """The list, what is to be said about the one under the cursor, the keys."""
        with Vertical(classes="panel"):
            yield SafeStatic(_("▲ Open dangers"), classes="title")
            yield LineList(COLUMNS, id="dangers", header=False, marks=False)
            yield SafeStatic(id="danger-text")
            keys = _("Enter: the unit has acknowledged it · {commit} the danger is over · {back} back")
            yield SafeStatic(hint(keys), classes="hint")

    def on_mount(self) -> None:
        """Read at once, then again and again."""
        listed = self.query_one("#dangers", LineList)
        listed.styles.height = SHOWN
        listed.placeholder("loading", _("reading …"))
        listed.focus()
        self._read_again()
        self.every(AGAIN_S, self._read_again)

    def _read_again(self) -> None:
        self.work(self._read(), "dangers")

    async def _read(self) -> None:
        trouble, found = "", list[wire.OpenDispatch]()
        try:
            found = await self._client.dispatches()
        except DeskError as error:
            trouble = error.say()
        if not self.is_open:
            return
        listed = self.query_one("#dangers", LineList)
        if trouble and self._found:
            # What was open a moment ago most likely still is: it stays in sight.
            self.query_one("#danger-text", SafeStatic).say(plain("✗ " + trouble, "$error"), layout=True)
            return
        if trouble:
            listed.placeholder("failed", trouble)
            return
        self._found = {danger.contact: danger for danger in found}
        listed.set_rows([_row(danger) for danger in found])
        listed.placeholder("data" if found else "empty", _("No danger is open."))
        self._show(listed.highlighted)

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Note and script of the one under the cursor."""
        event.stop()
        self._show(event.id)

    def _show(self, id: str | None) -> None:
        danger = self._found.get(id or "")
        text = self.query_one("#danger-text", SafeStatic)
        if danger is None:
            text.say("")
            return
        note = danger.dispatch.note if danger.dispatch is not None and danger.dispatch.note else ""
        state = danger_lines.line(danger.dispatch, self._now(), mine=False)
        parts = [state, plain(note, "bold") if note else None, plain(f"“{said(danger.safety)}”", "$warning")]
        text.say(plain("\n", multiline=True).join(part for part in parts if part is not None), layout=True)

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """The unit has it."""
        event.stop()
        self._move(event.id, "ack")

    def act_commit(self) -> None:
        """The danger is over."""
        if chosen := self.query_one("#dangers", LineList).highlighted:
            self._move(chosen, "close")

    def _move(self, contact: str, verb: Literal["ack", "close"]) -> None:
        self.work(self._moved(contact, verb), "danger")

    async def _moved(self, contact: str, verb: Literal["ack", "close"]) -> None:
        desk = self.desk
        try:
            after = await self._client.move_dispatch(contact, verb)
        except DeskError as refused:
            desk.toast(refused.say(), "warning")
            return
        desk.changed(desk.state.absorb(after))
        if self.is_open:
            self._read_again()


def _row(danger: wire.OpenDispatch) -> Row:
    place = danger.place or danger.customer or danger.contact
    unit = danger.dispatch.unit if danger.dispatch is not None else ""
    return Row(
        danger.contact,
        (
            Cell(fmt_clock(danger.joined_at)),
            Cell(place, "bold"),
            Cell(unit),
            Cell(lambda now: danger_lines.short(danger.dispatch, now)[0], danger_lines.short(danger.dispatch, 0.0)[1]),
        ),
    )
