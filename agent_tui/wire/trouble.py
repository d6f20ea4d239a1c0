"""Trouble calls: what a caller without power reports, and what the service concluded from several of them."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from agent_tui.wire.base import Request, Short, Time

TroubleScope = Literal["all", "part", "neighbours"]
TroubleSign = Literal["lost", "flicker", "dim", "overvoltage"]
TroubleDanger = Literal["none", "wire_down", "fire", "pole", "shock"]
TroublePlace = Literal["meter", "street", "inside"]


class Trouble(Struct, frozen=True):
    """What a power-out contact says, and where: `device` is the lowest known one, mostly a transformer."""

    scope: TroubleScope = "all"
    sign: TroubleSign = "lost"
    danger: TroubleDanger = "none"
    place: TroublePlace | None = None
    device: str | None = None
    commune: str | None = None


class TroubleRequest(Request, frozen=True):
    """Set the trouble codes of a contact, or where it is about: only the fields that are sent."""

    scope: TroubleScope | UnsetType = UNSET
    sign: TroubleSign | UnsetType = UNSET
    danger: TroubleDanger | UnsetType = UNSET
    place: TroublePlace | None | UnsetType = UNSET
    device: Short | UnsetType = UNSET
    commune: Short | UnsetType = UNSET


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
