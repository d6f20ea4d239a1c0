"""Bytes on a real socket: slow heads, heads too large, two lengths, junk, and TLS."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.process import Serving, copy_of
from tests.faults.talk import request
from tests.full import count

COMMAND = [sys.executable, "-m", "backend_stub"]
PASSWORD = "correct horse"
# Short patience and small heads, so that the test need not wait for the ten seconds of the default.
SETTINGS = "[limits]\nhead_s = 0.4\nbody_s = 0.8\nhead_bytes = 4096\n"


@contextmanager
def serving(data_dir: Path, *words: str) -> Iterator[str]:
    words = ("serve", str(data_dir), "--port", "0", *words)
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on ").strip()
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=20)
        assert "Traceback" not in errors


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("sockets") / "data"
    subprocess.run([*COMMAND, "init", str(data_dir)], check=True, capture_output=True)
    add = ["user", "add", str(data_dir), "lan", "--role", "agent", "--display", "Lan", "--centre", "EVNCPC"]
    subprocess.run([*COMMAND, *add, "--password-stdin"], check=True, capture_output=True, input=PASSWORD.encode())
    with (data_dir / "settings.toml").open("a") as file:
        file.write(SETTINGS)
    return data_dir


@pytest.fixture(scope="module")
def url(data_dir: Path) -> Iterator[str]:
    with serving(data_dir) as url:
        yield url


def connect(url: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def talk(url: str, sent: bytes) -> bytes:
    """Send bytes and read until the service hangs up."""
    with connect(url) as sock:
        sock.sendall(sent)
        return rest(sock)


def rest(sock: socket.socket) -> bytes:
    received = b""
    try:
        while part := sock.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received


CLOSE = b"Connection: close\r\n"
HOST = b"Host: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"
ROWS = {
    "both lengths": (
        b"POST /v1/sessions HTTP/1.1\r\n" + HOST + JSON + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\n{}\r\n0\r\n\r\n", 400,
    ),
    "both lengths the other way round": (
        b"POST /v1/sessions HTTP/1.1\r\n" + HOST + JSON + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
        b"2\r\n{}\r\n0\r\n\r\n", 400,
    ),
    "two content lengths": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "a length that is none": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
    "no host": (b"GET /health HTTP/1.1\r\n" + CLOSE + b"\r\n", 421),
    "a foreign host": (b"GET /health HTTP/1.1\r\nHost: evil.example\r\n" + CLOSE + b"\r\n", 421),
    "two hosts": (b"GET /health HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n" + CLOSE + b"\r\n", 421),
    "a page": (b"GET /health HTTP/1.1\r\n" + HOST + b"Origin: http://localhost\r\n" + CLOSE + b"\r\n", 403),
    "junk": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "a header of control characters": (b"GET /health HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n", 400),
    "an escape in the path": (b"GET /\x1b[2J HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a header without an end": (b"GET /health HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 300_000, 431),
    "many headers": (b"GET /health HTTP/1.1\r\n" + HOST + b"X: aaaa\r\n" * 2_000 + b"\r\n", 431),
    "a long address": (b"GET /" + b"a" * 6_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
    "an announced body of 50 MB": (
        b"POST /v1/sessions HTTP/1.1\r\n" + HOST + JSON + CLOSE + b"Content-Length: 50000000\r\n\r\n", 413,
    ),
    "a slow body": (
        b"POST /v1/sessions HTTP/1.1\r\n" + HOST + JSON + b"Content-Length: 10\r\n\r\n{", None,
    ),
    "an upgrade": (
        b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: upgrade, close\r\nUpgrade: websocket\r\n\r\n", 200,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_answered_or_hung_up_on(url: str, row: str) -> None:
    sent, status = ROWS[row]
    answer = talk(url, sent)
    if status is None:
        assert answer == b""
    else:
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
        assert answer.count(b"HTTP/1.1") == 1
    assert b"Traceback" not in answer
    assert httpx.get(f"{url}/health").status_code == 200


def test_a_chunked_body_is_counted_chunk_by_chunk(url: str) -> None:
    head = b"POST /v1/sessions HTTP/1.1\r\n" + HOST + JSON + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"
    with connect(url) as sock:
        sock.sendall(head)
        chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
        try:
            for _ in range(60):
                sock.sendall(chunk)
        except ConnectionError:
            pass
        assert rest(sock).startswith(b"HTTP/1.1 413 ")


def test_a_large_body_with_a_small_head_is_no_large_head(url: str) -> None:
    body = b'{"username":"x","password":"' + b"y" * 200_000 + b'"}'
    answer = httpx.post(f"{url}/v1/sessions", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("sent", [b"", b"GET /health HT", b"GET /health HTTP/1.1\r\nHost: local", b"\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(url: str, sent: bytes) -> None:
    began = time.monotonic()
    # It is the service that hangs up: reading would fail after ten seconds.
    answer = talk(url, sent)
    assert time.monotonic() - began >= 0.3
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_drips_is_not_waited_for_either(url: str) -> None:
    with connect(url) as sock:
        sock.settimeout(0.05)
        answer = b""
        for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X-Slow: " + b"a" * 500:
            try:
                sock.sendall(bytes([byte]))
                answer = sock.recv(4_096)
                break
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_second_request_is_held_to_the_same_time_and_an_idle_connection_is_not(url: str) -> None:
    request = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
    with connect(url) as sock:
        for _ in range(2):
            sock.sendall(request)
            answer = b""
            while not answer.endswith(b"}"):
                answer += sock.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200 ")
            # Longer than a head may take: between requests there is nothing to wait for.
            sock.settimeout(0.6)
            with pytest.raises(TimeoutError):
                sock.recv(1)
            sock.settimeout(10)
        sock.sendall(request[:20])
        assert rest(sock).startswith(b"HTTP/1.1 408 ")


def test_two_hundred_slow_heads_are_no_work_for_the_service(template: Path, tmp_path: Path) -> None:
    """In the service's own CPU: what a caller waits depends on the machine."""
    with Serving(copy_of(template, tmp_path / "data")) as serving:
        url = f"http://127.0.0.1:{serving.port}"
        clock = (~serving.process.pid << 3) | 2

        def work() -> float:
            began = time.clock_gettime(clock)
            with httpx.Client(base_url=url) as client:
                assert {client.get("/health").status_code for _ in range(200)} == {200}
            return time.clock_gettime(clock) - began

        alone = min(work() for _ in range(3))
        slow = [connect(url) for _ in range(count(100, 200))]
        for sock in slow:
            sock.sendall(b"GET /health HTTP/1.1\r\n")
        assert min(work() for _ in range(3)) <= 2 * alone
        for sock in slow:
            sock.close()


