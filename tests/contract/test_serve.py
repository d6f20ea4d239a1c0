"""The service as a process: where it listens, how it ends, what it refuses."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.service import running_service
from tests.yardstick import limit

COMMAND = [sys.executable, "-m", "backend_stub"]
PASSWORD = "correct horse"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    data_dir = tmp_path / "data"
    subprocess.run([*COMMAND, "init", str(data_dir)], check=True, capture_output=True)
    add = ["user", "add", str(data_dir), "lan", "--role", "agent", "--display", "Lan", "--centre", "EVNCPC"]
    subprocess.run([*COMMAND, *add, "--password-stdin"], check=True, capture_output=True, input=PASSWORD.encode())
    return data_dir


@contextmanager
def serving(data_dir: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    ready = data_dir.parent / "ready"
    process = subprocess.Popen(
        [*COMMAND, "serve", str(data_dir), "--port", "0", "--ready-file", str(ready), *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:")
        url = line.removeprefix("listening on ").strip()
        assert httpx.get(f"{url}/health").status_code == 200
        assert ready.read_text().strip() == url
        yield process, url
    finally:
        process.kill()
        process.communicate()


def token(url: str) -> str:
    answer = httpx.post(f"{url}/v1/sessions", json={"username": "lan", "password": PASSWORD})
    return str(answer.json()["token"])


def open_stream(url: str, bearer: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
    sock.sendall(f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {bearer}\r\n\r\n".encode())
    received = b""
    while b"hello" not in received:
        part = sock.recv(4_096)
        assert part, f"hung up after {received!r}"
        received += part
    return sock


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_and_cleanly_with_streams_open(data_dir: Path, number: signal.Signals) -> None:
    with serving(data_dir) as (process, url):
        bearer = token(url)
        streams = [open_stream(url, bearer) for _ in range(5)]
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(60) == 0
        assert time.monotonic() - began <= limit(3.0)
        assert process.stderr is not None
        assert process.stderr.read() == ""
        for stream in streams:
            stream.close()


def test_it_ends_when_its_parent_s_end_of_the_lifeline_closes(data_dir: Path) -> None:
    with serving(data_dir, "--lifeline") as (process, url):
        stream = open_stream(url, token(url))
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        assert process.wait(10) == 0
        stream.close()


def test_a_crash_leaves_no_core_file_with_people_s_data(data_dir: Path) -> None:
    with serving(data_dir) as (process, _):
        lines = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    (core,) = [line.split() for line in lines if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]


def test_a_login_outlives_the_process(data_dir: Path) -> None:
    with serving(data_dir) as (process, url):
        headers = {"authorization": f"Bearer {token(url)}"}
        assert httpx.get(f"{url}/v1/me", headers=headers).status_code == 200
        process.kill()
        process.wait(10)
    with serving(data_dir) as (_, url):
        assert httpx.get(f"{url}/v1/me", headers=headers).json()["username"] == "lan"


def test_one_service_a_directory_and_one_program_a_port(data_dir: Path, tmp_path: Path) -> None:
    subprocess.run([*COMMAND, "init", str(tmp_path / "other")], check=True, capture_output=True)
    with serving(data_dir) as (_, url):
        port = url.rpartition(":")[2]
        for directory, says in ((data_dir, "already runs"), (tmp_path / "other", f"Port {port}")):
            refused = subprocess.run(
                [*COMMAND, "serve", str(directory), "--port", port], capture_output=True, text=True, timeout=20
            )
            assert refused.returncode == 2
            assert says in refused.stderr
            assert refused.stderr.count("\n") == 1


async def test_a_round_that_is_under_way_ends_with_the_service(tmp_path: Path) -> None:
    """It would go on beside a store that is closed, and its failure there be printed when the program is ending."""
    started, ended = asyncio.Event(), []

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async with running_service(tmp_path) as svc:
        svc.service._tasks.append(asyncio.create_task(svc.service._every(0, work)))
        await started.wait()
    assert ended == [True]
