"""Tickets: what stays to be done after the contact."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from agent_tui.wire.base import DueState, Line, Request, Say, Short, Text, TicketPriority, TicketStatus, Time
from agent_tui.wire.fields import FieldSpec

TicketList = Literal["new", "open", "waiting", "resolved", "closed", "live", "done"]
"""A status, or `live` (new, open, waiting), or `done` (resolved, closed)."""


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
    merged_into: str | None = None


class TicketNote(Struct, frozen=True):
    """One note of a ticket: never changed, never deleted; `ticket` where it came with another one merged into this.

    `withdrawn`: it was written by a change that was taken back since.
    """

    id: str
    author: str
    at: Time
    text: str
    kind: str
    ticket: str | None = None
    withdrawn: bool = False


class TicketLink(Struct, frozen=True):
    """A ticket that was merged into this one, with what it was linked to."""

    id: str
    number: str
    title: str
    customer: str | None
    contact: str | None
    outage: str | None


class TicketDetail(Ticket, frozen=True):
    """A ticket with its notes, oldest first, those of merged tickets among them.

    `missing` are required fields still empty; `undo` is the token of the change this answers.
    """

    notes: list[TicketNote] = []
    merged: list[TicketLink] = []
    missing: list[str] = []
    undo: str | None = None


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


class FieldChange(Struct, frozen=True):
    """One field of a ticket that changed; `fields.NAME` for those of its type, null for nothing."""

    field: str
    before: str | None = msgspec.field(name="from")
    after: str | None = msgspec.field(name="to")


class TicketChange(Struct, frozen=True):
    """One step of a ticket's history: the version it led to, and every field that changed.

    What lies between two versions is the changes after the first up to the second: the first `from`, the last `to`.
    """

    version: int
    at: Time
    author: str
    kind: Literal["created", "changed", "bulk", "merged", "undone"]
    changes: list[FieldChange] = []


class TicketSearch(Request, frozen=True):
    """Look for words, without accents in any order, in tickets, their notes and their customers' names."""

    q: Annotated[str, Meta(max_length=400)]
    status: TicketList | None = None
    assignee: Short | None = None
    due: Literal["late", "soon", "ok", "today"] | None = None
    type: Short | None = None
    outage: Short | None = None
    customer: Short | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    after: Short | None = None


class TicketBulkChange(Request, frozen=True):
    """What is done to every ticket of a bulk; an assignee or outage of null takes it away."""

    status: TicketStatus | UnsetType = UNSET
    priority: TicketPriority | UnsetType = UNSET
    assignee: Short | None | UnsetType = UNSET
    outage: Short | None | UnsetType = UNSET
    type: Short | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class TicketBulk(Request, frozen=True):
    """Change up to 500 tickets as one act."""

    ids: Annotated[list[Short], Meta(min_length=1, max_length=500)]
    change: TicketBulkChange


class MergeRequest(Request, frozen=True):
    """Merge the ticket of the path into another one, which stays."""

    into: Short


class RequestType(Struct, frozen=True):
    """One row of the request catalogue."""

    code: str
    vi: str
    en: str


class TicketType(RequestType, frozen=True):
    """A request type with the fields it asks for, its deadline in words, and whether it joins an outage."""

    fields: list[FieldSpec]
    deadline: Say
    groupable: bool
    priority: TicketPriority
