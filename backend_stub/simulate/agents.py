"""Simulated agents: they take, identify, attach, dispatch or write a ticket, finish, call back, pause now and then."""

from datetime import UTC, datetime, timedelta
from random import Random

from agent_tui import wire
from backend_stub.simulate.arrivals import Arrival
from backend_stub.simulate.door import Door, Refused, unless_refused
from backend_stub.simulate.floor import Floor
from backend_stub.simulate.promises import call_one_back

_LOOK_AGAIN_S = 1.5
_PAUSE_CHANCE = 0.04
_STANDBY = "paperwork"
_TICKETS = {
    "danger": ("OUT.SAFETY", "Nguy hiểm: kiểm tra hiện trường"),
    "bill": ("BILL.HIGH", "Thắc mắc hóa đơn tăng cao"),
    "meter": ("METER.RECHECK", "Phúc tra chỉ số công tơ"),
    "new_supply": ("NEW.LV.RES", "Cấp điện mới sinh hoạt"),
}
_EXPLAINED_SHARE = 0.75
_PROMISE_SHARE, _PROMISE_IN = 0.05, timedelta(minutes=4)
_INVITED_SHARE, _SUGGESTED_SHARE, _ACCEPTED_SHARE = 0.4, 0.3, 0.35
_CALLS_BACK_SHARE = 0.25
_VOICE = "hotline"
_UNITS = {"E-DXU": "Đội QLVH Đồng Xuân", "E-THO": "Đội QLVH Tuy Hòa", "E-SCA": "Đội QLVH Sông Cầu"}
_UNIT = "Trực sự cố điện lực khu vực"
_GREETING = "Dạ điện lực xin chào, em đã ghi nhận và đang kiểm tra giúp mình ạ."


