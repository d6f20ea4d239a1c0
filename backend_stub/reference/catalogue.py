"""Corporations, causes, crew words and the request catalogue, read from the package's tables on first use."""

from dataclasses import dataclass
from functools import cache

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
    """One row of the request catalogue; `deadline` is `none`, `hours:N` or `days:N` (working days)."""

    code: str
    vi: str
    en: str
    deadline: str
    priority: str


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
    return {
        row["code"]: RequestKind(row["code"], row["vi"], row["en"], row["deadline"], row["priority"])
        for row in table.read("request_types.tsv")
    }
