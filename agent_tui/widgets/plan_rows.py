"""Planned works as rows and one of them in full, with the clocks of its notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_duration, fmt_number, fmt_time
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.outage_parts import label, say, section
from agent_tui.widgets.outage_rows import cause_word
from agent_tui.widgets.power_verdict import STATUS
from agent_tui.widgets.safe import plain

COLUMNS: Final[tuple[Column, ...]] = (
    Column("clock", N_("notice"), 14),
    Column("status", N_("status"), 16, hide_below=84),
    Column("begins", N_("from"), 12),
    Column("ends", N_("to"), 12, hide_below=62),
    Column("device", N_("device"), 14, flex=2),
    Column("customers", N_("people"), 8, align="right", hide_below=72),
    Column("reason", N_("work"), 14, flex=2, hide_below=98),
)
RULES: Final[dict[wire.PlanRule, str]] = {
    "notice": N_("told 5 days ahead"),
    "written_notice": N_("told in writing"),
    "renotice": N_("told of the change"),
    "move_request": N_("may ask to move"),
    "quiet_days": N_("quiet days"),
}
# How a clock stands: glyph, word, colour.
STATES: Final[dict[wire.PlanClockState, tuple[str, str, str]]] = {
    "met": ("✓", N_("kept"), "$success"),
    "running": ("◷", N_("running"), "$muted"),
    "soon": ("▲", N_("soon"), "$warning"),
    "breached": ("✗", N_("BROKEN"), "bold $error"),
}
_WORST: Final[tuple[wire.PlanClockState, ...]] = ("breached", "soon", "running", "met")


def worst(plan: wire.Plan) -> wire.PlanClock | None:
    """The clock somebody must look at first; of two alike the one that ends sooner."""
    return min(plan.clocks, key=lambda clock: (_WORST.index(clock.state), clock.due_at), default=None)


def urgency(plan: wire.Plan) -> tuple[int, float, str]:
    """The order of the list: broken and nearly broken clocks first, then by the time the work begins."""
    clock = worst(plan)
    alarm = _WORST.index(clock.state) if clock is not None and clock.state in ("breached", "soon") else len(_WORST)
    return alarm, plan.begins.timestamp(), plan.id


def row(plan: wire.Plan, now: datetime) -> Row:
    """One planned work as one line."""
    clock = worst(plan)
    glyph, word, style = STATES[clock.state] if clock else ("–", "", "$muted")
    return Row(
        id=plan.id,
        cells=(
            Cell(f"{glyph} {_(word)}", style),
            Cell(_(STATUS[plan.status])),
            Cell(fmt_time(plan.begins, now)),
            Cell(fmt_time(plan.ends, now) if plan.ends else "–", "$muted"),
            Cell(plan.device_name or plan.device, "bold"),
            Cell(fmt_number(plan.customers)),
            Cell(cause_word(plan.reason), "$muted"),
        ),
    )


def clock_line(clock: wire.PlanClock, now: datetime) -> Content:
    """`▲ soon  told 5 days ahead · by 17/11 08:00 (in 3:10:00)`, and below it the duty in words with its source."""
    glyph, word, style = STATES[clock.state]
    left = (clock.due_at - now).total_seconds()
    due = _("by {time}").format(time=fmt_time(clock.due_at, now))
    if clock.state in ("running", "soon") and left > 0:
        due += " " + _("(in {age})").format(age=fmt_duration(left))
    if clock.at is not None:
        due += " · " + _("done {time}").format(time=fmt_time(clock.at, now))
    head = plain(f"{glyph} {_(word)}", style) + plain(f"  {_(RULES[clock.rule])} · {due}")
    source = f" ({clock.source})" if clock.source else ""
    return head + plain("\n  ", multiline=True) + plain(say(clock.say) + source, "$muted")


def header(plans: list[wire.Plan]) -> Content:
    """`PLANNED 6 · ▲ notices broken 1, soon 2`; every figure counts the list below."""
    states = [clock.state for plan in plans if (clock := worst(plan)) is not None]
    parts = [Content.styled(_("PLANNED {n}").format(n=len(plans)), "bold")]
    if broken := states.count("breached"):
        parts.append(plain("✗ " + _("notices broken {n}").format(n=broken), "bold $error"))
    if soon := states.count("soon"):
        parts.append(plain("▲ " + _("soon due {n}").format(n=soon), "$warning"))
    return Content(" · ").join(parts)


def card(plan: wire.Plan, now: datetime, streets: Sequence[str] = ()) -> Content:
    """One planned work: when, where, whom it concerns, its clocks, and how it came to be so."""
    until = fmt_time(plan.ends, now) if plan.ends else "…"
    where = ", ".join(plan.places[:6])
    people = _("{n} customers").format(n=fmt_number(plan.customers))
    if plan.large:
        people += " · " + _("{n} of them above 100,000 kWh a month").format(n=fmt_number(plan.large))
    lines = [
        plain(f"◷ {_(STATUS[plan.status])}", "$accent") + plain(f"  {plan.device_name or plan.device}", "bold"),
        plain(f"{fmt_time(plan.begins, now)}–{until} · {people}"),
        plain(cause_word(plan.reason)),
    ]
    # What the announcement says of the place is what callers have read.
    for word, text in ((_("Area"), plan.area), (_("Street"), ", ".join(streets)), (_("Places"), where)):
        if text:
            lines.append(label(word) + plain(text))
    lines += section(_("Notices"), [clock_line(clock, now) for clock in plan.clocks])
    history = [
        Content.styled(f"{fmt_time(change.at, now)}  ", "$muted")
        + plain(" · ".join(part for part in (_(STATUS[change.status]), change.author, change.note or "") if part))
        for change in reversed(plan.history)
    ]
    lines += section(_("History"), history[:8])
    return Content("\n").join(lines)
