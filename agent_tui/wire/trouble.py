"""Trouble calls: what a caller without power reports, and what the service concluded from several of them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from agent_tui.wire.base import DeviceKind, EtrState, Line, Request, Say, Short, Time

TroubleScope = Literal["all", "part", "neighbours"]
TroubleSign = Literal["lost", "flicker", "dim", "overvoltage"]
TroubleDanger = Literal["none", "wire_down", "fire", "pole", "shock"]
TroublePlace = Literal["meter", "street", "inside"]
PlaceVerdict = Literal[
    "planned_now", "known_outage", "predicted_outage", "several_reported", "planned_soon", "nothing_known"
]  # fmt: skip


class Trouble(Struct, frozen=True):
    """What a power-out contact says, and where: `device` is the lowest known one, mostly a transformer.

    Of a caller who is no known customer there may be only a `commune`, perhaps with a `street` of it.
    """

    scope: TroubleScope = "all"
    sign: TroubleSign = "lost"
    danger: TroubleDanger = "none"
    place: TroublePlace | None = None
    device: str | None = None
    commune: str | None = None
    street: str | None = None


class TroubleRequest(Request, frozen=True):
    """Set the trouble codes of a contact, or where it is about: only the fields that are sent.

    A `street` is one of `commune`; where one transformer feeds all of it, it is a call on that transformer.
    """

    scope: TroubleScope | UnsetType = UNSET
    sign: TroubleSign | UnsetType = UNSET
    danger: TroubleDanger | UnsetType = UNSET
    place: TroublePlace | None | UnsetType = UNSET
    device: Short | UnsetType = UNSET
    commune: Short | UnsetType = UNSET
    street: Short | UnsetType = UNSET


class PlaceSearch(Request, frozen=True):
    """A place as said: names of today or of before July 2025, a street and a place, a device; `near` is a commune."""

    q: Line
    near: Short | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 8


class PlaceHit(Struct, frozen=True):
    """A place a call can be about; `was` is the old name it was found by, `device` what a call there points at.

    `customers` are those of the commune, of the street in it, or below the device.
    """

    kind: Literal["commune", "street", "device"]
    name: str
    commune: str
    commune_name: str
    province_name: str
    customers: int
    device: str | None = None
    device_kind: DeviceKind | None = None
    street: str | None = None
    was: str | None = None


class PlacePowerRequest(Request, frozen=True):
    """Ask about a place as a `PlaceHit` names it; the call of `contact` itself is not one of the others there."""

    commune: Short | None = None
    device: Short | None = None
    contact: Short | None = None


class PlacePower(Struct, frozen=True):
    """What is known of the supply at a place; `eta` only when it may be quoted.

    `customers_out` of its `customers` are concerned by the outage told, beside which there are `others`.
    """

    verdict: PlaceVerdict
    say: Say
    place: str
    customers: int
    reporting: int
    outage: str | None = None
    plan: str | None = None
    since: Time | None = None
    eta: Time | None = None
    eta_state: EtrState = "none"
    customers_out: int = 0
    others: int = 0


class ReportedCommune(Struct, frozen=True):
    """Callers of a commune whom no known outage explains, of whom only the commune is known.

    `possible` of them may mean the outage `possibly`; they are counted at no outage.
    """

    commune: str
    commune_name: str
    province_name: str
    centre: str
    calls: int
    first_at: Time
    last_at: Time
    explanation: Say
    possibly: str | None = None
    possible: int = 0


class PossibleCalls(Struct, frozen=True):
    """How many callers of whom only the commune is known may mean an outage; they are counted at none."""

    outage: str
    callers: int


class TroubleCall(Struct, frozen=True):
    """One call counted at an outage; `active` until the supply is back, or it was found to be none."""

    contact: str
    customer: str | None
    device: str | None
    transformer: str | None
    lateral: str | None
    feeder: str | None
    commune: str | None
    scope: TroubleScope
    sign: TroubleSign
    danger: TroubleDanger
    place: TroublePlace | None
    at: Time
    active: bool


class PredictedFrom(Struct, frozen=True):
    """What a prediction rests on: callers counted once each, on so many transformers and laterals."""

    calls: int
    transformers: int
    laterals: int
    first_at: Time
    last_at: Time
