"""Rows of the outage list and the card of one outage: status and crew as two columns, an expired ETR never quotable."""

from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_number, fmt_time, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.power_verdict import CREW, STATUS, device_name, target_line

GLYPHS: Final[dict[str, str]] = {
    "predicted": "△",
    "probable": "▲",
    "confirmed": "▲",
    "partially_restored": "◑",
    "restored": "●",
    "active": "◷",
}
CAUSES: Final[dict[str, str]] = {
    "PLAN.MAINT": N_("maintenance"),
    "PLAN.CONST": N_("construction"),
    "PLAN.3RD": N_("asked by others"),
    "WX.LIGHT": N_("lightning"),
    "WX.WIND": N_("storm"),
    "WX.FLOOD": N_("flood"),
    "WX.HEAT": N_("heat"),
    "VEG": N_("tree on line"),
    "ANI": N_("animal"),
    "OBJ.KITE": N_("kite or sheet"),
    "PUB.VEH": N_("vehicle"),
    "PUB.DIG": N_("cable dug up"),
    "PUB.HLAT": N_("work near the line"),
    "EQ.TX": N_("transformer fault"),
    "EQ.CABLE": N_("cable fault"),
    "EQ.SW": N_("switchgear fault"),
    "EQ.CONN": N_("loose joint"),
    "EQ.POLE": N_("pole"),
    "OVER.TX": N_("overload"),
    "SYS.SHED": N_("load shedding"),
    "SYS.UP": N_("transmission fault"),
    "CUST.AFTER": N_("behind the meter"),
    "UNK": N_("unknown"),
}
COLUMNS: Final[tuple[Column, ...]] = (
    Column("status", N_("status"), 16),
    Column("crew", N_("crew"), 16, hide_below=89),
    Column("device", N_("device"), 14, flex=2),
    Column("out", N_("out"), 8, align="right"),
    Column("calls", N_("calls"), 5, hide_below=59, align="right"),
    Column("since", N_("since"), 12, hide_below=72),
    Column("etr", N_("target"), 12),
    Column("cause", N_("cause"), 18, flex=1, hide_below=108),
)


def cause_word(cause: str | None) -> str:
    """The cause in words; a code we do not know by itself."""
    if cause is None:
        return ""
    return _(CAUSES[cause]) if cause in CAUSES else cause


def status_words(outage: wire.Outage) -> str:
    """Glyph and word of the status."""
    return f"{GLYPHS.get(outage.status, '◷')} {_(STATUS[outage.status])}"


def minutes_lost(outage: wire.Outage, now: datetime) -> float:
    """Customer-minutes lost so far by those still out: the order of the list."""
    return outage.customers_out * max(0.0, (now - outage.started_at).total_seconds() / 60)


def _status_style(outage: wire.Outage) -> str:
    if outage.kind == "planned":
        return "$accent"
    return "bold $error" if outage.status == "confirmed" else "$warning"


def _etr_cell(outage: wire.Outage, now: datetime) -> Cell:
    if outage.etr is None:
        return Cell("–", "$muted")
    if outage.etr <= now or outage.etr_state == "expired":
        return Cell("▲ " + _("EXPIRED"), "bold $warning")
    return Cell(fmt_time(outage.etr, now))


def row(outage: wire.Outage, now: datetime) -> Row:
    """One outage as one line."""
    crew = _(CREW[outage.crew]) if outage.crew != "none" else "–"
    return Row(
        id=outage.id,
        cells=(
            Cell(status_words(outage), _status_style(outage)),
            Cell(crew, "" if outage.crew != "none" else "$muted"),
            Cell(outage.device_name or outage.device, "bold"),
            Cell(fmt_number(outage.customers_out)),
            Cell(fmt_number(outage.calls)),
            Cell(fmt_time(outage.started_at, now), "$muted"),
            _etr_cell(outage, now),
            Cell(cause_word(outage.cause), "$muted"),
        ),
    )


def header(outages: list[wire.Outage], now: datetime, province: str | None) -> Content:
    """`OPEN 14 · customers out 8,412 · expired targets 2 · planned 6`; every figure counts the list below."""
    faults = [outage for outage in outages if outage.kind == "unplanned"]
    expired = sum(outage.etr is not None and outage.etr <= now for outage in outages)
    parts = [
        Content.styled(_("OPEN {n}").format(n=len(faults)), "bold"),
        Content(_("customers out {n}").format(n=fmt_number(sum(outage.customers_out for outage in outages)))),
    ]
    if expired:
        parts.append(Content.styled("▲ " + _("expired targets {n}").format(n=expired), "$warning"))
    planned = len(outages) - len(faults)
    if planned:
        parts.append(Content("◷ " + _("planned {n}").format(n=planned)))
    if province:
        parts.append(
            Content.styled(_("only {place}").format(place=province) + " · " + hint(_("{back} shows all")), "$accent")
        )
    return Content(" · ").join(parts)


def _counts(outage: wire.Outage) -> str:
    return " · ".join(
        (
            ngettext("{n} call", "{n} calls", outage.calls).format(n=outage.calls),
            ngettext("{n} callback open", "{n} callbacks open", outage.callbacks_open).format(n=outage.callbacks_open),
            ngettext("{n} ticket", "{n} tickets", outage.tickets).format(n=outage.tickets),
        )
    )


def _size(outage: wire.Outage, now: datetime) -> str:
    numbers = {"out": fmt_number(outage.customers_out), "all": fmt_number(outage.customers_total)}
    parts = [
        _("{out} of {all} customers out").format(**numbers),
        _("since {time}").format(time=fmt_time(outage.started_at, now)),
        cause_word(outage.cause),
    ]
    return " · ".join(part for part in parts if part)


def _step(step: wire.OutageStep, now: datetime) -> Content:
    until = fmt_time(step.restored_at, now) if step.restored_at else "…"
    span = Content.styled(f"{fmt_time(step.out_at, now)}–{until}  ", "$muted")
    return span + Content(
        ngettext("{n} customer", "{n} customers", step.customers).format(n=fmt_number(step.customers))
    )


def card(outage: wire.Outage, now: datetime) -> Content:
    """One outage in full: device path, size, target, counts, places, priority loads, steps and the last remarks."""
    head = Content.styled(status_words(outage), _status_style(outage))
    lines = [
        head + Content("  ") + Content.styled(device_name(outage), "bold"),
        Content.styled(" › ".join(reversed(outage.device_path)), "$muted"),
        Content(_size(outage, now)),
        Content(_(CREW[outage.crew]) + " · ") + target_line(outage, now),
        Content(_counts(outage)),
    ]
    if outage.places:
        more = f" +{len(outage.places) - 6}" if len(outage.places) > 6 else ""
        lines.append(Content.styled(_("Places") + "  ", "$muted") + Content(", ".join(outage.places[:6]) + more))
    lines.extend(Content.styled("✚ ", "bold $warning") + Content(load.name) for load in outage.priority_loads[:3])
    lines.extend(_step(step, now) for step in outage.steps[-3:])
    lines.extend(
        Content.styled(fmt_time(note.at, now) + "  ", "$muted") + Content(note.text) for note in outage.notes[-2:]
    )
    return Content("\n").join(lines)
