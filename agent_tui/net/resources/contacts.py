"""Contacts: taking them, talking, handing on, finishing."""

from datetime import datetime

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

    async def transfer(
        self, contact: str, *, queue: str | None = None, agent: str | None = None, note: str | None = None
    ) -> wire.Contact:
        """Hand the contact to a queue or to one colleague."""
        return await self._contact_verb(contact, "transfer", wire.TransferRequest(queue, agent, note))

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
        key: str | None = None,
    ) -> wire.Contact:
        """Close the contact with its disposition, from conversation or wrap-up."""
        body = wire.FinishRequest(disposition, note, csat_invite)
        return await self._contact_verb(contact, "finish", body, key)

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
