"""Outages and the provinces they touch."""

from datetime import datetime

from msgspec import UNSET, UnsetType

from agent_tui import wire
from agent_tui.net.transport import Transport, new_key, path


class OutageCalls(Transport):
    """The requests about outages."""

    async def outages(
        self,
        *,
        status: str = "open",
        province: str | None = None,
        feeder: str | None = None,
        after: str | None = None,
        limit: int = 200,
    ) -> wire.Page[wire.Outage]:
        """List outages, one page; status `open`, `planned` or `all`."""
        query = {"status": status, "province": province, "feeder": feeder, "after": after, "limit": limit}
        return await self.call("GET", "/v1/outages", wire.Page[wire.Outage], query=query)

    async def create_outage(self, body: wire.NewOutage, *, key: str | None = None) -> wire.Outage:
        """Report an outage of a device."""
        return await self.call("POST", "/v1/outages", wire.Outage, body, key=key or new_key())

    async def patch_outage(
        self,
        outage: str,
        version: int,
        *,
        status: wire.OutageStatus | UnsetType = UNSET,
        cause: str | None | UnsetType = UNSET,
        etr: datetime | None | UnsetType = UNSET,
        etr_source: wire.EtrSource | UnsetType = UNSET,
        crew: wire.CrewStatus | UnsetType = UNSET,
        note: str | UnsetType = UNSET,
    ) -> wire.Outage:
        """Change the given fields of the outage as it was at `version`; raises Stale when it has changed since."""
        body = wire.PatchOutage(status, cause, etr, etr_source, crew, note)
        where = path("/v1/outages/{id}", id=outage)
        return await self.call("PATCH", where, wire.Outage, body, version=version)

    async def areas(self) -> list[wire.Area]:
        """Read the 34 provinces with what is out in each."""
        return (await self.call("GET", "/v1/areas", wire.Page[wire.Area])).items
