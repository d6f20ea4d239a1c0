"""Taking a change back."""

from msgspec import Struct


class UndoneThing(Struct, frozen=True):
    """One thing of a change, and its version now."""

    kind: str
    id: str
    version: int


class Undone(Struct, frozen=True):
    """A change that was taken back; `stayed` are the things of it that went on since (contacts that ended)."""

    done: int
    items: list[UndoneThing] = []
    stayed: list[UndoneThing] = []
