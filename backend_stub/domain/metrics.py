"""What stays in queues amount to: every figure by the name of its formula; contact-centre reference, section 2.

Offered are the stays that entered a queue; refused callers and call backs are counted apart and in no rate. The base
of the service levels is what is decided: offered without those moved on unanswered (their next stay carries the
whole wait) and without those who wait no longer than the threshold yet.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

from agent_tui.wire import Channel
from backend_stub.domain.segments import Outcome

SHORT_S: Final = 5.0
# With so many calls of our own, what was assumed of the handle time weighs as much as they do.
ASSUMED_CALLS: Final = 20
WAIT_BUCKETS: Final = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
DEFAULT_FORMULA: Final = "SL_short"
# T is the queue's threshold in seconds, "short" an abandon within the short-abandon seconds.
FORMULAS: Final[dict[str, str]] = {
    "SL_all": "answered<=T / decided",
    "SL_excl": "answered<=T / (decided - abandoned<=T)",
    "SL_pos": "(answered<=T + abandoned<=T) / decided",
    "SL_ans": "answered<=T / answered",
    "SL_short": "answered<=T / (decided - short)",
    "AB_all": "abandoned / offered",
    "AB_short": "(abandoned - short) / (offered - short)",
    "ASA_all": "sum of waits of answered / answered",
    "ASA_waited": "sum of waits of answered / answered after a wait",
    "AHT": "(talk + hold + acw) / handled",
    "OCC": "handling / (handling + available idle), pauses excluded",
    "UTIL": "handling / logged in",
    "ADH": "(scheduled - out of adherence) / scheduled (callcentrehelper.com): work on duty, anything else paused",
    "CONF": "on duty / scheduled work",
    "SHRINK": "paid but unavailable / paid",
}
SERVICE_LEVELS: Final = tuple(name for name in FORMULAS if name.startswith("SL_"))


class Stay(Struct, frozen=True):
    """One stay of a contact in a queue, as stored; times in epoch seconds, open while `outcome` is None.

    Centre and number are read only where they are needed: a day has tens of thousands of stays.
    """

    contact: str
    channel: Channel
    queue: str
    joined_at: float
    answered_at: float | None
    ended_at: float | None
    hold_s: float
    acw_s: float
    outcome: Outcome | None
    transferred_to: str | None = None
    callback: int = 0
    centre: str = ""
    n: int = 0

    @property
    def waiting(self) -> bool:
        """Whether the customer still waits for a first answer; one who is called back does not."""
        return self.outcome is None and self.answered_at is None and not self.callback


class Measure(Struct, frozen=True):
    """What stays are measured by: each queue's threshold, the one of any other queue, and a short abandon; seconds."""

    usual_s: float
    by_queue: Mapping[str, float] = {}
    short_s: float = SHORT_S


class Tally(Struct, frozen=True):
    """Counts and sums (seconds) of stays; additive, so that parts give the whole."""

    offered: int = 0
    answered: int = 0
    answered_in: int = 0
    abandoned: int = 0
    abandoned_in: int = 0
    short: int = 0
    timeout: int = 0
    withdrawn: int = 0
    exit_key: int = 0
    overflowed: int = 0
    lost_with_pbx: int = 0
    waiting: int = 0
    undecided: int = 0
    refused: int = 0
    wait_s: float = 0.0
    waited: int = 0
    handled: int = 0
    talk_s: float = 0.0
    hold_s: float = 0.0
    acw_s: float = 0.0
    transferred: int = 0
    callbacks_called: int = 0
    callbacks_reached: int = 0
    callback_wait_s: float = 0.0

    @property
    def decided(self) -> int:
        """The base of the service levels."""
        return self.offered - self.overflowed - self.undecided

    @property
    def handle_s(self) -> float:
        """Seconds spent on what is finished: talk, hold and wrap-up."""
        return self.talk_s + self.hold_s + self.acw_s


def total(parts: Iterable[Tally]) -> Tally:
    """Return the sum of tallies; of none an empty one."""
    columns = list(zip(*map(astuple, parts), strict=True))
    return Tally(*map(sum, columns)) if columns else Tally()


