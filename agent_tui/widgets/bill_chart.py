"""Thirteen months of use as bars with their figures; reads in 52 columns and without colours."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from agent_tui import wire
from agent_tui.i18n import _, fmt_number

EIGHTHS = " ▁▂▃▄▅▆▇█"
MONTHS = 13
NARROWEST, WIDEST = 4, 7
ESTIMATED = "~"
Parts = list[tuple[str, str]]


def in_order(bills: Sequence[wire.Bill]) -> list[wire.Bill]:
    """The bills by period, the oldest first."""
    return sorted(bills, key=lambda bill: bill.period)


def year_before(period: str) -> str:
    """The same month of the year before: 2026-06 is 2025-06."""
    year, _dash, month = period.partition("-")
    return f"{int(year) - 1:04}-{month}" if year.isdigit() else ""


def month_before(period: str) -> str:
    """The month before: 2026-01 is 2025-12."""
    year, _dash, month = period.partition("-")
    if not (year.isdigit() and month.isdigit()):
        return ""
    return f"{int(year) - 1:04}-12" if int(month) == 1 else f"{year}-{int(month) - 1:02}"


def window(bills: Sequence[wire.Bill], chosen: str, width: int) -> tuple[list[wire.Bill], int]:
    """The bills that fit into `width` cells, the chosen one among them, and the cells of one column."""
    shown = in_order(bills)[-MONTHS:]
    # The largest figure in whole MWh, its mark and a gap must fit at least.
    narrowest = max(NARROWEST, max((len(str(bill.kwh // 1000)) for bill in shown), default=0) + 2)
    room = max(1, width // narrowest)
    if len(shown) > room:
        at = next((i for i, bill in enumerate(shown) if bill.period == chosen), len(shown) - 1)
        first = min(max(0, at - room + 1), len(shown) - room) if at < len(shown) - room else len(shown) - room
        shown = shown[first : first + room]
    return shown, min(max(WIDEST, narrowest), max(narrowest, width // max(1, len(shown))))


def estimated(bill: wire.Bill) -> bool:
    """Whether nobody read the meter at the end of the period."""
    return bill.reading_kind == "estimated"


def digits_of(bills: Sequence[wire.Bill], size: int) -> int | None:
    """None where every figure fits its column in kWh, else the decimals of MWh that fit."""
    most = max((bill.kwh for bill in bills), default=0)
    if len(str(most)) < size:
        return None
    return 1 if len(f"{most / 1000:.1f}") < size else 0


def figure(bill: wire.Bill, digits: int | None) -> str:
    """The use of a bill in the unit of the chart, marked where the reading was estimated."""
    text = str(bill.kwh) if digits is None else fmt_number(bill.kwh / 1000, digits)
    return ESTIMATED + text if estimated(bill) else text


def month(bill: wire.Bill, chosen: str) -> str:
    """The month under its bar: [6] the chosen one, (6) the same month last year, 1/26 where a year begins."""
    year, _dash, digits = bill.period.partition("-")
    text = digits.lstrip("0")
    if bill.period == chosen:
        return f"[{text}]"
    if bill.period == year_before(chosen):
        return f"({text})"
    return f"{text}/{year[2:]}" if text == "1" else text


def bar(kwh: int, most: int, rows: int) -> list[str]:
    """The bar's blocks from the top row down; the smallest use that is not nothing still shows."""
    eighths = max(1, round(kwh * rows * 8 / most)) if kwh > 0 and most > 0 else 0
    return [EIGHTHS[min(8, max(0, eighths - 8 * row))] for row in reversed(range(rows))]


def chart(bills: Sequence[wire.Bill], chosen: str, width: int, rows: int = 4) -> Content:
    """`rows` lines of bars, each with its figure riding on it, and a line of months; every line fits `width` cells."""
    shown, size = window(bills, chosen, width)
    most = max((bill.kwh for bill in shown), default=0)
    digits = digits_of(shown, size)
    columns = [_column(bill, chosen, figure(bill, digits), bar(bill.kwh, most, rows), size) for bill in shown]
    lines = [Content.assemble(*[column[y] for column in columns]) for y in range(rows + 2)]
    return Content("\n").join(lines)


def _column(bill: wire.Bill, chosen: str, use: str, blocks: list[str], size: int) -> Parts:
    """One month from the top line down: blank, figure, blocks, month."""
    style = "bold $accent" if bill.period == chosen else "" if bill.period == year_before(chosen) else "$muted"
    blank = next((i for i, block in enumerate(blocks) if block != " "), len(blocks))
    thick = max(2, size - 2)
    lines = [""] * blank + [use] + [block * thick for block in blocks[blank:]]
    return [(_centred(line, size), style) for line in (*lines, month(bill, chosen))]


def _centred(text: str, size: int) -> str:
    left = max(0, (size - cell_len(text)) // 2)
    return (" " * left + text).ljust(size)


def legend(bills: Sequence[wire.Bill], chosen: str, width: int) -> str:
    """The unit, and what the marks mean: only those that are there."""
    bills, size = window(bills, chosen, width)
    periods = {bill.period for bill in bills}
    parts = [_("kWh a month") if digits_of(bills, size) is None else _("MWh a month")]
    if chosen in periods:
        parts.append(_("[ ] shown"))
    if year_before(chosen) in periods:
        parts.append(_("( ) same month last year"))
    if any(estimated(bill) for bill in bills):
        parts.append(_("{sign} estimated reading").format(sign=ESTIMATED))
    return " · ".join(parts)


def step(bills: Sequence[wire.Bill], chosen: str, by: int) -> str:
    """The period so many bills later, at most the last one."""
    periods = [bill.period for bill in in_order(bills)[-MONTHS:]]
    at = periods.index(chosen) if chosen in periods else len(periods) - 1
    return periods[min(max(at + by, 0), len(periods) - 1)] if periods else chosen


def compared(bills: Sequence[wire.Bill], chosen: str) -> tuple[wire.Bill | None, wire.Bill | None]:
    """The chosen bill and that of the month before it, the one its explanation compares it with."""
    by_period = {bill.period: bill for bill in bills}
    bill = by_period.get(chosen)
    return bill, by_period.get(month_before(chosen)) if bill is not None else None


class BillChart(Widget):
    """The chart; a click on a month chooses it."""

    @dataclass
    class Picked(Message):
        """A month was clicked."""

        period: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._bills: tuple[wire.Bill, ...] = ()
        self._chosen = ""

    def show(self, bills: Sequence[wire.Bill], chosen: str) -> None:
        """Draw these bills."""
        if (tuple(bills), chosen) != (self._bills, self._chosen):
            self._bills, self._chosen = tuple(bills), chosen
            self.refresh()

    def render(self) -> Content:
        """As many rows of bars as the height leaves beside figures, months and nothing else."""
        return chart(self._bills, self._chosen, self.size.width, max(1, self.size.height - 2))

    def on_click(self, event: events.Click) -> None:
        """The column under the mouse."""
        event.stop()
        shown, size = window(self._bills, self._chosen, self.size.width)
        if 0 <= event.x // size < len(shown):
            self.post_message(self.Picked(shown[event.x // size].period))
