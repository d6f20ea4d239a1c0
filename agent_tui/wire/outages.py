"""Outages, planned works and the areas they touch."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from agent_tui.wire.base import (
    Channel,
    CrewStatus,
    EtrSource,
    EtrState,
    Line,
    OutageKind,
    OutageStatus,
    Request,
    Say,
    Short,
    Text,
    Time,
)
from agent_tui.wire.trouble import PredictedFrom

CallbackResult = Literal["on", "still_out", "no_answer", "wrong_number"]


class PriorityLoad(Struct, frozen=True):
    """A customer whose supply comes first: hospital, water, telecom, life support, government."""

    customer: str
    name: str
    kind: str


class OutageStep(Struct, frozen=True):
    """Customers who went out and came back together; `restored_at` is null while they are out.

    `devices` are the transformers that came back in this step, empty where only a number is known.
    """

    customers: int
    out_at: Time
    restored_at: Time | None = None
    devices: list[str] = []


class EtrEntry(Struct, frozen=True):
    """One restoration time as it was once given (null: taken back), who gave it and when."""

    at: Time
    etr: Time | None
    source: EtrSource
    by: str


class OutageNote(Struct, frozen=True):
    """One remark in an outage's log."""

    at: Time
    author: str
    text: str


class Outage(Struct, frozen=True):
    """One interruption of supply; `device_path` runs from the device up to its substation (codes, device first).

    `parent` is the restored outage whose call back found this one; `tickets_open` are the tickets that may be closed
    once the supply is back (filled in only then); `explanation` says from which calls it was predicted, also once it is
    confirmed; `possible` counts callers known only by commune who may mean it (only where one outage is read).
    """

    id: str
    kind: OutageKind
    status: OutageStatus
    device: str
    device_path: list[str]
    provinces: list[str]
    communes: list[str]
    customers_out: int
    customers_total: int
    priority_loads: list[PriorityLoad]
    cause: str | None
    started_at: Time
    etr: Time | None
    etr_source: EtrSource
    etr_set_at: Time | None
    etr_state: EtrState
    crew: CrewStatus
    steps: list[OutageStep]
    calls: int
    callbacks_open: int
    tickets: int
    notes: list[OutageNote]
    version: int
    device_name: str = ""
    device_kind: str = ""
    restored_at: Time | None = None
    places: list[str] = []
    etr_history: list[EtrEntry] = []
    parent: str | None = None
    tickets_open: list[str] = []
    explanation: Say | None = None
    predicted_from: PredictedFrom | None = None
    possible: int = 0


class NewOutage(Request, frozen=True):
    """Report an outage of a device; an agent's report is `predicted`, a lead may set any status.

    With `parent` it is nested: some stayed out when that outage was restored, and it began when that one did.
    """

    device: Short
    kind: OutageKind
    status: OutageStatus | None = None
    cause: Short | None = None
    started_at: Time | None = None
    etr: Time | None = None
    etr_source: EtrSource | None = None
    note: Text | None = None
    parent: Short | None = None


class RestoreRequest(Request, frozen=True):
    """A part of an outage, or all of it, has its supply back: a number of customers, or devices; neither means all."""

    at: Time | None = None
    customers: Annotated[int, Meta(ge=1, le=100_000_000)] | None = None
    devices: Annotated[list[Short], Meta(min_length=1, max_length=500)] | None = None
    note: Text | None = None


class CallbackAttempt(Struct, frozen=True):
    """One try at calling somebody back."""

    at: Time
    by: str
    result: CallbackResult
    note: str | None = None


class OutageCallback(Struct, frozen=True):
    """Somebody to be called back about an outage; `address` is whole only for who has claimed the call."""

    contact: str
    outage: str
    channel: Channel
    address: str
    name: str | None
    customer: str | None
    place: str | None
    joined_at: Time
    state: Literal["open", "done"]
    attempts: int
    history: list[CallbackAttempt]
    claimed_by: str | None = None
    claimed_at: Time | None = None
    nested: str | None = None


class CallbackResultRequest(Request, frozen=True):
    """What came of calling somebody back."""

    result: CallbackResult
    note: Line | None = None


class PatchOutage(Request, frozen=True):
    """Change an outage: only the fields that are sent."""

    status: OutageStatus | UnsetType = UNSET
    cause: Short | None | UnsetType = UNSET
    etr: Time | None | UnsetType = UNSET
    etr_source: EtrSource | UnsetType = UNSET
    crew: CrewStatus | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class OutageSearch(Request, frozen=True):
    """Words of a device, a place or a street, typed with accents or without."""

    q: Annotated[str, Meta(max_length=200)]


class OutageHit(Struct, frozen=True):
    """An outage or planned work that was found; `streets` are those of customers below it, none by its own words."""

    id: str
    streets: list[str] = []


class OutageHits(Struct, frozen=True):
    """What a search found, newest first; `more` when it ended before everything was looked through."""

    items: list[OutageHit]
    more: bool = False


class Area(Struct, frozen=True):
    """One of the 34 provinces with what is out there now."""

    code: str
    name: str
    corporation: str
    customers_total: int
    customers_out: int
    outages: int
    planned_today: int


class CommuneOut(Struct, frozen=True):
    """A commune of a province with what is out there now."""

    code: str
    name: str
    customers_total: int
    customers_out: int
    outages: int
