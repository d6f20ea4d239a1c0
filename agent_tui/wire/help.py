"""What helps an agent to write and to answer: drafts kept by the service, text templates, knowledge."""

from datetime import date
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from agent_tui.wire.base import Request, Say, Short, Time

DRAFT_CHARS: Final = 100_000
MOST_DRAFTS: Final = 100


class DraftRequest(Request, frozen=True):
    """Keep unsent text: `content` by field name (at most 100,000 characters in all), `base_version` of its ticket."""

    content: dict[str, Annotated[str, Meta(max_length=DRAFT_CHARS)]]
    ticket: Short | None = None
    label: Annotated[str, Meta(max_length=512)] = ""
    base_version: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Draft(Struct, frozen=True):
    """Unsent text of one agent: nobody else reads it, nobody else deletes it; `version` counts its savings."""

    key: str
    content: dict[str, str]
    ticket: str | None
    label: str
    base_version: int | None
    at: Time
    version: int


class Template(Struct, frozen=True):
    """A text with `{placeholders}`, each such as `customer.name`, to be filled from the record."""

    code: str
    title: Say
    text: Say
    keywords: str
    placeholders: list[str]


class Article(Struct, frozen=True):
    """Something to look up or quote; what is `secondary` or to `check` is not read out as the law's word."""

    id: str
    kind: Literal["law", "tariff", "guide"]
    title: Say
    text: Say
    effective_from: date
    source: str
    verified_on: date
    evidence: Literal["published", "secondary", "own", "check"]
    keywords: str = ""
