"""What an answered intent does to the drafts: sent texts leave, refused ones come back with the reason. Pure."""

from typing import Final

from msgspec import UNSET, Struct, structs

from agent_tui import wire
from agent_tui.desk.drafts import DraftBook, DraftKind

KINDS: Final[dict[str, DraftKind]] = {"finish": "wrap_up", "message": "message", "create_ticket": "new_ticket"}
"""Intents whose text goes on its way under its key; those of an open ticket stay in the ticket."""
OF_TICKET: Final = ("patch_ticket", "note")


def sent(book: DraftBook, verb: str, key: str, target: str, body: Struct, more: bool) -> None:
    """The service has it; `more`: something else of the same target is still on its way."""
    if verb in KINDS:
        book.drop(KINDS[verb], key)
    elif verb in OF_TICKET:
        book.arrived("ticket", target, parts(body))
        if not more:
            book.mark("ticket", target, on_its_way="", refused="")


def refused(book: DraftBook, verb: str, key: str, target: str, body: Struct, why: str) -> None:
    """The service does not take it: the text stands where it was typed, and where it is listed the reason with it."""
    if verb in OF_TICKET:
        known, back = book.get("ticket", target), parts(body)
        have, label = (known.fields, known.label) if known is not None else ({}, target)
        if any(name not in have for name in back):
            book.keep("ticket", target, label, {**back, **have})
        if (note := back.get("note", "")) not in have.get("note", note):
            # Another note was begun meanwhile: this one stands beside it.
            book.keep("ticket", key, label, {"note": note, "home": target, "refused": why})
        book.mark("ticket", target, on_its_way="", refused=why)
    elif verb in KINDS:
        kind = KINDS[verb]
        if book.get(kind, key) is None:
            book.keep(kind, key, target, parts(body))
        book.come_back(kind, key, target or ticket_place(body), why)


def parts(body: Struct) -> dict[str, str]:
    """The texts of an intent by the names of their fields in a draft."""
    if isinstance(body, wire.NewNote):
        return {"note": body.text}
    if isinstance(body, wire.FinishRequest):
        return {"text": body.note or ""}
    if isinstance(body, wire.PatchTicket):
        plain = {name: value or "" for name, value in structs.asdict(body).items() if isinstance(value, str | None)}
        of_type = body.fields if body.fields is not UNSET else {}
        return plain | {f"fields.{name}": value for name, value in of_type.items()}
    if isinstance(body, wire.NewTicket):
        of_type = {f"fields.{name}": value for name, value in body.fields.items()}
        about = {"customer": body.customer or "", "contact": body.contact or "", "outage": body.outage or ""}
        return {"type": body.type, "title": body.title, "note": body.note or "", **about, **of_type}
    return {"text": body.text} if isinstance(body, wire.MessageRequest) else {}


def ticket_place(body: Struct) -> str:
    """Where the draft of a new ticket stands: at its contact, else its customer."""
    return (body.contact or body.customer or "") if isinstance(body, wire.NewTicket) else ""
