"""Customers: the look-up, the record, the power verdict, the bills and why one of them is what it is."""

from agent_tui import wire
from agent_tui.net.transport import Transport, path


class CustomerCalls(Transport):
    """The requests about customers; what was typed travels in bodies, never in a URL."""

    async def search(self, q: str, commune: str | None = None, limit: int = 20) -> wire.CustomerHits:
        """Look customers up by whatever was typed; `commune` moves its customers up."""
        body = wire.CustomerSearch(q[:512], commune, limit)
        return await self.call("POST", "/v1/customers/search", wire.CustomerHits, body)

    async def customer(self, code: str, reason: str) -> wire.CustomerRecord:
        """Open a record; `reason` is `contact:ID`, `ticket:ID`, `outage:ID` or `search`, and is audited."""
        where = path("/v1/customers/{code}", code=code)
        return await self.call("GET", where, wire.CustomerRecord, reason=reason)

    async def power(self, code: str, reason: str = "search") -> wire.Power:
        """Ask whether the power is out at this customer, and what may be said."""
        where = path("/v1/customers/{code}/power", code=code)
        return await self.call("GET", where, wire.Power, reason=reason)

    async def bills(self, code: str, reason: str) -> list[wire.Bill]:
        """Read the last thirteen billed periods."""
        where = path("/v1/customers/{code}/bills", code=code)
        return (await self.call("GET", where, wire.Page[wire.Bill], reason=reason)).items

    async def bill_check(self, code: str, period: str, reason: str) -> wire.BillCheck:
        """Ask why the bill of a period (`YYYY-MM`) is what it is; raises NotFound where there is none."""
        where = path("/v1/customers/{code}/bill-check", code=code)
        return await self.call("GET", where, wire.BillCheck, query={"period": period}, reason=reason)
