"""Taking a change back."""

from msgspec import Struct


class UndoneThing(Struct, frozen=True):
    """One thing that is again as it was, and its new version."""

    kind: str
    id: str
    version: int


class Undone(Struct, frozen=True):
    """A change that was taken back."""

    done: int
    items: list[UndoneThing] = []
