"""What the desk has learnt about one contact: record, power verdict, candidates, and what was done so far.

Nothing here is live state: it is read when the contact is taken, and again when the grid around the customer changes.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from agent_tui import wire
from agent_tui.desk.store import DeskState
from agent_tui.errors import DeskError
from agent_tui.messages import Intent
from agent_tui.net.client import DeskClient

Signature = frozenset[tuple[object, ...]]
KEPT = 50
# The first of these that happened names how the contact probably ended.
OUTCOMES = ("outage_reported", "outage_attached", "ticket_created", "other")


@dataclass
class Dossier:
    """One contact's file; `done` holds the dispositions earned so far. What was typed is in the book of drafts.

    `last` is the customer this number was identified as the time before, where several share it.
    """

    contact: str
    customer: str | None = None
    record: wire.CustomerRecord | None = None
    record_error: str = ""
    power: wire.Power | None = None
    power_error: str = ""
    hits: tuple[wire.CustomerHit, ...] = ()
    asked: bool = False
    """Who shares the number was asked; without an answer only the refresh key asks again."""
    last: str = ""
    loading: int = 0
    grid: Signature = frozenset()
    attached: str = ""
    attach: Intent | None = None
    done: list[str] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def detach(self) -> None:
        """Forget that the contact was attached: it was refused, or taken back."""
        self.attached, self.attach = "", None
        self.done = [code for code in self.done if code != "outage_attached"]

    def follow(self, contact: wire.Contact) -> None:
        """The contact as the service has it: what joined an outage, and was answered, may be out of it again."""
        if self.attached and self.attach is None and contact.outage is None:
            self.detach()

    def nested_in(self, device: str) -> str | None:
        """The outage this customer's part of which is back, where `device` is that part and not more than it."""
        parent, record = self.power.nested_of if self.power else None, self.record
        outer = next((known.device for known in record.outages if known.id == parent), None) if record else None
        if record is None or outer not in record.network_path or device not in record.network_path:
            return None
        return parent if record.network_path.index(device) <= record.network_path.index(outer) else None

    def likely(self, queue: str) -> str:
        """The disposition that fits what was done."""
        fallback = "bill_explained" if queue == "billing" else "information"
        return next((outcome for outcome in OUTCOMES if outcome in self.done), fallback)


