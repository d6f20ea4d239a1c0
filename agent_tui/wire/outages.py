"""Outages, planned works and the areas they touch."""

from msgspec import UNSET, Struct, UnsetType

from agent_tui.wire.base import CrewStatus, EtrSource, EtrState, OutageKind, OutageStatus, Request, Short, Text, Time


class PriorityLoad(Struct, frozen=True):
    """A customer whose supply comes first: hospital, water, telecom, life support, government."""

    customer: str
    name: str
    kind: str


class OutageStep(Struct, frozen=True):
    """Customers who went out and came back together; `restored_at` is null while they are out."""

    customers: int
    out_at: Time
    restored_at: Time | None = None


class OutageNote(Struct, frozen=True):
    """One remark in an outage's log."""

    at: Time
    author: str
    text: str


class Outage(Struct, frozen=True):
    """One interruption of supply; `device_path` runs from the device up to its substation (codes, device first)."""

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


class NewOutage(Request, frozen=True):
    """Report an outage of a device; an agent's report is `predicted`, a lead may set any status."""

    device: Short
    kind: OutageKind
    status: OutageStatus | None = None
    cause: Short | None = None
    started_at: Time | None = None
    etr: Time | None = None
    etr_source: EtrSource | None = None
    note: Text | None = None


class PatchOutage(Request, frozen=True):
    """Change an outage: only the fields that are sent."""

    status: OutageStatus | UnsetType = UNSET
    cause: Short | None | UnsetType = UNSET
    etr: Time | None | UnsetType = UNSET
    etr_source: EtrSource | UnsetType = UNSET
    crew: CrewStatus | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class Area(Struct, frozen=True):
    """One of the 34 provinces with what is out there now."""

    code: str
    name: str
    corporation: str
    customers_total: int
    customers_out: int
    outages: int
    planned_today: int
