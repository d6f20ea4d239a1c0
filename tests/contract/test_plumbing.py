import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from agent_tui import wire
from backend_stub import policy
from backend_stub.clock import ManualClock
from backend_stub.errors import Conflict, VersionConflict
from backend_stub.routes.plumbing import Router
from backend_stub.routes.table import Answer, Call, Route, page
from backend_stub.store.engine import Tx
from tests.service import Running, running_service

HEADERS = {"content-type": "application/json"}


def keep(tx: Tx, call: Call) -> Answer:
    """Store a note: the simplest change there is."""
    text = call.body_as(wire.NewNote).text
    if text == "refuse":
        raise Conflict("busy", "Somebody is at it.", by="minh")
    tx.conn.execute("INSERT INTO meta (key, value) VALUES (hex(randomblob(8)), ?)", (text,))
    count = tx.conn.execute("SELECT count(*) FROM meta WHERE value = ?", (text,)).fetchone()[0]
    return Answer(wire.Gone(f"{text} {count}"), etag=count)


def change(tx: Tx, call: Call) -> Answer:
    """Change version 3."""
    if call.if_match != 3:
        raise VersionConflict(wire.Gone("current"), 3)
    return Answer(wire.Gone(call.path["id"]), etag=4)


def listing(conn: object, call: Call) -> Answer:
    """List numbers."""
    first = int(call.after() or 0)
    limit = call.limit()
    items = [wire.Gone(str(n)) for n in range(first + 1, 121)][: limit + 1]
    return Answer(page(items, limit, lambda item: item.id))


def fail(conn: object, call: Call) -> Answer:
    """Fail as a bug does."""
    raise KeyError("Nguyễn Văn Ty")


ROUTES = (
    Route("POST", "/v1/notes", "test.write", "write", keep, wire.NewNote, wire.Gone, 201),
    Route("PATCH", "/v1/notes/{id}", "test.write", "write", change, wire.NewNote, wire.Gone),
    Route("GET", "/v1/notes", "test.write", "read", listing, query=("limit", "after")),
    Route("GET", "/v1/notes/fail", "test.write", "read", fail),
    Route("GET", "/v1/leads-only", "test.lead", "read", listing),
)


@pytest.fixture
async def svc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setitem(policy.RULES, "test.write", {"agent": "any"})
    monkeypatch.setitem(policy.RULES, "test.lead", {"lead": "any"})
    async with running_service(tmp_path, ManualClock(1_795_000_000.0)) as svc:
        from backend_stub import routes

        svc.app._router = Router((*routes.ROUTES, *ROUTES))
        yield svc


@pytest.fixture
async def client(svc: Running) -> httpx.AsyncClient:
    return await svc.client("lan")


async def test_every_error_is_a_problem_with_a_stable_code(client: httpx.AsyncClient) -> None:
    answers = {
        "not_found": await client.get("/v1/nothing"),
        "method_not_allowed": await client.put("/v1/notes"),
        "forbidden": await client.get("/v1/leads-only"),
        "busy": await client.post("/v1/notes", json={"text": "refuse"}),
        "internal": await client.get("/v1/notes/fail"),
        "precondition_required": await client.patch("/v1/notes/7", json={"text": "x"}),
    }
    statuses = {code: answer.status_code for code, answer in answers.items()}
    assert statuses == {
        "not_found": 404, "method_not_allowed": 405, "forbidden": 403, "busy": 409, "internal": 500,
        "precondition_required": 428,
    }  # fmt: skip
    for code, answer in answers.items():
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["code"] == code
        assert problem["status"] == answer.status_code
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert {"type", "title", "detail"} <= problem.keys()
    assert answers["method_not_allowed"].headers["allow"] == "GET, POST"
    assert answers["busy"].json()["by"] == "minh"
    assert "Nguyễn" not in answers["internal"].text


async def test_a_request_id_is_taken_over_only_when_it_is_harmless(client: httpx.AsyncClient) -> None:
    given = await client.get("/v1/me", headers={"x-request-id": "desk-0042-abcd"})
    assert given.headers["x-request-id"] == "desk-0042-abcd"
    forged = await client.get("/v1/me", headers={"x-request-id": "a b\tc"})
    assert forged.headers["x-request-id"] != "a b\tc"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "evil.example//localhost",
        "localhost:80@evil.example",
        "localhost:x",
        "local host",
        "localhost, evil.example",
        "[::1]evil.example",
    ],
)
async def test_a_foreign_host_is_misdirected(client: httpx.AsyncClient, host: str) -> None:
    answer = await client.get("/health", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1:8400", "[::1]:8400"])
async def test_loopback_names_are_known_on_any_port(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/health", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:8400", "null", ""])
async def test_web_pages_are_refused_wherever_they_come_from(client: httpx.AsyncClient, origin: str) -> None:
    assert (await client.get("/health", headers={"origin": origin})).status_code == 403


