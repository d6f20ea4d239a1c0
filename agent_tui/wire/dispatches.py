"""Dangers handed to field units."""

from msgspec import Struct

from agent_tui.wire.base import Line, Request, Say, Short, Time


class Dispatch(Struct, frozen=True):
    """A danger handed to a field unit: who, when, whether the address was read back, and what became of it."""

    unit: str
    note: str | None
    at: Time
    by: str
    acked_at: Time | None = None
    escalated_at: Time | None = None
    read_back: bool = False
    acked_by: str | None = None
    closed_at: Time | None = None


class DispatchRequest(Request, frozen=True):
    """Hand a danger to a field unit; `read_back` says that the address was read back to the caller."""

    unit: Short
    note: Line | None = None
    read_back: bool = False


class OpenDispatch(Struct, frozen=True):
    """One dangerous contact on the lead's list; `dispatch` is null while no unit has it, `safety` is to be read out."""

    contact: str
    centre: str
    joined_at: Time
    queue: str
    customer: str | None
    place: str | None
    agent: str | None
    safety: Say
    dispatch: Dispatch | None = None
