"""`agent-tui demo`: a private service with seeded data and simulated customers, and the desk logged in to it.

The service and the simulator are processes of their own that hold the other end of a pipe as their lifeline: however
this process ends, also by SIGKILL or with its terminal, the pipe closes and they end too.
"""

import hashlib
import importlib
import importlib.util
import os
import shutil
import signal
import subprocess  # nosec B404: starts our own interpreter only
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec
from msgspec import Struct

from agent_tui.i18n import _, fmt_number

ACCOUNTS: Final = "accounts.json"
_RUN: Final = "agent-tui-demo-"
# As in the service, which the desk never imports.
SCENARIOS: Final = ("quiet", "day", "heatwave", "storm", "billshock")
_READY_S: Final = 20.0
_STOP_S: Final = 5.0
_POLL_S: Final = 0.01
_KEPT_TEMPLATES: Final = 3


class DemoFailed(Exception):
    """The demonstration cannot start; the text is one translated sentence."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to demonstrate; `seconds` ends plain lines by themselves."""

    role: str = "agent"
    scenario: str = "day"
    customers: int = 20_000
    speed: float = 1.0
    seed: int = 7
    data: Path | None = None
    language: str | None = None
    theme: str = "dark"
    density: str = "compact"
    keys: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False
    seconds: float | None = None


class _User(Struct, frozen=True):
    username: str
    password: str
    role: str
    centre: str
    simulated: bool = False


class _Accounts(Struct, frozen=True):
    users: list[_User]


def run(options: Options) -> int:
    """Run the demonstration to its end and return the exit status; raises DemoFailed."""
    if options.scenario not in SCENARIOS:
        text = _("There is no scenario {given}; there are {known}.")
        raise DemoFailed(text.format(given=options.scenario, known=", ".join(SCENARIOS)))
    with _ending_politely(), _data_directory(options) as data:
        users = _read_accounts(data).users
        me = next(u for u in users if u.role == options.role and not u.simulated)
        channel = next(u for u in users if u.role == "channel" and u.centre == me.centre)
        processes = Processes(data)
        try:
            server = processes.start(options, channel)
            return _show(options, server, me)
        finally:
            processes.stop()


def _show(options: Options, server: str, me: _User) -> int:
    if options.plain:
        from agent_tui import plain

        return plain.run(server, me.username, me.password, options.seconds)
    from agent_tui.launch import Launch, run_desk

    look = (options.language, options.theme, options.keys, options.density)
    return run_desk(Launch(server, me.username, me.password, *look))


class Processes:
    """The private service and the simulator."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, options: Options, channel: _User) -> str:
        """Start both and return the service's address once it answers; raises DemoFailed."""
        ready = self._data / "ready"
        ready.unlink(missing_ok=True)
        service = self._spawn("serve", str(self._data), "--port", "0", "--ready-file", str(ready), "--lifeline")
        # Importing the screen takes as long as the service takes to start: both at once. Nobody joins the thread:
        # whoever needs a module that is still being imported waits for it by itself.
        threading.Thread(target=_load, args=(options.plain,), daemon=True).start()
        server = self._wait_for(service, ready)
        secret = self._data / "channel.password"
        _write_private(secret, channel.password)
        self._spawn(
            "simulate", "--server", server, "--scenario", options.scenario, "--speed", str(options.speed),
            "--seed", str(options.seed), "--user", channel.username, "--password-file", str(secret),
            "--agents", str(self._data / ACCOUNTS), "--lifeline",
        )  # fmt: skip
        return server

    def stop(self) -> None:
        """End both and wait for it: first their lifelines, then TERM, then KILL."""
        for child in reversed(self._children):
            if child.stdin is not None:
                child.stdin.close()
            child.terminate()
        until = time.monotonic() + _STOP_S
        for child in self._children:
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def _spawn(self, *words: str) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl+C in the terminal is for the desk, which then ends its children in order.
        with (self._data / f"{words[0]}.log").open("ab") as log:
            child = subprocess.Popen(  # nosec B603
                _command(*words), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
            )
        self._children.append(child)
        return child

    def _wait_for(self, service: "subprocess.Popen[bytes]", ready: Path) -> str:
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            try:
                if server := ready.read_text("utf-8").strip():
                    return server
            except FileNotFoundError:
                pass
            if service.poll() is not None:
                break
            time.sleep(_POLL_S)
        raise DemoFailed(_("The private service did not start: {why}").format(why=_last_line(self._data / "serve.log")))


