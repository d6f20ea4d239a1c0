"""Canaries: a name, a phone, an address and a password pushed through every route are in no log, metric or error."""

import logging
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from backend_stub import routes
from backend_stub.domain.masking import mask_numbers
from backend_stub.logs import FILE, Formatter, Line, RequestLog
from backend_stub.settings import Logs
from backend_stub.store import customers
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.contract.cases import CASES, HERE, ROLES, Request, World
from tests.contract.cases import percent as encoded
from tests.contract.desk import do, report
from tests.contract.test_hostile_requests import FREE, HEADERS, replaced
from tests.service import Running, running_service

NAME, PHONE, ADDRESS, PASSWORD = "Canary Vàng Anh", "0987654321", "77 Phố Chim Hoàng Yến", "canary-Pa55word-chip"
CANARIES = (NAME, PHONE, ADDRESS, PASSWORD)
TICKED = msgspec.structs.replace(FREE, logs=Logs(file_bytes=10_000_000))


def spoilt(text: str) -> list[str]:
    return [canary for canary in (*CANARIES, *map(encoded, CANARIES), "Vàng Anh", "987654321") if canary in text]


def everywhere(route: object, request: Request) -> list[Request]:
    """Put the canaries into every place of a request at once, and into each body field alone."""
    words = " ".join(CANARIES)
    found = [replaced(request, headers={**request.headers, name: words}) for name in HEADERS if name != "host"]
    found += [replaced(request, path=dict.fromkeys(request.path, encoded(word))) for word in CANARIES]
    found += [replaced(request, query=f"{name}={encoded(words)}") for name in (*route.query, words)]
    if isinstance(request.body, dict) and route.request is not None:
        for name in (*route.request.__struct_fields__, words):
            found += [replaced(request, body={**request.body, name: word}) for word in (words, {words: words}, [words])]
        found.append(replaced(request, body=f'{{"{words}": {words}'.encode()))
    return found


async def test_no_canary_in_logs_metrics_and_error_bodies(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    errors: list[str] = []
    asked = 0
    async with running_service(tmp_path, settings=TICKED) as svc:
        world = World(svc)
        await world.fill()
        await canary_customer(svc)
        for role in (None, *ROLES):
            actor = None if role is None else world.users[role, HERE]
            for key, make in list(CASES.items())[:-1]:
                route = next(route for route in routes.ROUTES if (route.method, route.path) == key)
                base = await make(world, actor or world.users["agent", HERE], HERE)
                for request in [base, *everywhere(route, base)]:
                    answer = await world.send(route, request, actor)
                    asked += 1
                    if answer.status >= 400:
                        problem = msgspec.json.decode(answer.body, type=dict[str, object])
                        # What the caller may read of the thing itself is an answer, not an error's text.
                        problem.pop("current", None)
                        text = str(problem) + str(answer.headers)
                        errors += [f"{role} {key}: {one} {text[:300]}" for one in spoilt(text)]
        metrics = (await svc.anonymous().get("/metrics")).text
    assert errors == []
    assert asked > 3_000
    assert spoilt(metrics) == []
    assert spoilt(caplog.text) == []
    lines = [msgspec.json.decode(line, type=Line) for line in (tmp_path / "log" / FILE).read_bytes().splitlines()]
    assert len(lines) >= asked
    assert spoilt((tmp_path / "log" / FILE).read_text()) == []
    assert {line.route for line in lines} <= {route.path for route in routes.ROUTES} | {"unknown", "(unknown)", "-", ""}


async def canary_customer(svc: Running) -> None:
    row = customers.CustomerRow(
        "PC08GG0000099", NAME, "Chị", (PHONE,), ADDRESS, grid.DONG_XUAN, "", "80000099", "HD99", "T1", "residential", 1,
        "", "active",
    )  # fmt: skip

    def load(tx: Tx) -> None:
        customers.upsert_many(tx.conn, [row])

    await svc.engine.write(load)


async def test_each_request_is_one_line_of_known_fields(tmp_path: Path) -> None:
    async with running_service(tmp_path, settings=TICKED) as svc:
        client = await svc.client("lan")
        me = (await client.get("/v1/me", headers={"x-request-id": "desk-0042-abcd"})).json()["id"]
        await client.get("/v1/contacts/c-0905123456?x=0905123456")
        await client.get("/nowhere/0905123456")
        stream = await svc.stream("lan")
        await stream.next()
        await stream.close()
    raw = (tmp_path / "log" / FILE).read_bytes()
    lines = [msgspec.json.decode(line) for line in raw.splitlines()]
    assert all(set(line) == {"at", "request", "user", "method", "route", "status", "ms"} for line in lines)
    first = {"request": "desk-0042-abcd", "user": me, "method": "GET", "route": "/v1/me", "status": 200}
    assert first.items() <= lines[1].items()
    assert (lines[2]["route"], lines[2]["status"]) == ("/v1/contacts/{id}", 422)
    assert lines[3]["status"] == 404
    assert (lines[4]["route"], lines[4]["user"]) == ("/v1/events", me)
    assert b"0905123456" not in raw
    assert (tmp_path / "log" / FILE).stat().st_mode & 0o777 == 0o600


def test_a_log_that_grows_makes_room_and_one_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    log = RequestLog(tmp_path / "log", 10_000, 2)
    line = Line(datetime.now(UTC), "r" * 16, "u-1", "GET", "/v1/me", 200, 1.0)
    for _ in range(20):
        for _ in range(50):
            log.add(line)
        log.write(log.take())
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert names[-2:] == [f"{FILE}.1", f"{FILE}.2"]
    assert len(names) <= 3
    (tmp_path / "file").write_text("")
    broken = RequestLog(tmp_path / "file" / "log", 10_000, 2)
    for _ in range(60_000):
        broken.add(line)
    broken.write(broken.take())
    assert broken.lost == 60_000


def test_a_forged_line_stays_one_line_and_an_exception_is_named_only() -> None:
    try:
        raise KeyError(f"{NAME} {PHONE}")
    except KeyError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, 'a\n{"level":"info"} %s', ("b\r\nc",), sys.exc_info())
    text = Formatter().format(record)
    assert text.count("\n") == 0
    assert msgspec.json.decode(text)["error"] == "KeyError"
    assert spoilt(text) == []


