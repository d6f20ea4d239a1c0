"""What a team lead asks for and does: the wallboard, what is behind its figures, reports, staffing, moves, words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from agent_tui import wire
from agent_tui.net.transport import Transport, new_key, path

PAGE = 200


class LeadCalls(Transport):
    """The requests only leads make."""

    async def wallboard(self) -> wire.Wallboard:
        """Read what happens now in every centre."""
        return await self.call("GET", "/v1/wallboard", wire.Wallboard)

    async def segments(
        self,
        *,
        centre: str | None = None,
        outcome: str | None = None,
        since: datetime | None = None,
        after: str | None = None,
    ) -> wire.Page[wire.Segment]:
        """List stays in queues begun since a moment, in order of storing, one page."""
        query = {
            "centre": centre, "outcome": outcome, "from": since.isoformat() if since else None, "after": after,
            "limit": PAGE,
        }  # fmt: skip
        return await self.call("GET", "/v1/segments", wire.Page[wire.Segment], query=query)

    async def report_csv(self, kind: Literal["intervals", "agents"], centre: str | None, minutes: int = 30) -> bytes:
        """Read a report of today as CSV with its byte order mark."""
        query = {"format": "csv", "centre": centre, "minutes": minutes if kind == "intervals" else None}
        return await self.fetch(f"/v1/reports/{kind}", query=query)

    async def what_if(self, case: wire.WhatIfRequest) -> wire.WhatIf:
        """Ask what a load needs and what each lever buys; raises Invalid beyond reason."""
        return await self.call("POST", "/v1/staffing/what-if", wire.WhatIf, case)

    async def put_banner(self, text: wire.Say | None, until: datetime | None = None) -> wire.Banner:
        """Announce something on every desk, or take the announcement away."""
        return await self.call("PUT", "/v1/banner", wire.Banner, wire.BannerRequest(text, until))

    async def put_surge(self, on: bool, announcement: wire.Say | None, callback_offer: bool) -> wire.Surge:
        """Switch surge mode: what callers hear, and whether they are offered a call back."""
        return await self.call("PUT", "/v1/surge", wire.Surge, wire.SurgeRequest(on, announcement, callback_offer))

    async def move_agents(self, ids: Sequence[str], change: wire.AgentChange) -> wire.BulkAnswer:
        """Change skills or state of several agents as one step that can be taken back."""
        body = wire.AgentsRequest(list(ids), change)
        return await self.call("POST", "/v1/agents/bulk", wire.BulkAnswer, body, key=new_key())

    async def agents_day(self, centre: str | None) -> wire.AgentReport:
        """Read the agents' figures of today: of the lead's own centre, of any for an admin."""
        return await self.call("GET", "/v1/reports/agents", wire.AgentReport, query={"centre": centre})

    async def known_outage(self, centre: str | None) -> list[wire.Segment]:
        """List the waiting whose outage is known, of a centre or of all."""
        found = wire.Page[wire.Segment]
        return (await self.call("GET", "/v1/wallboard/known-outage", found, query={"centre": centre})).items

    async def feeder_callers(self, feeder: str) -> list[wire.Segment]:
        """List who reported trouble on a feeder in the window of the hot feeders, one stay a caller."""
        where = path("/v1/wallboard/feeders/{code}", code=feeder)
        return (await self.call("GET", where, wire.Page[wire.Segment])).items

    async def reassign(self, contact: str, agent: str) -> wire.Contact:
        """Let a contact ring at another agent; raises Conflict (`not_available`)."""
        where = path("/v1/contacts/{id}/reassign", id=contact)
        return await self.call("POST", where, wire.Contact, wire.ReassignRequest(agent), key=new_key())

    async def take_over(self, contact: str) -> wire.Contact:
        """Take a contact out of an agent's hands into one's own."""
        return await self.call("POST", path("/v1/contacts/{id}/takeover", id=contact), wire.Contact, key=new_key())