def _load(plain: bool) -> None:
    """Import what the screen needs while the service starts."""
    if plain:
        importlib.import_module("agent_tui.plain")
    else:
        from agent_tui.launch import load

        load()
    importlib.import_module("httpx")


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "backend_stub", *words]


@contextmanager
def _ending_politely() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an ordinary exit, so that screen, processes and files are put away."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _data_directory(options: Options) -> Iterator[Path]:
    """The directory of this run: the user's own, kept, or a copy of the template, removed afterwards."""
    if options.data is not None:
        data = options.data.expanduser().absolute()
        if not (data / ACCOUNTS).exists():
            if data.exists() and any(data.iterdir()):
                raise DemoFailed(_("{dir} is not empty and holds no demonstration.").format(dir=data))
            _seed(data, options)
        yield data
        return
    template = _template(options)
    _sweep()
    run_directory = Path(tempfile.mkdtemp(prefix=f"{_RUN}{os.getpid()}-"))
    try:
        data = run_directory / "data"
        shutil.copytree(template, data)
        os.utime(template)
        yield data
    finally:
        shutil.rmtree(run_directory, ignore_errors=True)


def _sweep() -> None:
    """Remove what demonstrations left that were killed: their processes are gone, their directory says whose it was."""
    for left in Path(tempfile.gettempdir()).glob(f"{_RUN}*-*"):
        pid = left.name.removeprefix(_RUN).partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except (ValueError, PermissionError):
            continue
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)


def _template(options: Options) -> Path:
    """The seeded directory for these customers, made once per program version and kept in the user's cache."""
    import platformdirs

    cache = platformdirs.user_cache_path("agent-tui") / "demo"
    template = cache / f"{options.customers}-{options.seed}-{_fingerprint()}"
    if template.exists():
        return template
    cache.mkdir(parents=True, exist_ok=True)
    for old in sorted(cache.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT_TEMPLATES]:
        shutil.rmtree(old, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix="making-", dir=cache))
    try:
        _seed(making / "data", options)
        try:
            (making / "data").rename(template)
        except OSError:
            # Another demonstration made the same template in the meantime: its one is as good.
            if not template.exists():
                raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return template


def _seed(data: Path, options: Options) -> None:
    text = _("Preparing {count} fictitious customers (once) ...").format(count=fmt_number(options.customers))
    print(text, file=sys.stderr, flush=True)
    data.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # nosec B603
        _command(
            "seed", str(data), "--customers", str(options.customers), "--seed", str(options.seed),
            "--accounts", str(data / ACCOUNTS),
        ),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise DemoFailed(_("The demonstration's data could not be made: {why}").format(why=why))


def _fingerprint() -> str:
    """Eight digits that change with the service's program: its data may not fit another version."""
    spec = importlib.util.find_spec("backend_stub")
    roots = [Path(root) for root in (spec.submodule_search_locations or [])] if spec else []
    digest = hashlib.sha256()
    for path in sorted(path for root in roots for path in root.rglob("*") if path.suffix in (".py", ".tsv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _read_accounts(data: Path) -> _Accounts:
    try:
        return msgspec.json.decode((data / ACCOUNTS).read_bytes(), type=_Accounts)
    except (OSError, msgspec.DecodeError):
        raise DemoFailed(_("{dir} holds no usable accounts of a demonstration.").format(dir=data)) from None


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)


def _last_line(log: Path) -> str:
    try:
        return log.read_text("utf-8", "replace").strip().rpartition("\n")[2]
    except OSError:
        return ""