class SimAgent:
    """One colleague on the floor; `number` counts from 0 and decides how early it steps in."""

    def __init__(self, door: Door, floor: Floor, number: int, rng: Random) -> None:
        self.door = door
        self.floor = floor
        self.number = number
        self.rng = rng
        self.ready = True

    async def work(self) -> None:
        """Work until cancelled."""
        if self.door.user is None:
            await self.door.login()
        await self._clear_desk()
        await self._stand_by()
        while True:
            wanted = self.floor.wants_help(self.number)
            if self.number == 0 and self.rng.random() < _CALLS_BACK_SHARE:
                await call_one_back(self.door, self.floor, self.rng)
            contact = await self._step_in() if wanted else None
            if contact is None:
                # The router rings at whoever is available: who only helps out waits beside the floor.
                await self._stand_by()
                await self.floor.sleep(_LOOK_AGAIN_S * self.rng.uniform(0.7, 1.3))
                continue
            await self._serve(contact)
            await self._breathe()

    async def _step_in(self) -> wire.Contact | None:
        if not self.ready:
            self.ready = True
            await self._state("available")
        return await self._next()

    async def _stand_by(self) -> None:
        if self.ready:
            self.ready = False
            await self._state("paused", _STANDBY)

    async def count_waiting(self) -> None:
        """Count the queue again, for the whole floor."""
        page = await self.door.call("GET", "/v1/contacts?state=queued&limit=200", wire.Page[wire.Contact])
        self.floor.waiting = len(page.items) if page else 0

    async def _clear_desk(self) -> None:
        mine = await unless_refused(self.door.call("GET", "/v1/contacts?mine=1", wire.Page[wire.Contact]))
        for contact in mine.items if mine else []:
            if contact.state in ("connected", "held", "wrap_up"):
                await self._finish(contact, "other")

    async def _state(self, state: wire.Intent, reason: str | None = None) -> None:
        await unless_refused(self.door.call("PUT", "/v1/me/state", wire.AgentState, wire.StateRequest(state, reason)))

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
            await unless_refused(self._contact(contact, "message", message))
        await self.floor.sleep(handle * 0.7)
        await self._finish(contact, await self._resolve(contact, arrival, customer))

    async def _identify(self, contact: wire.Contact, arrival: Arrival | None) -> str | None:
        code = arrival.customer.code if arrival and arrival.customer else None
        code = code or (contact.candidates[0] if contact.candidates else None)
        if code is None:
            return None
        done = await unless_refused(self._contact(contact, "identify", wire.IdentifyRequest(code)))
        return code if done else None

    async def _resolve(self, contact: wire.Contact, arrival: Arrival | None, customer: str | None) -> str:
        reason = arrival.reason if arrival else "other"
        if contact.priority_class == "danger":
            await self._send_unit(contact, arrival)
        elif contact.queue == "outage" and customer:
            return await self._outage(contact, customer, arrival)
        if reason == "bill" and self.rng.random() < _EXPLAINED_SHARE:
            return "bill_explained"
        if reason in _TICKETS:
            kind, title = _TICKETS[reason]
            ticket = wire.NewTicket(type=kind, title=title, customer=customer, contact=contact.id)
            made = await unless_refused(self.door.call("POST", "/v1/tickets", wire.Ticket, ticket))
            return "ticket_created" if made else "information"
        return "information"

    async def _send_unit(self, contact: wire.Contact, arrival: Arrival | None) -> None:
        """The address is read back, the kind of danger kept, a field unit sent."""
        if arrival and arrival.danger != "none":
            said = wire.TroubleRequest(danger=arrival.danger, place="street")
            await unless_refused(self._contact(contact, "trouble", said))
        place = arrival.customer.transformer if arrival and arrival.customer else ""
        unit = next((name for key, name in _UNITS.items() if key[2:] == place[4:7]), _UNIT)
        await unless_refused(self._contact(contact, "dispatch", wire.DispatchRequest(unit, read_back=True)))

    async def _outage(self, contact: wire.Contact, customer: str, arrival: Arrival | None) -> str:
        """Keep what is out, ask what the service knows, and attach; what it predicts it predicts by itself."""
        if arrival and self.floor.has_supply(arrival):
            # Back while they waited: nothing is out there any more.
            return "information"
        if arrival and arrival.scope != "all":
            await unless_refused(self._contact(contact, "trouble", wire.TroubleRequest(scope=arrival.scope)))
        path = f"/v1/customers/{customer}/power"
        power = await unless_refused(self.door.call("GET", path, wire.Power, reason=f"contact:{contact.id}"))
        if power is None or power.outage is None:
            return "information"
        attached = await unless_refused(self._contact(contact, "attach", wire.AttachRequest(power.outage)))
        return "outage_attached" if attached else "information"

    async def _finish(self, contact: wire.Contact, disposition: str) -> None:
        if disposition == "information" and self.rng.random() < _PROMISE_SHARE:
            promise = wire.CallbackRequest(at=datetime.now(UTC) + _PROMISE_IN / self.floor.speed)
            if await unless_refused(self._contact(contact, "callback", promise)):
                return
        invited = self.rng.random() < _INVITED_SHARE
        suggested = None
        if disposition in ("information", "bill_explained") and self.rng.random() < _SUGGESTED_SHARE:
            suggested = wire.SelfService(self.rng.choice(("app", "zalo")), self.rng.random() < _ACCEPTED_SHARE)
        done = wire.FinishRequest(disposition, csat_invite=invited, self_service=suggested)
        if await unless_refused(self._contact(contact, "finish", done)) and invited:
            self.floor.invited.append(contact.id)

    async def _contact(self, contact: wire.Contact, verb: str, body: wire.Request) -> wire.Contact | None:
        return await self.door.call("POST", f"/v1/contacts/{contact.id}/{verb}", wire.Contact, body)

    async def _breathe(self) -> None:
        if self.rng.random() >= _PAUSE_CHANCE:
            await self.floor.sleep(self.rng.uniform(2, 8))
            return
        self.ready = False
        await self._state("paused", "break")
        await self.floor.sleep(self.rng.uniform(60, 240))
