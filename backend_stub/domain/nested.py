"""Nested outages: who stayed out when an outage was restored has one interruption, not two, and each minute once.

The customers of a nested step are looked for in the outer outage's steps, in those of the same transformers where these
are known, else in those that came back last. Their interruption is the two times together, which never is negative.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

NEVER = float("inf")


@dataclass(slots=True)
class Step:
    """Customers of one place who went out and came back together; times in epoch seconds, None: still out.

    `devices` are the transformers known to have come back in it, `below` those of a nested outage (with a `parent`).
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
    same = [piece for piece in outer if not piece.devices.isdisjoint(step.below)]
    for piece in sorted(same or outer, key=lambda one: -one.back):
        took = min(left, piece.customers)
        if not took:
            continue
        if step.out_at <= piece.back and piece.out_at <= step.back:
            left -= took
            piece.customers -= took
            longer = piece if piece.back >= step.back else step
            yield replace(longer, customers=took, out_at=min(piece.out_at, step.out_at), devices=piece.devices)
        elif same:
            # They came back and went out again: two interruptions.
            left -= took
            yield replace(step, customers=took, devices=piece.devices)
    yield replace(step, customers=left)
