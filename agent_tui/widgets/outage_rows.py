"""Rows of the outage list and the card of one outage: status and crew as two columns, an expired ETR never quotable."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_number, fmt_time, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.outage_parts import label, loads, note_line, say, step_line
from agent_tui.widgets.power_verdict import CREW, STATUS, device_name, target_line
from agent_tui.widgets.safe import plain

GLYPHS: Final[dict[str, str]] = {
    "predicted": "△",
    "probable": "▲",
    "confirmed": "▲",
    "partially_restored": "◑",
    "restored": "●",
    "verified": "●",
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
# Under the heading "crew" the word alone: what is saved is the room for the callers who may belong to it.
CREW_AT: Final[dict[str, str]] = {
    "none": "–",
    "assigned": N_("allocated"),
    "enroute": N_("on the way"),
    "onsite": N_("on site"),
    "working": N_("working"),
    "held": N_("held up"),
    "done": N_("finished"),
}
COLUMNS: Final[tuple[Column, ...]] = (
    Column("status", N_("status"), 16),
    Column("crew", N_("crew"), 11, hide_below=77),
    Column("device", N_("device"), 14, flex=2),
    Column("out", N_("out"), 8, align="right"),
    Column("calls", N_("calls"), 5, hide_below=61, align="right"),
    Column("possible", "+?", 3, hide_below=77, align="right"),
    Column("since", N_("since"), 12, hide_below=91),
    Column("etr", N_("target"), 14),
    Column("cause", N_("cause"), 18, flex=1, hide_below=110),
)


def cause_word(cause: str | None) -> str:
    """The cause in words; a code we do not know by itself."""
    if cause is None:
        return ""
    return _(CAUSES[cause]) if cause in CAUSES else cause


def status_words(outage: wire.Outage) -> str:
    """Glyph and word of the status."""
    return f"{GLYPHS.get(outage.status, '◷')} {_(STATUS[outage.status])}"


def _status_style(outage: wire.Outage) -> str:
    if outage.kind == "planned":
        return "$accent"
    if outage.restored_at is not None:
        return "$success"
    return "bold $error" if outage.status == "confirmed" else "$warning"


def _etr_cell(outage: wire.Outage, now: datetime) -> Cell:
    """The target and, where it is of today, how old it is; of an expired one how long ago it passed, never its time."""
    if outage.restored_at is not None:
        return Cell("✓ " + fmt_time(outage.restored_at, now), "$success")
    if outage.etr is None:
        return Cell("–", "$muted")
    if outage.etr <= now or outage.etr_state == "expired":
        return Cell(f"▲ {_('EXPIRED')} {short_age((now - outage.etr).total_seconds())}", "bold $warning")
    shown = fmt_time(outage.etr, now)
    if outage.etr_set_at is not None and len(shown) <= 5:
        shown += f" ({short_age((now - outage.etr_set_at).total_seconds())})"
    return Cell(shown)


def short_age(seconds: float) -> str:
    """An age in at most three cells: 6' of minutes, 3h of hours, 2d of days."""
    minutes = max(0, int(seconds // 60))
    if minutes < 100:
        return f"{minutes}'"
    return f"{minutes // 60}h" if minutes < 6_000 else f"{min(minutes // 1_440, 99)}d"


def row(outage: wire.Outage, now: datetime, possible: int = 0) -> Row:
    """One outage as one line; `possible` callers known only by their commune may mean it: they are in no count."""
    more = f"+{possible}" if possible < 100 else ">99"
    return Row(
        id=outage.id,
        cells=(
            Cell(status_words(outage), _status_style(outage)),
            Cell(_(CREW_AT[outage.crew]), "" if outage.crew != "none" else "$muted"),
            Cell(outage.device_name or outage.device, "bold"),
            Cell(fmt_number(outage.customers_out)),
            Cell(fmt_number(outage.calls)),
            Cell(more if possible else "", "$muted"),
            Cell(fmt_time(outage.started_at, now), "$muted"),
            _etr_cell(outage, now),
            Cell(cause_word(outage.cause), "$muted"),
        ),
    )


def header(outages: list[wire.Outage], now: datetime, province: str | None) -> Content:
    """`OPEN 14 · only Đắk Lắk (Esc: all) · out 8,412 · expired targets 2 · planned 6`, all of the list below."""
    faults = [outage for outage in outages if outage.kind == "unplanned"]
    expired = sum(outage.etr is not None and outage.etr <= now for outage in outages)
    only = _("only {place}").format(place=province) + " " + hint(_("({back}: all)"))
    narrowed = [Content.styled(only, "$accent")] if province else []
    parts = [
        Content.styled(_("OPEN {n}").format(n=len(faults)), "bold"),
        *narrowed,
        Content(_("out {n}").format(n=fmt_number(sum(outage.customers_out for outage in outages)))),
    ]
    if expired:
        parts.append(Content.styled("▲ " + _("expired targets {n}").format(n=expired), "$warning"))
    planned = len(outages) - len(faults)
    if planned:
        parts.append(Content("◷ " + _("planned {n}").format(n=planned)))
    return Content(" · ").join(parts)


def counts(outage: wire.Outage) -> str:
    """Calls, calls to be made, tickets."""
    return " · ".join(
        (
            ngettext("{n} call", "{n} calls", outage.calls).format(n=outage.calls),
            ngettext("{n} callback open", "{n} callbacks open", outage.callbacks_open).format(n=outage.callbacks_open),
            ngettext("{n} ticket", "{n} tickets", outage.tickets).format(n=outage.tickets),
        )
    )


def size_line(outage: wire.Outage, now: datetime) -> str:
    """How many of how many, since when, why."""
    numbers = {"out": fmt_number(outage.customers_out), "all": fmt_number(outage.customers_total)}
    parts = [
        _("{out} of {all} customers out").format(**numbers),
        _("since {time}").format(time=fmt_time(outage.started_at, now)),
        cause_word(outage.cause),
    ]
    return " · ".join(part for part in parts if part)


def target_part(outage: wire.Outage, now: datetime) -> Content:
    """The crew and when power is to be back; once it is, since when."""
    crew = Content(_(CREW[outage.crew]) + " · ")
    if outage.restored_at is None:
        return crew + target_line(outage, now)
    return crew + Content.styled(_("power back {time}").format(time=fmt_time(outage.restored_at, now)), "bold $success")


def back_header(outages: Sequence[wire.Outage]) -> Content:
    """`POWER BACK 5 · callbacks open 23`; every figure counts the list below."""
    waiting = sum(outage.callbacks_open for outage in outages)
    head = Content.styled(_("POWER BACK {n}").format(n=len(outages)), "bold")
    return head + Content(" · " + _("callbacks open {n}").format(n=fmt_number(waiting)))


def card_head(outage: wire.Outage) -> Content:
    """Status and device."""
    head = Content.styled(status_words(outage), _status_style(outage))
    return head + Content("  ") + Content.styled(device_name(outage), "bold")


def summary(
    outage: wire.Outage,
    now: datetime,
    *,
    most: int | None = None,
    streets: Sequence[str] = (),
    inside: Sequence[wire.Outage] = (),
    possible: int = 0,
) -> list[Content]:
    """What card and full picture begin with; `most` shortens lists, `inside` are the outages nested in this one.

    `possible` callers known only by their commune may mean it.
    """
    lines = [
        card_head(outage),
        *loads(outage, 20 if most is None else most // 2),
        Content.styled(" › ".join(reversed(outage.device_path)), "$muted"),
        Content(size_line(outage, now)),
        target_part(outage, now),
        Content(counts(outage)),
    ]
    if outage.explanation is not None:
        lines.append(label(_("Why")) + plain(say(outage.explanation)))
    if outage.parent:
        lines.append(
            plain("◱ " + _("inside outage {id}: some stayed out when it was restored").format(id=outage.parent))
        )
    lines += [plain("◱ " + _("inside this one: {what}").format(what=device_name(one))) for one in inside]
    if streets:
        lines.append(label(_("Street")) + plain(", ".join(streets)))
    if outage.places:
        more = f" +{len(outage.places) - most}" if most is not None and len(outage.places) > most else ""
        lines.append(label(_("Places")) + plain(", ".join(outage.places[:most]) + more))
    if possible:
        lines.append(plain(_("+{n} possible: only their commune is known").format(n=possible), "$muted"))
    return lines


def card(outage: wire.Outage, now: datetime, streets: Sequence[str] = (), possible: int = 0) -> Content:
    """One outage in short, as much as fits under the list; what is missing here is one key away."""
    lines = summary(outage, now, most=6, streets=streets, possible=possible)
    lines.extend(step_line(step, now) for step in outage.steps[-3:])
    lines.extend(note_line(note, now) for note in outage.notes[-2:])
    return Content("\n").join(lines)
