"""Choose an open outage for a contact, or report one on the customer's transformer, lateral or feeder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent_tui import wire
from agent_tui.i18n import _, fmt_number, fmt_time
from agent_tui.screens.pick import FilteredList, Frame
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.power_verdict import STATUS, device_name, device_words

COLUMNS: Final = (
    Column("what", "", 14),
    Column("device", "", 20, flex=1),
    Column("since", "", 11, align="right"),
    Column("out", "", 8, hide_below=56, align="right"),
)
REPORTABLE: Final = ("transformer", "lateral", "feeder")


@dataclass(frozen=True, slots=True)
class OutageChoice:
    """An open outage to attach to, or a device to report as out: exactly one of the two."""

    outage: str | None = None
    device: str | None = None


def near_first(outages: Sequence[wire.Outage], path: Sequence[str]) -> list[wire.Outage]:
    """Outages sharing a device with the customer's network path first, then the newest."""
    mine = set(path)
    return sorted(
        outages, key=lambda o: (not mine.intersection((o.device, *o.device_path)), -o.started_at.timestamp(), o.id)
    )


class ChooseOutage(FilteredList[OutageChoice]):
    """Reports on top, then the open outages, near ones first.

    With a `title` of its own it is about many contacts: the outages stay in the order given.
    """

    FILTER, LIST = "outage-filter", "outages"

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

    def frame(self) -> Frame:
        """Who, and the keys."""
        one = _("Enter attaches with call back, or reports · arrows move · {back} back")
        many = _("Enter or {commit} attaches with call back · arrows move · {back} back")
        return Frame(
            self._title or _("No known outage for {who}").format(who=self._who),
            COLUMNS,
            many if self._title else one,
            _("No open outage matches; {back} goes back, {new_ticket} makes a ticket."),
        )

    def field(self) -> TextField:
        """Device, place, state."""
        return TextField(placeholder=_("type to filter the open outages"), id=self.FILTER)

    def choose(self, row: str) -> None:
        """Attach or report."""
        kind, _sep, ident = row.partition(":")
        self.dismiss(OutageChoice(device=ident) if kind == "report" else OutageChoice(outage=ident))

    def rows(self, words: list[str]) -> list[Row]:
        """By what is on the row, and by the places of the outage."""
        offered = [(self._report_row(device), "") for device in self._devices]
        offered += [(self._outage_row(outage), " ".join(outage.places)) for outage in self._outages]
        return [row for row, places in offered if all(word in fold(f"{_text(row)} {places}") for word in words)]

    def _report_row(self, device: wire.Device) -> Row:
        what = device_words(device.kind, device.name or device.code)
        return Row(f"report:{device.code}", (Cell(_("report: out"), "bold $accent"), Cell(what), Cell(""), Cell("")))

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


def _text(row: Row) -> str:
    return " ".join(cell.text for cell in row.cells if isinstance(cell.text, str))
