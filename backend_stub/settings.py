"""The service's settings: TOML into frozen Structs; an unknown key is an error that names the nearest."""

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from backend_stub.errors import CannotStart


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may ask; `hosts` are names besides the loopback ones, without port."""

    hosts: list[str] = []
    body_limit: int = 262_144
    heartbeat_s: float = 5.0
    event_ring: int = 5_000
    event_log: int = 50_000
    readers: int = 4


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """How much one caller may take: rates a session and an agent, seconds and bytes for a request's head and body."""

    requests_s: Annotated[float, Meta(gt=0)] = 1_000.0
    burst_s: Annotated[float, Meta(gt=0)] = 2.0
    openings_minute: Annotated[int, Meta(ge=1)] = 120
    head_s: Annotated[float, Meta(gt=0)] = 10.0
    body_s: Annotated[float, Meta(gt=0)] = 30.0
    head_bytes: Annotated[int, Meta(ge=1_024)] = 32_768
    connections: Annotated[int, Meta(ge=1)] = 5_000


class Logs(Struct, frozen=True, forbid_unknown_fields=True):
    """The log of requests in DATA_DIR/log: `keep` files of `file_bytes` each."""

    requests: bool = True
    file_bytes: Annotated[int, Meta(ge=10_000)] = 16_777_216
    keep: Annotated[int, Meta(ge=1)] = 5


class Sessions(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a login lasts and what a password costs; times in seconds, memory in KiB (OWASP argon2id figures)."""

    idle_s: float = 1_800.0
    absolute_s: float = 43_200.0
    failures: int = 5
    failure_window_s: float = 300.0
    argon2_time: int = 2
    argon2_memory_kib: int = 19_456
    argon2_parallelism: int = 1


class Queue(Struct, frozen=True, forbid_unknown_fields=True):
    """One queue: the skill it asks for and its service level threshold in seconds."""

    skill: str
    sl_s: float = 30.0


class Routing(Struct, frozen=True, forbid_unknown_fields=True):
    """How contacts reach agents; an offer rings for `offer_s` seconds."""

    offer_s: float = 20.0


def _queues() -> dict[str, Queue]:
    return {name: Queue(skill=name) for name in ("outage", "billing", "service", "general")}


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything an operator may change; queues and dispositions given in the file come to the built-in ones."""

    server: Server = msgspec.field(default_factory=Server)
    sessions: Sessions = msgspec.field(default_factory=Sessions)
    limits: Limits = msgspec.field(default_factory=Limits)
    logs: Logs = msgspec.field(default_factory=Logs)
    queues: dict[str, Queue] = msgspec.field(default_factory=_queues)
    dispositions: dict[str, str] = msgspec.field(default_factory=dict)
    routing: Routing = msgspec.field(default_factory=Routing)


SECTIONS: dict[str, type[Struct]] = {
    "server": Server, "sessions": Sessions, "limits": Limits, "logs": Logs, "routing": Routing,
}  # fmt: skip


def load(path: Path) -> Settings:
    """Read settings.toml, the defaults when there is none; raises CannotStart with every error at once."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise CannotStart(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotStart(f"{path} is not valid TOML: {error}.") from error
    if wrong := list(_unknown(raw)):
        raise CannotStart(f"{path}: {' '.join(wrong)}")
    try:
        given = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise CannotStart(f"{path}: {error}.") from error
    return msgspec.structs.replace(given, queues={**_queues(), **given.queues})


def _unknown(raw: dict[str, object]) -> Iterator[str]:
    """Yield one sentence for each name that is no setting, with the nearest that is."""
    yield from _strange(raw, Settings, "")
    for section, kind in SECTIONS.items():
        yield from _strange(raw.get(section), kind, f"{section}.")
    queues = raw.get("queues")
    for name, queue in queues.items() if isinstance(queues, dict) else ():
        yield from _strange(queue, Queue, f"queues.{name}.")


def _strange(table: object, kind: type[Struct], prefix: str) -> Iterator[str]:
    known = kind.__struct_fields__
    for name in table if isinstance(table, dict) else ():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.4)
            yield f"There is no setting {prefix}{name}" + (f"; did you mean {prefix}{near[0]}?" if near else ".")


def default_text() -> str:
    """Return settings.toml as `init` writes it: every setting with its default, all of it commented out."""
    lines = [
        "# Settings of agent-tui-service. Everything here is commented out and shows the default.",
        "# Relative paths are from this file's directory. Times are in seconds.",
    ]
    settings = Settings()
    for section, kind in SECTIONS.items():
        lines += ["", f"# [{section}]"]
        lines += [f"# {name} = {_toml(getattr(getattr(settings, section), name))}" for name in kind.__struct_fields__]
    for name, queue in settings.queues.items():
        lines += ["", f"# [queues.{name}]", f"# skill = {_toml(queue.skill)}", f"# sl_s = {_toml(queue.sl_s)}"]
    lines += ["", "# More dispositions than the built-in ones: code = text", "# [dispositions]"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # JSON's texts, numbers, booleans and lists of them are TOML's too.
    return msgspec.json.encode(value).decode()
