"""How often, how long, from where: rates, sessions' ends, terminals, and what a login of nobody costs."""

import asyncio
import time
from pathlib import Path

import httpx
import msgspec
import pytest

from backend_stub.clock import ManualClock
from backend_stub.limits import Limits
from backend_stub.settings import Limits as LimitSettings
from backend_stub.settings import Settings
from backend_stub.store import connect, users
from tests.contract import grid
from tests.service import CHEAP, PASSWORD, Running, Stream, running_service

START = 1_795_000_000.0
REASON = {"Access-Reason": "search"}


def limited(**values: float) -> Settings:
    return msgspec.structs.replace(grid.PATIENT, limits=LimitSettings(**values))


async def test_an_agent_opens_at_most_so_many_records_a_minute(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with running_service(tmp_path, clock, grid.PATIENT) as svc:
        await grid.set_up(svc)
        agent, lead = await svc.client("agent"), await svc.client("lead")
        path = f"/v1/customers/{grid.HOME}"
        statuses = [(await agent.get(path, headers=REASON)).status_code for _ in range(121)]
        assert statuses == [200] * 120 + [429]
        refused = await agent.get(path, headers=REASON)
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many", "60")
        assert "0905" not in refused.text
        assert (await lead.get(path, headers=REASON)).status_code == 200
        assert (await agent.get("/v1/me")).status_code == 200
        clock.advance(60)
        assert (await agent.get(path, headers=REASON)).status_code == 200


async def test_two_desks_of_one_agent_share_the_limit(tmp_path: Path) -> None:
    async with running_service(tmp_path, ManualClock(START), limited(openings_minute=3)) as svc:
        await grid.set_up(svc)
        first, second = await svc.client("agent"), svc.anonymous()
        await sign_in(second, "agent")
        path = f"/v1/customers/{grid.HOME}"
        answers = [await client.get(path, headers=REASON) for client in (first, second, first, second)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


async def test_a_session_that_asks_too_often_is_braked_and_no_other(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with running_service(tmp_path, clock, limited(requests_s=200, burst_s=1)) as svc:
        lan, minh = await svc.client("lan"), await svc.client("minh")
        statuses = [(await lan.get("/v1/me")).status_code for _ in range(201)]
        assert statuses == [200] * 200 + [429]
        assert (await lan.get("/v1/me")).headers["retry-after"] == "1"
        assert (await minh.get("/v1/me")).status_code == 200
        clock.advance(1)
        assert (await lan.get("/v1/me")).status_code == 200


def test_by_default_a_session_may_ask_two_hundred_times_a_second_for_as_long_as_it_likes() -> None:
    clock = ManualClock(START)
    limits = Limits(clock, Settings().limits)
    for _ in range(2_000):
        clock.advance(1 / 200)
        limits.check("token", "u1", "me.read")


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await client.post("/v1/sessions", json={"username": name, "password": password}, headers=sent)
    if answer.status_code == 201:
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
    return answer


async def test_a_login_at_a_terminal_ends_the_session_before_it(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        await svc.add_user("minh")
        first, elsewhere, second = svc.anonymous(), svc.anonymous(), svc.anonymous()
        assert (await sign_in(first, "lan", x_desk_terminal="desk-0042")).status_code == 201
        assert (await sign_in(elsewhere, "lan", x_desk_terminal="desk-0043")).status_code == 201
        stream = Stream(svc.app, first.headers["authorization"].removeprefix("Bearer "), None)
        assert (await stream.next()).kind == "hello"
        assert (await sign_in(second, "minh", x_desk_terminal="desk-0042")).status_code == 201
        assert (await first.get("/v1/me")).status_code == 401
        with pytest.raises(EOFError):
            await stream.frame()
        assert [(await client.get("/v1/me")).status_code for client in (elsewhere, second)] == [200, 200]


async def test_a_login_that_fails_ends_no_session_of_the_terminal(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        client = svc.anonymous()
        await sign_in(client, "lan", x_desk_terminal="desk-0042")
        assert (await sign_in(svc.anonymous(), "lan", "wrong wrong", x_desk_terminal="desk-0042")).status_code == 401
        assert (await client.get("/v1/me")).status_code == 200
        nonsense = await sign_in(svc.anonymous(), "lan", x_desk_terminal="desk 42")
        assert (nonsense.status_code, nonsense.json()["code"]) == (422, "bad_terminal")


def by_the_command_line(svc: Running, change: str) -> None:
    conn = connect.writer(svc.engine.path)
    if change == "disable":
        users.disable(conn, "lan")
    elif change == "password":
        users.set_password(conn, "lan", "$argon2id$nothing")
    else:
        conn.execute("UPDATE user SET centre = 'EVNHANOI' WHERE username = 'lan'")
    conn.close()


@pytest.mark.parametrize("change", ["disable", "password", "centre"])
async def test_open_streams_end_with_the_next_look_when_a_user_changes(tmp_path: Path, change: str) -> None:
    slow = msgspec.structs.replace(CHEAP, server=msgspec.structs.replace(CHEAP.server, heartbeat_s=3_600.0))
    async with running_service(tmp_path, settings=slow) as svc:
        mine, theirs = await svc.stream("lan"), await svc.stream("minh")
        assert [(await stream.next()).kind for stream in (mine, theirs)] == ["hello", "hello"]
        by_the_command_line(svc, change)
        await svc.service.go_round()
        with pytest.raises(EOFError):
            await mine.frame()
        assert not theirs.ended.is_set()
        status = (await (await svc.client("lan")).get("/v1/me")).status_code
        assert status == (200 if change == "centre" else 401)


async def test_logging_out_ends_the_stream_at_once(tmp_path: Path) -> None:
    slow = msgspec.structs.replace(CHEAP, server=msgspec.structs.replace(CHEAP.server, heartbeat_s=3_600.0))
    async with running_service(tmp_path, settings=slow) as svc:
        stream = await svc.stream("lan")
        await stream.next()
        await (await svc.client("lan")).delete("/v1/sessions/current")
        with pytest.raises(EOFError):
            await stream.frame()
        assert not svc.service.sessions._watched


async def test_streams_left_by_their_readers_are_not_remembered(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        streams = [await svc.stream("lan") for _ in range(3)]
        for stream in streams:
            await stream.next()
        for stream in streams:
            await stream.close()
        assert not svc.service.sessions._watched


async def test_a_session_ended_while_it_is_looked_up_is_not_remembered(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        client = await svc.client("lan")
        token = client.headers["authorization"].removeprefix("Bearer ")
        sessions = svc.service.sessions
        for _ in range(20):
            sessions.forget()
            ended = sessions.end(token) if _ == 10 else asyncio.sleep(0)
            await asyncio.gather(client.get("/v1/me"), ended, client.get("/v1/me"))
        assert (await client.get("/v1/me")).status_code == 401


async def test_the_work_of_a_login_does_not_tell_who_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        passwords = svc.service.sessions.passwords
        costs: list[tuple[str, int, int]] = []
        real = passwords._hasher.verify

        class Watching:
            def verify(self, encoded: str, password: str) -> bool:
                kind, salt, digest = encoded.rsplit("$", 2)
                costs.append((kind, len(salt), len(digest)))
                return real(encoded, password)

        monkeypatch.setattr(passwords, "_hasher", Watching())
        answers = [await sign_in(svc.anonymous(), name, "wrong wrong") for name in ("nobody", "lan", "nobody", "lan")]
        assert {answer.status_code for answer in answers} == {401}
        assert len(costs) == 4
        assert len(set(costs)) == 1


async def test_many_guesses_at_once_are_no_way_round_the_count(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        guesses = await asyncio.gather(*(sign_in(svc.anonymous(), "lan", f"wrong {n} wrong") for n in range(30)))
        assert sorted(answer.status_code for answer in guesses) == [401] * 5 + [429] * 25
        await svc.add_user("minh")
        logins = await asyncio.gather(*(sign_in(svc.anonymous(), "minh") for _ in range(30)))
        assert {answer.status_code for answer in logins} == {201}


async def test_an_address_that_guesses_at_many_names_is_shut_out(tmp_path: Path) -> None:
    few = msgspec.structs.replace(CHEAP, sessions=msgspec.structs.replace(CHEAP.sessions, address_failures=4))
    clock = ManualClock(START)
    async with running_service(tmp_path, clock, few) as svc:
        await svc.add_user("lan")
        here = svc.anonymous()
        there = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=svc.app, client=("10.0.0.9", 1)), base_url="http://localhost"
        )
        # A whole shift that logs in from one address is no attack.
        assert {(await sign_in(svc.anonymous(), "lan")).status_code for _ in range(9)} == {201}
        guesses = [sign_in(here, f"name{n}", "wrong wrong") for n in range(30)]
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*guesses))
        assert statuses == [401] * 4 + [429] * 26
        refused = await sign_in(here, "lan")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
        assert 0 < int(refused.headers["retry-after"]) <= 300
        assert (await sign_in(there, "lan")).status_code == 201
        sql = "SELECT count(*) FROM audit WHERE verb = 'session.locked'"
        assert await svc.engine.read(lambda conn: conn.execute(sql).fetchone()[0]) == 1
        clock.advance(301)
        assert (await sign_in(here, "lan")).status_code == 201
        await there.aclose()


async def test_a_login_storm_leaves_the_loop_free(tmp_path: Path) -> None:
    dear = msgspec.structs.replace(CHEAP, sessions=msgspec.structs.replace(CHEAP.sessions, argon2_memory_kib=19_456))
    async with running_service(tmp_path, settings=dear) as svc:
        for n in range(8):
            await svc.add_user(f"a{n}")
        began = time.thread_time()
        answers = await asyncio.gather(*(sign_in(svc.anonymous(), f"a{n}") for n in range(8)))
        assert {answer.status_code for answer in answers} == {201}
        spent = time.thread_time() - began
        one = time.thread_time()
        svc.service.sessions.passwords.hash(PASSWORD)
        # The loop's own thread did none of the eight: all its work is less than half of theirs.
        assert spent < 8 * (time.thread_time() - one) / 2


async def test_an_announcement_to_every_desk_is_brief(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("head", "lead")
        head = await svc.client("head")
        for path, field, more in (("/v1/banner", "text", {}), ("/v1/surge", "announcement", {"on": True})):
            for length, status in ((500, 200), (501, 422)):
                answer = await head.put(path, json={field: {"vi": "ộ" * length, "en": "x"}, **more})
                assert answer.status_code == status, answer.text
            assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == ("too_long", field)