def test_a_connection_lost_with_a_request_waiting_behind_a_stream_ends_both_quietly(
    template: Path, tmp_path: Path
) -> None:
    data = copy_of(template, tmp_path / "data")
    (data / "settings.toml").write_text("[server]\nheartbeat_s = 0.05\n")
    with Serving(data) as serving:
        with connect(f"http://127.0.0.1:{serving.port}") as sock:
            sock.sendall(request("agent0", "GET", "/v1/events") + request("agent0", "GET", "/v1/me"))
            received = b""
            while b"hello" not in received:
                part = sock.recv(4_096)
                assert part
                received += part
        deadline = time.monotonic() + 30
        while "\nevent_streams 0.0" not in httpx.get(f"http://127.0.0.1:{serving.port}/metrics").text:
            assert time.monotonic() < deadline
        assert serving.stop() == 0
    assert serving.said() == ""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    directory = tmp_path_factory.mktemp("tls")
    cert, key = directory / "cert.pem", directory / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*words, *names, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


def test_tls_is_spoken_where_a_certificate_is_given(data_dir: Path, tmp_path: Path, certificate: tuple) -> None:
    cert, key = map(str, certificate)
    other = tmp_path / "other"
    subprocess.run([*COMMAND, "init", str(other)], check=True, capture_output=True)
    with serving(other, "--host", "0.0.0.0", "--tls-cert", cert, "--tls-key", key) as url:
        assert url.startswith("https://0.0.0.0:")
        port = url.rpartition(":")[2]
        trusted = ssl.create_default_context(cafile=cert)
        assert httpx.get(f"https://localhost:{port}/health", verify=trusted).status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://localhost:{port}/health")
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as sock, pytest.raises(OSError):
            old.wrap_socket(sock)


def test_what_would_be_readable_on_the_network_is_refused(data_dir: Path, certificate: tuple) -> None:
    cert, key = map(str, certificate)
    for words, says in (
        (("--host", "0.0.0.0"), "--tls-cert"),
        (("--tls-cert", cert), "--tls-key"),
        (("--tls-key", key), "--tls-cert"),
        (("--tls-cert", cert, "--tls-key", cert), "PEM"),
        (("--tls-cert", "/nowhere/x.pem", "--tls-key", key), "No such file"),
    ):
        refused = subprocess.run(
            [*COMMAND, "serve", str(data_dir), "--port", "0", *words], capture_output=True, text=True, timeout=20
        )
        assert refused.returncode == 2, refused
        assert says in refused.stderr
        assert refused.stderr.count("\n") == 1
