"""Corporations, causes, crew words and the request catalogue, read from the package's tables on first use."""

from dataclasses import dataclass
from functools import cache
from typing import cast

from agent_tui.wire import FieldKind, FieldSpec, Option, TicketPriority
from backend_stub.reference import table


@dataclass(frozen=True, slots=True)
class Corporation:
    """One power corporation: `prefixes` are the first two letters of the customer codes it issued."""

    code: str
    name: str
    short: str
    hotlines: tuple[str, ...]
    site: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A code with its label and the words to read aloud (empty: nothing is said), Vietnamese and English."""

    code: str
    vi: str
    en: str
    say_vi: str
    say_en: str


@dataclass(frozen=True, slots=True)
class RequestKind:
    """One row of the request catalogue; `deadline` is `none`, `hours:N` or `days:N` (working days).

    `site` are other deadlines by where the work is, such as `EVNCPC.urban` or `works`.
    """

    code: str
    vi: str
    en: str
    deadline: str
    priority: TicketPriority
    site: tuple[tuple[str, str], ...]
    groupable: bool
    fields: tuple[FieldSpec, ...]


@cache
def corporations() -> dict[str, Corporation]:
    """The five corporations by code."""
    return {
        row["code"]: Corporation(
            row["code"], row["name"], row["short"], tuple(row["hotlines"].split(",")), row["site"],
            tuple(row["prefixes"].split(",")),
        )
        for row in table.read("corporations.tsv")
    }  # fmt: skip


def issuer(customer_code: str) -> str | None:
    """The corporation whose letters a customer code begins with; not always the one that serves the customer."""
    return next((c.code for c in corporations().values() if customer_code[:2] in c.prefixes), None)


@cache
def causes() -> dict[str, Words]:
    """Causes of outages by code."""
    return {row["code"]: Words(**row) for row in table.read("causes.tsv")}


@cache
def crews() -> dict[str, Words]:
    """Words for each crew status."""
    return {row["code"]: Words(**row) for row in table.read("crews.tsv")}


@cache
def request_types() -> dict[str, RequestKind]:
    """The request catalogue by code, in its order."""
    specs = _field_specs()
    return {
        row["code"]: RequestKind(
            row["code"], row["vi"], row["en"], row["deadline"], cast("TicketPriority", row["priority"]),
            _site(row["site"]), row["groupable"] == "yes", tuple(_asked(specs, word) for word in _words(row["fields"])),
        )
        for row in table.read("request_types.tsv")
    }  # fmt: skip


def _words(cell: str) -> list[str]:
    return [] if cell == "-" else cell.split()


def _site(cell: str) -> tuple[tuple[str, str], ...]:
    pairs = (word.partition("=") for word in _words(cell))
    return tuple((where, rule) for where, _, rule in pairs)


def _asked(specs: dict[str, FieldSpec], word: str) -> FieldSpec:
    spec = specs[word.removesuffix("*")]
    return FieldSpec(spec.name, spec.kind, spec.vi, spec.en, word.endswith("*"), spec.choices, spec.pattern)


@cache
def _field_specs() -> dict[str, FieldSpec]:
    found = {}
    for row in table.read("request_fields.tsv"):
        choices = [] if row["choices"] == "-" else [Option(*one.split("=")) for one in row["choices"].split("|")]
        pattern = None if row["pattern"] == "-" else row["pattern"]
        kind = cast("FieldKind", row["kind"])
        found[row["name"]] = FieldSpec(row["name"], kind, row["vi"], row["en"], False, choices, pattern)
    return found
