"""Simulated agents: they take, identify, attach or write a ticket, finish, and pause now and then."""

from collections.abc import Awaitable
from random import Random
from typing import TypeVar

from agent_tui import wire
from backend_stub.simulate.arrivals import Arrival
from backend_stub.simulate.door import Door, Refused
from backend_stub.simulate.floor import Floor

T = TypeVar("T")
_LOOK_AGAIN_S = 1.5
_PAUSE_CHANCE = 0.04
_TICKETS = {
    "danger": ("OUT.SAFETY", "Nguy hiểm: kiểm tra hiện trường"),
    "bill": ("BILL.HIGH", "Thắc mắc hóa đơn tăng cao"),
    "meter": ("METER.RECHECK", "Phúc tra chỉ số công tơ"),
    "new_supply": ("NEW.LV.RES", "Cấp điện mới sinh hoạt"),
}
_EXPLAINED_SHARE = 0.75
_VOICE = "hotline"
_REPORT_NOTE = "Nhiều khách hàng cùng xuất tuyến báo mất điện"
_GREETING = "Dạ điện lực xin chào, em đã ghi nhận và đang kiểm tra giúp mình ạ."


class SimAgent:
    """One colleague on the floor; `number` counts from 0 and decides how early it steps in."""

    def __init__(self, door: Door, floor: Floor, number: int, rng: Random) -> None:
        self.door = door
        self.floor = floor
        self.number = number
        self.rng = rng

    async def work(self) -> None:
        """Work until cancelled."""
        if self.door.user is None:
            await self.door.login()
        await self._clear_desk()
        await self._state("available")
        while True:
            contact = await self._next() if self.floor.wants_help(self.number) else None
            if contact is None:
                await self.floor.sleep(_LOOK_AGAIN_S * self.rng.uniform(0.7, 1.3))
                continue
            await self._serve(contact)
            await self._breathe()

    async def count_waiting(self) -> None:
        """Count the queue again, for the whole floor."""
        page = await self.door.call("GET", "/v1/contacts?state=queued&limit=200", wire.Page[wire.Contact])
        self.floor.waiting = len(page.items) if page else 0

    async def _clear_desk(self) -> None:
        mine = await _unless_refused(self.door.call("GET", "/v1/contacts?mine=1", wire.Page[wire.Contact]))
        for contact in mine.items if mine else []:
            if contact.state in ("connected", "held", "wrap_up"):
                await self._finish(contact, "other")

    async def _state(self, state: wire.Intent, reason: str | None = None) -> None:
        await _unless_refused(self.door.call("PUT", "/v1/me/state", wire.AgentState, wire.StateRequest(state, reason)))

    async def _next(self) -> wire.Contact | None:
        try:
            contact = await self.door.call("POST", "/v1/contacts/next", wire.Contact)
        except Refused:
            # Not available: an offer was missed or a contact is still ours after a restart; start over.
            await self._clear_desk()
            await self._state("available")
            return None
        if contact is not None:
            self.floor.waiting -= 1
        return contact

    async def _serve(self, contact: wire.Contact) -> None:
        arrival = self.floor.playing.pop(contact.id, None)
        handle = arrival.handle if arrival else self.rng.uniform(40, 120)
        await self.floor.sleep(handle * 0.3)
        customer = contact.customer or await self._identify(contact, arrival)
        if contact.channel != _VOICE:
            message = wire.MessageRequest(_GREETING)
            await _unless_refused(self._contact(contact, "message", message))
        await self.floor.sleep(handle * 0.7)
        await self._finish(contact, await self._resolve(contact, arrival, customer))

    async def _identify(self, contact: wire.Contact, arrival: Arrival | None) -> str | None:
        code = arrival.customer.code if arrival and arrival.customer else None
        code = code or (contact.candidates[0] if contact.candidates else None)
        if code is None:
            return None
        done = await _unless_refused(self._contact(contact, "identify", wire.IdentifyRequest(code)))
        return code if done else None

    async def _resolve(self, contact: wire.Contact, arrival: Arrival | None, customer: str | None) -> str:
        reason = arrival.reason if arrival else "other"
        if contact.queue == "outage" and contact.priority_class != "danger" and customer:
            return await self._outage(contact, customer, arrival.feeder if arrival else None)
        if reason == "bill" and self.rng.random() < _EXPLAINED_SHARE:
            return "bill_explained"
        if reason in _TICKETS:
            kind, title = _TICKETS[reason]
            ticket = wire.NewTicket(type=kind, title=title, customer=customer, contact=contact.id)
            made = await _unless_refused(self.door.call("POST", "/v1/tickets", wire.Ticket, ticket))
            return "ticket_created" if made else "information"
        return "information"

    async def _outage(self, contact: wire.Contact, customer: str, feeder: str | None) -> str:
        path = f"/v1/customers/{customer}/power"
        power = await _unless_refused(self.door.call("GET", path, wire.Power, reason=f"contact:{contact.id}"))
        outage, disposition = power.outage if power else None, "outage_attached"
        if outage is None and feeder and self.floor.should_report(feeder):
            self.floor.reported.add(feeder)
            report = wire.NewOutage(device=feeder, kind="unplanned", note=_REPORT_NOTE)
            made = await _unless_refused(self.door.call("POST", "/v1/outages", wire.Outage, report))
            outage, disposition = made.id if made else None, "outage_reported"
        if outage is None:
            return "information"
        attached = await _unless_refused(self._contact(contact, "attach", wire.AttachRequest(outage)))
        return disposition if attached else "information"

    async def _finish(self, contact: wire.Contact, disposition: str) -> None:
        await _unless_refused(self._contact(contact, "finish", wire.FinishRequest(disposition)))

    async def _contact(self, contact: wire.Contact, verb: str, body: wire.Request) -> wire.Contact | None:
        return await self.door.call("POST", f"/v1/contacts/{contact.id}/{verb}", wire.Contact, body)

    async def _breathe(self) -> None:
        if self.rng.random() >= _PAUSE_CHANCE:
            await self.floor.sleep(self.rng.uniform(2, 8))
            return
        await self._state("paused", "break")
        await self.floor.sleep(self.rng.uniform(60, 240))
        await self._state("available")


async def _unless_refused(call: Awaitable[T | None]) -> T | None:
    """The answer, or None where the service says no: a colleague was faster, the customer hung up."""
    try:
        return await call
    except Refused:
        return None
