"""The desk's copy of the live state: a pure replica of snapshot plus events. No I/O, no clock, no Textual."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

import msgspec
from msgspec import Struct

from agent_tui.desk.decode import LiveBody, TicketPresence, live_body
from agent_tui.desk.diff import Diff, Gap
from agent_tui.desk.queue_order import TERMINAL, is_mine, is_offered
from agent_tui.wire import (
    Agent,
    AgentState,
    Banner,
    Contact,
    Event,
    Gone,
    Outage,
    Snapshot,
    Surge,
    Ticket,
    User,
    Wallboard,
)

__all__ = ["DeskState", "Diff", "Gap"]

_OUT_NOW = frozenset({"predicted", "probable", "confirmed", "partially_restored", "active"})
_ANNOUNCED = frozenset({"notified", "renotified"})
_LOCAL = timezone(timedelta(hours=7))
FLOORS = 2000
CLOSED_KEPT = 600
TICKETS = 5000
Versioned = TypeVar("Versioned", Contact, Outage, Ticket)


class DeskState:
    """Everything live that the desk knows; changed only by `take_snapshot`, `apply`, `absorb` and `keep_tickets`.

    `contacts` holds live contacts only. `fallen` is a contact that ended while in this agent's hand without the agent
    finishing it (hung up and swept, lost with the PBX): what was typed about it is still worth something. `snapshots`
    counts those taken: what was read beside the stream is as good as it was until the next one.
    """

    def __init__(self, user: User) -> None:
        self.user = user
        self.me: AgentState | None = None
        self.contacts: dict[str, Contact] = {}
        self.agents: dict[str, Agent] = {}
        self.outages: dict[str, Outage] = {}
        self.tickets: dict[str, Ticket] = {}
        self.banner: Banner | None = None
        self.surge: Surge | None = None
        self.wallboard: Wallboard | None = None
        self.data_gap = False
        self.seq = 0
        self.generation = ""
        self.snapshots = 0
        self.fallen: Contact | None = None
        self.front: str | None = None
        self._skew = timedelta(0)
        self._today = date.min
        # An answer to our own command can overtake the stream, and the stream the answer: older news of a thing that
        # changed hands or ended is ignored.
        self._floor: dict[str, int] = {}
        self._closed: dict[str, None] = {}

    @property
    def hand(self) -> Contact | None:
        """The contact this agent has connected, held or in wrap-up; of several chats `front`, else the latest."""
        mine = [contact for contact in self.contacts.values() if is_mine(contact, self.user.id)]
        return max(mine, key=lambda contact: (contact.id == self.front, contact.state_since), default=None)

    @property
    def offer(self) -> Contact | None:
        """The contact ringing for this agent, the longest-ringing first."""
        ringing = [contact for contact in self.contacts.values() if is_offered(contact, self.user.id)]
        return min(ringing, key=lambda contact: contact.state_since, default=None)

    def service_time(self, local: datetime) -> datetime:
        """Return the service's time for a local one, as far as the last snapshot told."""
        return local + self._skew

    def take_snapshot(self, snapshot: Snapshot, local: datetime | None = None) -> Diff:
        """Replace everything live; `local` is the desk's time of arrival, to measure the clocks' difference."""
        if snapshot.generation != self.generation:
            self._floor.clear()
        if local is not None:
            self._skew = snapshot.now - local
        self._today = snapshot.now.astimezone(_LOCAL).date()
        before = self.hand
        self.contacts = self._newest(self.contacts, snapshot.contacts, _contact_is_live)
        self.outages = self._newest(self.outages, snapshot.outages, self._outage_is_live)
        self.agents = {agent.id: agent for agent in snapshot.agents}
        self.me, self.banner, self.data_gap = snapshot.me, snapshot.banner, snapshot.data_gap
        self.surge = snapshot.surge
        self.seq, self.generation, self.snapshots = snapshot.seq, snapshot.generation, self.snapshots + 1
        if before is not None and before.id not in self.contacts:
            self.fallen = before
        return Diff.all()

    def apply(self, event: Event) -> Diff:
        """Take one event in; what was seen before changes nothing. Raises Gap when some are missing or unreadable."""
        if event.seq is None or event.seq <= self.seq:
            return Diff()
        before = event.seq - 1 if event.after is None else event.after
        if before > self.seq:
            raise Gap(f"have {self.seq}, got {event.seq}")
        try:
            body = live_body(event)
        except msgspec.DecodeError as bad:
            raise Gap(f"event {event.seq} ({event.kind}) cannot be read") from bad
        diff = Diff() if body is None else self._take(event, body)
        self.seq = event.seq
        return diff

    def apply_all(self, events: Iterable[Event]) -> Diff:
        """Apply a batch in order and return the union of the diffs; raises Gap with the good part applied."""
        diff = Diff()
        for event in events:
            diff |= self.apply(event)
        return diff

    def absorb(self, answer: Struct) -> Diff:
        """Show the answer to one's own command at once; the stream will say the same a moment later."""
        if isinstance(answer, AgentState):
            self.me = answer
            return Diff(me=True)
        if isinstance(answer, Contact | Outage | Ticket):
            if answer.version < self._known(answer):
                return Diff()
            self._keep_floor(answer.id, answer.version)
            return self._put(answer)
        return Diff()

    def keep_tickets(self, tickets: Iterable[Ticket]) -> Diff:
        """Take in a list answer; a ticket the stream already told newer stays."""
        changed = set()
        for ticket in tickets:
            known = self.tickets.get(ticket.id)
            if known is None or known.version < ticket.version:
                self._put_ticket(ticket, read=True)
                changed.add(ticket.id)
        return Diff(tickets=frozenset(changed))

    def keep_wallboard(self, board: Wallboard) -> Diff:
        """Take a wallboard in, read or told, unless a newer one is known."""
        if self.wallboard is not None and board.at < self.wallboard.at:
            return Diff()
        self.wallboard = board
        return Diff(wallboard=True)

    def forget_fallen(self) -> None:
        """Drop the contact that fell out of the hand, once its text is saved or discarded."""
        self.fallen = None

    def _known(self, thing: Contact | Outage | Ticket) -> int:
        known: Contact | Outage | Ticket | None
        if isinstance(thing, Contact):
            known = self.contacts.get(thing.id)
        elif isinstance(thing, Outage):
            known = self.outages.get(thing.id)
        else:
            known = self.tickets.get(thing.id)
        return max(known.version if known else 0, self._floor.get(thing.id, 0))

    def _take(self, event: Event, body: LiveBody) -> Diff:
        if isinstance(body, Gone):
            return self._drop(event, body.id)
        if isinstance(body, Contact | Outage | Ticket):
            if body.version < self._floor.get(body.id, 0):
                return Diff()
            self._floor.pop(body.id, None)
            if isinstance(body, Contact) and not _contact_is_live(body):
                self._keep_floor(body.id, body.version)
        return self._put(body)

    def _keep_floor(self, thing: str, version: int) -> None:
        self._floor[thing] = version
        if len(self._floor) > FLOORS:
            for old in list(self._floor)[: FLOORS // 2]:
                del self._floor[old]

    def _put(self, body: LiveBody) -> Diff:
        if isinstance(body, Contact):
            return self._put_contact(body)
        if isinstance(body, Outage):
            if self._outage_is_live(body):
                self.outages[body.id] = body
            else:
                self.outages.pop(body.id, None)
            return Diff(outages=frozenset((body.id,)))
        if isinstance(body, Ticket):
            self._put_ticket(body)
            return Diff(tickets=frozenset((body.id,)))
        if isinstance(body, Agent):
            return self._put_agent(body)
        if isinstance(body, TicketPresence):
            return self._put_presence(body)
        if isinstance(body, Banner):
            self.banner, self.surge = body, body.surge
            return Diff(banner=True)
        if isinstance(body, Wallboard):
            return self.keep_wallboard(body)
        return Diff()

    def _put_contact(self, contact: Contact) -> Diff:
        before = self.contacts.get(contact.id)
        if _contact_is_live(contact):
            self.contacts[contact.id] = contact
            if self.fallen is not None and is_mine(contact, self.user.id):
                self.fallen = None
        else:
            self.contacts.pop(contact.id, None)
            if before is not None and is_mine(before, self.user.id) and contact.state != "closed":
                self.fallen = contact
        return Diff(contacts=frozenset((contact.id,)))

    def _put_agent(self, agent: Agent) -> Diff:
        self.agents[agent.id] = agent
        mine = agent.id == self.user.id
        if mine:
            self.me = AgentState(agent.intent, agent.activity, agent.since, agent.pending, agent.reason)
        return Diff(agents=frozenset((agent.id,)), me=mine)

    def _put_ticket(self, ticket: Ticket, *, read: bool = False) -> None:
        """A shift sees thousands: the last closed ones stay a while, then whatever nobody touched for longest goes.

        Closed ones that a list read, or that were closed then, are as good as open ones: somebody walks through them.
        """
        known = self.tickets.pop(ticket.id, None)
        told = ticket.id in self._closed
        self._closed.pop(ticket.id, None)
        self.tickets[ticket.id] = ticket
        if ticket.status == "closed" and not read and (told or known is None or known.status != "closed"):
            self._closed[ticket.id] = None
        while len(self._closed) > CLOSED_KEPT or len(self.tickets) > TICKETS:
            oldest = next(iter(self._closed if len(self._closed) > CLOSED_KEPT else self.tickets))
            self._closed.pop(oldest, None)
            del self.tickets[oldest]

    def _put_presence(self, body: TicketPresence) -> Diff:
        ticket = self.tickets.get(body.id)
        if ticket is None:
            return Diff()
        self.tickets[body.id] = msgspec.structs.replace(ticket, presence=body.presence)
        return Diff(tickets=frozenset((body.id,)))

    def _drop(self, event: Event, gone: str) -> Diff:
        ids = frozenset((gone,))
        if event.kind == "contact.changed":
            known = self.contacts.pop(gone, None)
            self._keep_floor(gone, known.version + 1 if known else 0)
            return Diff(contacts=ids)
        if event.kind == "agent.changed":
            self.agents.pop(gone, None)
            return Diff(agents=ids)
        if event.kind == "outage.changed":
            self.outages.pop(gone, None)
            return Diff(outages=ids)
        if event.kind == "ticket.changed":
            self.tickets.pop(gone, None)
            self._closed.pop(gone, None)
            return Diff(tickets=ids)
        if event.kind == "banner.changed":
            self.banner = None
            return Diff(banner=True)
        return Diff()

    def _outage_is_live(self, outage: Outage) -> bool:
        # As the snapshot has it: the supply off now, or work announced for the local day.
        if outage.status in _OUT_NOW:
            return True
        last = outage.etr or outage.started_at
        announced = outage.kind == "planned" and outage.status in _ANNOUNCED
        begin, end = (moment.astimezone(_LOCAL).date() for moment in (outage.started_at, last))
        return announced and begin <= self._today <= end

    def _newest(
        self, old: dict[str, Versioned], new: list[Versioned], live: Callable[[Versioned], bool]
    ) -> dict[str, Versioned]:
        kept: dict[str, Versioned] = {}
        for thing in new:
            if thing.version >= self._floor.get(thing.id, 0):
                if live(thing):
                    kept[thing.id] = thing
            elif thing.id in old:
                kept[thing.id] = old[thing.id]
        return kept


def _contact_is_live(contact: Contact) -> bool:
    return contact.state not in TERMINAL
