"""The last half-hours as bars of one line each, and what the next ones may bring; reads without colours."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _, fmt_clock, fmt_number
from agent_tui.widgets.centre_rows import share
from agent_tui.widgets.safe import plain

STEPS: Final = "▁▂▃▄▅▆▇█"
LABEL: Final = 9


def steps(values: Sequence[float | None], top: float) -> str:
    """One character a value: a dot where there is none, a space for nothing, else an eighth at least."""
    return "".join(
        "·" if value is None else " " if not value else STEPS[min(7, max(0, int(8 * value / top - 1e-9)))]
        for value in values
    )


def _line(label: str, drawn: str, word: str, style: str) -> Content:
    pad = " " * max(1, LABEL - cell_len(label))
    return plain(label, "$muted") + Content(pad) + plain(drawn, style) + Content(" ") + plain(word)


def day(bars: wire.Bars) -> Content:
    """Offered, answered, given up on one scale, in time on its own; the last half-hour still fills."""
    top = float(max([*bars.offered, 1]))
    last = _("now {n}, top {top}")
    lines = [
        _line(title, steps(values, top), last.format(n=fmt_number(values[-1]), top=fmt_number(max(values))), style)
        for title, values, style in (
            (_("offered"), bars.offered, "bold"),
            (_("answered"), bars.answered, "$success"),
            (_("gave up"), bars.abandoned, "$warning"),
        )
        if values
    ]
    if bars.service_level:
        lines.append(_line(_("in time"), steps(bars.service_level, 1.0), share(bars.service_level[-1]), "$accent"))
    lines.append(plain(" " * LABEL + _axis(bars), "$muted"))
    return Content("\n").join(lines)


def _axis(bars: wire.Bars) -> str:
    count = len(bars.offered)
    first, last = fmt_clock(bars.start), fmt_clock(bars.start + timedelta(minutes=bars.minutes * count))
    return first + " " * max(1, count - len(first) - len(last)) + last


def coming(board: wire.Board, duty: int) -> Content:
    """`14:30 about 640 (540–760) · agents needed 118, on duty 85` for each half-hour foretold."""
    lines = []
    for part in board.forecast:
        calls = _("about {n} ({low}–{high})").format(
            n=fmt_number(part.offered), low=fmt_number(part.low), high=fmt_number(part.high)
        )
        line = plain(fmt_clock(part.start), "bold") + plain(f" {calls}")
        if part.agents_needed is not None:
            short = part.agents_needed > duty
            need = _("agents needed {n}, on duty {have}").format(
                n=fmt_number(part.agents_needed), have=fmt_number(duty)
            )
            line += plain(" · " + ("▼ " if short else "") + need, "$warning" if short else "$muted")
        lines.append(line)
    return Content("\n").join(lines)
