"""The desk's client through the life of an outage, a danger and a bulk change."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent_tui import wire
from agent_tui.errors import Conflict, Stale
from agent_tui.net.client import DeskClient
from tests.asgi_stream import AppTransport
from tests.contract.outage_world import Grid, customer, world
from tests.service import PASSWORD


@pytest_asyncio.fixture
async def grid(tmp_path: Path) -> AsyncIterator[Grid]:
    async with world(tmp_path) as running:
        yield running


async def test_every_new_request_of_the_desk(grid: Grid) -> None:
    client = DeskClient("http://localhost", AppTransport(grid.svc.app))
    await client.login("lead", PASSWORD)
    outage = await grid.report(status="predicted")
    with pytest.raises(Stale):
        await client.move_outage(outage.id, "confirm", version=99)
    assert (await client.move_outage(outage.id, "confirm", version=outage.version)).status == "confirmed"
    ids = [(await grid.caller(customer(n)))["id"] for n in (1, 6)]
    answer = await client.change_contacts(ids, wire.BulkChange(outage=outage.id))
    assert (answer.done, answer.undo is None) == (2, False)
    assert [one.id for one in (await client.outage_calls(outage.id)).items] == ids[::-1]
    part = await client.restore_outage(outage.id, devices=["T1"])
    assert (part.status, part.steps[0].devices) == ("partially_restored", ["T1"])
    await client.restore_outage(outage.id)
    claimed = await client.claim_callback(outage.id, ids[0])
    assert claimed.address == "0905100001"
    nested = (await client.called_back(outage.id, ids[0], "still_out", note="vẫn chưa có")).nested
    assert nested is not None
    assert [one.contact for one in (await client.outage_callbacks(outage.id)).items] == ids[1:]
    with pytest.raises(Conflict):
        await client.claim_callback(outage.id, ids[0])
    danger = (await grid.caller(priority_class="danger"))["id"]
    assert (await client.dispatch(danger, "Tổ 1", read_back=True)).dispatch is not None
    assert [one.contact for one in await client.dispatches()] == [danger]
    await client.move_dispatch(danger, "ack")
    await client.move_dispatch(danger, "close")
    assert await client.dispatches() == []
    assert len(await client.dispatches(only_open=False)) == 1
    await client.aclose()