def tally(stays: Sequence[Stay], measure: Measure, now: float) -> Tally:
    """Return the figures of stays; open ones count as they are at `now`.

    A list at a time rather than a stay at a time: a day has tens of thousands.
    """
    counted = [stay for stay in stays if not stay.callback and stay.outcome != "refused"]
    handled = [stay for stay in stays if stay.answered_at is not None and stay.outcome is not None]
    # A customer who is called back waits from joining to the call: never "answered in 0 s", in no service level.
    called = [stay for stay in stays if stay.callback and stay.outcome != "refused"]
    thresholds, usual = measure.by_queue, measure.usual_s
    answers = [(wait_of(stay), stay.queue) for stay in counted if stay.answered_at is not None]
    left = [(wait_of(stay), stay.queue) for stay in counted if stay.outcome == "abandoned" and stay.answered_at is None]
    waiting = [(now - stay.joined_at, stay.queue) for stay in counted if stay.waiting]
    ends = Counter(stay.outcome for stay in counted if stay.answered_at is None)
    reached = [wait_of(stay) for stay in called if stay.answered_at is not None]
    hold_s = sum(stay.hold_s for stay in handled)
    return Tally(
        offered=len(counted), answered=len(answers), abandoned=len(left), waiting=len(waiting), handled=len(handled),
        answered_in=sum([wait <= thresholds.get(queue, usual) for wait, queue in answers]),
        abandoned_in=sum([wait <= thresholds.get(queue, usual) for wait, queue in left]),
        short=sum([wait <= measure.short_s for wait, _ in left]),
        timeout=ends["timeout"], withdrawn=ends["withdrawn"], exit_key=ends["exit_key"],
        overflowed=ends["overflowed"], lost_with_pbx=ends["lost_with_pbx"],
        undecided=sum([wait <= thresholds.get(queue, usual) for wait, queue in waiting]),
        refused=len(stays) - len(counted) - len(called),
        wait_s=math.fsum([wait for wait, _ in answers]), waited=sum([wait > 0 for wait, _ in answers]),
        talk_s=math.fsum([talk_of(stay) for stay in handled]), hold_s=hold_s,
        acw_s=math.fsum([stay.acw_s for stay in handled]),
        transferred=sum([stay.transferred_to is not None for stay in handled]),
        callbacks_called=len(called), callbacks_reached=len(reached), callback_wait_s=math.fsum(reached),
    )  # fmt: skip


def wait_of(stay: Stay) -> float:
    """Return the seconds from joining to the answer, or to the end without one; 0 while still waiting."""
    until = stay.answered_at if stay.answered_at is not None else stay.ended_at
    return 0.0 if until is None or until < stay.joined_at else until - stay.joined_at


def talk_of(stay: Stay) -> float:
    """Return the seconds of conversation without hold of a stay that is over."""
    return max(0.0, (stay.ended_at or 0.0) - (stay.answered_at or 0.0) - stay.hold_s)


def ratio(part: float, whole: float) -> float | None:
    """Return part / whole, None where there is nothing to divide by."""
    return part / whole if whole > 0 else None


def service_level(of: Tally, formula: str = DEFAULT_FORMULA) -> float | None:
    """Return a service level 0..1 by the formula's id, None without calls; raises KeyError for another id."""
    part, whole = {
        "SL_all": (of.answered_in, of.decided),
        "SL_excl": (of.answered_in, of.decided - of.abandoned_in),
        "SL_pos": (of.answered_in + of.abandoned_in, of.decided),
        "SL_ans": (of.answered_in, of.answered),
        "SL_short": (of.answered_in, of.decided - of.short),
    }[formula]
    return ratio(part, whole)


def abandon_rate(of: Tally, *, without_short: bool = False) -> float | None:
    """Return AB_all, or AB_short: short abandons taken out on both sides."""
    short = of.short if without_short else 0
    return ratio(of.abandoned - short, of.offered - short)


def asa(of: Tally, *, waited_only: bool = False) -> float | None:
    """Return the average seconds to answer: zeros included (ASA_all) or not (ASA_waited)."""
    return ratio(of.wait_s, of.waited if waited_only else of.answered)


def aht(of: Tally) -> float | None:
    """Return the average handle time in seconds: talk, hold and wrap-up of what is finished."""
    return ratio(of.handle_s, of.handled)


def expected_aht(of: Tally, assumed_s: float) -> float:
    """Return the handle time to reckon with, seconds: what is assumed, giving way to own figures as they come."""
    # The first calls that are over are the short ones: by themselves they would promise everybody seconds.
    return (of.handle_s + ASSUMED_CALLS * assumed_s) / (of.handled + ASSUMED_CALLS)


def occupancy(handling_s: float, idle_s: float) -> float | None:
    """Return OCC: handling over handling and available idle time; pauses are in neither."""
    return ratio(handling_s, handling_s + idle_s)


def utilisation(handling_s: float, logged_in_s: float) -> float | None:
    """Return UTIL: handling over the time logged in."""
    return ratio(handling_s, logged_in_s)


def adherence(scheduled_s: float, out_s: float) -> float | None:
    """Return ADH: the share of the schedule kept; `out_s` is the time spent otherwise than scheduled."""
    return ratio(scheduled_s - out_s, scheduled_s)


def conformance(scheduled_s: float, worked_s: float) -> float | None:
    """Return CONF: time worked over time scheduled, whatever the hours."""
    return ratio(worked_s, scheduled_s)


def shrinkage(paid_s: float, unavailable_s: float) -> float | None:
    """Return SHRINK: the share of paid time not available for contacts."""
    return ratio(unavailable_s, paid_s)


def kept(planned: Iterable[tuple[float, float]], worked: Iterable[tuple[float, float]]) -> float:
    """Return the seconds worked inside the planned spans; spans (begin, end), those of one kind not overlapping."""
    spans = list(worked)
    return sum(max(0.0, min(end, to) - max(begin, at)) for begin, end in planned for at, to in spans)


def longest_wait(stays: Iterable[Stay], now: float) -> float | None:
    """Return the seconds the first of those still waiting has waited, None when nobody waits."""
    first = min([stay.joined_at for stay in stays if stay.waiting], default=None)
    return None if first is None else now - first


def bucket(wait_s: float) -> int:
    """Return which of WAIT_BUCKETS (upper bounds, seconds) holds a wait; one more for longer ones."""
    return bisect_left(WAIT_BUCKETS, wait_s)
