"""What a customer could do without us the next time, and where: one pure rule. Records say whether they want to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from agent_tui.i18n import N_
from agent_tui.wire import Contact

Way = Literal["app", "web", "zalo", "sms"]
NAMES: Final[dict[Way, str]] = {"app": N_("the app"), "web": N_("the website"), "zalo": N_("Zalo"), "sms": N_("SMS")}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way and what it is good for (a msgid)."""

    way: Way
    what: str


_OUTAGE: Final = N_("report an outage and see when the power is back")
_BILL: Final = N_("see bills and readings by the day, and pay")
_SERVICE: Final = N_("apply for a service and follow it")
_NOTICE: Final = N_("be told of outages and planned works")
# The first way of a queue that the customer does not use already.
_WAYS: Final[dict[str, tuple[Suggestion, ...]]] = {
    "outage": (Suggestion("zalo", _NOTICE), Suggestion("app", _OUTAGE)),
    "billing": (Suggestion("app", _BILL), Suggestion("web", _BILL)),
    "service": (Suggestion("web", _SERVICE), Suggestion("app", _SERVICE)),
    "general": (Suggestion("app", _BILL), Suggestion("zalo", _NOTICE)),
}
_USES: Final[dict[str, Way]] = {"app": "app", "zalo": "zalo", "website": "web", "webchat": "web"}
# Whoever is in danger, or depends on the supply to live, is to call.
_MUST_CALL: Final = frozenset({"danger", "life_support"})


def suggest(contact: Contact, done: Sequence[str]) -> Suggestion | None:
    """What to propose to this customer; None where calling is right, or a complaint was just written down."""
    if contact.priority_class in _MUST_CALL or contact.direction == "out":
        return None
    queue = "outage" if "outage_attached" in done else contact.queue
    used = _USES.get(contact.channel)
    return next((way for way in _WAYS.get(queue, _WAYS["general"]) if way.way != used), None)
