"""Tickets: what stays to be done after the contact."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from agent_tui.wire.base import DueState, Line, Request, Short, Text, TicketPriority, TicketStatus, Time


class Presence(Struct, frozen=True):
    """Who has a ticket open, and which field is being edited."""

    user: str
    doing: Literal["viewing", "editing"]
    field: str | None = None


class PresenceRequest(Request, frozen=True):
    """Say that the ticket is on my screen, for the next 30 seconds."""

    doing: Literal["viewing", "editing"]
    field: Short | None = None


class TicketPresence(Struct, frozen=True):
    """Everybody who has the ticket on screen now, in the order they came."""

    id: str
    presence: list[Presence] = []


class Ticket(Struct, frozen=True):
    """A request with a clock; `fields` are those of its type."""

    id: str
    number: str
    type: str
    status: TicketStatus
    priority: TicketPriority
    title: str
    customer: str | None
    contact: str | None
    outage: str | None
    centre: str
    assignee: str | None
    due_at: Time | None
    due_state: DueState
    created_at: Time
    fields: dict[str, str]
    version: int
    presence: list[Presence] = []
    updated_at: Time | None = None


class TicketNote(Struct, frozen=True):
    """One note of a ticket: never changed, never deleted."""

    id: str
    author: str
    at: Time
    text: str
    kind: str


class TicketDetail(Ticket, frozen=True):
    """A ticket with its notes, oldest first."""

    notes: list[TicketNote] = []


class NewTicket(Request, frozen=True):
    """Open a ticket; `type` is a code of the request catalogue."""

    type: Short
    title: Line
    customer: Short | None = None
    contact: Short | None = None
    outage: Short | None = None
    priority: TicketPriority | None = None
    fields: dict[str, str] = {}
    note: Text | None = None


class PatchTicket(Request, frozen=True):
    """Change a ticket: only the fields that are sent; `fields` entries merge, an empty text removes one."""

    type: Short | UnsetType = UNSET
    status: TicketStatus | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    title: Line | UnsetType = UNSET
    customer: Short | None | UnsetType = UNSET
    outage: Short | None | UnsetType = UNSET
    assignee: Short | None | UnsetType = UNSET
    fields: dict[str, str] | UnsetType = UNSET


class NewNote(Request, frozen=True):
    """Add a note to a ticket."""

    text: Text


class RequestType(Struct, frozen=True):
    """One row of the request catalogue."""

    code: str
    vi: str
    en: str
