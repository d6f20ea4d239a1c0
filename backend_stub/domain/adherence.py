"""Does an agent do what was planned, when it was planned: contact-centre reference, section 2.1.

Adherence = (scheduled - minutes out of adherence) / scheduled (callcentrehelper.com, intradiem.com). Planned work is
kept by being on duty, anything else planned by a pause, whatever its reason: reasons are free words. Conformance looks
at the amount only: on duty / planned work, also outside the planned hours.
"""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from backend_stub.domain import metrics

Activity = Literal["work", "break", "meal", "training", "meeting", "paperwork"]
ACTIVITIES: Final[tuple[Activity, ...]] = ("work", "break", "meal", "training", "meeting", "paperwork")
Span: TypeAlias = tuple[float, float]


class Planned(Struct, frozen=True):
    """One span of a plan, epoch seconds."""

    begins: float
    ends: float
    activity: Activity


class Kept(Struct, frozen=True):
    """Seconds planned up to a moment, those of them kept, planned work, and time on duty."""

    scheduled_s: float
    kept_s: float
    work_s: float
    duty_s: float

    @property
    def adherence(self) -> float | None:
        """ADH, None without a plan."""
        return metrics.adherence(self.scheduled_s, self.scheduled_s - self.kept_s)

    @property
    def conformance(self) -> float | None:
        """CONF, None where no work was planned."""
        return metrics.conformance(self.work_s, self.duty_s)


def follow(plan: Sequence[Planned], duty: Sequence[Span], paused: Sequence[Span], start: float, end: float) -> Kept:
    """Return how a plan was kept in [start, end); spans of one list do not overlap one another.

    What is planned after `end` is not yet due and counts nowhere.
    """
    whole = [(start, end)]
    work = [(one.begins, one.ends) for one in plan if one.activity == "work"]
    other = [(one.begins, one.ends) for one in plan if one.activity != "work"]
    due_work, due_other = _within(work, start, end), _within(other, start, end)
    work_s = metrics.kept(work, whole)
    return Kept(
        scheduled_s=work_s + metrics.kept(other, whole),
        kept_s=metrics.kept(due_work, duty) + metrics.kept(due_other, paused),
        work_s=work_s,
        duty_s=metrics.kept(duty, whole),
    )


def _within(spans: Sequence[Span], start: float, end: float) -> list[Span]:
    return [(max(start, begin), min(end, to)) for begin, to in spans]
