"""The service as a process on a data directory of its own, with everybody logged in already."""

import itertools
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from backend_stub import datadir
from backend_stub.clock import SystemClock
from backend_stub.sessions import token_hash
from backend_stub.store import connect, sessions, users

AGENTS = 6
PEOPLE = {**{f"agent{n}": "agent" for n in range(AGENTS)}, "door": "channel", "head": "admin"}
CALM_S = 20.0
_RUNS = itertools.count(1)


def token(name: str) -> str:
    """Return the token of a prepared user."""
    return f"token-of-{name}"


def prepare(data_dir: Path) -> Path:
    """Make a data directory as `init` does, with users and their sessions."""
    datadir.create(data_dir)
    conn = connect.writer(data_dir / connect.DATABASE)
    now = SystemClock().now()
    conn.execute("BEGIN IMMEDIATE")
    for name, role in PEOPLE.items():
        user = users.add(
            conn, username=name, name=name.title(), role=role, centre="EVNCPC", password_hash="-", now=now
        )  # fmt: skip
        sessions.add(conn, token_hash(token(name)), user, now, now + 36_000)
    conn.execute("COMMIT")
    conn.close()
    return data_dir


class Serving:
    """One run of `agent-tui-service serve`; `module` is what is run instead of it."""

    def __init__(
        self, data_dir: Path, environment: Mapping[str, str] | None = None, module: str = "backend_stub"
    ) -> None:
        self.ready = data_dir.with_name(f"ready-{next(_RUNS)}")
        self.errors = data_dir.with_name("stderr")
        words = [sys.executable, "-m", module, "serve", str(data_dir), "--port", "0", "--ready-file", str(self.ready)]
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                words, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors, text=True,
            )  # fmt: skip
        line = self._first_line()
        self.port = int(line.rpartition(":")[2]) if line.startswith("listening on ") else 0
        if not self.port:
            self._gone()
            assert not self.ready.exists()

    def _first_line(self) -> str:
        """Return what it says first, nothing when it ends at once; a service that hangs at its start is killed."""
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], CALM_S)[0]:
            self.kill()
        return "" if self.process.stdout.closed else self.process.stdout.readline()

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self._gone()

    def stop(self) -> int:
        """Ask it to end and return its exit code; raises TimeoutExpired when it hangs."""
        self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> int:
        code = self.process.wait(CALM_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def said(self) -> str:
        """Return what it wrote to standard error."""
        return self.errors.read_text()

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()
        elif self.process.stdout is not None:
            self.process.stdout.close()


def copy_of(template: Path, target: Path) -> Path:
    """Return a fresh copy of a prepared directory."""
    shutil.copytree(template, target)
    return target
