"""What every message shares: times, enumerations, lists and errors.

Times are timezone-aware datetimes (RFC 3339, `Z`), money is integer VND, rates are fractions 0..1, ids are opaque.
Answers may grow fields; requests refuse unknown ones.
"""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct

Time = Annotated[datetime, Meta(tz=True)]
Short = Annotated[str, Meta(min_length=1, max_length=120)]
Line = Annotated[str, Meta(min_length=1, max_length=512)]
Text = Annotated[str, Meta(min_length=1, max_length=20_000)]
Phone = Annotated[str, Meta(min_length=1, max_length=254)]

Role = Literal["agent", "lead", "admin", "channel"]
Channel = Literal["hotline", "website", "email", "zalo", "app", "webchat", "facebook"]
Direction = Literal["in", "out"]
PriorityClass = Literal["danger", "life_support", "hospital", "repeat", "normal"]
ContactState = Literal[
    "queued", "offered", "connected", "held", "wrap_up", "callback_waiting", "closed",
    "abandoned", "timed_out", "refused", "callback_failed", "lost_with_pbx",
]  # fmt: skip
Intent = Literal["available", "paused", "logged_out"]
Activity = Literal["idle", "reserved", "on_contact", "wrap_up", "not_responding", "offline"]
Verdict = Literal[
    "planned_now", "planned_soon", "known_outage", "predicted_outage",
    "cut_for_debt", "neighbours_reporting", "only_you", "supply_normal",
]  # fmt: skip
OutageKind = Literal["planned", "unplanned"]
OutageStatus = Literal[
    "predicted", "probable", "confirmed", "partially_restored", "restored", "verified", "closed", "cancelled",
    "draft", "notified", "renotified", "active", "postponed", "done",
]  # fmt: skip
CrewStatus = Literal["none", "assigned", "enroute", "onsite", "working", "held", "done"]
EtrSource = Literal["none", "default", "crew", "dispatcher"]
EtrState = Literal["ok", "expired", "none"]
TicketStatus = Literal["new", "open", "waiting", "resolved", "closed"]
TicketPriority = Literal["low", "normal", "high", "urgent"]
DueState = Literal["ok", "soon", "late"]
DeviceKind = Literal["substation", "feeder", "lateral", "transformer"]
Lane = Literal["code", "phone", "meter", "name", "name_place", "telex_retry"]
EventKind = Literal[
    "hello", "reset", "contact.changed", "agent.changed", "outage.changed", "ticket.changed",
    "presence.changed", "banner.changed", "wallboard.changed",
]  # fmt: skip

T = TypeVar("T")


class Request(Struct, forbid_unknown_fields=True, frozen=True):
    """Base of everything a client sends: an unknown field is refused."""


class Say(Struct, frozen=True):
    """One sentence an agent can read aloud, in both languages."""

    vi: str
    en: str


class Page(Struct, Generic[T], frozen=True):
    """A list answer; `next` is the cursor to pass as `after`, or null on the last page."""

    items: list[T]
    next: str | None = None


class FieldError(Struct, frozen=True):
    """One refused field of a request."""

    field: str
    code: str
    detail: str


class Problem(Struct, frozen=True):
    """An error answer (RFC 9457); `code` is stable, `current` is the state that stood in the way."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError] = []
