"""The totals above the queue: every figure says what it counts and equals the list below it."""

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _, fmt_duration, fmt_number
from agent_tui.widgets.queue_rows import longest_wait, target_of, waits


def totals(contacts: Sequence[wire.Contact], now: datetime, shown: int | None = None) -> Content:
    """`WAITING 23 · danger 1 · longest 04:12 · late 4`; `shown` = rows left by a filter, None without one."""
    waiting = [contact for contact in contacts if waits(contact)]
    late = sum((now - c.joined_at).total_seconds() >= target_of(c) for c in waiting)
    danger = sum(c.priority_class == "danger" for c in waiting)
    life = sum(c.priority_class == "life_support" for c in waiting)
    parts = [Content.styled(_("WAITING {n}").format(n=fmt_number(len(waiting))), "bold")]
    if shown is not None:
        # What the agent just did stands where 80 columns do not cut it off.
        parts.append(Content.styled(_("shown {n} of {all}").format(n=shown, all=len(contacts)), "$accent"))
    if danger:
        parts.append(Content.styled("▲ " + _("danger {n}").format(n=danger), "bold $error"))
    if life:
        parts.append(Content.styled("✚ " + _("life support {n}").format(n=life), "bold $warning"))
    if waiting:
        parts.append(Content(_("longest {time}").format(time=fmt_duration(longest_wait(waiting, now)))))
    if late:
        parts.append(Content.styled(_("late {n}").format(n=fmt_number(late)), "$warning"))
    return Content(" · ").join(parts)
