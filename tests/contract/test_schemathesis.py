"""Requests made up from our own OpenAPI document: none fails here, none that breaks the contract is taken."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import hypothesis
import pytest
import schemathesis
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from backend_stub import openapi, routes
from backend_stub.policy import Principal
from tests.contract.cases import CASES, HERE, Request, World
from tests.contract.test_hostile_requests import FREE
from tests.full import count
from tests.service import running_service


class Bridge:
    """The app on its own loop in its own thread: schemathesis brings another loop."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.schema = schemathesis.openapi.from_dict(json.loads(openapi.document(routes.ROUTES)))
        self.schema.app = self
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))

    def __enter__(self) -> "Bridge":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *failure: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)
        self._loop.close()

    def request(self, operation: tuple[str, str], actor: Principal) -> Request:
        """Return a request that would work now."""
        made = CASES[operation](self.world, actor, HERE)
        return asyncio.run_coroutine_threadsafe(made, self._loop).result(30)

    async def _run(self) -> None:
        async with running_service(self._directory, settings=FREE) as svc:
            self.world = World(svc)
            await self.world.fill()
            self.app = svc.app
            self._ready.set()
            await self._end.wait()

    async def __call__(self, scope: dict, receive, send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        for event in await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._answer(scope, body), self._loop)):
            await send(event)

    async def _answer(self, scope: dict, body: bytes) -> list[dict]:
        events: list[dict] = []
        asked = False

        async def receive() -> dict[str, object]:
            nonlocal asked
            if asked:
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(event: dict) -> None:
            events.append(event)

        await self.app(scope, receive, send)
        if events and events[-1].get("more_body"):
            events.append({"type": "http.response.body", "body": b""})
        return events


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with Bridge(tmp_path_factory.mktemp("schemathesis")) as bridge:
        yield bridge


OPERATIONS = [(r.method, r.path) for r in routes.ROUTES if r.path != "/v1/sessions/current"]
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
)
REJECTION = openapi_checks.negative_data_rejection


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
def test_made_up_requests_are_answered_by_the_contract(
    bridge: Bridge, operation: tuple[str, str], mode: schemathesis.GenerationMode
) -> None:
    method, path = operation
    route = next(route for route in routes.ROUTES if (route.method, route.path) == operation)
    if mode is schemathesis.GenerationMode.NEGATIVE and route.request is None and route.path.count("/") == 1:
        # Nothing to send, so nothing to send wrongly.
        return
    actor = bridge.world.users["channel" if route.verb in ("contact.create", "contact.csat") else "lead", HERE]
    headers = {"host": "localhost", **bridge.world.auth(actor)}
    real = iter(range(1_000_000))

    @hypothesis.given(case=bridge.schema[path][method].as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=count(5, 300), deadline=None, database=None, derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    def send(case: schemathesis.Case) -> None:
        if mode is schemathesis.GenerationMode.POSITIVE and next(real) % 4:
            # Three of four go to a thing that is there: what a made-up id gets is soon known.
            there = bridge.request(operation, actor)
            case.path_parameters = there.path
            case.headers = {**(case.headers or {}), **there.headers}
        answer = case.call(headers=headers)
        sent = parse_qs(urlsplit(answer.request.url).query, keep_blank_values=True)
        # We always log in, and an unknown parameter made up as an empty list is not sent: nothing is wrong then.
        harmless = route.request is None and set(sent) <= set(route.query)
        # Too large is a refusal too, and comes before anything is read: the tool's own list of refusals lacks it.
        harmless = harmless or answer.status_code == 413
        case.validate_response(answer, headers=headers, checks=CHECKS if harmless else (*CHECKS, REJECTION))

    send()
