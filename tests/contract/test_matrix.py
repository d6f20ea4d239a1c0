"""Every role x every route x own and foreign: exactly what the policy says; so the stream and lists."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from agent_tui import wire
from backend_stub import policy, routes
from backend_stub.policy import VERB_OF_EVENT, Row
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.contract.cases import CASES, CUSTOMER, HERE, ROLES, THERE, World, ask, expected
from tests.service import CHEAP, running_service

QUICK = msgspec.structs.replace(CHEAP, limits=msgspec.structs.replace(CHEAP.limits, requests_s=1e6))
ROUTES = {(route.method, route.path): route for route in routes.ROUTES}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running_service(tmp_path, settings=QUICK) as svc:
        world = World(svc)
        await world.fill()
        yield world


def test_every_route_has_a_case_and_every_case_a_route() -> None:
    assert set(CASES) == set(ROUTES)


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_every_route_answers_as_the_policy_says(world: World, role: str | None) -> None:
    actor = None if role is None else world.users[role, HERE]
    maker = actor or world.users["agent", HERE]
    wrong = []
    for key, make in CASES.items():
        for centre in (HERE, THERE):
            request = await make(world, maker, centre)
            answer = await world.send(ROUTES[key], request, actor)
            says = expected(actor, ROUTES[key], request.row)
            got = str(answer.status) if answer.status in (401, 403, 404) else "allowed"
            # The session is gone after the first log-out.
            if key[1] == "/v1/sessions/current" and centre == THERE:
                continue
            if got != says or (got == "allowed" and answer.status >= 300):
                wrong.append(f"{role} {key} {centre}: {answer.status} but {says}: {answer.body[:200]!r}")
    assert not wrong, "\n".join(wrong)


async def test_what_is_not_yours_looks_exactly_like_what_is_not_there(world: World) -> None:
    agent = world.users["agent", HERE]
    seen = 0
    for key, make in CASES.items():
        request = await make(world, agent, THERE)
        if request.row is None or policy.can(agent, ROUTES[key].verb, request.row) or "id" not in request.path:
            continue
        if not policy.role_may(agent, ROUTES[key].verb):
            continue
        foreign = await world.send(ROUTES[key], request, agent)
        request.path |= {"contact" if "contact" in request.path else "id": "c-nothing"}
        nothing = await world.send(ROUTES[key], request, agent)
        answers = [msgspec.json.decode(answer.body) for answer in (foreign, nothing)]
        for answer in answers:
            del answer["request_id"]
        assert answers[0] == answers[1], key
        seen += 1
    assert seen >= 15


async def test_lists_and_snapshot_hold_what_the_policy_allows(world: World) -> None:
    made = {}
    for centre in (HERE, THERE):
        made["contact", centre] = (await world.contact(centre, "queued", world.users["agent", centre]))["id"]
        made["ticket", centre] = (await world.ticket(centre))["id"]
        made["agent", centre] = world.users["agent", centre].id
    for role in ("agent", "lead", "admin"):
        actor = world.users[role, HERE]
        headers = world.auth(actor)
        snapshot = msgspec.json.decode((await ask(world.svc.app, "GET", "/v1/snapshot", headers=headers)).body)
        shown = {
            "contact.list": [ids(snapshot["contacts"]), await listed(world, "/v1/contacts", headers)],
            "agent.list": [ids(snapshot["agents"]), await listed(world, "/v1/agents", headers)],
            "ticket.list": [await listed(world, "/v1/tickets", headers)],
        }
        for verb, lists in shown.items():
            for centre in (HERE, THERE):
                may = policy.can(actor, verb, Row(centre=centre))
                for found in lists:
                    assert (made[verb.partition(".")[0], centre] in found) == may, (role, verb, centre)


def ids(items: list[dict]) -> set[str]:
    return {item["id"] for item in items}


async def listed(world: World, path: str, headers: dict[str, str]) -> set[str]:
    answer = await ask(world.svc.app, "GET", path, b"limit=200", headers)
    assert answer.status == 200
    return ids(msgspec.json.decode(answer.body)["items"])


@pytest.mark.parametrize("role", ROLES)
async def test_the_stream_carries_what_the_policy_allows(world: World, role: str) -> None:
    actor = world.users[role, HERE]
    places = [(kind, centre) for kind in VERB_OF_EVENT for centre in (HERE, THERE, None)]
    stream = await world.svc.stream(actor.username)
    assert (await stream.next()).kind == "hello"

    def emit(tx: Tx) -> list[int]:
        return [tx.emit(kind, wire.Gone("x"), centre=centre) for kind, centre in places]

    numbers = await world.svc.engine.write(emit)
    may = [policy.can(actor, VERB_OF_EVENT[kind], Row(centre=centre)) for kind, centre in places]
    last = await world.svc.engine.write(lambda tx: tx.emit("outage.changed", wire.Gone("end")))
    got: dict[int, bool] = {}
    while last not in got:
        for line in (await stream.frame()).split("\n"):
            # A number in a comment tells that there was something, and nothing of what.
            if line.startswith("id: "):
                got[int(line[4:])] = True
            elif line.startswith(": ") and line[2:].isdigit():
                got[int(line[2:])] = False
    assert [got[number] for number in numbers] == may
    resumed = await world.svc.stream(actor.username, last=numbers[0] - 1)
    texts = b""
    while f"{last}\n".encode() not in texts:
        texts += (await resumed.frame()).encode() + b"\n"
    assert [f"id: {number}\n".encode() in texts for number in numbers] == may


async def test_search_is_staff_s_and_never_shows_a_phone(world: World) -> None:
    for role in ROLES:
        for centre in (HERE, THERE):
            actor = world.users[role, centre]
            for q in ("nguyen van 1", "0905100001", "PC08GG0000001", "80000001"):
                answer = await world.send(ROUTES["POST", "/v1/customers/search"], await _search(world, q), actor)
                assert (answer.status == 200) == policy.can(actor, "customer.search"), (role, q)
                assert b"0905100001" not in answer.body
                assert (CUSTOMER.encode() in answer.body) == (answer.status == 200), (role, q)


async def _search(world: World, q: str):
    request = await CASES["POST", "/v1/customers/search"](world, world.users["agent", HERE], HERE)
    request.body = {"q": q}
    return request


async def test_a_record_shows_of_other_centres_work_nothing(world: World) -> None:
    here, there = await world.ticket(HERE), await world.ticket(THERE)
    foreign = await world.contact(THERE, "queued", world.users["agent", THERE])
    await world.svc.engine.write(
        lambda tx: tx.conn.execute("UPDATE contact SET customer = ? WHERE id = ?", (CUSTOMER, foreign["id"]))
    )
    for role in ("agent", "lead", "admin"):
        request = await CASES["GET", "/v1/customers/{code}"](world, world.users[role, HERE], HERE)
        answer = await world.send(ROUTES["GET", "/v1/customers/{code}"], request, world.users[role, HERE])
        record = msgspec.json.decode(answer.body)
        assert here["id"] in ids(record["open_tickets"])
        assert (there["id"] in ids(record["open_tickets"])) == (role == "admin")
        assert (foreign["id"] in ids(record["recent_contacts"])) == (role == "admin")


@pytest.mark.parametrize("field", ["contact", "outage", "customer"])
async def test_a_side_parameter_reaches_nothing_foreign(world: World, field: str) -> None:
    agent = await world.svc.client(world.users["agent", HERE].username)
    foreign = await world.contact(THERE, "queued", world.users["agent", THERE])
    body = {"type": "OTHER", "title": "x", field: foreign["id"]}
    assert (await agent.post("/v1/tickets", json=body)).status_code == 422
    own = await world.ticket(HERE)
    sent = {"assignee": world.users["agent", THERE].username}
    refused = await agent.patch(f"/v1/tickets/{own['id']}", json=sent, headers={"if-match": "1"})
    assert refused.status_code == 422
    mine = await world.contact(HERE, "connected", world.users["agent", HERE])
    to = {"agent": world.users["agent", THERE].id}
    assert (await agent.post(f"/v1/contacts/{mine['id']}/transfer", json=to)).status_code == 422


COLUMNS = ("id", "centre", "state", "agent", "version", "source", "role", "number", "created_by")


@pytest.mark.parametrize("column", COLUMNS)
async def test_no_column_can_be_set_that_is_no_field(world: World, column: str) -> None:
    agent = world.users["agent", HERE]
    for key, make in CASES.items():
        route = ROUTES[key]
        if route.request is None or column in route.request.__struct_fields__ or not policy.role_may(agent, route.verb):
            continue
        request = await make(world, agent, HERE)
        request.body = {**request.body, column: "EVNHCMC"}
        answer = await world.send(route, request, agent)
        assert answer.status == 422, (key, answer.body)
        assert b"unknown_field" in answer.body


def test_the_grid_is_the_one_the_cases_speak_of() -> None:
    assert grid.HOME == CUSTOMER
