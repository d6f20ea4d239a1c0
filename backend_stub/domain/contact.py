"""The life of a contact: every legal step as data; anything else is refused.

The table is section 7 of the contact-centre reference. `None` stands for "not yet there". "Overflowed" and
"transferred" are no states of their own: the contact is queued again, in a new segment, with the same `joined_at`.
"""

from typing import Final, Literal

from agent_tui.wire import Channel, ContactState

Trigger = Literal[
    "join", "refuse", "reserve", "decline", "no_answer", "answer", "abandon", "overflow", "callback", "exit_key",
    "timeout", "outbound_failed", "outbound_given_up", "hold", "resume", "transfer", "release", "end", "finish", "lose",
    "withdraw", "callback_declined", "callback_missed", "callback_withdrawn", "acw_limit",
]  # fmt: skip
ChannelClass = Literal["voice", "text"]

LIVE: Final[tuple[ContactState, ...]] = ("queued", "offered", "connected", "held", "wrap_up", "callback_waiting")
IN_HAND: Final[tuple[ContactState, ...]] = ("connected", "held", "wrap_up")
TERMINAL: Final[tuple[ContactState, ...]] = (
    "refused", "abandoned", "timed_out", "callback_failed", "closed", "lost_with_pbx",
)  # fmt: skip

TABLE: Final[dict[tuple[ContactState | None, Trigger], ContactState]] = {
    (None, "join"): "queued",
    (None, "refuse"): "refused",
    ("queued", "reserve"): "offered",
    ("offered", "decline"): "queued",
    ("offered", "no_answer"): "queued",
    # "Agent lost": the agent paused, or took another contact by hand, or a colleague picked this one up.
    ("offered", "withdraw"): "queued",
    ("offered", "answer"): "connected",
    ("queued", "abandon"): "abandoned",
    ("offered", "abandon"): "abandoned",
    ("queued", "overflow"): "queued",
    ("queued", "callback"): "callback_waiting",
    ("queued", "exit_key"): "callback_waiting",
    ("queued", "timeout"): "timed_out",
    ("callback_waiting", "reserve"): "offered",
    ("offered", "outbound_failed"): "callback_waiting",
    ("offered", "outbound_given_up"): "callback_failed",
    # Nobody was called yet: what an agent did not want goes back to the promises, not among those on the line.
    ("offered", "callback_declined"): "callback_waiting",
    ("offered", "callback_missed"): "callback_waiting",
    ("offered", "callback_withdrawn"): "callback_waiting",
    ("connected", "hold"): "held",
    ("held", "resume"): "connected",
    ("connected", "transfer"): "queued",
    # A contact put back is a transfer to the queue it came from.
    ("connected", "release"): "queued",
    ("connected", "end"): "wrap_up",
    ("held", "end"): "wrap_up",
    ("wrap_up", "finish"): "closed",
    ("wrap_up", "acw_limit"): "closed",
    **{(state, "lose"): "lost_with_pbx" for state in LIVE},
}
_OUTBOUND: Final[dict[Trigger, Trigger]] = {
    "decline": "callback_declined",
    "no_answer": "callback_missed",
    "withdraw": "callback_withdrawn",
}
_RESULT: Final[dict[Trigger, ContactState]] = {trigger: state for (_, trigger), state in TABLE.items()}


class IllegalTransition(Exception):
    """A step the table does not have; `allowed` names the states that can follow."""

    def __init__(self, state: ContactState | None, trigger: Trigger) -> None:
        self.state = state
        self.trigger = trigger
        self.to = _RESULT[trigger]
        self.allowed = allowed(state)
        super().__init__(f"{state or 'nothing'} -> {self.to} by {trigger}")


def step(state: ContactState | None, trigger: Trigger) -> ContactState:
    """Return the state after `trigger`; raises IllegalTransition."""
    try:
        return TABLE[state, trigger]
    except KeyError:
        raise IllegalTransition(state, trigger) from None


def allowed(state: ContactState | None) -> list[ContactState]:
    """Return the states that can follow `state`, in table order."""
    return list(dict.fromkeys(after for (before, _), after in TABLE.items() if before == state))


def replay(triggers: list[Trigger]) -> ContactState | None:
    """Return the state a history leads to; raises IllegalTransition at the first step that does not fit."""
    state: ContactState | None = None
    for trigger in triggers:
        state = step(state, trigger)
    return state


def finish_steps(state: ContactState) -> tuple[Trigger, ...]:
    """Return the steps by which `finish` ends a contact: conversation and wrap-up are two even in one command."""
    return ("end", "finish") if state in ("connected", "held") else ("finish",)


def back(trigger: Trigger, outbound: bool) -> Trigger:
    """Return the step by which an unanswered offer goes back: a promised call is promised again, not queued."""
    return _OUTBOUND[trigger] if outbound else trigger


def channel_class(channel: Channel) -> ChannelClass:
    """Return the kind of attention a channel takes: a voice, or text that can wait a minute."""
    return "voice" if channel == "hotline" else "text"


def mask_address(address: str) -> str:
    """Return an address a colleague may see: the last three digits of a phone, first letter and domain of a mail."""
    head, at, domain = address.rpartition("@")
    if at and head:
        return f"{head[0]}***@{domain}"
    # Social ids have no digits to spare either: all but the last three characters go.
    kept = address if address.isalnum() else "".join(filter(str.isalnum, address))
    return "*" * max(3, len(kept) - 3) + (kept[-3:] if len(kept) > 3 else "")


def preview(text: str, cap: int = 160) -> str:
    """Return the first line of a message for a list: white space folded, at most `cap` characters."""
    folded = " ".join(text[: cap * 8].split())
    return folded if len(folded) <= cap else folded[: cap - 1] + "…"
