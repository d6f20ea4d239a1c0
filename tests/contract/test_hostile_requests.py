"""Strangers' words in every parameter of every endpoint: refused or stored as they are, never a failure of ours."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from agent_tui import wire
from backend_stub import policy, routes
from backend_stub.routes.table import Route
from tests.contract.cases import CASES, HERE, Answer, Request, World
from tests.contract.cases import percent as encoded
from tests.full import FULL
from tests.hostile import TEXTS
from tests.service import CHEAP, running_service

FREE = msgspec.structs.replace(
    CHEAP, limits=msgspec.structs.replace(CHEAP.limits, requests_s=1e6, openings_minute=1_000_000)
)
HEADERS = (
    "authorization", "access-reason", "idempotency-key", "if-match", "last-event-id", "x-request-id",
    "x-desk-terminal", "content-type", "host", "origin", "content-length", "transfer-encoding", "accept", "x-unknown",
)  # fmt: skip
TRACES = (b"Traceback", b'File "', b".py", b"sqlite", b"msgspec", b"Error:", b"object at 0x")
OFTEN = 1 if FULL else 17


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running_service(tmp_path, settings=FREE) as svc:
        world = World(svc)
        await world.fill()
        yield world


def actor_of(world: World, route: Route) -> policy.Principal | None:
    may = [role for role in ("lead", "agent", "channel") if role in policy.RULES.get(route.verb, {})]
    return None if route.verb == policy.PUBLIC else world.users[may[0], HERE]


def variants(route: Route, request: Request, text: str) -> Iterator[Request]:
    """Put the text into every parameter in turn."""
    for name in request.path:
        yield replaced(request, path={**request.path, name: encoded(text) if "/" in text else text or " "})
    for name in (*route.query, "unknown"):
        yield replaced(request, query=f"{name}={encoded(text)}")
    for name in HEADERS:
        if name != "authorization":
            yield replaced(request, headers={**request.headers, name: text})
    yield replaced(request, headers={**request.headers, "authorization": f"Bearer {text}"})
    if isinstance(request.body, dict) and route.request is not None:
        for name in (*route.request.__struct_fields__, text):
            yield replaced(request, body={**request.body, name: text})
            yield replaced(request, body={**request.body, name: {text: text}})
            yield replaced(request, body={**request.body, name: [text]})
        yield replaced(request, body=text)


def replaced(request: Request, **parts: object) -> Request:
    fields = {name: getattr(request, name) for name in ("path", "query", "body", "headers", "row")}
    return Request(**{**fields, **parts})


def check(answer: Answer, where: str) -> None:
    assert 200 <= answer.status < 500, f"{where}: {answer.status} {answer.body[:300]!r}"
    if answer.status >= 400:
        assert not [trace for trace in TRACES if trace in answer.body], f"{where}: {answer.body[:300]!r}"
        assert answer.headers["content-type"] == "application/problem+json", where
        problem = msgspec.json.decode(answer.body, type=wire.Problem)
        assert problem.status == answer.status
    for value in answer.headers.values():
        assert value.isprintable()


@pytest.mark.parametrize("key", [key for key in CASES if key[1] != "/v1/sessions/current"], ids=" ".join)
async def test_hostile_text_anywhere_is_never_a_failure(world: World, key: tuple[str, str]) -> None:
    route = next(route for route in routes.ROUTES if (route.method, route.path) == key)
    actor = actor_of(world, route)
    maker = actor or world.users["agent", HERE]
    request = await CASES[key](world, maker, HERE)
    number = list(CASES).index(key)
    for i, text in enumerate(TEXTS):
        for j, variant in enumerate(variants(route, request, text)):
            # A sample takes every seventeenth pair, shifted from route to route: all texts and parameters come.
            if (i + j + number) % OFTEN:
                continue
            answer = await world.send(route, variant, actor)
            check(answer, f"{key} {variant}")
            if answer.status < 300 and route.kind == "write":
                request = await CASES[key](world, maker, HERE)


BAD = [
    b'{"text":"a","text":"b"}', b'{"text":"a","\\u0074ext":"b"}', b'{"text":"x","fields":{"a":"1","a":"2"}}',
    b'{"text":"\\ud800"}', b'{"text":"\xed\xa0\x80"}', b'{"text":NaN}', b'{"text":Infinity}', b'{"text":-Infinity}',
    b'{"text":' + b"9" * 5_000 + b"}", b'{"text":1e999999}', b"[" * 50_000, b'{"a":' * 20_000, b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00", b"{}{}", b"nul", b'{"text":"x"} trailing', b"{'text':'x'}", b'{"text":"x",}', b"\x00",
    b'{"text":"\x00"}', b'{"text":"a\tb"}', b'{"TEXT":"x"}', b'{"__class__":"x"}', b'{"text":true}', b'{"text":[]}',
]  # fmt: skip


@pytest.mark.parametrize("raw", BAD, ids=lambda raw: repr(raw[:24]))
async def test_bodies_that_are_not_strict_json_of_the_type_are_refused_everywhere(world: World, raw: bytes) -> None:
    for key, make in CASES.items():
        route = next(route for route in routes.ROUTES if (route.method, route.path) == key)
        if route.request is None:
            continue
        actor = actor_of(world, route)
        request = await make(world, actor or world.users["agent", HERE], HERE)
        request.body = raw
        answer = await world.send(route, request, actor)
        check(answer, f"{key}")
        assert answer.status in (400, 422), (key, answer.status)


@pytest.mark.parametrize("raw", [b'{"text":"a","text":"b"}', b'{"text":"a","\\u0074ext":"a"}'])
async def test_a_name_given_twice_is_refused(world: World, raw: bytes) -> None:
    ticket = await world.ticket(HERE)
    route = next(route for route in routes.ROUTES if route.verb == "ticket.note")
    answer = await world.send(route, Request({"id": ticket["id"]}, body=raw), world.users["agent", HERE])
    assert (answer.status, json.loads(answer.body)["code"]) == (422, "duplicate_field")


TIMES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z", "2026-11-22T07:00:00"]


@pytest.mark.parametrize("moment", TIMES)
async def test_times_at_the_ends_of_the_calendar_are_refused(world: World, moment: str) -> None:
    channel = await world.svc.channel()
    body = {"external_id": "x", "channel": "zalo", "address": "z1", "queue": "outage", "joined_at": moment}
    assert (await channel.post("/v1/contacts", json=body)).status_code == 422
    lead = await world.svc.client(world.users["lead", HERE].username)
    for field in ("started_at", "etr"):
        sent = {"device": "T3", "kind": "planned", field: moment}
        assert (await lead.post("/v1/outages", json=sent)).status_code == 422
    patched = await lead.patch(f"/v1/outages/{world.outage}", json={"etr": moment}, headers={"if-match": "1"})
    assert patched.status_code == 422
    assert (await lead.get("/v1/segments", params={"from": moment})).status_code == 422


async def test_a_repeated_header_is_no_way_round_a_rule(world: World) -> None:
    for pairs, status in (
        ([(b"host", b"localhost"), (b"host", b"evil.example")], 421),
        ([(b"host", b"evil.example"), (b"host", b"localhost")], 421),
        ([(b"host", b"localhost"), (b"authorization", b"Bearer x"), (b"authorization", b"Bearer y")], 401),
    ):
        sent: list[dict] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(event: dict, sent: list[dict] = sent) -> None:
            sent.append(event)

        scope = {"type": "http", "method": "GET", "path": "/v1/me", "query_string": b"", "headers": pairs}
        await world.svc.app(scope, receive, send)
        assert sent[0]["status"] == status
