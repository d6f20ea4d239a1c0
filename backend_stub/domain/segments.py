"""Segments: one per stay of a contact in a queue, the only source of metrics.

A segment opens when the contact enters a queue and is closed once, by its outcome; a closed one never changes.
- Put back or handed on after an answer: this one is `answered` with `transferred_to`, a new one begins at that moment.
- Moved on unanswered: `overflowed`, the new one keeps the contact's `joined_at`, so the caller's whole wait counts.
- A call back begins a new one with the original `joined_at`: it is never "answered in 0 s".
- Answered and in wrap-up: `ended_at` is the end of the talk; the outcome follows with the end of the wrap-up.
"""

from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from backend_stub.domain.contact import Trigger

Outcome = Literal["answered", "abandoned", "timeout", "withdrawn", "exit_key", "refused", "overflowed", "lost_with_pbx"]
_UNANSWERED: Final[dict[Trigger, Outcome]] = {
    "abandon": "abandoned",
    "timeout": "timeout",
    "callback": "withdrawn",
    "exit_key": "exit_key",
    "outbound_failed": "withdrawn",
    "outbound_given_up": "withdrawn",
    "callback_declined": "withdrawn",
    "callback_missed": "withdrawn",
    "callback_withdrawn": "withdrawn",
    "lose": "lost_with_pbx",
}
_MOVES_ON: Final[frozenset[Trigger]] = frozenset({"transfer", "release", "overflow"})


class Segment(Struct, frozen=True):
    """One stay in a queue; times in epoch seconds, durations in seconds; open while `outcome` is None."""

    queue: str
    joined_at: float
    agent: str | None = None
    offered_at: float | None = None
    answered_at: float | None = None
    held_since: float | None = None
    ended_at: float | None = None
    hold_s: float = 0.0
    acw_s: float = 0.0
    outcome: Outcome | None = None
    transferred_to: str | None = None
    callback: int = 0

    @property
    def wait_s(self) -> float:
        """Seconds from joining to the answer, or to the end without one; 0 while still waiting."""
        until = self.answered_at if self.answered_at is not None else self.ended_at
        return 0.0 if until is None else max(0.0, until - self.joined_at)

    @property
    def talk_s(self) -> float:
        """Seconds of conversation without hold; 0 while it lasts."""
        if self.answered_at is None or self.ended_at is None:
            return 0.0
        return max(0.0, self.ended_at - self.answered_at - self.hold_s)


class Step(Struct, frozen=True):
    """What happened to the contact: `joined_at` is the contact's own, `queue` where it stands after the step."""

    trigger: Trigger
    at: float
    queue: str
    joined_at: float
    agent: str | None = None
    transferred_to: str | None = None


def follow(segment: Segment | None, step: Step) -> tuple[Segment | None, Segment | None]:
    """Return (the segment after the step, the new one that follows it); each may be None.

    The contact's own table has already refused whatever cannot happen.
    """
    if segment is None:
        return None, _begin(step)
    if step.trigger in _MOVES_ON:
        answered = segment.answered_at is not None
        closed = _close(segment, step.at, "answered" if answered else "overflowed", step.transferred_to)
        return closed, Segment(step.queue, step.at if answered else step.joined_at)
    return _during(segment, step), None


def _begin(step: Step) -> Segment | None:
    if step.trigger == "join":
        return Segment(step.queue, step.joined_at)
    if step.trigger == "refuse":
        return Segment(step.queue, step.joined_at, ended_at=step.at, outcome="refused")
    if step.trigger == "reserve":
        return Segment(step.queue, step.joined_at, agent=step.agent, offered_at=step.at, callback=1)
    return None


def _during(segment: Segment, step: Step) -> Segment:
    match step.trigger:
        case "reserve":
            return replace(segment, offered_at=step.at, agent=step.agent)
        case "decline" | "no_answer" | "withdraw":
            return replace(segment, offered_at=None, agent=None)
        case "answer":
            return replace(segment, answered_at=step.at, agent=step.agent)
        case "hold":
            return replace(segment, held_since=step.at)
        case "resume" | "end":
            return _unheld(segment, step.at, ended=step.trigger == "end")
        case "finish" | "acw_limit":
            ended = segment.ended_at if segment.ended_at is not None else step.at
            return replace(segment, ended_at=ended, acw_s=max(0.0, step.at - ended), outcome="answered")
        case trigger:
            outcome: Outcome = "answered" if segment.answered_at is not None else _UNANSWERED[trigger]
            return _close(segment, step.at, outcome, None)


def _unheld(segment: Segment, at: float, *, ended: bool) -> Segment:
    held = 0.0 if segment.held_since is None else max(0.0, at - segment.held_since)
    after = replace(segment, held_since=None, hold_s=segment.hold_s + held)
    return replace(after, ended_at=at) if ended else after


def _close(segment: Segment, at: float, outcome: Outcome, transferred_to: str | None) -> Segment:
    # A contact lost in wrap-up had already stopped talking: its own end stands.
    ended = segment.ended_at if segment.ended_at is not None else at
    closed = _unheld(segment, ended, ended=True)
    return replace(closed, outcome=outcome, transferred_to=transferred_to)
