"""The storm board in the figures the utilities publish: customers out and back by corporation and province."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _, fmt_clock, fmt_number, fmt_time
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.safe import plain

BAR: Final = 8
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
NAME: Final = 14
"""A line is 60 cells: what stands beside the map in a terminal of 120."""


def bar(share: float | None, cells: int = BAR) -> str:
    """How much is back, filled cells for it and hollow ones for the rest: readable without colours."""
    full = 0 if share is None else int(share * cells + 1e-9)
    return "■" * full + "□" * (cells - full)


def share_word(share: float | None) -> str:
    """`55.9 %`, a dash where nobody was cut off; never rounded up to all."""
    return "–" if share is None else f"{fmt_number(int(share * 1000 + 1e-9) / 10, 1)} %"


def headline(total: wire.StormRow) -> Content:
    """`out 18,204 of 41,300 · restored 55.9 % · incidents 14 of 22 left`."""
    figures = {"out": fmt_number(total.out), "all": fmt_number(total.affected)}
    parts = [
        Content.styled(_("STORM"), "bold"),
        plain(_("out {out} of {all}").format(**figures), "bold" if total.out else ""),
        plain(_("restored {share}").format(share=share_word(total.restored_share))),
        plain(_("incidents left {left} of {all}").format(left=total.incidents_left, all=total.incidents)),
    ]
    return Content(" · ").join(parts)


def _line(row: wire.StormRow, style: str) -> Content:
    name = row.name[:NAME].ljust(NAME)
    figures = f"{fmt_number(row.out):>9} {fmt_number(row.restored):>9} {share_word(row.restored_share):>7}"
    rest = f"{bar(row.restored_share)} {f'{row.incidents_left}/{row.incidents}':>8}"
    look = "bold $warning" if row.out else "$muted"
    return plain(f"{name} ", style) + plain(f"{figures} ", look) + plain(rest, "$muted")


def hours_line(hours: Sequence[wire.StormHour]) -> Content:
    """Customers out at the end of each of the last 24 hours, as bars, with the first and the last hour named."""
    last = hours[-24:]
    top = max((hour.out for hour in last), default=0)
    if not top:
        return Content("")
    steps = "".join(_EIGHTHS[max(1, round(hour.out / top * 8)) if hour.out else 0] for hour in last)
    span = f"{fmt_clock(last[0].start)} {steps} {fmt_clock(last[-1].start)}"
    return (
        plain(_("out by the hour") + "  ", "$muted")
        + plain(span, "bold")
        + plain("  " + _("most {n}").format(n=fmt_number(top)), "$muted")
    )


def board(stats: wire.OutageStats) -> Content:
    """The board below its headline, who has most customers out first; provinces nothing happened in are left out."""
    titles = [_("out"), _("back"), _("share")]
    head = f"{'':{NAME}} {titles[0]:>9} {titles[1]:>9} {titles[2]:>7} {'':{BAR}} {_('left/all'):>8}"
    hours = hours_line(stats.hours)
    lines = [hours, Content("")] if hours.plain else []
    lines.append(plain(head, "$muted"))
    for rows in (stats.corporations, stats.provinces):
        touched = sorted((row for row in rows if row.affected), key=lambda row: (-row.out, -row.affected, row.code))
        lines += [_line(row, "bold" if rows is stats.corporations else "") for row in touched]
        lines.append(Content(""))
    if not stats.total.affected:
        lines = [plain(_("Nobody was cut off in this time."), "$muted")]
    counted = _("From {time}: outages that are confirmed, and works under way; predictions are not counted.")
    lines.append(plain(counted.format(time=fmt_time(stats.begin, stats.end)), "$muted"))
    return Content("\n").join(lines)


class StormBoard(Flowing, can_focus=True):
    """The board as a widget; `show` None says that it is being read."""

    def show(self, stats: wire.OutageStats | None, failed: str = "") -> None:
        """Draw these figures, or why there are none."""
        if failed:
            self.say(plain("✗ " + failed, "$error"), layout=True)
        elif stats is None:
            self.say(plain(_("reading the figures …"), "$muted"), layout=True)
        else:
            self.say(board(stats), layout=True)