async def test_numbers_are_hidden_from_everybody_but_the_agent_in_hand(tmp_path: Path) -> None:
    said = f"gọi lại {PHONE} hoặc +84 987 654 321, CCCD 001090012345 nhé"
    hidden = ("0987654321", "987 654 321", "001090012345", "090012345")
    async with running_service(tmp_path) as svc:
        await grid.set_up(svc)
        door, mine, boss = await svc.channel(), await svc.client("agent"), await svc.client("lead")
        colleague = await svc.client("minh")
        watching, own = await svc.stream("minh"), await svc.stream("agent")
        await mine.put("/v1/me/state", json={"state": "available"})
        contact = await report(door, channel="zalo", address=PHONE, text=said, name=f"Lan {PHONE}")
        await do(mine, contact, "take")
        await do(mine, contact, "message", text=said)
        path = f"/v1/contacts/{contact['id']}"
        for client in (mine, colleague, boss, door):
            texts = [(await client.get(path)).text]
            if client is not door:
                texts += [(await client.get("/v1/contacts")).text, (await client.get("/v1/snapshot")).text]
            for text in texts:
                assert (PHONE in text) == (client is mine)
                assert client is mine or not [number for number in hidden if number in text]
        await do(mine, contact, "finish", disposition="other", note=said)
        for client in (mine, colleague, boss):
            for text in ((await client.get(path)).text, (await client.get("/v1/contacts")).text):
                assert not [number for number in hidden if number in text]
        seen, held = await until_closed(watching), await until_closed(own)
        assert not [number for number in hidden if number in seen]
        assert PHONE in held
        late = await until_closed(await svc.stream("minh", last=0))
        assert not [number for number in hidden if number in late]


async def until_closed(stream: object) -> str:
    texts = ""
    while '"state":"closed"' not in texts:
        texts += await stream.frame()
    return texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gọi 0905123456 nhé", "gọi *******456 nhé"),
        ("+84 905 123 456", "********456"),
        ("0905.123.456,0236 3 555 555", "*******456,********555"),
        ("CCCD 001090012345", "CCCD *********345"),
        ("CMND 201234567.", "CMND ******567."),
        ("PC08GG0000001 mất điện", "PC08GG0000001 mất điện"),
        ("PE01000123456", "PE01000123456"),
        ("05.11.2026 07:30", "05.11.2026 07:30"),
        ("công tơ 81234567, 1.500.000 đồng, 12/2026", "công tơ 81234567, 1.500.000 đồng, 12/2026"),
    ],
)
def test_phones_and_id_numbers_in_texts_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert mask_numbers(text) == shown


def test_a_password_is_on_no_command_line(tmp_path: Path) -> None:
    init = [sys.executable, "-m", "backend_stub", "init", str(tmp_path / "data")]
    subprocess.run(init, check=True, capture_output=True)
    words = ["user", "add", str(tmp_path / "data"), "lan", "--role", "agent", "--display", "Lan", "--centre", HERE]
    given = subprocess.run(
        [sys.executable, "-m", "backend_stub", *words, "--password", PASSWORD], capture_output=True, text=True
    )
    assert given.returncode == 2
    process = subprocess.Popen(
        [sys.executable, "-m", "backend_stub", *words, "--password-stdin"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    # It waits for the password, so that its command line can be read meanwhile.
    command_line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    out, errors = process.communicate(PASSWORD.encode() + b"\n", timeout=20)
    assert process.returncode == 0
    assert PASSWORD.encode() not in command_line + out + errors
