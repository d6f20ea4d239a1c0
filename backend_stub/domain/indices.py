"""Reliability indices from outage steps: SAIDI, SAIFI, CAIDI and MAIFI with the five-minute split.

Circular 39/2015/TT-BCT art. 12 (the same split as IEEE 1366): an interruption longer than five minutes counts in SAIDI
and SAIFI, a shorter one in MAIFI. A step is a set of customers with the same start and end; whoever is cut off again
after a restoration is a step of its own and counts again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOMENTARY_S = 300.0
# Cuts that are no interruption of supply by the network, and faults behind the customer's own meter (domain table B2).
NOT_COUNTED = frozenset({"NONPAY", "DEFECT", "CUST.AFTER"})


@dataclass(frozen=True, slots=True)
class Interruption:
    """Customers without supply from `out_at` to `restored_at` (epoch seconds; None: still out)."""

    customers: int
    out_at: float
    restored_at: float | None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Indices:
    """What one period came to; `saidi` and `caidi` in minutes, `saifi` and `maifi` in interruptions a customer."""

    served: int
    sustained: int
    momentary: int
    customer_minutes: float

    @property
    def saidi(self) -> float | None:
        """Minutes without supply per customer served; None without customers."""
        return self.customer_minutes / self.served if self.served else None

    @property
    def saifi(self) -> float | None:
        """Sustained interruptions per customer served; None without customers."""
        return self.sustained / self.served if self.served else None

    @property
    def caidi(self) -> float | None:
        """Minutes per sustained interruption; None without one."""
        return self.customer_minutes / self.sustained if self.sustained else None

    @property
    def maifi(self) -> float | None:
        """Momentary interruptions per customer served; None without customers."""
        return self.momentary / self.served if self.served else None


def counted(interruptions: Iterable[Interruption]) -> Iterator[Interruption]:
    """Return the interruptions the law counts: those with customers whose cause lies in the network."""
    return (one for one in interruptions if one.customers > 0 and one.cause not in NOT_COUNTED)


def indices(interruptions: Iterable[Interruption], served: int, begin: float, end: float, now: float) -> Indices:
    """Return the indices of the period [begin, end); one that still lasts is counted up to `now`.

    Minutes are those inside the period. Each interruption is counted once, in the period it began in, by its whole
    length; one that has lasted five minutes or less so far is not decided yet and counts nowhere.
    """
    sustained = momentary = 0
    seconds = 0.0
    for one in counted(interruptions):
        until = now if one.restored_at is None else one.restored_at
        lasted = until - one.out_at
        began_here = begin <= one.out_at < end
        if lasted > MOMENTARY_S:
            sustained += one.customers * began_here
            seconds += one.customers * max(0.0, min(until, end) - max(one.out_at, begin))
        elif one.restored_at is not None and lasted >= 0:
            momentary += one.customers * began_here
    return Indices(served, sustained, momentary, seconds / 60)
