"""Contacts: taking them, talking, handing on, finishing."""

from datetime import datetime
from typing import Literal

from agent_tui import wire
from agent_tui.net.transport import Transport, new_key, path


class ContactCalls(Transport):
    """The requests about contacts; every POST carries an idempotency key, its own or the caller's."""

    async def take(self, contact: str) -> wire.Contact:
        """Take this very contact; raises Conflict (`already_taken`, `not_available`)."""
        return await self._contact_verb(contact, "take")

    async def take_next(self) -> wire.Contact | None:
        """Take the best contact for me; None when nobody waits that I could serve."""
        return await self.call("POST", "/v1/contacts/next", wire.Contact | None, key=new_key())  # type: ignore[arg-type]

    async def hold(self, contact: str) -> wire.Contact:
        """Put the customer on hold."""
        return await self._contact_verb(contact, "hold")

    async def resume(self, contact: str) -> wire.Contact:
        """Talk again."""
        return await self._contact_verb(contact, "resume")

    async def release(self, contact: str) -> wire.Contact:
        """Give the contact back to its queue, keeping its place."""
        return await self._contact_verb(contact, "release")

    async def decline(self, contact: str) -> wire.Contact:
        """Refuse an offer; it goes on to somebody else."""
        return await self._contact_verb(contact, "decline")

    async def end(self, contact: str) -> wire.Contact:
        """End the conversation and begin wrap-up."""
        return await self._contact_verb(contact, "end")

    async def abandon(self, contact: str) -> wire.Contact:
        """Record that the customer left."""
        return await self._contact_verb(contact, "abandon")

    async def transfer(self, contact: str, to: wire.TransferRequest) -> wire.Transferred:
        """Hand the contact to a queue, here or at another corporation, or to one colleague."""
        where = path("/v1/contacts/{id}/transfer", id=contact)
        return await self.call("POST", where, wire.Transferred, to, key=new_key())

    async def identify(self, contact: str, customer: str, *, key: str | None = None) -> wire.Contact:
        """Say which customer the contact is about."""
        return await self._contact_verb(contact, "identify", wire.IdentifyRequest(customer), key)

    async def attach(self, contact: str, outage: str, *, callback: bool = True, key: str | None = None) -> wire.Contact:
        """Join the contact to an outage, promising a call back when the power is on."""
        return await self._contact_verb(contact, "attach", wire.AttachRequest(outage, callback), key)

    async def callback(
        self, contact: str, *, at: datetime | None = None, phone: str | None = None, key: str | None = None
    ) -> wire.Contact:
        """Promise a call back."""
        return await self._contact_verb(contact, "callback", wire.CallbackRequest(at, phone), key)

    async def message(self, contact: str, text: str, *, key: str | None = None) -> wire.Contact:
        """Write to the customer on a text channel."""
        return await self._contact_verb(contact, "message", wire.MessageRequest(text), key)

    async def finish(
        self,
        contact: str,
        disposition: str,
        *,
        note: str | None = None,
        csat_invite: bool = False,
        self_service: wire.SelfService | None = None,
        key: str | None = None,
    ) -> wire.Contact:
        """Close the contact with its disposition, from conversation or wrap-up."""
        body = wire.FinishRequest(disposition, note, csat_invite, self_service)
        return await self._contact_verb(contact, "finish", body, key)

    async def trouble(self, contact: str, codes: wire.TroubleRequest) -> wire.Contact:
        """Set what is reported of the trouble; a danger goes above every queue."""
        return await self._contact_verb(contact, "trouble", codes)

    async def places(self, q: str, near: str | None = None, limit: int = 8) -> wire.Page[wire.PlaceHit]:
        """Look a place up as it was said; streets of the commune `near` come first."""
        return await self.call("POST", "/v1/places/search", wire.Page[wire.PlaceHit], wire.PlaceSearch(q, near, limit))

    async def place_power(self, wanted: wire.PlacePowerRequest) -> wire.PlacePower:
        """Ask what is known of the supply at a place, and what may be said."""
        return await self.call("POST", "/v1/places/power", wire.PlacePower, wanted)

    async def possible_calls(self) -> list[wire.PossibleCalls]:
        """Read which outages callers may mean of whom no more than the commune is known, and how many."""
        return (await self.call("GET", "/v1/places/possible", wire.Page[wire.PossibleCalls])).items

    async def more_time(self, contact: str) -> wire.Contact:
        """Make the wrap-up longer, once; raises Conflict (`no_limit`, `already_extended`)."""
        return await self._contact_verb(contact, "more-time")

    async def consult(self, contact: str, agent: str | None = None) -> wire.Contact:
        """Ask a colleague in, or (None) the lead; raises Conflict (`nobody_there`, `already_consulting`)."""
        return await self._contact_verb(contact, "consult", wire.ConsultRequest(agent, lead=agent is None))

    async def end_consult(self, contact: str) -> wire.Contact:
        """End the consultation; the contact stays where it is."""
        return await self._contact_verb(contact, "consult/end")

    async def complete_consult(self, contact: str) -> wire.Contact:
        """Leave the contact to the consulted colleague, or (as the colleague) take it over."""
        return await self._contact_verb(contact, "consult/complete")

    async def hand_over(self, to: str, note: str | None = None) -> wire.Handover:
        """Leave all my open work to a colleague."""
        body = wire.HandoverRequest(to, note)
        return await self.call("POST", "/v1/me/handover", wire.Handover, body, key=new_key())

    async def callbacks(
        self, *, due: str = "all", after: str | None = None, limit: int = 200
    ) -> wire.Page[wire.Callback]:
        """List promised calls of all queues, the oldest promise first, one page; `due` is `now` or `all`."""
        query = {"due": due, "after": after, "limit": limit}
        return await self.call("GET", "/v1/callbacks", wire.Page[wire.Callback], query=query)

    async def dial(self, contact: str) -> wire.Callback:
        """Claim a promised call and learn the number; raises Conflict (`already_claimed`, `not_available`)."""
        return await self.call("POST", path("/v1/callbacks/{id}/dial", id=contact), wire.Callback, key=new_key())

    async def dialled(self, contact: str, result: Literal["reached", "no_answer", "wrong_number"]) -> wire.Contact:
        """Say what came of a claimed call; reached is a conversation."""
        where = path("/v1/callbacks/{id}/result", id=contact)
        return await self.call("POST", where, wire.Contact, wire.DialResult(result), key=new_key())

    async def contact(self, contact: str) -> wire.ContactDetail:
        """Read one contact with transcript and history."""
        return await self.call("GET", path("/v1/contacts/{id}", id=contact), wire.ContactDetail)

    async def contacts(
        self,
        *,
        state: str | None = None,
        mine: bool | None = None,
        customer: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> wire.Page[wire.Contact]:
        """List contacts, one page."""
        query = {"state": state, "mine": mine, "customer": customer, "after": after, "limit": limit}
        return await self.call("GET", "/v1/contacts", wire.Page[wire.Contact], query=query)

    async def _contact_verb(
        self, contact: str, verb: str, body: wire.Request | None = None, key: str | None = None
    ) -> wire.Contact:
        where = path("/v1/contacts/{id}/", id=contact) + verb
        return await self.call("POST", where, wire.Contact, body, key=key or new_key())
