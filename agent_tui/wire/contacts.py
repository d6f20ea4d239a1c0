"""Contacts: one customer's one attempt to reach us, and what agents do with it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from agent_tui.wire.base import (
    Channel,
    ContactState,
    Direction,
    Line,
    Phone,
    PriorityClass,
    Request,
    Say,
    Short,
    Text,
    Time,
)
from agent_tui.wire.dispatches import Dispatch
from agent_tui.wire.trouble import Trouble


class Contact(Struct, frozen=True):
    """One customer's attempt to reach us on any channel; `address` is masked unless the contact is the reader's.

    `proposed` is the candidate this address was identified as the time before; it is also the first candidate.
    """

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
    proposed: str | None = None
    dispatch: Dispatch | None = None
    consulted: str | None = None
    wrap_up_until: Time | None = None
    more_time: bool = False
    callback_at: Time | None = None
    attempts: int = 0
    home_centre: str | None = None
    trouble: Trouble | None = None


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
    safety: Say | None = None


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
    """Hand a contact to a queue or to one agent: exactly one of the two; with `centre` to that centre's queue."""

    queue: Short | None = None
    agent: Short | None = None
    note: Line | None = None
    centre: Short | None = None


class HotlineCard(Struct, frozen=True):
    """Where a customer of another corporation calls."""

    code: str
    name: str
    hotline: str


class Attached(Contact, frozen=True):
    """A contact that joined an outage; `undo` takes that back (null: nothing was changed)."""

    undo: str | None = None


class Transferred(Contact, frozen=True):
    """A transferred contact; `card` is to be read out when it went to another corporation."""

    card: HotlineCard | None = None


class ConsultRequest(Request, frozen=True):
    """Ask a colleague or the lead in: exactly one of the two."""

    agent: Short | None = None
    lead: bool = False


class ReassignRequest(Request, frozen=True):
    """Give a contact to another agent."""

    agent: Short


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


class SelfService(Request, frozen=True):
    """What the customer could do without us the next time, and whether they want to."""

    offered: Literal["app", "web", "zalo", "sms"]
    accepted: bool


class FinishRequest(Request, frozen=True):
    """End conversation and wrap-up at once."""

    disposition: Short
    note: Text | None = None
    csat_invite: bool = False
    self_service: SelfService | None = None


class Callback(Struct, frozen=True):
    """One promised call back, from an outage or an agent; `address` is whole only for who is dialling.

    `due_at` is the promise, `claimed_by` who is calling now.
    """

    contact: str
    kind: Literal["agent", "outage"]
    centre: str
    channel: Channel
    queue: str
    address: str
    name: str | None
    customer: str | None
    place: str | None
    outage: str | None
    joined_at: Time
    due_at: Time
    due: bool
    attempts: int
    promised_by: str | None = None
    claimed_by: str | None = None


class DialResult(Request, frozen=True):
    """What came of a claimed call back."""

    result: Literal["reached", "no_answer", "wrong_number"]


class HandoverRequest(Request, frozen=True):
    """Leave all open work to a colleague at the end of a shift."""

    to: Short
    note: Line | None = None


class Handover(Struct, frozen=True):
    """What was handed over; `queued` are contacts the colleague had no place for: they are in the queue again."""

    to: str
    contacts: int
    queued: int
    callbacks: int
    tickets: int


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
    centre: str = ""
    callback: bool = False
