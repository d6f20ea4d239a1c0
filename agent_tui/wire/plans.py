"""Planned works with their notice clocks, and the messages sent about outages."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from agent_tui.wire.base import Line, OutageStatus, Request, Say, Short, Text, Time

PlanRule = Literal["notice", "written_notice", "renotice", "move_request", "quiet_days"]
PlanClockState = Literal["met", "running", "soon", "breached"]
NoticeChannel = Literal["sms", "zalo", "app"]


class PlanClock(Struct, frozen=True):
    """One duty of the law: until when, how it stands, when it was met, and where it is written."""

    rule: PlanRule
    due_at: Time
    state: PlanClockState
    say: Say
    source: str
    at: Time | None = None


class PlanChange(Struct, frozen=True):
    """The plan as it was from then on, and who made it so."""

    at: Time
    author: str
    status: OutageStatus
    begins: Time = field(name="from")
    ends: Time | None = field(name="to")
    note: str | None = None


class Plan(Struct, frozen=True):
    """One planned work; `id` is the planned outage's, `area` the place in the words of the published notice.

    `large` counts the customers above 100,000 kWh a month, who are told in writing.
    """

    id: str
    device: str
    device_name: str
    status: OutageStatus
    begins: Time = field(name="from")
    ends: Time | None = field(name="to")
    reason: str
    area: str
    provinces: list[str]
    places: list[str]
    customers: int
    large: int
    notified_at: Time | None
    renotified_at: Time | None
    written_at: Time | None
    clocks: list[PlanClock]
    history: list[PlanChange]
    version: int


class NewPlan(Request, frozen=True):
    """Plan a work on a device."""

    device: Short
    begins: Time = field(name="from")
    ends: Time = field(name="to")
    reason: Line
    area: Text = ""
    notified_at: Time | None = None


class PatchPlan(Request, frozen=True):
    """Change a plan: only what is sent; new times of an announced plan ask for a second notice."""

    status: OutageStatus | UnsetType = UNSET
    begins: Time | UnsetType = field(default=UNSET, name="from")
    ends: Time | UnsetType = field(default=UNSET, name="to")
    reason: Line | UnsetType = UNSET
    area: Text | UnsetType = UNSET
    written_at: Time | UnsetType = UNSET
    note: Line | UnsetType = UNSET


class MessageDraft(Struct, frozen=True):
    """One wording, with the alphabet it needs and the parts it is sent and paid in."""

    text: str
    encoding: Literal["gsm7", "ucs2"]
    places: int
    parts: int


class OutageMessage(Struct, frozen=True):
    """What could be sent about an outage or plan now, and to how many; `sent` are the messages already sent."""

    kind: Literal["known", "etr", "partly_back", "back", "plan", "plan_moved", "plan_cancelled"]
    plain: MessageDraft
    vi: MessageDraft
    en: MessageDraft
    recipients: int
    without_phone: int
    sent: list["SentNotice"] = []


class NotifyRequest(Request, frozen=True):
    """Send a message to everybody an outage concerns; without `text` the unaccented wording of the moment."""

    channel: NoticeChannel
    text: Text | None = None


class SentNotice(Struct, frozen=True):
    """A message on record; `sent_at` is null until the channel has taken it."""

    id: str
    at: Time
    by: str
    channel: NoticeChannel
    text: str
    parts: int
    recipients: int
    sent_at: Time | None
