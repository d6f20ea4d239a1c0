"""`agent-tui-service serve`: uvicorn around one service, ended by a signal or by the parent's end."""

import argparse
import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from backend_stub import app, datadir, logs, settings
from backend_stub.connections import guarded
from backend_stub.errors import CannotStart
from backend_stub.ops import upgrade
from backend_stub.routes.http import LOOPBACK
from backend_stub.store import connect

GRACE_S = 2
BACKLOG = 2_048


class Server(uvicorn.Server):
    """uvicorn that says where it listens once it can answer, and ends the streams first when it stops."""

    def __init__(self, config: uvicorn.Config, served: app.App, announce: str, ready_file: Path | None) -> None:
        super().__init__(config)
        self._served = served
        self._announce = announce
        self._ready_file = ready_file

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT, and have that be the normal end: uvicorn's own would raise them again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, then say so."""
        await super().startup(sockets)
        print(f"listening on {self._announce}", flush=True)
        if self._ready_file is not None:
            # Written aside and renamed: whoever waits for the file never reads half of it.
            partial = self._ready_file.with_name(self._ready_file.name + ".partial")
            partial.write_text(self._announce + "\n", encoding="utf-8")
            partial.replace(self._ready_file)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then the connections."""
        self._served.service.ring.close()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """Return a bound socket; raises CannotStart on a port in use or a host that is not ours."""
    # getaddrinfo takes 99999 for 34463.
    if not 0 <= port <= 65_535:
        raise CannotStart(f"Port {port} does not exist; choose one from 0 to 65535 with --port.")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, proto)
    except (OSError, UnicodeError) as error:
        raise CannotStart(f"The host {host} is unknown.") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        reason = f"Port {port} of {host} cannot be used: {error.strerror}."
        raise CannotStart(f"{reason} Choose another with --port.") from error
    return sock


def allow_connections() -> None:
    """Take as many open files as the system lets us: a desk is one, and the usual 1,024 are too few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def keep_memory_private() -> None:
    """Leave no core file behind: what people wrote, and passwords on their way, would be in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def url(host: str, sock: socket.socket, scheme: str = "http") -> str:
    """Return the address a client uses."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{sock.getsockname()[1]}"


def check_exposure(args: argparse.Namespace) -> None:
    """Refuse what would show passwords to the network, and a certificate that cannot be used; raises CannotStart."""
    if (args.tls_cert is None) != (args.tls_key is None):
        raise CannotStart("TLS needs both: --tls-cert FILE and --tls-key FILE.")
    if args.tls_cert is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(args.tls_cert, args.tls_key)
        except OSError as error:
            # OpenSSL's own errors are OSErrors too, and their text helps nobody.
            wrong = isinstance(error, ssl.SSLError)
            reason = "they do not belong together, or are no PEM files" if wrong else error.strerror
            raise CannotStart(f"The certificate {args.tls_cert} and its key cannot be used: {reason}.") from error
    elif args.host.lower() not in LOOPBACK and not args.insecure:
        raise CannotStart(
            f"Serving on {args.host} without TLS shows passwords to the network; "
            "give --tls-cert and --tls-key, use 127.0.0.1 behind a proxy with TLS, or say --insecure."
        )


def end_with_parent(server: uvicorn.Server) -> None:
    """Stop the server when standard input ends: its parent is gone."""

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4_096):
                pass
        server.should_exit = True

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


async def _run(server: Server, served: app.App, sock: socket.socket) -> None:
    await served.service.start()
    gc.freeze()
    gc.enable()
    try:
        await server.serve(sockets=[sock])
    finally:
        await served.service.stop()


def run(args: argparse.Namespace) -> int:
    """Serve until a signal (or the lifeline's end) and return 0; raises CannotStart."""
    connect.private_directory()
    allow_connections()
    keep_memory_private()
    data_dir = Path(args.data_dir)
    check_exposure(args)
    logs.to_stderr()
    given = settings.load(data_dir / datadir.SETTINGS)
    with datadir.locked(data_dir), bind(args.host, args.port) as sock:
        upgraded = upgrade.ensure(data_dir)
        if upgraded is not None:
            print(upgraded, file=sys.stderr, flush=True)
        served = app.create(data_dir, settings=given)
        config = uvicorn.Config(
            served, loop="uvloop", http=guarded(given.limits), limit_concurrency=given.limits.connections,
            ssl_certfile=args.tls_cert, ssl_keyfile=args.tls_key,
            ws="none", lifespan="off", log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=GRACE_S, timeout_keep_alive=75,
        )  # fmt: skip
        server = Server(config, served, url(args.host, sock, "https" if args.tls_cert else "http"), args.ready_file)
        if args.lifeline:
            end_with_parent(server)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(server, served, sock))
    if args.ready_file is not None:
        args.ready_file.unlink(missing_ok=True)
    return 0
