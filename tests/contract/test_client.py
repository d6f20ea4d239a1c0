"""The desk's client, sync and outbox against the whole service, without sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
import pytest

from agent_tui import wire
from agent_tui.desk.store import DeskState, Gap
from agent_tui.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotLoggedIn,
    Refused,
    ServiceBroken,
    ServiceUnreachable,
    Stale,
    TooManyRequests,
    WrongPassword,
)
from agent_tui.messages import Arrived, IntentRefused, IntentSent, LinkChanged, SessionEnded
from agent_tui.net.client import DeskClient
from agent_tui.net.outbox import Outbox
from agent_tui.net.sync import ServiceSource, Sync
from agent_tui.net.transport import retry_after
from tests.asgi_stream import AppTransport
from tests.service import PASSWORD, Running, running_service


async def arrive(service: Running, number: int, centre: str = "EVNCPC", **more: object) -> str:
    channel = await service.channel(centre)
    body = {"external_id": f"x{number}", "channel": "hotline", "address": f"09051234{number:02}", "queue": "outage"}
    answer = await channel.post("/v1/contacts", json={**body, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@asynccontextmanager
async def logged_in(service: Running, name: str = "lan") -> AsyncIterator[tuple[DeskClient, wire.User, AppTransport]]:
    await service.client(name)
    transport = AppTransport(service.app)
    client = DeskClient("http://localhost", transport)
    session = await client.login(name, PASSWORD)
    yield client, session.user, transport
    await client.aclose()


class Desk:
    """A replica, its sync and its outbox, as the App wires them."""

    def __init__(self, client: DeskClient, user: wire.User, transport: AppTransport) -> None:
        self.client, self.state, self.transport = client, DeskState(user), transport
        self.now = 0.0
        self.posted: list[object] = []
        self.news = asyncio.Event()
        self.sync = Sync(ServiceSource(client), self.hear, clock=lambda: self.now, sleep=self.nap)
        self.outbox = Outbox(client, self.hear, clock=lambda: self.now, sleep=self.nap)
        self.tasks = [asyncio.ensure_future(self.sync.run()), asyncio.ensure_future(self.outbox.run())]

    async def nap(self, seconds: float) -> None:
        """A pause is over at once; a desk that found nobody twice waits until somebody listens."""
        self.now += seconds
        await asyncio.sleep(0)
        if self.sync.link.phase == "lost":
            await self.transport.listening.wait()

    def hear(self, message: object) -> None:
        self.posted.append(message)
        self.news.set()
        if isinstance(message, Arrived):
            if message.snapshot is not None:
                self.state.take_snapshot(message.snapshot)
            try:
                self.state.apply_all(message.events)
            except Gap:
                self.sync.resync()
        elif isinstance(message, IntentSent):
            self.state.absorb(message.answer)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def seen(state: DeskState) -> tuple[object, ...]:
    return state.contacts, state.agents, state.outages, state.me


async def equals_fresh(desk: Desk) -> None:
    """The replica is, or becomes with what is under way, what a desk that starts now would see."""
    fresh = DeskState(desk.state.user)
    fresh.take_snapshot(await desk.client.snapshot())
    with suppress(TimeoutError):
        await desk.until(lambda: seen(desk.state) == seen(fresh))
    assert seen(desk.state) == seen(fresh)


async def test_login_snapshot_take_finish_and_the_headers(tmp_path):
    async with running_service(tmp_path) as service, logged_in(service) as (client, user, transport):
        assert (user.username, user.centre) == ("lan", "EVNCPC")
        assert await client.take_next() is None if (await client.set_state("available")) else True
        waiting = await arrive(service, 1)
        assert [one.id for one in (await client.snapshot()).contacts] == [waiting]
        taken = await client.take(waiting)
        assert (taken.state, taken.agent) == ("connected", user.id)
        held = await client.hold(waiting)
        assert held.state == "held"
        assert (await client.resume(waiting)).state == "connected"
        closed = await client.finish(waiting, "information", note="Khách hỏi")
        assert closed.state == "closed"
        detail = await client.contact(waiting)
        assert (detail.disposition, detail.note) == ("information", "Khách hỏi")
        page = await client.contacts(mine=True, state="closed")
        assert [one.id for one in page.items] == [waiting]
        posts = [one for one in transport.requests if one.method == "POST" and one.url.path != "/v1/sessions"]
        keys = [one.headers["idempotency-key"] for one in posts]
        assert len(set(keys)) == len(keys) == 5
        await client.logout()
        with pytest.raises(NotLoggedIn):
            await client.snapshot()


async def test_every_refusal_is_an_error_of_the_tree_that_speaks(tmp_path):
    async with running_service(tmp_path) as service, logged_in(service) as (client, _user, _transport):
        with pytest.raises(WrongPassword):
            await DeskClient("http://localhost", AppTransport(service.app)).login("lan", "not it")
        waiting = await arrive(service, 1)
        with pytest.raises(Conflict) as unready:
            await client.take(waiting)
        assert unready.value.code == "not_available"
        assert "F9" in unready.value.say()
        await client.set_state("available")
        await client.take(waiting)
        other = await service.client("minh")
        await other.put("/v1/me/state", json={"state": "available"})
        second = await arrive(service, 2)
        assert (await other.post(f"/v1/contacts/{second}/take")).status_code == 200
        await client.finish(waiting, "other")
        with pytest.raises(Conflict) as late:
            await client.take(second)
        assert late.value.code == "already_taken"
        with pytest.raises(NotFound) as missing:
            await client.contact("no such/thing?")
        assert missing.value.request_id in missing.value.say()
        with pytest.raises(Invalid) as wrong:
            await client.finish(second, "x" * 200)
        assert wrong.value.fields
        assert wrong.value.fields[0].field in wrong.value.say()


async def test_an_old_version_is_stale_and_brings_the_current_one(tmp_path):
    async with running_service(tmp_path) as service, logged_in(service) as (client, _user, _transport):
        made = await client.create_ticket(wire.NewTicket("OTHER", "Phúc tra", note="[/b]\x07"[:4]))
        changed = await client.patch_ticket(made.id, made.version, title="Phúc tra chỉ số")
        assert changed.version > made.version
        with pytest.raises(Stale) as stale:
            await client.patch_ticket(made.id, made.version, title="Khác")
        assert isinstance(stale.value.current, wire.Ticket)
        assert stale.value.current.title == "Phúc tra chỉ số"
        noted = await client.note(made.id, "một\nhai")
        assert noted.text == "một\nhai"
        assert [one.text for one in (await client.ticket(made.id)).notes][-1] == "một\nhai"
        assert [one.id for one in (await client.tickets()).items] == [made.id]


async def test_the_replica_follows_and_survives_cuts_and_silence(tmp_path):
    async with running_service(tmp_path) as service, logged_in(service) as (client, user, transport):
        await client.set_state("available")
        ids = [await arrive(service, number) for number in range(5)]
        desk = Desk(client, user, transport)
        await desk.until(lambda: desk.sync.link.is_live)
        assert set(desk.state.contacts) == set(ids)
        await client.take(ids[0])
        await desk.until(lambda: desk.state.hand is not None)
        assert desk.state.hand.address == "0905123400"
        assert desk.state.contacts[ids[1]].address != "0905123401"

        app, transport.app = transport.app, None
        transport.cut()
        await desk.until(lambda: desk.sync.link.phase == "lost")
        lan = await service.client("lan")
        await lan.post(f"/v1/contacts/{ids[0]}/finish", json={"disposition": "other"})
        late = await arrive(service, 50)
        await arrive(service, 60, centre="EVNHANOI")
        transport.app = app
        await desk.until(lambda: desk.sync.link.is_live)
        await equals_fresh(desk)
        assert set(desk.state.contacts) == {*ids[1:], late}
        assert len([one for one in desk.posted if isinstance(one, Arrived) and one.snapshot]) == 1
        phases = [one.link.phase for one in desk.posted if isinstance(one, LinkChanged)]
        assert phases[:3] == ["live", "stale", "lost"]
        await desk.stop()


async def test_events_of_other_centres_are_no_holes(tmp_path):
    async with running_service(tmp_path) as service, logged_in(service) as (client, user, transport):
        desk = Desk(client, user, transport)
        await desk.until(lambda: desk.sync.link.is_live)
        for number in range(0, 20, 2):
            await arrive(service, number, centre="EVNHANOI")
            await arrive(service, number + 1)
        await desk.until(lambda: len(desk.state.contacts) == 10)
        assert len([one for one in desk.posted if isinstance(one, Arrived) and one.snapshot]) == 1
        await equals_fresh(desk)
        await desk.stop()


async def test_a_restarted_service_is_found_again_with_nothing_missing_or_doubled(tmp_path):
    async with AsyncExitStack() as before:
        first = await before.enter_async_context(running_service(tmp_path))
        await first.client("lan")
        transport = AppTransport(first.app)
        client = DeskClient("http://localhost", transport)
        user = (await client.login("lan", PASSWORD)).user
        await client.set_state("available")
        ids = [await arrive(first, number) for number in range(3)]
        desk = Desk(client, user, transport)
        await desk.until(lambda: desk.sync.link.is_live)
        await client.take(ids[0])
        await desk.until(lambda: desk.state.hand is not None)
        transport.app = None
    transport.cut()
    # Decided while nobody listens.
    hopeless = desk.outbox.put("note", "none", wire.NewNote("kept"))
    desk.outbox.put("finish", ids[0], wire.FinishRequest("other", "ghi chú"))
    await desk.until(lambda: desk.sync.link.phase == "lost")
    assert desk.outbox.count == 2
    async with running_service(tmp_path) as second:
        late = await arrive(second, 9)
        transport.app = second.app
        await desk.until(lambda: desk.sync.link.is_live and desk.outbox.count == 0)
        await equals_fresh(desk)
        assert set(desk.state.contacts) == {ids[1], ids[2], late}
        [refused] = [one for one in desk.posted if isinstance(one, IntentRefused)]
        assert refused.intent == hopeless
        assert (await client.contact(ids[0])).note == "ghi chú"
        await desk.stop()
        await client.aclose()


async def test_a_lost_answer_is_not_a_second_effect(tmp_path):
    async with running_service(tmp_path) as service, logged_in(service) as (client, user, transport):
        desk = Desk(client, user, transport)
        await desk.until(lambda: desk.sync.link.is_live)
        transport.lose_next_answer = True
        desk.outbox.put("create_ticket", "", wire.NewTicket("OTHER", "once"))
        await desk.until(lambda: any(isinstance(one, IntentSent) for one in desk.posted))
        assert [one.title for one in (await client.tickets()).items] == ["once"]
        await desk.until(lambda: len(desk.state.tickets) == 1)
        await desk.stop()


async def test_the_end_of_the_session_is_told_once_by_each_worker(tmp_path):
    async with running_service(tmp_path) as service, logged_in(service) as (client, user, transport):
        desk = Desk(client, user, transport)
        await desk.until(lambda: desk.sync.link.is_live)
        client.token = "gone"
        transport.cut()
        await desk.until(lambda: any(isinstance(one, SessionEnded) for one in desk.posted))
        await asyncio.wait_for(desk.tasks[0], 5)
        await desk.stop()


async def test_hostile_names_are_clean_when_they_leave_the_client():
    hits = {
        "items": [
            {
                "code": "PC08GG0012345", "name": "\x1b]52;c;aGk=\x07[/b]\u202e", "phone": "1", "address": "a\nb",
                "old_address": "", "meter_no": "", "status": "active", "priority_load": "", "match": "\x9b2J",
            }
        ],
        "lane": "name",
        "more": False,
    }  # fmt: skip
    client = DeskClient("http://localhost", httpx.MockTransport(lambda _: httpx.Response(200, json=hits)))
    [hit] = (await client.search("x" * 600)).items
    assert hit.name.isprintable()
    assert "[/b]" in hit.name
    assert "\n" not in hit.address
    assert hit.match.isprintable()
    await client.aclose()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(503, headers={"retry-after": "7"}), ServiceBroken),
        (httpx.Response(500, text="Traceback"), ServiceBroken),
        (httpx.Response(429, headers={"retry-after": "9"}), TooManyRequests),
        (httpx.Response(403), Forbidden),
        (httpx.Response(418, text="\x1b[2J"), Refused),
        (httpx.Response(200, text="<html>"), ServiceBroken),
        (httpx.Response(200, content=b'{"name":"\xff"}'), ServiceBroken),
        (httpx.Response(302, headers={"location": "http://elsewhere"}), ServiceBroken),
        (httpx.ConnectTimeout("slow"), ServiceUnreachable),
        (httpx.PoolTimeout("full"), ServiceUnreachable),
        (httpx.RemoteProtocolError("odd"), ServiceUnreachable),
    ],
)
async def test_what_comes_back_instead_of_an_answer(answer, kind):
    def reply(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = DeskClient("http://localhost", httpx.MockTransport(reply))
    with pytest.raises(kind) as error:
        await client.snapshot()
    assert error.value.say().isprintable()
    assert "{" not in error.value.say()
    if isinstance(answer, httpx.Response) and "retry-after" in answer.headers:
        assert error.value.retry_after == float(answer.headers["retry-after"])
    await client.aclose()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("5", 5.0), ("soon", None), ("999999", 600.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)],
)
def test_retry_after(header, seconds):
    assert retry_after(header) == seconds
