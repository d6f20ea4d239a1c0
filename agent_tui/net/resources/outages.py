"""Outages and the provinces they touch."""

from datetime import UTC, datetime

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
        """List outages, one page; status `open`, `planned`, `back` (restored, not closed yet) or `all`."""
        query = {"status": status, "province": province, "feeder": feeder, "after": after, "limit": limit}
        return await self.call("GET", "/v1/outages", wire.Page[wire.Outage], query=query)

    async def outage(self, outage: str) -> wire.Outage:
        """Read one outage, also one that is over."""
        return await self.call("GET", path("/v1/outages/{id}", id=outage), wire.Outage)

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

    async def communes(self, province: str) -> list[wire.CommuneOut]:
        """Read the communes of a province that an outage touches, most customers out first."""
        where = path("/v1/areas/{code}/communes", code=province)
        return (await self.call("GET", where, wire.Page[wire.CommuneOut])).items

    async def find_outages(self, q: str) -> wire.OutageHits:
        """Find open, restored and planned outages by device, place or street of their customers."""
        return await self.call("POST", "/v1/outages/search", wire.OutageHits, wire.OutageSearch(q))

    async def plans(
        self, *, begin: datetime | None = None, end: datetime | None = None, after: str | None = None, limit: int = 200
    ) -> wire.Page[wire.Plan]:
        """List planned works, one page; without times those of today and the two weeks that follow."""
        query = {"from": _iso(begin), "to": _iso(end), "after": after, "limit": limit}
        return await self.call("GET", "/v1/plans", wire.Page[wire.Plan], query=query)

    async def patch_plan(self, plan: str, version: int, body: wire.PatchPlan) -> wire.Plan:
        """Postpone, move or cancel a planned work; raises Stale when it has changed since `version`."""
        return await self.call("PATCH", path("/v1/plans/{id}", id=plan), wire.Plan, body, version=version)

    async def outage_message(self, outage: str) -> wire.OutageMessage:
        """Read what could be sent about an outage or plan now, and to how many."""
        return await self.call("GET", path("/v1/outages/{id}/message", id=outage), wire.OutageMessage)

    async def send_notice(self, outage: str, body: wire.NotifyRequest, *, key: str | None = None) -> wire.SentNotice:
        """Send a message to everybody an outage concerns; raises Conflict when they were told the same just now."""
        where = path("/v1/outages/{id}/notify", id=outage)
        return await self.call("POST", where, wire.SentNotice, body, key=key or new_key())

    async def outage_stats(self, *, begin: datetime | None = None, end: datetime | None = None) -> wire.OutageStats:
        """Read indices and storm board of a period; without times of today."""
        query = {"from": _iso(begin), "to": _iso(end)}
        return await self.call("GET", "/v1/outage-stats", wire.OutageStats, query=query)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
