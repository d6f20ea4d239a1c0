"""Items of OWASP ASVS 5.0 that no other test speaks of; docs/security.md names each with its proof."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest

import backend_stub
from backend_stub import policy, routes
from backend_stub.clock import ManualClock
from backend_stub.errors import DiskFull
from backend_stub.logs import FILE
from tests.faults import process
from tests.service import CHEAP, Stream, running_service

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
OUTBOUND = ("httpx", "http.client", "urllib.request", "smtplib", "ftplib", "socket.create_connection")
ROLES = ("agent", "lead", "admin", "channel")
START = 1_795_000_000.0


async def test_no_answer_may_be_cached_and_none_names_a_version(tmp_path: Path) -> None:
    """14.3.2, 14.2.2, 13.4.6, 13.4.3: answers, errors and unknown addresses alike."""
    async with running_service(tmp_path) as svc:
        lan = await svc.client("lan")
        paths = ("/v1/me", "/v1/snapshot", "/health", "/nowhere", "/", "/v1/", "/v1/contacts//take", "/.git/config")
        answers = [await lan.get(path) for path in paths]
        answers += [await lan.post("/v1/customers/search", json={"q": "ty"}), await lan.post("/v1/sessions", json=[])]
        assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * len(answers)
        assert {header for answer in answers for header in answer.headers} <= {
            "cache-control", "content-length", "content-type", "x-content-type-options", "x-request-id", "allow",
        }  # fmt: skip
        assert [answer.status_code for answer in answers[3:8]] == [404] * 5


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "OPTIONS", "DEBUG"])
async def test_methods_that_show_too_much_are_unknown(tmp_path: Path, method: str) -> None:
    """13.4.4."""
    async with running_service(tmp_path) as svc:
        lan = await svc.client("lan")
        for path in ("/v1/me", "/v1/contacts/c_1/take"):
            answer = await lan.request(method, path, headers={"x-secret": "canary"})
            assert answer.status_code == 405
            assert "canary" not in answer.text + str(answer.headers)


def test_a_served_answer_names_no_program(tmp_path: Path) -> None:
    """13.4.6 on a real socket, where the server itself adds headers; 13.4.2: an error says nothing of the inside."""
    with process.Serving(process.prepare(tmp_path / "data")) as served:
        for path in ("/health", "/nowhere", "/v1/me"):
            answer = httpx.get(f"http://127.0.0.1:{served.port}{path}")
            assert "server" not in answer.headers
            said = (answer.text + str(answer.headers)).lower()
            assert not any(name in said for name in ("uvicorn", "python", "sqlite", "starlette", "traceback"))


async def test_what_the_role_may_not_is_in_the_log_with_who_asked(tmp_path: Path) -> None:
    """16.3.2, 16.3.3: refused requests are lines with user, route and status; so are those of nobody."""
    async with running_service(tmp_path, settings=CHEAP) as svc:
        lan = await svc.client("lan")
        me = (await lan.get("/v1/me")).json()["id"]
        assert (await lan.put("/v1/banner", json={})).status_code == 403
        assert (await lan.post("/v1/contacts/c_none/take")).status_code == 404
        assert (await lan.post("/v1/customers/search", json={"q": "ty", "role": "admin"})).status_code == 422
        assert (await svc.anonymous().get("/v1/me")).status_code == 401
    lines = [msgspec.json.decode(line) for line in (tmp_path / "log" / FILE).read_bytes().splitlines()]
    refused = [(line["user"], line["route"], line["status"]) for line in lines if line["status"] >= 400]
    assert refused == [
        (me, "/v1/banner", 403), (me, "/v1/contacts/{id}/take", 404), (me, "/v1/customers/search", 422),
        ("", "/v1/me", 401),
    ]  # fmt: skip
    assert all(line["at"].endswith("Z") for line in lines)


async def test_a_disk_that_takes_no_change_keeps_no_ended_session_alive(tmp_path: Path, monkeypatch) -> None:
    """16.5.3: the streams of every session that is over end, and its requests are refused as such."""
    clock = ManualClock(START)
    async with running_service(tmp_path, clock) as svc:
        streams = [await svc.stream(name) for name in ("lan", "minh")]
        for stream in streams:
            await stream.next()
        clock.advance(50_000)

        async def full(command):
            raise DiskFull

        with monkeypatch.context() as patch:
            patch.setattr(svc.engine, "write", full)
            await svc.service.ring.check()
            for stream in streams:
                with pytest.raises(EOFError):
                    await _end(stream)
            answer = await (await svc.client("lan")).get("/v1/me")
            assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")


async def _end(stream: Stream) -> None:
    while True:
        await stream.frame()


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names.add(f"{node.value.id}.{node.attr}")
    return names


def test_the_service_asks_nobody_anything() -> None:
    """13.1.1, 13.2.4, 13.2.5, 14.2.3: no module but the simulator's opens a connection, and the service loads none."""
    package = Path(backend_stub.__file__).parent
    modules = [path for path in package.rglob("*.py") if "simulate" not in path.parts]
    assert len(modules) > 100
    found = {(path.name, name) for path in modules for name in _imported(path) & set(OUTBOUND)}
    assert found == set()
    program = f"import sys, backend_stub.serve; print([name for name in {OUTBOUND[:5]!r} if name in sys.modules])"
    # uvicorn and starlette load parts of them for their own tools; what counts is that the HTTP client is not there.
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "httpx" not in said


def role_table() -> str:
    """Return the policy as the document has it: the verbs of one rule a row."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for verb, scopes in policy.RULES.items():
        alike.setdefault(tuple(scopes.get(role, "-") for role in ROLES), []).append(verb)
    rows = sorted((", ".join(sorted(verbs)), *scopes) for scopes, verbs in alike.items())
    head = [("verbs", *ROLES), ("---",) * (len(ROLES) + 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (*head, *rows))


def test_the_table_of_roles_in_the_document_is_the_policy_s() -> None:
    """8.1.1: who may do what is written down, and is what the code does (UPDATE_SNAPSHOTS=1 writes it)."""
    before, _, rest = SECURITY.read_text("utf-8").partition("<!-- roles -->\n")
    written, _, after = rest.partition("<!-- /roles -->\n")
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        SECURITY.write_text(f"{before}<!-- roles -->\n{role_table()}<!-- /roles -->\n{after}", "utf-8")
    else:
        assert written == role_table(), "the policy changed; UPDATE_SNAPSHOTS=1 writes the table anew"
    assert {route.verb for route in routes.ROUTES} - {policy.PUBLIC} <= set(policy.RULES)