async def test_a_body_has_a_limit_however_it_arrives(client: httpx.AsyncClient) -> None:
    large = b'{"text":"' + b"x" * 262_144 + b'"}'
    announced = await client.post("/v1/notes", content=large, headers=HEADERS)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    unannounced = await client.post("/v1/notes", content=chunks(), headers=HEADERS)
    assert "content-length" not in unannounced.request.headers
    for answer in (announced, unannounced):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_only_json_is_read(client: httpx.AsyncClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = await client.post("/v1/notes", content=b'{"text":"x"}', headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    good = {"content-type": "application/json; charset=utf-8"}
    assert (await client.post("/v1/notes", content=b'{"text":"x"}', headers=good)).status_code == 201


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"text":"x"}}', 400),
        (b'{"text":NaN}', 400),
        (b'{"text":"\xff"}', 400),
        (b'{"text":"a\x01"}', 400),
        (b'{"text":' + b"[" * 100_000, 422),
        (b'{"more":' + b"[" * 100_000 + b"]" * 100_000 + b',"text":"x"}', 422),
        (b'{"text":"\\ud800"}', 422),
        (b'{"text":"a\\u0000b"}', 422),
        (b'{"text":1e999}', 422),
        (b'{"text":' + b"9" * 5_000 + b"}", 422),
        (b'{"text":null}', 422),
        (b'{"text":""}', 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"text":"x","admin":true}', 422),
        (b'{"text":"a\\\\u0000b"}', 201),
        (b'{"text":"[/b] [@click=app.quit]x[/] \\u001b]52;c;aGk=\\u0007"}', 201),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_strange_bodies_are_refused_and_never_an_error_of_ours(
    client: httpx.AsyncClient, raw: bytes, status: int
) -> None:
    answer = await client.post("/v1/notes", content=raw, headers=HEADERS)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"text": 7}, "text", "invalid"),
        ({}, "text", "missing"),
        ({"text": "x", "admin": True}, "admin", "unknown_field"),
    ],
)
async def test_a_refused_field_is_named(client: httpx.AsyncClient, body: dict, field: str, code: str) -> None:
    (error,) = (await client.post("/v1/notes", json=body)).json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["detail"]


async def test_what_a_customer_is_called_is_stored_as_given(svc: Running, client: httpx.AsyncClient) -> None:
    name = "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07"
    assert (await client.post("/v1/notes", json={"text": name})).json()["id"] == f"{name} 1"


async def test_the_same_key_and_body_has_one_effect_and_one_answer(client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "key-00000001"}
    answers = await asyncio.gather(
        *(client.post("/v1/notes", json={"text": "once"}, headers=headers) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.text for answer in answers} == {'{"id":"once 1","gone":true}'}
    assert {answer.headers["etag"] for answer in answers} == {'"1"'}
    assert (await client.post("/v1/notes", json={"text": "once"})).json()["id"] == "once 2"


async def test_a_key_used_for_something_else_is_refused(svc: Running, client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "key-00000001"}
    await client.post("/v1/notes", json={"text": "first"}, headers=headers)
    other = await client.post("/v1/notes", json={"text": "second"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    colleague = await svc.client("minh")
    assert (await colleague.post("/v1/notes", json={"text": "second"}, headers=headers)).status_code == 201


async def test_a_refused_request_may_be_tried_again_with_its_key(svc: Running, client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "key-00000001"}
    assert (await client.post("/v1/notes", json={"text": "refuse"}, headers=headers)).status_code == 409
    assert (await client.post("/v1/notes", json={"text": "refuse"}, headers=headers)).status_code == 409
    stored = await svc.engine.read(lambda conn: conn.execute("SELECT count(*) FROM idempotency").fetchone()[0])
    assert stored == 0


async def test_an_answer_is_kept_for_a_day(svc: Running, client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "key-00000001"}
    await client.post("/v1/notes", json={"text": "daily"}, headers=headers)
    clock = svc.service.clock
    assert isinstance(clock, ManualClock)
    clock.advance(86_401)
    client = await svc.client("minh")
    await svc.service.go_round()
    stored = await svc.engine.read(lambda conn: conn.execute("SELECT count(*) FROM idempotency").fetchone()[0])
    assert stored == 0


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space 1", "ümlaut-12345".encode()])
async def test_a_key_of_the_wrong_form_is_refused(client: httpx.AsyncClient, key: str | bytes) -> None:
    answer = await client.post("/v1/notes", json={"text": "x"}, headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_idempotency_key")


async def test_a_change_needs_the_version_it_is_based_on(client: httpx.AsyncClient) -> None:
    stale = await client.patch("/v1/notes/7", json={"text": "x"}, headers={"if-match": '"2"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"3"')
    assert stale.json()["current"] == {"id": "current", "gone": True}
    good = await client.patch("/v1/notes/7", json={"text": "x"}, headers={"if-match": '"3"'})
    assert (good.status_code, good.headers["etag"]) == (200, '"4"')
    bad = await client.patch("/v1/notes/7", json={"text": "x"}, headers={"if-match": "W/banana"})
    assert bad.status_code == 400


async def test_a_list_is_walked_page_by_page(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    query: dict[str, str] = {}
    while True:
        answer = (await client.get("/v1/notes", params=query)).json()
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        query = {"after": answer["next"]}
    assert seen == [str(n) for n in range(1, 121)]
    assert len((await client.get("/v1/notes?limit=200")).json()["items"]) == 120


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=-1", "limit=1&limit=2", "sort=x", "after=%00"]
)
async def test_a_query_we_do_not_know_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/v1/notes?{query}")).status_code == 422


async def test_bytes_that_are_no_text_in_a_query_are_malformed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/notes?after=%ff")).status_code == 400


async def test_health_and_readiness_need_no_login(svc: Running) -> None:
    client = svc.anonymous()
    assert (await client.get("/health")).json()["status"] == "ok"
    ready = await client.get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    svc.engine.broken = "disk I/O error"
    ready = await client.get("/ready")
    assert (ready.status_code, ready.json()["checks"]["writable"]) == (503, False)
    svc.engine.broken = None


async def test_head_answers_without_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/health")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await client.head("/v1/events")).status_code == 405


async def test_every_route_but_the_public_ones_needs_a_login(svc: Running) -> None:
    from backend_stub import routes

    client = svc.anonymous()
    for route in routes.ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        answer = await client.request(route.method, path, content=json.dumps({}), headers=HEADERS)
        assert (answer.status_code == 401) == (route.verb != "public"), f"{route.method} {route.path}"
