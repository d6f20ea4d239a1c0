"""What becomes of outages, dangers and many contacts at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from agent_tui import wire
from agent_tui.net.transport import Transport, new_key, path


class OutageLifeCalls(Transport):
    """The requests that move outages along, call people back, hand over dangers and change contacts in bulk."""

    async def move_outage(
        self, outage: str, verb: Literal["confirm", "cancel", "close"], version: int | None = None
    ) -> wire.Outage:
        """Confirm, cancel or close an outage; raises Conflict, and Stale when it has changed since `version`."""
        where = path("/v1/outages/{id}/{verb}", id=outage, verb=verb)
        return await self.call("POST", where, wire.Outage, version=version, key=new_key())

    async def restore_outage(
        self,
        outage: str,
        *,
        at: datetime | None = None,
        customers: int | None = None,
        devices: Sequence[str] = (),
        note: str | None = None,
        key: str | None = None,
    ) -> wire.Outage:
        """Say who is back: a number of customers, devices, or (neither) everybody."""
        body = wire.RestoreRequest(at, customers, list(devices) or None, note)
        where = path("/v1/outages/{id}/restore", id=outage)
        return await self.call("POST", where, wire.Outage, body, key=key or new_key())

    async def outage_calls(self, outage: str, *, after: str | None = None, limit: int = 50) -> wire.Page[wire.Contact]:
        """List the contacts attached to an outage or counted at it, newest first, one page."""
        where = path("/v1/outages/{id}/calls", id=outage)
        return await self.call("GET", where, wire.Page[wire.Contact], query={"after": after, "limit": limit})

    async def outage_callbacks(
        self, outage: str, *, state: Literal["open", "done", "all"] = "open", after: str | None = None, limit: int = 50
    ) -> wire.Page[wire.OutageCallback]:
        """List the calls promised about an outage, oldest first, one page."""
        query = {"state": state, "after": after, "limit": limit}
        where = path("/v1/outages/{id}/callbacks", id=outage)
        return await self.call("GET", where, wire.Page[wire.OutageCallback], query=query)

    async def claim_callback(self, outage: str, contact: str) -> wire.OutageCallback:
        """Take a promised call on and learn the number; raises Conflict (`already_claimed`, `callback_done`)."""
        where = path("/v1/outages/{id}/callbacks/{contact}/claim", id=outage, contact=contact)
        return await self.call("POST", where, wire.OutageCallback, key=new_key())

    async def called_back(
        self,
        outage: str,
        contact: str,
        result: wire.CallbackResult,
        *,
        note: str | None = None,
        key: str | None = None,
    ) -> wire.OutageCallback:
        """Say what came of a promised call; still out where it was restored makes a nested outage."""
        where = path("/v1/outages/{id}/callbacks/{contact}", id=outage, contact=contact)
        body = wire.CallbackResultRequest(result, note)
        return await self.call("POST", where, wire.OutageCallback, body, key=key or new_key())

    async def undo(self, token: str) -> wire.Undone:
        """Take a change back whole; raises Conflict (`undo_would_lose`, `undo_expired`, `undo_done`), NotFound."""
        return await self.call("POST", path("/v1/undo/{token}", token=token), wire.Undone, key=new_key())

    async def change_contacts(
        self, ids: Sequence[str], change: wire.BulkChange, *, key: str | None = None
    ) -> wire.BulkAnswer:
        """Change up to 500 contacts in one go; the answer names those that were left and how to take it back."""
        body = wire.BulkRequest(list(ids), change)
        return await self.call("POST", "/v1/contacts/bulk", wire.BulkAnswer, body, key=key or new_key())

    async def dispatch(
        self, contact: str, unit: str, *, note: str | None = None, read_back: bool = False, key: str | None = None
    ) -> wire.Contact:
        """Hand a danger to a field unit."""
        where = path("/v1/contacts/{id}/dispatch", id=contact)
        body = wire.DispatchRequest(unit, note, read_back)
        return await self.call("POST", where, wire.Contact, body, key=key or new_key())

    async def move_dispatch(self, contact: str, verb: Literal["ack", "close"]) -> wire.Contact:
        """Say that the unit has it, or that the danger is over."""
        where = path("/v1/contacts/{id}/dispatch/{verb}", id=contact, verb=verb)
        return await self.call("POST", where, wire.Contact, key=new_key())

    async def dispatches(self, *, only_open: bool = True) -> list[wire.OpenDispatch]:
        """List dangers: those still open, oldest first, or the last ones."""
        query = {"open": "1" if only_open else "0"}
        return (await self.call("GET", "/v1/dispatches", wire.Page[wire.OpenDispatch], query=query)).items
