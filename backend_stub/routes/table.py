"""What a route is: one row of a table, and what its handler gets and gives."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, TypeVar, cast

from msgspec import Raw, Struct

from agent_tui import wire
from backend_stub import policy
from backend_stub.domain.localtime import VIETNAM
from backend_stub.errors import Forbidden, Invalid, NotFound
from backend_stub.policy import Principal, Row
from backend_stub.service import Job, Service
from backend_stub.settings import Settings
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx
from backend_stub.stream import Reader

Kind = Literal["read", "write", "async", "stream"]
S = TypeVar("S", bound=Struct)
T = TypeVar("T")

__all__ = ["Answer", "Call", "Job", "Route", "page"]

DEFAULT_LIMIT = 50
MOST = 200


class Answer(Struct):
    """What a handler gives: `etag` is the version of a single resource, `status` overrides the route's."""

    body: Struct | Raw | None = None
    status: int | None = None
    etag: int | None = None
    headers: dict[str, str] = {}
    content_type: str = "application/json"


class Call(Struct):
    """One request, checked: the caller is known, the role may, the body has the route's type."""

    user: Principal
    path: dict[str, str]
    query: dict[str, str]
    body: object
    reason: str | None
    if_match: int | None
    now: float
    settings: Settings
    request_id: str
    token: str = ""
    last_event_id: int | None = None
    terminal: str | None = None
    peer: str = ""

    def body_as(self, kind: type[S]) -> S:
        """Return the body as the route's request type."""
        return cast("S", self.body)

    def allow(self, verb: str, row: Row | None = None, what: str = "resource") -> None:
        """Raise Forbidden when the role may not, NotFound when the row is none of the caller's business."""
        if not policy.role_may(self.user, verb):
            raise Forbidden
        if not policy.can(self.user, verb, row):
            raise NotFound(what)

    def limit(self, default: int = DEFAULT_LIMIT, most: int = MOST) -> int:
        """Return the list's size from `limit`; raises Invalid outside 1..most."""
        text = self.query.get("limit")
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= most):
            raise Invalid("limit", "out_of_range", f"limit must be a number from 1 to {most}.")
        return int(text)

    def after(self) -> str | None:
        """Return the cursor of the page before, as handed out in `next`."""
        return self.query.get("after") or None

    def place(self) -> int | None:
        """Return a cursor that is a row's number; raises Invalid for one this service did not hand out."""
        text = self.after()
        if text is not None and not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise Invalid("after", "unknown_cursor", "This is not a cursor of this list.")
        return None if text is None else int(text)

    def moment(self, name: str) -> float | None:
        """Return a query parameter as epoch seconds, a date as its Vietnamese midnight; raises Invalid."""
        text = self.query.get(name)
        if text is None:
            return None
        try:
            read = datetime.fromisoformat(text)
            if not 1970 < read.year < 9000:
                raise ValueError
        except ValueError:
            example = "2026-11-22T07:00:00Z or 2026-11-22"
            raise Invalid(name, "bad_time", f"{name} must be a time such as {example}.") from None
        return (read if read.tzinfo else read.replace(tzinfo=VIETNAM)).timestamp()

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        """Return a query parameter that must be one of `allowed`; raises Invalid otherwise."""
        value = self.query.get(name)
        if value is not None and value not in allowed:
            raise Invalid(name, "unknown_value", f"{name} must be one of: {', '.join(allowed)}.")
        return value


ReadHandler: TypeAlias = Callable[[sqlite3.Connection, Call], Answer]
WriteHandler: TypeAlias = Callable[[Tx, Call], Answer]
AsyncHandler: TypeAlias = Callable[[Service, Call], Awaitable[Answer]]
Opened: TypeAlias = tuple[Reader, list[bytes]]
StreamHandler: TypeAlias = Callable[[Service, Call], Awaitable[Opened]]
Handler: TypeAlias = ReadHandler | WriteHandler | AsyncHandler | StreamHandler


@dataclass(frozen=True, slots=True)
class Route:
    """One row: `query` names the parameters the route knows; others are refused."""

    method: str
    path: str
    verb: str
    kind: Kind
    handler: Handler
    request: type[Struct] | None = None
    answer: object = None
    status: int = 200
    query: tuple[str, ...] = ()


def page(items: Sequence[T], limit: int, cursor: Callable[[T], str]) -> wire.Page[T]:
    """Make a list answer from rows read with `LIMIT limit + 1`; `cursor` names the place after an item."""
    shown = list(items[:limit])
    return wire.Page(shown, cursor(shown[-1]) if len(items) > limit else None)
