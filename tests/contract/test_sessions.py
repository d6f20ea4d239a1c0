from pathlib import Path

import httpx

from backend_stub.clock import ManualClock
from backend_stub.store import connect, users
from tests.service import PASSWORD, Running, running_service

START = 1_795_000_000.0


async def login(client: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    return await client.post("/v1/sessions", json={"username": username, "password": password})


async def test_a_login_gives_a_token_and_says_who_it_is(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        user_id = await svc.add_user("lan", "lead", "EVNHANOI", {"outage": 3}, display="Lan Trần")
        answer = await login(svc.anonymous(), "lan", PASSWORD)
        assert answer.status_code == 201
        session = answer.json()
        assert len(session["token"]) >= 43
        assert session["expires_at"].endswith("Z")
        expected = {
            "id": user_id, "username": "lan", "name": "Lan Trần", "role": "lead", "centre": "EVNHANOI",
            "skills": {"outage": 3},
        }  # fmt: skip
        assert session["user"] == expected
        me = await svc.anonymous().get("/v1/me", headers={"authorization": f"Bearer {session['token']}"})
        assert me.json() == expected


async def test_the_token_itself_is_stored_nowhere(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        token = (await login(svc.anonymous(), "lan", PASSWORD)).json()["token"]
        dump = await svc.engine.read(lambda conn: repr([tuple(row) for row in conn.execute("SELECT * FROM session")]))
        hashes = await svc.engine.read(lambda conn: conn.execute("SELECT password_hash FROM user").fetchone()[0])
        assert dump != "[]"
        assert token not in dump
        assert hashes.startswith("$argon2id$")


async def test_wrong_password_unknown_user_and_disabled_user_get_the_same_answer(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        await svc.add_user("old")
        await svc.engine.write(lambda tx: users.disable(tx.conn, "old"))
        client = svc.anonymous()
        answers = [
            await login(client, "lan", "wrong wrong"),
            await login(client, "nobody", PASSWORD),
            await login(client, "old", PASSWORD),
        ]
        assert [answer.status_code for answer in answers] == [401, 401, 401]
        bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
        assert bodies[0] == bodies[1] == bodies[2]
        assert answers[0].headers["content-type"] == "application/problem+json"


async def test_an_unknown_user_costs_a_hash_too(tmp_path: Path, monkeypatch) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        passwords = svc.service.sessions.passwords
        verified: list[bool] = []
        real = passwords._hasher.verify

        class Counting:
            def verify(self, encoded: str, password: str) -> bool:
                verified.append(True)
                return real(encoded, password)

            hash = staticmethod(passwords._hasher.hash)

        monkeypatch.setattr(passwords, "_hasher", Counting())
        await login(svc.anonymous(), "nobody", "wrong wrong")
        await login(svc.anonymous(), "lan", "wrong wrong")
        assert len(verified) == 2


async def test_the_sixth_failure_in_five_minutes_is_refused_for_a_while(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with running_service(tmp_path, clock) as svc:
        await svc.add_user("lan")
        client = svc.anonymous()
        assert [(await login(client, "lan", "wrong wrong")).status_code for _ in range(6)] == [401] * 5 + [429]
        braked = await login(client, "LAN", PASSWORD)
        assert braked.status_code == 429
        assert 0 < int(braked.headers["retry-after"]) <= 300
        assert (await login(client, "minh", "wrong wrong")).status_code == 401
        clock.advance(301)
        assert (await login(client, "lan", PASSWORD)).status_code == 201


async def test_a_login_that_works_clears_the_failures(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        await svc.add_user("lan")
        client = svc.anonymous()
        for _ in range(3):
            assert [(await login(client, "lan", "wrong wrong")).status_code for _ in range(4)] == [401] * 4
            assert (await login(client, "lan", PASSWORD)).status_code == 201


async def test_after_logging_out_the_token_is_worth_nothing(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        client = await svc.client("lan")
        assert (await client.get("/v1/me")).status_code == 200
        gone = await client.delete("/v1/sessions/current")
        assert (gone.status_code, gone.content) == (204, b"")
        assert (await client.get("/v1/me")).json()["code"] == "session_ended"


async def test_a_session_ends_after_half_an_hour_of_silence(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with running_service(tmp_path, clock) as svc:
        client = await svc.client("lan")
        clock.advance(1_799)
        assert (await client.get("/v1/me")).status_code == 200
        clock.advance(1_801)
        assert (await client.get("/v1/me")).status_code == 401


async def test_a_session_ends_after_twelve_hours_however_busy(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with running_service(tmp_path, clock) as svc:
        client = await svc.client("lan")
        for _ in range(47):
            clock.advance(900)
            assert (await client.get("/v1/me")).status_code == 200
        clock.advance(900)
        assert (await client.get("/v1/me")).status_code == 401


async def test_a_session_and_its_idle_time_survive_a_restart(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with running_service(tmp_path, clock) as svc:
        bearer = (await svc.client("lan")).headers["authorization"]
        clock.advance(1_000)
        assert (await (await svc.client("lan")).get("/v1/me")).status_code == 200
    clock.advance(1_000)
    async with running_service(tmp_path, clock) as svc:
        client = svc.anonymous()
        client.headers["authorization"] = bearer
        assert (await client.get("/v1/me")).status_code == 200
    clock.advance(1_801)
    async with running_service(tmp_path, clock) as svc:
        client = svc.anonymous()
        client.headers["authorization"] = bearer
        assert (await client.get("/v1/me")).status_code == 401


async def test_disabling_a_user_from_the_command_line_ends_the_sessions_at_once(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        client = await svc.client("lan")
        assert (await client.get("/v1/me")).status_code == 200
        conn = connect.writer(svc.engine.path)
        users.disable(conn, "lan")
        conn.close()
        await svc.service.go_round()
        assert (await client.get("/v1/me")).status_code == 401


async def test_nonsense_tokens_are_not_logged_in(tmp_path: Path) -> None:
    async with running_service(tmp_path) as svc:
        client = svc.anonymous()
        for value in ("", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "x" * 5_000):
            answer = await client.get("/v1/me", headers={"authorization": value})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"


class LeapingClock(ManualClock):
    """A clock whose wall time is put forward or back while the other goes on."""

    def leap(self, seconds: float) -> None:
        self._now += seconds


async def rows(svc: Running) -> int:
    return await svc.engine.read(lambda conn: conn.execute("SELECT count(*) FROM session").fetchone()[0])


async def test_sessions_nobody_came_back_to_leave_no_row(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with running_service(tmp_path, clock) as svc:
        await svc.client("lan")
        minh = await svc.client("minh")
        for client in (await svc.client("lan"), minh):
            assert (await client.get("/v1/me")).status_code == 200
        clock.advance(1_799)
        assert (await minh.get("/v1/me")).status_code == 200
        clock.advance(2)
        await svc.service.sessions.save_use()
        assert await rows(svc) == 1
        assert (await minh.get("/v1/me")).status_code == 200
        assert (await (await svc.client("lan")).get("/v1/me")).status_code == 401


async def test_a_leap_of_the_clock_ends_no_session_and_keeps_none_alive(tmp_path: Path) -> None:
    clock = LeapingClock(START)
    async with running_service(tmp_path, clock) as svc:
        lan, minh = await svc.client("lan"), await svc.client("minh")
        assert (await lan.get("/v1/me")).status_code == 200
        clock.leap(86_400)
        # Before the leap is noticed: somebody logs in, and another command line changes a user.
        await svc.client("hoa")
        svc.service.sessions.forget()
        assert (await lan.get("/v1/me")).status_code == 200
        await svc.service.go_round()
        # Of one that was never used only the row tells.
        assert (await minh.get("/v1/me")).status_code == 200
        clock.leap(-86_400)
        await svc.service.go_round()
        clock.advance(1_801)
        svc.service.sessions.forget()
        assert [(await client.get("/v1/me")).status_code for client in (lan, minh)] == [401, 401]
        verbs = await svc.engine.read(
            lambda conn: conn.execute("SELECT change FROM audit WHERE verb = 'clock.leap' ORDER BY n").fetchall()
        )
        assert [row[0] for row in verbs] == ['{"seconds":86400}', '{"seconds":-86400}']


async def test_an_answer_is_not_forgotten_by_a_leap_of_the_clock(tmp_path: Path) -> None:
    clock = LeapingClock(START)
    async with running_service(tmp_path, clock) as svc:
        lan = await svc.client("lan")
        ticket, key = {"type": "OTHER", "title": "once"}, {"idempotency-key": "one-and-only"}
        first = await lan.post("/v1/tickets", json=ticket, headers=key)
        clock.leap(2 * 86_400)
        again = [await lan.post("/v1/tickets", json=ticket, headers=key)]
        await svc.service.go_round()
        again.append(await lan.post("/v1/tickets", json=ticket, headers=key))
        assert [answer.content for answer in again] == [first.content] * 2
        assert first.status_code == 201
        clock.advance(86_401)
        await svc.service.go_round()
        anew = await (await login_again(svc)).post("/v1/tickets", json=ticket, headers=key)
        assert (anew.status_code, anew.json()["id"] != first.json()["id"]) == (201, True)


async def login_again(svc: Running) -> httpx.AsyncClient:
    client = svc.anonymous()
    client.headers["authorization"] = f"Bearer {(await login(client, 'lan', PASSWORD)).json()['token']}"
    return client
