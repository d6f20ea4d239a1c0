"""What changed in the desk's replica, and that something is missing from it."""

from dataclasses import dataclass

_NONE: frozenset[str] = frozenset()


class Gap(Exception):
    """Events are missing between what the replica has seen and what came: read a snapshot."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Which things changed, by id; `everything` after a snapshot, then the sets are empty."""

    contacts: frozenset[str] = _NONE
    agents: frozenset[str] = _NONE
    outages: frozenset[str] = _NONE
    tickets: frozenset[str] = _NONE
    me: bool = False
    banner: bool = False
    wallboard: bool = False
    everything: bool = False

    @staticmethod
    def all() -> "Diff":
        """Return the diff that asks for a full redraw."""
        return Diff(me=True, banner=True, wallboard=True, everything=True)

    def __or__(self, other: "Diff") -> "Diff":
        return Diff(
            self.contacts | other.contacts,
            self.agents | other.agents,
            self.outages | other.outages,
            self.tickets | other.tickets,
            self.me or other.me,
            self.banner or other.banner,
            self.wallboard or other.wallboard,
            self.everything or other.everything,
        )

    def __bool__(self) -> bool:
        return self != Diff()
