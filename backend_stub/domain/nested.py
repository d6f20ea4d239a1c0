"""Outages inside outages: who is out in both has one interruption, not two, and each minute once.

One lies inside another that was nested in it (who stayed out when that was restored), or that was found to lie below it
at the same time: a transformer first, then its feeder.
The customers of a nested step are looked for in the outer outage's steps, in those of the same transformers where these
are known, else in those that came back last. Their interruption is the two times together, which never is negative.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

NEVER = float("inf")


@dataclass(slots=True)
class Step:
    """Customers of one place who went out and came back together; times in epoch seconds, None: still out.

    `devices` are the transformers known to have come back in it, `below` all those of an outage inside another (its
    `parent`).
    """

    outage: str
    customers: int
    out_at: float
    restored_at: float | None
    cause: str | None = None
    parent: str | None = None
    devices: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()

    @property
    def back(self) -> float:
        """When they came back, NEVER while they are out."""
        return NEVER if self.restored_at is None else self.restored_at


@dataclass(frozen=True, slots=True)
class Extent:
    """Where and how long an outage was: its device and those above it, first out and last back (NEVER: still out).

    `number` is the order they were reported in; `parent` is what it was said to be nested in.
    """

    outage: str
    number: int
    path: tuple[str, ...]
    began: float
    ended: float
    parent: str | None = None


def inside(outages: Iterable[Extent]) -> dict[str, str]:
    """Return which outage each one lies inside, for those that do.

    Said so, or the nearest further up the grid, or reported earlier at the same device, of those whose times touch.
    Each lies inside one at the most: where it touches several that do not touch one another, the others count in full.
    """
    everyone = sorted(outages, key=lambda one: one.number)
    known = {one.outage for one in everyone}
    found = {one.outage: one.parent for one in everyone if one.parent is not None and one.parent in known}
    at: dict[str, list[Extent]] = {}
    for one in everyone:
        at.setdefault(one.path[0], []).append(one)
    for one in everyone:
        above = (up for device in one.path for up in at.get(device, ()) if _holds(up, one))
        # Paths are those of the day of the report: after a move of the grid two may lie below each other.
        if one.outage not in found and (up := next((up for up in above if not _leads(found, up, one)), None)):
            found[one.outage] = up.outage
    return found


def _holds(up: Extent, one: Extent) -> bool:
    earlier = up.path[0] != one.path[0] or up.number < one.number
    return earlier and up.began <= one.ended and one.began <= up.ended


def _leads(found: Mapping[str, str], up: Extent, to: Extent) -> bool:
    at: str | None = up.outage
    while at is not None and at != to.outage:
        at = found.get(at)
    return at is not None


def merged(steps: Iterable[Step]) -> list[Step]:
    """Return the interruptions behind the steps of outages of one place, those of nested ones joined with the outer.

    The steps given are left as they are; a parent that is not among them has counted nobody.
    """
    own: dict[str, list[Step]] = {}
    for step in steps:
        own.setdefault(step.outage, []).append(replace(step))
    found: dict[str, list[Step]] = {}
    for outage in _outer_first(own):
        outer = found.get(own[outage][0].parent or "", [])
        found[outage] = [piece for step in own[outage] for piece in _joined(step, outer)]
    return [step for pieces in found.values() for step in pieces if step.customers]


def _outer_first(own: Mapping[str, list[Step]]) -> list[str]:
    def depth(outage: str) -> int:
        parent = own[outage][0].parent
        return 1 + depth(parent) if parent is not None and parent in own else 0

    return sorted(own, key=depth)


def _joined(step: Step, outer: list[Step]) -> Iterator[Step]:
    """Yield a nested step's customers with their whole interruption, and take them out of the outer outage's steps."""
    left = step.customers
    about = step.devices or step.below
    same = [piece for piece in outer if not piece.devices.isdisjoint(about)]
    for piece in sorted(same or outer, key=lambda one: -one.back):
        took = min(left, piece.customers)
        # Whoever came back and went out again has two interruptions.
        if took and step.out_at <= piece.back and piece.out_at <= step.back:
            left -= took
            piece.customers -= took
            longer = piece if piece.back >= step.back else step
            yield replace(longer, customers=took, out_at=min(piece.out_at, step.out_at), devices=piece.devices)
    yield replace(step, customers=left)
