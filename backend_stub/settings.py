"""The service's settings: TOML into frozen Structs; an unknown key is an error that names the nearest."""

import difflib
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from backend_stub.domain.alerts import Thresholds
from backend_stub.errors import CannotStart
from backend_stub.reference import quiet_days
from backend_stub.reference.catalogue import corporations


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may ask; `hosts` are names besides the loopback ones, without port."""

    hosts: list[str] = []
    body_limit: int = 262_144
    heartbeat_s: float = 5.0
    event_ring: int = 5_000
    event_log: int = 50_000
    readers: int = 4


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """How much one caller may take: rates a session and an agent, seconds and bytes for a request's head and body.

    Who opens more than `records_day` different records in a day, or searches more often than `searches_day`, is told
    of in the audit log, by `check`, in the metrics and in the service's log; nothing is refused.
    """

    requests_s: Annotated[float, Meta(gt=0)] = 1_000.0
    burst_s: Annotated[float, Meta(gt=0)] = 2.0
    openings_minute: Annotated[int, Meta(ge=1)] = 120
    records_day: Annotated[int, Meta(ge=1)] = 400
    searches_day: Annotated[int, Meta(ge=1)] = 3_000
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
    """How long a login lasts and what a password costs; times in seconds, memory in KiB (OWASP argon2id figures).

    Failed logins in a window: `failures` of one name, `address_failures` from one address (a whole site may share it).
    """

    idle_s: float = 1_800.0
    absolute_s: float = 43_200.0
    failures: int = 5
    address_failures: int = 100
    failure_window_s: float = 300.0
    argon2_time: int = 2
    argon2_memory_kib: int = 19_456
    argon2_parallelism: int = 1


class Queue(Struct, frozen=True, forbid_unknown_fields=True):
    """One queue: the skill it asks for and its service level threshold in seconds.

    A call is given up after `max_wait_s` and moves after `overflow_s` to the least loaded centre of `overflow_to`;
    0: never.
    """

    skill: str
    sl_s: float = 30.0
    max_wait_s: Annotated[float, Meta(ge=0)] = 0.0
    overflow_s: Annotated[float, Meta(ge=0)] = 0.0
    overflow_to: list[str] = []


class Routing(Struct, frozen=True, forbid_unknown_fields=True):
    """How contacts reach agents; times in seconds, an `acw_s` of 0 is no limit.

    With `offers` the router rings at whoever is ready, for `offer_s`; agents may take by hand with and without.
    An agent has one call and so many `chats`; a wrap-up ends by itself after `acw_s`, once extended by `acw_more_s`.
    Who calls again within `redial_s` keeps the old place; a claimed call back lapses after `dial_s`, is tried again
    after `callback_retry_s` and given up after `callback_attempts`.
    """

    offers: bool = True
    offer_s: Annotated[float, Meta(gt=0)] = 20.0
    chats: Annotated[int, Meta(ge=1)] = 3
    acw_s: Annotated[float, Meta(ge=0)] = 180.0
    acw_more_s: Annotated[float, Meta(ge=0)] = 120.0
    redial_s: Annotated[float, Meta(ge=0)] = 60.0
    dial_s: Annotated[float, Meta(gt=0)] = 120.0
    callback_retry_s: Annotated[float, Meta(ge=0)] = 900.0
    callback_attempts: Annotated[int, Meta(ge=1)] = 3


class Plans(Struct, frozen=True, forbid_unknown_fields=True):
    """First and last days, beside those round Tết, on which no planned work is announced.

    `exams` replace the school-leaving exams on record (reference/quiet_days.py), `quiet` are others: elections.
    """

    exams: list[tuple[date, date]] = msgspec.field(default_factory=quiet_days.exams)
    quiet: list[tuple[date, date]] = []

    def periods(self) -> tuple[tuple[date, date], ...]:
        """Return them as they are asked for."""
        return (*self.exams, *self.quiet)


class Danger(Struct, frozen=True, forbid_unknown_fields=True):
    """A field unit that does not acknowledge a danger within `ack_s` seconds is a matter for the lead."""

    ack_s: Annotated[float, Meta(gt=0)] = 120.0


class Grouping(Struct, frozen=True, forbid_unknown_fields=True):
    """When trouble calls become a predicted outage; shares 0..1, looked at every `every_s` seconds and after a call.

    A call waits `window_minutes` for company and counts `forget_minutes` in it; after `separation_minutes` without a
    call the next one is another outage. Predicted is probable after so many calls or minutes.
    `commune_calls` callers of whom no more is known than the commune report it, unless an outage leaves
    `commune_share` of it without supply.
    """

    every_s: Annotated[float, Meta(gt=0)] = 0.5
    calls_per_transformer: Annotated[int, Meta(ge=1)] = 2
    transformers_share_lateral: Annotated[float, Meta(gt=0, le=1)] = 0.30
    laterals_share_feeder: Annotated[float, Meta(gt=0, le=1)] = 0.40
    feeders_share_substation: Annotated[float, Meta(gt=0, le=1)] = 0.60
    min_calls: Annotated[int, Meta(ge=2)] = 3
    window_minutes: Annotated[float, Meta(gt=0)] = 45.0
    separation_minutes: Annotated[float, Meta(gt=0)] = 60.0
    forget_minutes: Annotated[float, Meta(gt=0)] = 240.0
    probable_calls: Annotated[int, Meta(ge=2)] = 10
    probable_minutes: Annotated[float, Meta(gt=0)] = 15.0
    commune_calls: Annotated[int, Meta(ge=2)] = 5
    commune_share: Annotated[float, Meta(gt=0, le=1)] = 0.5


class Wallboard(Struct, frozen=True, forbid_unknown_fields=True):
    """What the wallboard and the reports measure by; times in seconds, rates 0..1.

    `formula` is a service level of domain/metrics.py; the target's legal source is to be checked before launch.
    `patience_s`, `aht_s`, `calls_a_day` (a centre's) and `callers_a_day` (a feeder's) hold until there are own ones.
    """

    formula: Literal["SL_all", "SL_excl", "SL_pos", "SL_ans", "SL_short"] = "SL_short"
    target: Annotated[float, Meta(gt=0, lt=1)] = 0.8
    source: str = "39/2015/TT-BCT, 17: > 80 % / 30 s"
    short_s: Annotated[float, Meta(ge=0)] = 5.0
    patience_s: Annotated[float, Meta(gt=0)] = 345.0
    aht_s: Annotated[float, Meta(gt=0)] = 180.0
    calls_a_day: Annotated[float, Meta(ge=0)] = 3_836.0
    hot_window_s: Annotated[float, Meta(ge=60, le=3_600)] = 600.0
    callers_a_day: Annotated[float, Meta(gt=0)] = 2.0
    false_alarms_a_day: Annotated[float, Meta(gt=0)] = 0.1


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
    danger: Danger = msgspec.field(default_factory=Danger)
    plans: Plans = msgspec.field(default_factory=Plans)
    grouping: Grouping = msgspec.field(default_factory=Grouping)
    wallboard: Wallboard = msgspec.field(default_factory=Wallboard)
    alerts: Thresholds = msgspec.field(default_factory=Thresholds)


SECTIONS: dict[str, type[Struct]] = {
    "server": Server, "sessions": Sessions, "limits": Limits, "logs": Logs, "routing": Routing,
    "danger": Danger, "plans": Plans, "grouping": Grouping, "wallboard": Wallboard, "alerts": Thresholds,
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
    if wrong := list(_nowhere(given)):
        raise CannotStart(f"{path}: {' '.join(wrong)}")
    return msgspec.structs.replace(given, queues={**_queues(), **given.queues})


def _unknown(raw: dict[str, object]) -> Iterator[str]:
    """Yield one sentence for each name that is no setting, with the nearest that is."""
    yield from _strange(raw, Settings, "")
    for section, kind in SECTIONS.items():
        yield from _strange(raw.get(section), kind, f"{section}.")
    queues = raw.get("queues")
    for name, queue in queues.items() if isinstance(queues, dict) else ():
        yield from _strange(queue, Queue, f"queues.{name}.")


def _nowhere(given: Settings) -> Iterator[str]:
    """Yield one sentence for each centre there is not: nobody works there, and its queue would be the shortest."""
    for name, queue in given.queues.items():
        for centre in queue.overflow_to:
            if centre not in corporations():
                known = ", ".join(corporations())
                yield f"queues.{name}.overflow_to: there is no centre {centre!r}; there are {known}."


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
        lines += ["", f"# [queues.{name}]"]
        lines += [f"# {field} = {_toml(getattr(queue, field))}" for field in Queue.__struct_fields__]
    lines += ["", "# More dispositions than the built-in ones: code = text", "# [dispositions]"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # JSON's texts, numbers, booleans and lists of them are TOML's too.
    return msgspec.json.encode(value).decode()
