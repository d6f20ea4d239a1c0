"""One change for many contacts, and what came of one for many things."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from agent_tui.wire.base import PriorityClass, Request, Short


class BulkChange(Request, frozen=True):
    """What is done to every contact of a bulk change: at least one of these."""

    outage: Short | None | UnsetType = UNSET
    callback: bool | UnsetType = UNSET
    queue: Short | UnsetType = UNSET
    priority_class: PriorityClass | UnsetType = UNSET


class BulkRequest(Request, frozen=True):
    """Change up to 500 contacts in one go."""

    ids: Annotated[list[Short], Meta(min_length=1, max_length=500)]
    change: BulkChange


class BulkFailure(Struct, frozen=True):
    """One contact that was left as it was, and why (a stable code)."""

    id: str
    code: str


class BulkAnswer(Struct, frozen=True):
    """How many were changed, which were not, and the token that takes it all back (null: nothing was changed)."""

    done: int
    failed: list[BulkFailure]
    undo: str | None = None
