import asyncio
import logging
from pathlib import Path

import msgspec
import pytest

from agent_tui import wire
from backend_stub.settings import Server, Sessions, Settings
from backend_stub.store import events
from backend_stub.store.engine import Tx
from tests.service import CHEAP, PASSWORD, Running, running_service

SMALL = Settings(sessions=CHEAP.sessions, server=Server(event_ring=10, heartbeat_s=0.1))


async def emit(svc: Running, *, kind: str = "outage.changed", centre: str | None = None, times: int = 1) -> int:
    def command(tx: Tx) -> int:
        return [tx.emit(kind, wire.Gone(str(n)), centre=centre) for n in range(times)][-1]

    return await svc.engine.write(command)


async def test_a_stream_begins_with_hello_and_goes_on_with_what_happens(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await emit(svc, times=3)
        stream = await svc.stream("lan")
        hello = await stream.next()
        assert (hello.seq, hello.kind) == (None, "hello")
        assert msgspec.json.decode(hello.data) == {"seq": 3, "generation": svc.engine.generation}
        await emit(svc)
        assert await stream.frame() == 'id: 4\nevent: outage.changed\ndata: {"id":"0","gone":true}'


async def test_events_come_complete_and_in_order_to_every_reader(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        streams = [await svc.stream("lan") for _ in range(5)]
        for stream in streams:
            await stream.next()
        await asyncio.gather(*(emit(svc) for _ in range(200)))
        for stream in streams:
            assert [(await stream.next()).seq for _ in range(200)] == list(range(1, 201))


async def test_a_reader_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with running_service(tmp_path, settings=SMALL) as svc:
        await emit(svc, times=8)
        stream = await svc.stream("lan", last=5)
        assert [(await stream.next()).seq for _ in range(4)] == [None, 6, 7, 8]
        await emit(svc)
        assert (await stream.next()).seq == 9


async def test_after_a_restart_the_gap_comes_from_the_log(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await emit(svc, times=20)
        generation = svc.engine.generation
    async with running_service(tmp_path) as svc:
        stream = await svc.stream("lan", last=15)
        assert msgspec.json.decode((await stream.next()).data)["generation"] == generation
        assert [(await stream.next()).seq for _ in range(5)] == [16, 17, 18, 19, 20]
        await emit(svc)
        assert (await stream.next()).seq == 21


@pytest.mark.parametrize("last", [0, 5, 99])
async def test_a_gap_too_old_or_from_another_database_is_a_reset(tmp_path: Path, last: int) -> None:
    async with running_service(tmp_path, settings=SMALL) as svc:
        await emit(svc, times=30)
        stream = await svc.stream("lan", last=last)
        await stream.next()
        reset = await stream.next()
        assert (reset.kind, msgspec.json.decode(reset.data)) == ("reset", {"seq": 30})
        await emit(svc)
        assert (await stream.next()).seq == 31


async def test_a_reader_that_is_overtaken_by_the_ring_is_reset(tmp_path: Path) -> None:
    async with running_service(tmp_path, settings=SMALL) as svc:
        stream = await svc.stream("lan")
        await stream.next()
        await emit(svc, times=50)
        assert (await stream.next()).kind == "reset"
        await emit(svc)
        assert (await stream.next()).seq == 51


async def test_everybody_sees_what_the_policy_lets_them_see(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        for name, role, centre in (
            ("cpc", "agent", "EVNCPC"), ("hanoi", "agent", "EVNHANOI"), ("boss", "lead", "EVNHANOI"),
            ("root", "admin", "EVNHANOI"), ("door", "channel", "EVNCPC"),
        ):  # fmt: skip
            await svc.add_user(name, role, centre)
        streams = {name: await svc.stream(name) for name in ("cpc", "hanoi", "boss", "root", "door")}
        for stream in streams.values():
            assert (await stream.next()).kind == "hello"
        await emit(svc, kind="contact.changed", centre="EVNCPC")
        await emit(svc, kind="agent.changed", centre="EVNCPC")
        await emit(svc, kind="ticket.changed", centre="EVNHANOI")
        await emit(svc, kind="outage.changed")
        assert [(await streams["cpc"].next()).seq for _ in range(3)] == [1, 2, 4]
        assert [(await streams["hanoi"].next()).seq for _ in range(2)] == [3, 4]
        assert [(await streams["boss"].next()).seq for _ in range(3)] == [2, 3, 4]
        assert [(await streams["root"].next()).seq for _ in range(4)] == [1, 2, 3, 4]
        await emit(svc)
        svc.service.ring.close()
        with pytest.raises(EOFError):
            await streams["door"].next()


async def test_only_the_owner_sees_the_unmasked_form(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        owner = await svc.add_user("lan")
        await svc.add_user("minh")
        mine, theirs = await svc.stream("lan"), await svc.stream("minh")
        await mine.next()
        await theirs.next()
        full, masked = wire.Gone("0905123456"), wire.Gone("0905***456")
        await svc.engine.write(lambda tx: tx.emit("contact.changed", full, centre="EVNCPC", owner=owner, masked=masked))
        await svc.engine.write(lambda tx: tx.emit("contact.changed", full, centre="EVNCPC", masked=masked))
        assert [bytes((await mine.next()).data) for _ in range(2)] == [
            msgspec.json.encode(full), msgspec.json.encode(masked),
        ]  # fmt: skip
        assert [bytes((await theirs.next()).data) for _ in range(2)] == [msgspec.json.encode(masked)] * 2
        late = await svc.stream("minh", last=0)
        await late.next()
        assert bytes((await late.next()).data) == msgspec.json.encode(masked)


async def test_a_quiet_stream_has_a_heartbeat(tmp_path: Path) -> None:
    async with running_service(tmp_path, rounds=True) as svc:
        stream = await svc.stream("lan")
        assert (await stream.frame()).startswith("event: hello")
        assert await stream.frame() == ": "
        assert await stream.frame() == ": "


async def test_a_stream_ends_with_its_session(tmp_path: Path) -> None:
    async with running_service(tmp_path, rounds=True) as svc:
        stream = await svc.stream("lan")
        await stream.next()
        await (await svc.client("lan")).delete("/v1/sessions/current")
        with pytest.raises(EOFError):
            await stream.until("reset")


async def test_streams_end_with_the_service_and_when_the_reader_hangs_up(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        left, stays = await svc.stream("lan"), await svc.stream("lan")
        await left.next()
        await stays.next()
        await left.close()
        assert left.ended.is_set()
        svc.service.ring.close()
        with pytest.raises(EOFError):
            await stays.frame()


async def test_a_stream_needs_a_login(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        answer = await svc.anonymous().get("/v1/events")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_a_thousand_readers_hold_nothing_but_a_position(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        for _ in range(30):
            await emit(svc, times=1_000)
        assert len(svc.service.ring._entries) <= 2 * svc.service.settings.server.event_ring
        stored = await svc.engine.read(lambda conn: len(events.since(conn, 0, 100_000)))
        assert stored == 30_000


async def test_passwords_and_names_are_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "backend_stub")
    settings = Settings(sessions=Sessions(argon2_time=1, argon2_memory_kib=8))
    async with running_service(tmp_path, settings=settings) as svc:
        client = await svc.client("lan")

        async def broken(*args: object) -> None:
            raise RuntimeError(f"Nguyễn Văn Ty {PASSWORD}")

        svc.service.sessions.login = broken
        answer = await client.post("/v1/sessions", json={"username": "x", "password": "y"})
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal"
        assert answer.json()["request_id"] in answer.json()["detail"]
        assert "Nguyễn" not in answer.text + caplog.text
        assert "RuntimeError" in caplog.text
        assert answer.json()["request_id"] in caplog.text
