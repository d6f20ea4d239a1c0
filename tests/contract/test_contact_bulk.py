"""Many contacts in one go: all that can be changed are, the others are named, and one token takes it all back."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from agent_tui import wire
from tests.contract import desk
from tests.contract.outage_world import Grid, customer, world


@pytest_asyncio.fixture
async def grid(tmp_path: Path) -> AsyncIterator[Grid]:
    async with world(tmp_path) as running:
        yield running


async def bulk(grid: Grid, ids: list[str], user: str = "agent", **change: object) -> wire.BulkAnswer:
    answer = await grid.post("contacts/bulk", {"ids": ids, "change": change}, user)
    return msgspec.json.decode(answer.content, type=wire.BulkAnswer)


async def contact(grid: Grid, contact_id: str) -> wire.Contact:
    return msgspec.json.decode((await grid.get(f"contacts/{contact_id}", "root")).content, type=wire.ContactDetail)


async def test_attached_in_one_go_and_taken_back_in_one(grid: Grid) -> None:
    outage, other = await grid.report(), await grid.report("T9")
    ids = [(await grid.caller(customer(n)))["id"] for n in (1, 2, 6)]
    await grid.post(f"contacts/{ids[2]}/attach", {"outage": other.id, "callback": False})
    stream = await grid.svc.stream("agent")
    await stream.until("hello")
    answer = await bulk(grid, ids, outage=outage.id)
    assert (answer.done, answer.failed) == (3, [])
    events = [await stream.next() for _ in range(5)]
    assert [event.kind for event in events] == ["contact.changed"] * 3 + ["outage.changed"] * 2
    after = await grid.outage(outage)
    assert (after.calls, after.callbacks_open, (await grid.outage(other)).calls) == (3, 3, 0)
    undone = (await grid.post(f"undo/{answer.undo}", user="agent")).json()
    assert undone["done"] == 3
    back = [await contact(grid, one) for one in ids]
    assert [(one.outage, one.callback) for one in back] == [(None, False), (None, False), (other.id, False)]
    assert ((await grid.outage(outage)).calls, (await grid.outage(other)).calls) == (0, 1)
    assert (await grid.post(f"undo/{answer.undo}", user="agent", expect=409)).json()["code"] == "undo_done"


async def test_what_cannot_be_is_named_and_the_rest_is_done(grid: Grid) -> None:
    outage = await grid.report()
    good, danger, over, held = [
        (await grid.caller(customer(1), channel="webchat", priority_class=priority))["id"]
        for priority in ("normal", "danger", "normal", "normal")
    ]
    foreign = (await desk.report(await grid.svc.channel("EVNSPC")))["id"]
    channel = await grid.svc.channel()
    assert (await channel.post(f"/v1/contacts/{over}/abandon")).status_code == 200
    (colleague,) = await desk.ready(grid.svc, "colleague")
    assert (await colleague.post(f"/v1/contacts/{held}/take")).status_code == 200
    ids = [good, danger, over, held, foreign, "c_nothing", good]
    answer = await bulk(grid, ids, outage=outage.id)
    assert answer.done == 1
    assert {failure.id: failure.code for failure in answer.failed} == {
        danger: "danger_not_grouped", over: "contact_over", held: "in_hand", foreign: "not_found",
        "c_nothing": "not_found",
    }  # fmt: skip
    assert (await contact(grid, danger)).outage is None
    # A lead reaches what a colleague has in hand.
    assert (await bulk(grid, [held], "lead", outage=outage.id)).done == 1


async def test_queues_and_classes_move_and_come_back(grid: Grid) -> None:
    ids = [(await grid.caller(customer(n)))["id"] for n in (1, 2)]
    answer = await bulk(grid, ids, queue="billing", priority_class="hospital")
    moved = [await contact(grid, one) for one in ids]
    assert {(one.queue, one.skill, one.priority_class, one.state) for one in moved} == {
        ("billing", "billing", "hospital", "queued")
    }
    await grid.post(f"undo/{answer.undo}", user="agent")
    back = [await contact(grid, one) for one in ids]
    assert {(one.queue, one.skill, one.priority_class) for one in back} == {("outage", "outage", "normal")}
    lead = await grid.svc.client("lead")
    segments = (await lead.get("/v1/segments")).json()["items"]
    assert [s["outcome"] for s in segments].count("overflowed") == 4
    assert [s["queue"] for s in segments if s["outcome"] is None] == ["outage", "outage"]


async def test_a_queue_that_lives_on_is_taken_back_but_for_what_changed_or_ended(grid: Grid) -> None:
    outage = await grid.report()
    waits, taken, changed, gone = [(await grid.caller(customer(n)))["id"] for n in (1, 2, 6, 7)]
    ids = [waits, taken, changed, gone]
    answer = await bulk(grid, ids, outage=outage.id)
    (colleague,) = await desk.ready(grid.svc, "colleague")
    assert (await colleague.post(f"/v1/contacts/{taken}/take")).status_code == 200
    await grid.post(f"contacts/{changed}/attach", {"outage": outage.id, "callback": False})
    assert (await (await grid.svc.channel()).post(f"/v1/contacts/{gone}/abandon")).status_code == 200
    undone = msgspec.json.decode((await grid.post(f"undo/{answer.undo}", user="agent")).content, type=wire.Undone)
    assert (undone.done, {one.id for one in undone.items}) == (2, {waits, taken})
    assert [(one.id, one.version) for one in undone.stayed] == [
        (one, (await contact(grid, one)).version) for one in (changed, gone)
    ]
    now = [await contact(grid, one) for one in ids]
    assert [one.outage for one in now] == [None, None, outage.id, outage.id]
    assert now[1].state == "connected", "whoever talks goes on talking"
    assert (await grid.post(f"undo/{answer.undo}", user="agent", expect=409)).json()["code"] == "undo_done"


async def test_one_attached_by_a_wrong_key_is_taken_back_until_the_contact_is_over(grid: Grid) -> None:
    right, wrong = await grid.report(), await grid.report("T9")
    contact_id = (await grid.caller(customer(1)))["id"]
    (agent,) = await desk.ready(grid.svc, "colleague")
    assert (await agent.post(f"/v1/contacts/{contact_id}/take")).status_code == 200

    async def attach(outage: wire.Outage) -> str:
        answer = await agent.post(f"/v1/contacts/{contact_id}/attach", json={"outage": outage.id, "callback": True})
        return str(answer.json()["undo"])

    first, second = await attach(wrong), await attach(right)
    assert (await agent.post(f"/v1/undo/{first}")).json()["code"] == "undo_would_lose"
    assert (await agent.post(f"/v1/undo/{second}")).json()["done"] == 1
    assert ((await contact(grid, contact_id)).outage, (await grid.outage(right)).calls) == (wrong.id, 0)
    assert (await agent.post(f"/v1/undo/{first}")).status_code == 200
    assert ((await contact(grid, contact_id)).outage, (await grid.outage(wrong)).calls) == (None, 0)
    last = await attach(right)
    assert (await agent.post(f"/v1/contacts/{contact_id}/finish", json={"disposition": "other"})).status_code == 200
    assert (await agent.post(f"/v1/undo/{last}")).json()["code"] == "undo_would_lose"
    assert (await contact(grid, contact_id)).outage == right.id


async def test_where_every_contact_was_changed_since_nothing_is_taken_back(grid: Grid) -> None:
    outage = await grid.report()
    ids = [(await grid.caller(customer(n)))["id"] for n in (1, 2)]
    answer = await bulk(grid, ids, outage=outage.id)
    for one in ids:
        await grid.post(f"contacts/{one}/attach", {"outage": outage.id, "callback": False})
    refused = (await grid.post(f"undo/{answer.undo}", user="agent", expect=409)).json()
    assert (refused["code"], refused["changed"]) == ("undo_would_lose", 2)
    assert (await grid.outage(outage)).calls == 2


async def test_nobody_who_rings_is_moved_back_to_another_queue(grid: Grid) -> None:
    ids = [(await grid.caller(customer(n)))["id"] for n in (1, 2)]
    answer = await bulk(grid, ids, queue="billing")
    (colleague,) = await desk.ready(grid.svc, "colleague")
    assert (await colleague.post(f"/v1/contacts/{ids[0]}/take")).status_code == 200
    refused = (await grid.post(f"undo/{answer.undo}", user="agent", expect=409)).json()
    assert (refused["code"], refused["things"]) == ("undo_would_lose", [{"kind": "contact", "id": ids[0]}])
    assert (await contact(grid, ids[1])).queue == "billing"


async def test_nothing_changed_leaves_nothing_to_take_back(grid: Grid) -> None:
    outage = await grid.report()
    ids = await grid.attached(outage, customer(1))
    before = await contact(grid, ids[0])
    again = await bulk(grid, ids, outage=outage.id)
    assert (again.done, again.undo) == (1, None)
    assert await contact(grid, ids[0]) == before
    off = await bulk(grid, ids, outage=None)
    assert off.done == 1
    assert ((await contact(grid, ids[0])).outage, (await contact(grid, ids[0])).callback) == (None, False)
    promise = await bulk(grid, ids, callback=True)
    assert [f.code for f in promise.failed] == ["no_outage"]


async def test_a_change_that_fits_nobody_is_refused(grid: Grid) -> None:
    for body in (
        {"ids": [], "change": {"callback": True}},
        {"ids": ["c_1"] * 501, "change": {"callback": True}},
        {"ids": ["c_1"], "change": {}},
        {"ids": ["c_1"], "change": {"outage": "o_nothing"}},
        {"ids": ["c_1"], "change": {"queue": "nowhere"}},
        {"ids": ["c_1"], "change": {"priority_class": "vip"}},
        {"ids": ["c_1"], "change": {"state": "closed"}},
    ):
        await grid.post("contacts/bulk", body, expect=422)


async def test_the_audit_names_whom_and_what(grid: Grid) -> None:
    outage = await grid.report()
    ids = [(await grid.caller(customer(1)))["id"]]
    await bulk(grid, [*ids, "Nguyễn Văn A 0905100001"], outage=outage.id)
    change = await grid.svc.engine.read(
        lambda conn: conn.execute("SELECT change FROM audit WHERE verb = 'contact.bulk'").fetchone()[0]
    )
    assert msgspec.json.decode(change) == {"ids": ids, "outage": outage.id}


async def test_the_history_names_who_took_a_move_back_as_it_names_who_made_it(grid: Grid) -> None:
    (agent,) = await desk.ready(grid.svc, "mover")
    made = await grid.caller(channel="webchat")
    answer = await bulk(grid, [made["id"]], "mover", queue="billing")
    await grid.post(f"undo/{answer.undo}", user="mover")
    history = (await agent.get(f"/v1/contacts/{made['id']}")).json()["history"]
    who = (await agent.get("/v1/me")).json()["id"]
    assert [step["by"] for step in history if step["trigger"] == "overflow"] == [who, who]
