"""What stands around the fields of a ticket: its head, its notes, and the words of its type."""

from collections.abc import Iterable
from datetime import datetime

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _, fmt_date, fmt_time, language
from agent_tui.widgets.safe import plain
from agent_tui.widgets.ticket_rows import STATUS, due_words


def reachable(status: wire.TicketStatus) -> list[tuple[str, str]]:
    """The statuses a ticket may take from this one, with their words: closed and resolved reopen to open only."""
    ways: dict[wire.TicketStatus, tuple[wire.TicketStatus, ...]] = {
        "resolved": ("open", "resolved", "closed"),
        "closed": ("open", "closed"),
    }
    names = ways.get(status, ("new", "open", "waiting", "resolved", "closed"))
    return [(name, _(STATUS[name][1])) for name in names]


def type_word(kind: wire.RequestType) -> str:
    """The type's name in the desk's language."""
    return kind.en if language() == "en" else kind.vi


def type_of(types: Iterable[wire.TicketType], code: str) -> wire.TicketType | None:
    """The catalogue's row of a code."""
    return next((kind for kind in types if kind.code == code), None)


def type_options(types: Iterable[wire.TicketType], code: str) -> list[tuple[str, str]]:
    """The types to choose from; a code the catalogue does not know stays what it is."""
    known = [(kind.code, type_word(kind)) for kind in types]
    return known if code in dict(known) else [(code, code or "–"), *known]


def deadline(kind: wire.TicketType) -> str:
    """The type's clock in words."""
    return kind.deadline.en if language() == "en" else kind.deadline.vi


def head(ticket: wire.Ticket, types: Iterable[wire.TicketType], now: datetime) -> Content:
    """Number, type, customer; the clock; what it was merged into and what is still missing."""
    kind = type_of(types, ticket.type)
    first = plain(ticket.number, "bold") + plain(f" · {type_word(kind) if kind else ticket.type}")
    if ticket.customer:
        first += plain(f" · {ticket.customer}")
    due, style = due_words(ticket, now, whole=True)
    second = Content.styled(_("due") + " ", "$muted") + Content.styled(due, style)
    if kind is not None and ticket.due_at is not None:
        second += Content.styled(" · " + deadline(kind), "$muted")
    second += Content.styled(" · " + _("opened {time}").format(time=fmt_date(ticket.created_at)), "$muted")
    lines = [first, second]
    if ticket.merged_into is not None:
        lines.append(
            Content.styled("⇥ " + _("merged into another ticket; nothing is written here any more"), "$warning")
        )
    if isinstance(ticket, wire.TicketDetail):
        lines += _more(ticket, kind)
    return Content("\n").join(lines)


def _more(ticket: wire.TicketDetail, kind: wire.TicketType | None) -> list[Content]:
    lines = []
    if ticket.missing and ticket.status not in ("resolved", "closed"):
        names = {spec.name: spec.en if language() == "en" else spec.vi for spec in (kind.fields if kind else ())}
        what = ", ".join(names.get(name, name) for name in ticket.missing)
        lines.append(plain("▲ " + _("still missing: {what}").format(what=what), "$warning"))
    merged = [_("{number} was merged into this one").format(number=link.number) for link in ticket.merged]
    return lines + [plain(f"⇤ {said}", "$muted") for said in merged]


def notes(ticket: wire.Ticket, now: datetime) -> Content:
    """The notes so far, oldest first; one that came with another ticket, or whose change was taken back, says so."""
    lines: list[Content] = []
    for note in ticket.notes if isinstance(ticket, wire.TicketDetail) else []:
        said = Content.styled(fmt_time(note.at, now) + " ", "$muted") + plain(note.author, "$muted")
        if note.withdrawn:
            said += Content.styled(" · " + _("taken back"), "$warning")
        lines += [said, plain(note.text, "strike $muted" if note.withdrawn else "", multiline=True)]
    return Content("\n").join(lines)
