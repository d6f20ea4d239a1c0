"""Between the fields of a call and the book of drafts: what is typed is kept with every key, and found again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from agent_tui import wire
from agent_tui.desk.drafts import Draft
from agent_tui.desk.settling import ticket_place as ticket_place
from agent_tui.i18n import N_, _

if TYPE_CHECKING:
    from agent_tui.desk.drafts import DraftKind
    from agent_tui.screens.base import Desk

OF_TYPE: Final = "fields."
WORDS: Final[dict[str, str]] = {
    "wrap_up": N_("wrap-up note"),
    "message": N_("message"),
    "new_ticket": N_("new ticket"),
    "ticket": N_("ticket"),
}


def what(draft: Draft) -> str:
    """What kind of text a draft is."""
    word = _(WORDS[draft.kind])
    if draft.on_its_way:
        return _("{what}, on its way").format(what=word)
    return _("{what}, refused").format(what=word) if draft.refused else word


def keeper(desk: "Desk", kind: "DraftKind", contact: wire.Contact, who: str) -> Callable[[str], None]:
    """A function that keeps what one field holds now, about this contact."""
    about = {"contact": contact.id, "customer": contact.customer or ""}

    def keep(text: str) -> None:
        desk.drafts.keep(kind, contact.id, who, {"text": text, **about})

    return keep


def keep_ticket(desk: "Desk", place: str, who: str, body: wire.NewTicket, auto_title: str) -> None:
    """Keep a ticket that is being written; a title the desk chose itself is not yet anybody's text."""
    fields = {"type": body.type, "customer": body.customer or "", "contact": body.contact or "",
              "outage": body.outage or "", "note": body.note or ""}  # fmt: skip
    fields |= {f"{OF_TYPE}{name}": value for name, value in body.fields.items()}
    fields["auto_title" if body.title == auto_title else "title"] = body.title
    desk.drafts.keep("new_ticket", place, who, fields)


def ticket_of(draft: Draft) -> wire.NewTicket:
    """The ticket as it was being written; a text that lost its contact becomes the note of a ticket."""
    of = draft.fields.get
    return wire.NewTicket(
        type=of("type", ""), title=of("title", "") or of("auto_title", ""), customer=of("customer") or None,
        contact=(of("contact") or None) if draft.kind == "new_ticket" else None, outage=of("outage") or None,
        note=of("note", "") or of("text", "") or None,
        fields={name.removeprefix(OF_TYPE): text for name, text in draft.fields.items() if name.startswith(OF_TYPE)},
    )  # fmt: skip
