"""Rows of the ticket list, and the words of a ticket's status, priority and clock."""

from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_clock, fmt_date, fmt_day, fmt_time
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.safe import plain

STATUS: Final[dict[str, tuple[str, str]]] = {
    "new": ("○", N_("new")),
    "open": ("◐", N_("open")),
    "waiting": ("◷", N_("waiting")),
    "resolved": ("●", N_("resolved")),
    "closed": ("■", N_("closed")),
}
PRIORITY: Final[dict[str, tuple[str, str]]] = {
    "urgent": ("▲▲ " + N_("urgent"), "bold $error"),
    "high": ("▲ " + N_("high"), "$warning"),
    "normal": ("  " + N_("normal"), ""),
    "low": ("▽ " + N_("low"), "$muted"),
}
SOON_S: Final = 4 * 3600.0
COLUMNS: Final[tuple[Column, ...]] = (
    Column("number", N_("number"), 13),
    Column("status", N_("status"), 12),
    Column("priority", N_("priority"), 9, hide_below=77),
    Column("title", N_("title"), 13, flex=3),
    Column("customer", N_("customer"), 13, hide_below=104),
    Column("due", N_("due"), 16),
    Column("who", N_("assigned"), 11, flex=1, hide_below=84),
)


def status_words(status: str) -> str:
    """Glyph and word of a status."""
    glyph, word = STATUS[status]
    return f"{glyph} {_(word)}"


def priority_words(priority: str) -> tuple[str, str]:
    """Glyph and word of a priority, and its style."""
    text, style = PRIORITY[priority]
    glyph, _sep, word = text.rpartition(" ")
    return f"{glyph} {_(word)}", style


def due_words(ticket: wire.Ticket, now: datetime, *, whole: bool = False) -> tuple[str, str]:
    """When it is due and its style; late and soon say so in words; `whole`: the day and its clock, however long."""
    if ticket.due_at is None:
        return "–", "$muted"
    if ticket.status in ("resolved", "closed"):
        return fmt_time(ticket.due_at, now), "$muted"
    if ticket.due_at <= now:
        return "▲ " + _("late"), "bold $error"
    if ticket.due_state == "soon":
        when = fmt_time(ticket.due_at, now)
        # The day without its clock where the two would not fit; the ticket itself has both.
        shown = when if whole or when == fmt_clock(ticket.due_at) else fmt_day(ticket.due_at)
        return "◷ " + _("soon {time}").format(time=shown), "$warning"
    return fmt_time(ticket.due_at, now), ""


def brief_due(ticket: wire.TicketBrief, now: datetime, calm: str = "") -> Content:
    """` · due ...` behind an open ticket of a record: late and soon (four hours) say so, else in the style `calm`."""
    if ticket.due_at is None:
        return Content("")
    left = (ticket.due_at - now).total_seconds()
    if left <= 0:
        said, style = "▲ " + _("late"), "bold $error"
    elif left <= SOON_S:
        said, style = "◷ " + _("soon {time}").format(time=fmt_time(ticket.due_at, now)), "$warning"
    else:
        said, style = _("due {time}").format(time=fmt_date(ticket.due_at)), calm
    return plain(" · ", calm) + plain(said, style)


def row(ticket: wire.Ticket, now: datetime, who: str, others: str = "") -> Row:
    """One ticket as one line; `who` is the assignee's name or empty, `others` who else has it open (`here`)."""
    priority, priority_style = priority_words(ticket.priority)
    due, due_style = due_words(ticket, now)
    return Row(
        id=ticket.id,
        cells=(
            Cell(ticket.number, "bold"),
            Cell(status_words(ticket.status)),
            Cell(priority, priority_style),
            Cell(f"{others} · {ticket.title}", "$warning") if others else Cell(ticket.title),
            Cell(ticket.customer or "", "$muted"),
            Cell(due, due_style),
            Cell(who or _("nobody"), "" if who else "$muted"),
        ),
    )


def here(ticket: wire.Ticket, me: str) -> str:
    """`● minh` while somebody else edits the ticket, `◉ minh` while they only look; empty without anybody."""
    others = sorted((one for one in ticket.presence if one.user != me), key=lambda one: one.doing)
    return " ".join(f"{'●' if one.doing == 'editing' else '◉'} {one.user}" for one in others[:2])


def header(
    tickets: list[wire.Ticket], now: datetime, view: str, others: str, *, more: bool = False, marked: int = 0
) -> Content:
    """`MINE 12 · late 2 · due soon 1   ←→ ALL`: the figures count the rows below, `more` says that they go on."""
    live = [ticket for ticket in tickets if ticket.status not in ("resolved", "closed")]
    late = sum(ticket.due_at is not None and ticket.due_at <= now for ticket in live)
    soon = sum(ticket.due_state == "soon" and ticket.due_at is not None and ticket.due_at > now for ticket in live)
    parts = [Content.styled(f"{view} {len(tickets)}{'+' if more else ''}", "bold")]
    if marked:
        parts.append(Content.styled("✓ " + _("{n} marked").format(n=marked), "$accent"))
    if late:
        parts.append(Content.styled("▲ " + _("late {n}").format(n=late), "bold $error"))
    if soon:
        parts.append(Content.styled("◷ " + _("due soon {n}").format(n=soon), "$warning"))
    return Content(" · ").join(parts) + Content.styled(f"   ←→ {others}", "$muted")
