"""In which order the queue is shown, and the figures above it: pure functions of contacts and a given time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agent_tui.wire import Contact, PriorityClass

IN_HAND = frozenset({"connected", "held", "wrap_up"})
WAITING = frozenset({"queued", "offered"})
TERMINAL = frozenset({"closed", "abandoned", "timed_out", "refused", "callback_failed", "lost_with_pbx"})
FIRST_CLASSES = frozenset({"danger", "life_support"})
LATE_AFTER_S = 30.0

# Seconds of waiting a class is worth: one comparable number, so that nobody starves (contact-centre.md section 3).
BOOST_S: dict[PriorityClass, float] = {"hospital": 300.0, "repeat": 90.0}


def virtual_age(contact: Contact, now: datetime) -> float:
    """Return the seconds a contact counts as having waited: now - joined + boost(class) + adjustment."""
    waited = (now - contact.joined_at).total_seconds()
    return waited + BOOST_S.get(contact.priority_class, 0.0) + contact.score_adj


def wait_s(contact: Contact, now: datetime) -> float:
    """Return the seconds since the contact joined, never negative."""
    return max(0.0, (now - contact.joined_at).total_seconds())


def is_mine(contact: Contact, me: str) -> bool:
    """Tell whether this contact is in the hands of user id `me`."""
    return contact.agent == me and contact.state in IN_HAND


def is_offered(contact: Contact, me: str) -> bool:
    """Tell whether this contact is ringing for user id `me`."""
    return contact.state == "offered" and contact.offered_to == me


def _group(contact: Contact, me: str) -> int:
    if is_mine(contact, me):
        return 0
    if is_offered(contact, me) or contact.consulted == me:
        return 1
    if contact.state in WAITING:
        return 2
    return 3 if contact.state == "callback_waiting" else 4


def order(contacts: Iterable[Contact], me: str, now: datetime) -> list[str]:
    """Return the ids as the queue shows them.

    Mine, offered to me or asking me, waiting, promised call backs, in colleagues' hands. Waiting contacts stand in
    routing order: danger and life support absolutely first, then the highest virtual age; equals by id. The service
    offers them in the same order.
    """

    def key(contact: Contact) -> tuple[int, int, float, str]:
        group = _group(contact, me)
        first = 0 if contact.priority_class in FIRST_CLASSES else 1
        return group, first, -virtual_age(contact, now), contact.id

    return [contact.id for contact in sorted(contacts, key=key)]


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures above the queue; waiting counts `queued` and `offered`, seconds are since joining."""

    waiting: int
    longest_s: float
    late: int
    first_class: int
    callbacks: int
    in_hands: int


def totals(contacts: Iterable[Contact], now: datetime, late_after: float = LATE_AFTER_S) -> Totals:
    """Count the queue at `now`; late means waiting longer than `late_after` seconds."""
    waiting = late = first = callbacks = hands = 0
    longest = 0.0
    for contact in contacts:
        if contact.state in WAITING:
            waited = wait_s(contact, now)
            waiting += 1
            longest = max(longest, waited)
            late += waited > late_after
            first += contact.priority_class in FIRST_CLASSES
        elif contact.state == "callback_waiting":
            callbacks += 1
        elif contact.state in IN_HAND:
            hands += 1
    return Totals(waiting, longest, late, first, callbacks, hands)