class Dossiers:
    """Reads and keeps dossiers; `start` runs a coroutine in the background, `changed` hears which contact has news."""

    def __init__(
        self,
        client: Callable[[], DeskClient],
        state: Callable[[], DeskState],
        start: Callable[[Coroutine[None, None, None]], None],
        changed: Callable[[str], None],
    ) -> None:
        self._client, self._state, self._start, self._changed = client, state, start, changed
        self._files: dict[str, Dossier] = {}

    def get(self, contact: str) -> Dossier:
        """The contact's dossier, empty at first; those not looked at for the longest time are forgotten."""
        dossier = self._files.pop(contact, None) or Dossier(contact)
        self._files[contact] = dossier
        while len(self._files) > KEPT:
            self._files.pop(next(iter(self._files)))
        return dossier

    def callers(self, contact: wire.Contact | None) -> tuple[tuple[wire.CustomerHit, ...], str]:
        """Whom a contact may be about: its customer before all others with that number, or the one chosen before."""
        if contact is None:
            return (), ""
        dossier = self.get(contact.id)
        if (record := dossier.record) is not None:
            phone = next(iter(record.phones), "")
            known = wire.CustomerHit(
                record.code, record.name, phone, record.address, record.old_address, record.meter_no, record.status,
                record.priority_load, "", record.commune,
            )  # fmt: skip
            return (known, *(hit for hit in dossier.hits if hit.code != record.code)), dossier.last
        return tuple(sorted(dossier.hits, key=lambda hit: hit.code != dossier.last)), dossier.last

    def commune(self, contact: wire.Contact | None) -> str | None:
        """The commune the caller lives in, as far as it is known: of its customer, else of the likeliest candidate."""
        hits, _last = self.callers(contact)
        return hits[0].commune or None if hits else None

    def ensure(self, contact: wire.Contact, mine: bool, customer: str | None = None) -> Dossier:
        """Read what is missing: the verdict of a known customer; record and candidates only for a contact of mine."""
        dossier = self.get(contact.id)
        # A choice made here stands until the stream confirms it.
        code = customer or contact.customer or dossier.customer
        if code != dossier.customer:
            dossier.customer, dossier.record, dossier.power = code, None, None
            dossier.record_error = dossier.power_error = ""
        if code is None:
            dossier.last = contact.proposed or ""
            if mine and contact.candidates and not dossier.asked:
                dossier.asked = True
                self._begin(dossier, self._read_candidates(dossier, contact))
            elif not dossier.loading:
                dossier.settled.set()
            return dossier
        reason = f"contact:{contact.id}" if mine else "search"
        if mine and dossier.record is None and not dossier.record_error:
            dossier.record_error = ""
            self._begin(dossier, self._read_record(dossier, code, reason))
        if dossier.power is None and not dossier.power_error:
            self._begin(dossier, self._read_power(dossier, code, reason))
        return dossier

    def again(self, contact: wire.Contact, mine: bool) -> None:
        """Read everything once more, keeping what is shown until the answer comes."""
        dossier = self.get(contact.id)
        dossier.record_error = dossier.power_error = ""
        code = dossier.customer or contact.customer
        if dossier.loading:
            return
        if code is None:
            dossier.asked = False
            self.ensure(contact, mine)
            return
        reason = f"contact:{contact.id}" if mine else "search"
        if mine:
            self._begin(dossier, self._read_record(dossier, code, reason))
        self._begin(dossier, self._read_power(dossier, code, reason))

    def grid_changed(self, contact: wire.Contact, mine: bool) -> None:
        """Ask for the verdict again where an outage around this customer changed in a way that changes the sentence."""
        dossier = self.get(contact.id)
        if dossier.customer is None or dossier.power is None or dossier.loading:
            return
        if self._grid(dossier) != dossier.grid:
            reason = f"contact:{contact.id}" if mine else "search"
            self._begin(dossier, self._read_power(dossier, dossier.customer, reason))

    def _begin(self, dossier: Dossier, reading: Coroutine[None, None, None]) -> None:
        dossier.loading += 1
        dossier.settled.clear()
        self._start(self._counted(dossier, reading))

    async def _counted(self, dossier: Dossier, reading: Coroutine[None, None, None]) -> None:
        try:
            await reading
        finally:
            dossier.loading -= 1
            if not dossier.loading:
                dossier.settled.set()
        # Not when cancelled: then the desk is closing and nobody draws.
        self._changed(dossier.contact)

    async def _read_record(self, dossier: Dossier, code: str, reason: str) -> None:
        try:
            record = await self._client().customer(code, reason)
        except DeskError as error:
            if code == dossier.customer:
                dossier.record_error = error.say()
            return
        if code != dossier.customer:
            return
        dossier.record = record
        # The path is known only now: a verdict that names an outage, or finds none on the path, still holds.
        grid = self._grid(dossier)
        if dossier.power is not None and (dossier.power.outage or not grid):
            dossier.grid = grid

    async def _read_power(self, dossier: Dossier, code: str, reason: str) -> None:
        # Taken before the question: a change that arrives while it travels asks once more.
        grid = self._grid(dossier)
        try:
            power = await self._client().power(code, reason)
        except DeskError as error:
            if code == dossier.customer and dossier.power is None:
                dossier.power_error = error.say()
            return
        if code == dossier.customer:
            first, dossier.power = dossier.power is None, power
            dossier.grid = self._grid(dossier) if first else grid

    async def _read_candidates(self, dossier: Dossier, contact: wire.Contact) -> None:
        try:
            found = await self._client().search(contact.address, limit=50)
        except DeskError as error:
            dossier.record_error = error.say()
            return
        wanted = set(contact.candidates)
        dossier.hits = tuple(hit for hit in found.items if hit.code in wanted)

    def _grid(self, dossier: Dossier) -> Signature:
        path = set(dossier.record.network_path) if dossier.record else set()
        about = dossier.power.outage if dossier.power else None
        return frozenset(
            (o.id, o.status, o.etr, o.etr_state, o.crew, o.cause)
            for o in self._state().outages.values()
            if o.id == about or o.device in path
        )
