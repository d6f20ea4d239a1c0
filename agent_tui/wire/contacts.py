"""Contacts: one customer's one attempt to reach us, and what agents do with it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_tui.wire.base import Channel, ContactState, Direction, Line, Phone, PriorityClass, Request, Short, Text, Time


class Contact(Struct, frozen=True):
    """One customer's attempt to reach us on any channel; `address` is masked unless the contact is the reader's."""

    id: str
    channel: Channel
    direction: Direction
    state: ContactState
    queue: str
    skill: str
    skill_level: int
    priority_class: PriorityClass
    joined_at: Time
    score_adj: float
    address: str
    name: str | None
    customer: str | None
    candidates: list[str]
    agent: str | None
    offered_to: str | None
    outage: str | None
    ticket: str | None
    text_preview: str | None
    state_since: Time
    version: int
    centre: str
    place: str | None = None
    callback: bool = False
    offer_until: Time | None = None


class ContactEvent(Struct, frozen=True):
    """One step of a contact's history."""

    at: Time
    state: ContactState
    trigger: str
    by: str | None = None
    detail: str | None = None


class Message(Struct, frozen=True):
    """One line of a contact's transcript."""

    at: Time
    author: Literal["customer", "agent", "system"]
    text: str


class ContactDetail(Contact, frozen=True):
    """A contact with its transcript and history."""

    transcript: list[Message] = []
    history: list[ContactEvent] = []
    disposition: str | None = None
    note: str | None = None


class NewContact(Request, frozen=True):
    """A channel reports a customer; `external_id` makes the report idempotent."""

    external_id: Short
    channel: Channel
    address: Phone
    queue: Short
    name: Line | None = None
    skill: Short | None = None
    priority_class: PriorityClass = "normal"
    text: Text | None = None
    joined_at: Time | None = None


class TransferRequest(Request, frozen=True):
    """Hand a contact to a queue or to one agent: exactly one of the two."""

    queue: Short | None = None
    agent: Short | None = None
    note: Line | None = None


class IdentifyRequest(Request, frozen=True):
    """Say which customer the contact is about."""

    customer: Short


class AttachRequest(Request, frozen=True):
    """Join a contact to an outage; `callback` promises a call when the power is back."""

    outage: Short
    callback: bool = True


class CallbackRequest(Request, frozen=True):
    """Promise a call back, at a time or as soon as possible."""

    at: Time | None = None
    phone: Phone | None = None


class MessageRequest(Request, frozen=True):
    """A line to the customer on a text channel."""

    text: Text


class FinishRequest(Request, frozen=True):
    """End conversation and wrap-up at once."""

    disposition: Short
    note: Text | None = None
    csat_invite: bool = False


class CsatRequest(Request, frozen=True):
    """A customer's answer to the satisfaction question."""

    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Text | None = None


class Segment(Struct, frozen=True):
    """One stay of a contact in a queue: the only source of metrics; seconds as the source stamped them."""

    contact: str
    queue: str
    agent: str | None
    channel: Channel
    joined_at: Time
    offered_at: Time | None
    answered_at: Time | None
    ended_at: Time | None
    outcome: (
        Literal["answered", "abandoned", "timeout", "withdrawn", "exit_key", "refused", "overflowed", "lost_with_pbx"]
        | None
    )
    wait_s: float
    talk_s: float
    hold_s: float
    acw_s: float
    transferred_to: str | None = None
