"""Call backs after an outage: promised, claimed, tried, answered, and what stays out becomes a nested outage."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from agent_tui import wire
from backend_stub.store import leaps, outage_callbacks
from tests.contract.outage_world import NOW, Grid, customer, outage_of, world


@pytest_asyncio.fixture
async def grid(tmp_path: Path) -> AsyncIterator[Grid]:
    async with world(tmp_path) as running:
        yield running


async def test_everybody_called_makes_it_verified(grid: Grid) -> None:
    outage = await grid.report()
    first, second = await grid.attached(outage, customer(1), customer(6))
    await grid.restore(outage)
    assert (await grid.outage(outage)).callbacks_open == 2
    assert [(c.contact, c.state, c.attempts) for c in await grid.callbacks(outage)] == [
        (first, "open", 0), (second, "open", 0),
    ]  # fmt: skip
    for result in ("no_answer", "no_answer", "on"):
        await grid.called(outage, first, result)
    half = await grid.outage(outage)
    assert (half.status, half.callbacks_open) == ("restored", 1)
    await grid.called(outage, second, "wrong_number")
    done = await grid.outage(outage)
    assert (done.status, done.callbacks_open, done.calls) == ("verified", 0, 2)
    one = (await grid.callbacks(outage))[0]
    assert (one.state, one.attempts, [a.result for a in one.history]) == (
        "done", 3, ["no_answer", "no_answer", "on"],
    )  # fmt: skip
    assert {a.by for a in one.history} == {"agent"}
    again = await grid.called(outage, first, "on", expect=409)
    assert again.json()["code"] == "callback_done"
    assert outage_of(await grid.post(f"outages/{outage.id}/close")).status == "closed"


async def test_without_anybody_to_call_it_is_restored_and_no_more(grid: Grid) -> None:
    outage = await grid.restore(await grid.report())
    assert outage.status == "restored"
    assert outage_of(await grid.post(f"outages/{outage.id}/close")).status == "closed"


async def test_no_promise_is_closed_away(grid: Grid) -> None:
    outage = await grid.report()
    (contact,) = await grid.attached(outage, customer(1))
    await grid.restore(outage)
    lead, url = await grid.svc.client("lead"), f"/v1/outages/{outage.id}"
    version = (await lead.get(url)).headers["etag"]
    for target in ("verified", "closed"):
        refused = await lead.patch(url, json={"status": target}, headers={"if-match": version})
        assert (refused.status_code, refused.json()["code"]) == (409, "callbacks_open")
        assert refused.json()["callbacks_open"] == 1
    # Who was tried and never answered does not keep an outage open for ever, and is not forgotten either.
    await grid.called(outage, contact, "no_answer")
    assert outage_of(await grid.post(f"outages/{outage.id}/close")).callbacks_open == 1
    assert [c.state for c in await grid.callbacks(outage, query="?state=open")] == ["open"]
    assert await grid.callbacks(outage, query="?state=done") == []


async def test_still_out_after_the_restoration_is_a_nested_outage_back_dated(grid: Grid) -> None:
    outage = await grid.report(cause="VEG")
    first, second, third = await grid.attached(outage, customer(1), customer(2), customer(6))
    await grid.restore(outage)
    answer = (await grid.called(outage, first, "still_out")).json()
    assert (answer["state"], answer["attempts"]) == ("done", 1)
    nested = await grid.outage(answer["nested"])
    assert (nested.device, nested.parent, nested.status) == ("T1", outage.id, "predicted")
    assert (nested.started_at, nested.customers_out, nested.cause) == (outage.started_at, 5, "VEG")
    assert (nested.calls, nested.callbacks_open) == (1, 1)
    # A neighbour below the same transformer joins it, one below another does not.
    assert (await grid.called(outage, second, "still_out")).json()["nested"] == nested.id
    other = (await grid.called(outage, third, "still_out")).json()["nested"]
    assert (await grid.outage(other)).device == "T2"
    assert (await grid.outage(nested)).callbacks_open == 2
    parent = await grid.outage(outage)
    assert (parent.status, parent.callbacks_open, parent.calls) == ("verified", 0, 3)
    assert {c.contact for c in await grid.callbacks(nested)} == {first, second}
    calls = (await grid.get(f"outages/{outage.id}/calls")).json()["items"]
    assert {c["id"] for c in calls} == {first, second, third}
    await grid.restore(nested)
    for contact in (first, second):
        await grid.called(nested, contact, "on")
    assert (await grid.outage(nested)).status == "verified"


async def test_still_out_while_it_lasts_keeps_the_promise(grid: Grid) -> None:
    outage = await grid.report()
    inside, outside = await grid.attached(outage, customer(1), customer(6))
    await grid.restore(outage, devices=["T1"])
    assert (await grid.called(outage, outside, "still_out")).json()["state"] == "open"
    nested = (await grid.called(outage, inside, "still_out")).json()["nested"]
    assert (await grid.outage(nested)).device == "T1"
    assert (await grid.outage(outage)).callbacks_open == 1


async def test_a_caller_nobody_knows_stays_with_the_outage(grid: Grid) -> None:
    outage = await grid.report()
    unknown = (await grid.caller())["id"]
    await grid.post(f"contacts/{unknown}/attach", {"outage": outage.id})
    await grid.restore(outage)
    answer = (await grid.called(outage, unknown, "still_out")).json()
    assert (answer["state"], answer["nested"]) == ("open", None)
    assert (await grid.outage(outage)).status == "restored"


async def test_a_number_is_shown_to_who_makes_the_call_and_two_never_make_it(grid: Grid) -> None:
    outage = await grid.report()
    (contact,) = await grid.attached(outage, customer(1))
    await grid.restore(outage)
    assert (await grid.callbacks(outage))[0].address == "*******001"
    path = f"outages/{outage.id}/callbacks/{contact}/claim"
    mine = (await grid.post(path, user="agent")).json()
    assert mine["address"] == "0905100001"
    assert (await grid.callbacks(outage))[0].address == "0905100001"
    theirs = (await grid.callbacks(outage, "lead"))[0]
    assert (theirs.address, theirs.claimed_by) == ("*******001", mine["claimed_by"])
    busy = await grid.post(path, user="lead", expect=409)
    assert (busy.json()["code"], busy.json()["by"]) == ("already_claimed", mine["claimed_by"])
    grid.clock.advance(301)
    assert (await grid.post(path, user="lead")).json()["address"] == "0905100001"
    await grid.called(outage, contact, "on")
    after = (await grid.callbacks(outage))[0]
    assert (after.claimed_by, after.address) == (None, "*******001")


async def test_lists_are_a_centre_s_and_come_in_pages(grid: Grid) -> None:
    outage = await grid.report()
    ids = await grid.attached(outage, customer(1), customer(2), customer(6))
    assert await grid.callbacks(outage, "south") == []
    assert (await grid.get(f"outages/{outage.id}/calls", "south")).json()["items"] == []
    assert [c.contact for c in await grid.callbacks(outage, "root")] == ids
    south = await grid.svc.client("south")
    url = f"/v1/outages/{outage.id}/callbacks/{ids[0]}"
    assert (await south.post(url, json={"result": "on"})).status_code == 404
    assert (await south.post(f"{url}/claim")).status_code == 404
    page = (await grid.get(f"outages/{outage.id}/callbacks?limit=2")).json()
    rest = (await grid.get(f"outages/{outage.id}/callbacks?limit=2&after={page['next']}")).json()
    assert [one["contact"] for one in (*page["items"], *rest["items"])] == ids
    newest = (await grid.get(f"outages/{outage.id}/calls?limit=2")).json()
    oldest = (await grid.get(f"outages/{outage.id}/calls?limit=2&after={newest['next']}")).json()
    assert [one["id"] for one in (*newest["items"], *oldest["items"])] == ids[::-1]
    assert {one["address"] for one in newest["items"]} == {"*******002", "*******006"}


async def test_a_clock_that_is_put_forward_frees_no_call_that_is_being_made(grid: Grid) -> None:
    outage = await grid.report()
    (contact,) = await grid.attached(outage, customer(1))
    await grid.restore(outage)
    path = f"outages/{outage.id}/callbacks/{contact}/claim"
    await grid.post(path, user="agent")
    grid.clock.advance(3_600)
    await grid.svc.engine.write(lambda tx: leaps.move(tx.conn, 3_600))
    busy = await grid.post(path, expect=409)
    assert busy.json()["code"] == "already_claimed"
    grid.clock.advance(outage_callbacks.CLAIM_S + 1)
    await grid.post(path)


@pytest.mark.parametrize("ends", ["cancel", "done"])
async def test_who_was_promised_a_call_is_called_however_the_outage_ends(grid: Grid, ends: str) -> None:
    planned = {"kind": "planned", "status": "active"} if ends == "done" else {"status": "predicted"}
    outage = await grid.report(**planned)
    (contact,) = await grid.attached(outage, customer(1))
    assert await promised(grid) == []
    grid.clock.advance(600)
    await grid.post(f"outages/{outage.id}/{'restore' if ends == 'done' else ends}", {} if ends == "done" else None)
    assert (await grid.outage(outage)).status == {"cancel": "cancelled", "done": "done"}[ends]
    (due,) = await promised(grid)
    assert (due.contact, due.outage, due.due, due.due_at) == (contact, outage.id, True, NOW + timedelta(minutes=10))
    dialled = await grid.post(f"callbacks/{contact}/dial", user="agent")
    assert dialled.json()["address"] == "0905100001"
    await grid.called(outage, contact, "on")
    assert await promised(grid) == []


async def promised(grid: Grid) -> list[wire.Callback]:
    answer = await grid.get("callbacks?due=now", "agent")
    return msgspec.json.decode(answer.content, type=wire.Page[wire.Callback]).items
