"""A service over the small grid with a clock, and short words for tests about the life of an outage."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.settings import Plans
from tests.contract import desk, grid
from tests.service import Running, running_service

NOW = grid.NOW


def iso(minutes: float) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


class Grid:
    """The running service with words for what a lead, an agent and a channel do."""

    def __init__(self, svc: Running, clock: ManualClock) -> None:
        self.svc, self.clock = svc, clock

    async def post(self, path: str, body: object = None, user: str = "lead", expect: int = 200) -> httpx.Response:
        sent = {} if body is None else {"json": body}
        answer = await (await self.svc.client(user)).post(f"/v1/{path}", **sent)
        assert answer.status_code == expect, answer.text
        return answer

    async def get(self, path: str, user: str = "lead") -> httpx.Response:
        answer = await (await self.svc.client(user)).get(f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer

    async def report(self, device: str = "F474", status: str = "confirmed", **fields: object) -> wire.Outage:
        body = {"device": device, "kind": "unplanned", "status": status, "started_at": iso(-43), **fields}
        return outage_of(await self.post("outages", body, expect=201))

    async def restore(self, outage: wire.Outage, **fields: object) -> wire.Outage:
        return outage_of(await self.post(f"outages/{outage.id}/restore", {"at": iso(-10), **fields}))

    async def outage(self, outage: wire.Outage | str) -> wire.Outage:
        return outage_of(await self.get(f"outages/{outage if isinstance(outage, str) else outage.id}"))

    async def power(self, code: str) -> wire.Power:
        return msgspec.json.decode((await self.get(f"customers/{code}/power", "agent")).content, type=wire.Power)

    async def caller(self, code: str | None = None, **fields: object) -> dict:
        """A call of a customer (number N of the grid), who is recognised by the phone."""
        address = "0999000123" if code is None else f"09051{int(code[-5:]):05}"
        return await desk.report(await self.svc.channel(), address=address, **fields)

    async def attached(self, outage: wire.Outage, *codes: str) -> list[str]:
        """Callers of these customers, attached to an outage, to be called back."""
        ids = [(await self.caller(code))["id"] for code in codes]
        for contact in ids:
            await self.post(f"contacts/{contact}/attach", {"outage": outage.id})
        return ids

    async def callbacks(self, outage: wire.Outage, user: str = "agent", query: str = "") -> list[wire.OutageCallback]:
        answer = await self.get(f"outages/{outage.id}/callbacks{query}", user)
        return msgspec.json.decode(answer.content, type=wire.Page[wire.OutageCallback]).items

    async def called(self, outage: wire.Outage, contact: str, result: str, expect: int = 200) -> httpx.Response:
        return await self.post(f"outages/{outage.id}/callbacks/{contact}", {"result": result}, "agent", expect)


def outage_of(answer: httpx.Response) -> wire.Outage:
    return msgspec.json.decode(answer.content, type=wire.Outage)


def customer(number: int) -> str:
    return f"PC08GG{number:07}"


@asynccontextmanager
async def world(tmp_path: Path, **plans: object) -> AsyncIterator[Grid]:
    """`plans` are settings of the planned works."""
    clock = ManualClock(NOW.timestamp())
    settings = msgspec.structs.replace(grid.PATIENT, plans=Plans(**plans))  # type: ignore[arg-type]
    async with running_service(tmp_path, clock, settings) as svc:
        await grid.set_up(svc)
        yield Grid(svc, clock)
