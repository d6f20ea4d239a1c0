"""Customers: the look-up, the record and the power verdict."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from agent_tui.wire.base import (
    DeviceKind,
    EtrState,
    Lane,
    OutageKind,
    OutageStatus,
    Request,
    Say,
    Short,
    Time,
    Verdict,
)  # fmt: skip


class CustomerSearch(Request, frozen=True):
    """A look-up as typed; `commune` moves that commune's customers up."""

    q: Annotated[str, Meta(max_length=512)]
    commune: Short | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class CustomerHit(Struct, frozen=True):
    """One row of a look-up; `match` is the text that matched, as stored."""

    code: str
    name: str
    phone: str
    address: str
    old_address: str
    meter_no: str
    status: str
    priority_load: str
    match: str
    commune: str = ""


class CustomerHits(Struct, frozen=True):
    """A look-up's answer; `more` when cut, `note` says what was tried beyond the words as typed."""

    items: list[CustomerHit]
    lane: Lane
    more: bool
    note: str | None = None


class Device(Struct, frozen=True):
    """One piece of the grid."""

    code: str
    kind: DeviceKind
    name: str


class ContactBrief(Struct, frozen=True):
    """A past contact in a customer's record."""

    id: str
    channel: str
    at: Time
    queue: str
    disposition: str | None
    state: str


class TicketBrief(Struct, frozen=True):
    """An open ticket in a customer's record."""

    id: str
    number: str
    type: str
    title: str
    status: str
    due_at: Time | None


class OutageBrief(Struct, frozen=True):
    """An outage or planned work that touched a customer; `until` is when the supply was or shall be back."""

    id: str
    kind: OutageKind
    status: OutageStatus
    device: str
    device_name: str
    cause: str | None
    since: Time
    until: Time | None


class CustomerRecord(Struct, frozen=True):
    """Everything known of one customer; `network_path` runs transformer, lateral, feeder, substation (codes).

    `balance` is what is owed in VND, null where no bills are on file; `owed_since` is the day on
    which the oldest unpaid bill was or will be due. `outages` are the last ones anywhere on the path, newest first.
    """

    code: str
    name: str
    title: str
    phones: list[str]
    address: str
    old_address: str
    commune: str
    commune_name: str
    province_name: str
    centre: str
    meter_no: str
    contract_no: str
    tariff: str
    households: int
    priority_load: str
    status: str
    network_path: list[str]
    network: list[Device]
    open_tickets: list[TicketBrief]
    recent_contacts: list[ContactBrief]
    balance: int | None = None
    owed_since: date | None = None
    outages: list[OutageBrief] = []


class Power(Struct, frozen=True):
    """Is the power out here, and what may be said about it; `outage` and `plan` are ids, `eta` only when quotable.

    `restored_at`: this customer's part of the outage `nested_of` is back since then; whoever still has no power there
    is reported as a nested outage. `script` is what to go through with the caller, line by line.
    """

    verdict: Verdict
    say: Say
    outage: str | None = None
    plan: str | None = None
    since: Time | None = None
    eta: Time | None = None
    eta_state: EtrState = "none"
    neighbours_calling: int = 0
    restored_at: Time | None = None
    nested_of: str | None = None
    script: list[Say] = []
