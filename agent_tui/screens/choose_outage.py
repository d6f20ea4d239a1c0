"""Choose an open outage for a contact, or report one on the customer's transformer, lateral or feeder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.i18n import _, fmt_number, fmt_time
from agent_tui.keys.keymap import hint
from agent_tui.screens.dialog import Dialog
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.power_verdict import DEVICE, STATUS, device_name
from agent_tui.widgets.safe import SafeStatic, plain

COLUMNS: Final = (
    Column("what", "", 14),
    Column("device", "", 20, flex=1),
    Column("since", "", 11, align="right"),
    Column("out", "", 8, hide_below=56, align="right"),
)
REPORTABLE: Final = ("transformer", "lateral", "feeder")
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class OutageChoice:
    """An open outage to attach to, or a device to report as out: exactly one of the two."""

    outage: str | None = None
    device: str | None = None


def device_word(device: wire.Device) -> str:
    """Kind and name of a device in the desk's language."""
    kind = _(DEVICE[device.kind]) if device.kind in DEVICE else device.kind
    return f"{kind} {device.name or device.code}"


def near_first(outages: Sequence[wire.Outage], path: Sequence[str]) -> list[wire.Outage]:
    """Outages sharing a device with the customer's network path first, then the newest."""
    mine = set(path)
    return sorted(
        outages, key=lambda o: (not mine.intersection((o.device, *o.device_path)), -o.started_at.timestamp(), o.id)
    )


class ChooseOutage(Dialog[OutageChoice]):
    """A filter line over a list: reports on top, then the open outages, near ones first.

    With a `title` of its own it is about many contacts: the outages stay in the order given.
    """

    CSS_PATH = ["dialog.tcss", "choose_outage.tcss"]

    def __init__(
        self,
        who: str,
        outages: Sequence[wire.Outage],
        record: wire.CustomerRecord | None,
        now: datetime,
        *,
        title: str = "",
    ) -> None:
        super().__init__()
        self._who, self._now, self._title = who, now, title
        path = record.network_path if record else []
        self._outages = list(outages) if title else near_first(outages, path)
        self._devices = [device for device in record.network if device.kind in REPORTABLE] if record else []

    def compose(self) -> ComposeResult:
        """Who, the filter, the list, the keys."""
        with Vertical(classes="panel"):
            title = self._title or _("No known outage for {who}").format(who=self._who)
            yield SafeStatic(plain(title), classes="title")
            yield TextField(placeholder=_("type to filter the open outages"), id="outage-filter")
            yield LineList(COLUMNS, id="outages", header=False, marks=False)
            one = _("Enter attaches with call back, or reports · arrows move · {back} back")
            many = _("Enter or {commit} attaches with call back · arrows move · {back} back")
            yield SafeStatic(hint(many if self._title else one), classes="hint")

    def on_mount(self) -> None:
        """The filter has the focus; the arrows move in the list."""
        self.query_one("#outages", LineList).styles.height = SHOWN
        self._fill("")
        self.query_one("#outage-filter", TextField).focus()

    def on_input_changed(self, event: TextField.Changed) -> None:
        """Filter as typed."""
        event.stop()
        self._fill(event.value)

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter in the filter takes the highlighted row."""
        event.stop()
        self.act_commit()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Enter or a click in the list."""
        event.stop()
        self._choose(event.id)

    def on_key(self, event: events.Key) -> None:
        """Up and down reach the list from the filter."""
        listed = self.query_one("#outages", LineList)
        if event.key in ("up", "down") and self.focused is not listed and (ids := listed.row_ids):
            event.stop()
            event.prevent_default()
            here = ids.index(listed.highlighted) if listed.highlighted in ids else -1
            listed.highlight(ids[max(0, min(len(ids) - 1, here + (1 if event.key == "down" else -1)))])
            return
        super().on_key(event)

    def act_commit(self) -> None:
        """Take what is highlighted."""
        if chosen := self.query_one("#outages", LineList).highlighted:
            self._choose(chosen)

    def typed_again(self) -> None:
        """The rows have other words."""
        self._fill(self.query_one("#outage-filter", TextField).value)

    def _choose(self, key: str) -> None:
        kind, _sep, ident = key.partition(":")
        self.dismiss(OutageChoice(device=ident) if kind == "report" else OutageChoice(outage=ident))

    def _fill(self, typed: str) -> None:
        words = fold(typed).split()
        rows = [self._report_row(device) for device in self._devices]
        rows += [self._outage_row(outage) for outage in self._outages]
        listed = self.query_one("#outages", LineList)
        shown = [r for r in rows if all(word in fold(" ".join(_text(cell) for cell in r.cells)) for word in words)]
        listed.set_rows(shown)
        if shown:
            listed.highlight(shown[0].id)
            listed.placeholder("data")
        else:
            listed.placeholder(
                "empty", hint(_("No open outage matches; {back} goes back, {new_ticket} makes a ticket."))
            )

    def _report_row(self, device: wire.Device) -> Row:
        return Row(
            f"report:{device.code}",
            (Cell(_("report: out"), "bold $accent"), Cell(device_word(device)), Cell(""), Cell("")),
        )

    def _outage_row(self, outage: wire.Outage) -> Row:
        return Row(
            f"outage:{outage.id}",
            (
                Cell(_(STATUS.get(outage.status, outage.status))),
                Cell(device_name(outage)),
                Cell(fmt_time(outage.started_at, self._now)),
                Cell(fmt_number(outage.customers_out)),
            ),
        )


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell.text, str) else ""
