"""Where bytes of the service become values: typed, and every string cleaned of what could harm a terminal."""

from typing import TypeVar, cast

import msgspec

from agent_tui.text.clean import clean_tree
from agent_tui.wire import Agent, Banner, Contact, Event, Gone, Outage, Presence, Ticket, Wallboard

T = TypeVar("T")


class _Head(msgspec.Struct, frozen=True):
    id: str = ""
    gone: bool = False


class TicketPresence(msgspec.Struct, frozen=True):
    """Who is at a ticket right now, as `presence.changed` tells it."""

    id: str
    presence: list[Presence] = []


LiveBody = Contact | Agent | Outage | Ticket | TicketPresence | Banner | Wallboard | Gone

_BODIES: dict[str, type[Contact | Agent | Outage | Ticket | TicketPresence | Banner | Wallboard]] = {
    "contact.changed": Contact,
    "agent.changed": Agent,
    "outage.changed": Outage,
    "ticket.changed": Ticket,
    "presence.changed": TicketPresence,
    "banner.changed": Banner,
    "wallboard.changed": Wallboard,
}


_decoders: dict[object, msgspec.json.Decoder[object]] = {}


def decode(raw: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode JSON into `kind` with every string cleaned; raises msgspec.DecodeError."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(cast(type[object], kind))
    return cast(T, clean_tree(decoder.decode(raw)))


def live_body(event: Event) -> LiveBody | None:
    """Decode an event's resource; None for a kind this desk does not keep. Raises msgspec.DecodeError."""
    kind = _BODIES.get(event.kind)
    if kind is None:
        return None
    if bytes(event.data) == b"null":
        return Gone("")
    head = decode(event.data, _Head)
    return Gone(head.id) if head.gone else decode(event.data, kind)
