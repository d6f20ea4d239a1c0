"""What the desk's background work reports to its App: plain values, free of Textual.

Workers call `post(message)`; the App decides what each one changes. Times are monotonic seconds of the desk's clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from agent_tui.errors import DeskError, NotLoggedIn
from agent_tui.wire import Event, Snapshot

LinkPhase = Literal["connecting", "live", "stale", "lost"]
IntentVerb = Literal["identify", "attach", "message", "finish", "callback", "create_ticket", "patch_ticket", "note"]


@dataclass(frozen=True, slots=True)
class Link:
    """How well the desk hears its service.

    `since` is when the phase began, `last_heard` when any byte of the stream last came (None before the first),
    `attempt` counts failed tries in a row, `retry_in` is the pause before the next one in seconds.
    """

    phase: LinkPhase = "connecting"
    since: float = 0.0
    last_heard: float | None = None
    attempt: int = 0
    retry_in: float = 0.0
    detail: DeskError | None = None

    @property
    def is_live(self) -> bool:
        """Tell whether what is on the screen is known to be current."""
        return self.phase == "live"

    def age(self, now: float) -> float | None:
        """Return the seconds since the service was last heard, None if never."""
        return None if self.last_heard is None else max(0.0, now - self.last_heard)


@dataclass(frozen=True, slots=True)
class Intent:
    """Something the agent decided that must not be lost.

    `target` is the contact or ticket id it goes to ("" for a new ticket), `lane` what must stay in order (the contact
    or ticket it belongs to), `key` makes repeats harmless, `needs` the key of an earlier intent without which this one
    is pointless, `version` the version the agent saw (PATCH only), `at` epoch seconds of the decision (0: not kept).
    """

    verb: IntentVerb
    target: str
    body: Struct
    lane: str
    key: str
    needs: str | None = None
    version: int | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """News of the live state: a whole snapshot, or the next events in order."""

    snapshot: Snapshot | None = None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link entered another phase, or failed once more."""

    link: Link


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The service no longer knows us: log in again, then start sync and outbox again."""

    reason: NotLoggedIn


@dataclass(frozen=True, slots=True)
class OutboxChanged:
    """The number of intents not yet sent changed."""

    unsent: int


@dataclass(frozen=True, slots=True)
class IntentSent:
    """The service accepted an intent; `answer` is the resource as it is now."""

    intent: Intent
    answer: Struct


@dataclass(frozen=True, slots=True)
class IntentRefused:
    """The service refused an intent for good; `intent.body` still holds what was typed."""

    intent: Intent
    reason: DeskError


Message = Arrived | LinkChanged | SessionEnded | OutboxChanged | IntentSent | IntentRefused
Post = Callable[[Message], object]
