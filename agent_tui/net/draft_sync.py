"""The agent's drafts on the service too: what was typed at one terminal is found at the next.

The newest text of a place stands in it; another one that says something else is kept beside it and listed. A copy is
deleted when its text was sent or thrown away, and only by the terminal that did it.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, get_args

from msgspec import structs

from agent_tui import wire
from agent_tui.desk.drafts import Draft, DraftBook, DraftKind, cleaned
from agent_tui.errors import DeskError, NotLoggedIn, Refused, Stale

COPY_AFTER_S: Final = 2.0
TRY_AGAIN_S: Final = 10.0
PLACE: Final = "@place"
_KEY: Final = re.compile(r"[A-Za-z0-9_.:\-]{1,80}")
_KINDS: Final = frozenset(get_args(DraftKind))


class Copies(Protocol):
    """Who holds the copies: the client."""

    async def own_drafts(self) -> list[wire.Draft]:
        """Read every draft of this agent."""
        ...

    async def put_draft(self, key: str, draft: wire.DraftRequest, version: int | None) -> wire.Draft:
        """Keep a draft; raises Stale."""
        ...

    async def delete_draft(self, key: str) -> None:
        """Delete a draft."""
        ...


class DraftSync:
    """Keeps the copies of `book`; `found` hears how many texts of other terminals came."""

    def __init__(
        self,
        book: DraftBook,
        copies: Copies,
        found: Callable[[int], None] = lambda n: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book, self._copies, self._found, self._sleep = book, copies, found, sleep
        self._news = asyncio.Event()
        self.read = asyncio.Event()
        """Set when the service was asked what it has, whatever came of it."""

    def changed(self) -> None:
        """The book changed."""
        self._news.set()

    async def run(self) -> None:
        """Read what is there, then copy until cancelled; returns when the session ends."""
        asked = False
        while True:
            try:
                if not asked:
                    self._found(self.take_in(await self._copies.own_drafts()))
                    asked = True
                self.read.set()
                self._news.clear()
                await self.copy()
                await self._news.wait()
                await self._sleep(COPY_AFTER_S)
            except NotLoggedIn:
                return
            except DeskError:
                # The texts stand on this machine; the copy follows when the service is back.
                await self._sleep(TRY_AGAIN_S)
            finally:
                self.read.set()

    def take_in(self, copies: list[wire.Draft]) -> int:
        """Put the service's copies into the book; answers how many texts were not known here."""
        theirs = [draft for copy in copies if (draft := draft_of(copy)) is not None]
        for mine in self._book.all:
            known = any((draft.kind, draft.place) == (mine.kind, mine.place) for draft in theirs)
            if mine.version and not known and not mine.on_its_way:
                if mine.at <= mine.copied:
                    self._book.let_go(mine.kind, mine.place)
                else:
                    self._book.take(structs.replace(mine, version=0, copied=0.0))
        return sum(self._settle(draft) for draft in theirs if (draft.kind, draft.place) not in self._book.gone)

    async def copy(self) -> None:
        """Send what changed since it was copied, delete what went; raises DeskError."""
        for kind, place in tuple(self._book.gone):
            if self._book.get(kind, place) is None:
                await self._copies.delete_draft(key_of(kind, place))
            self._book.copy_gone(kind, place)
        for draft in self._book.waiting:
            if draft.at > draft.copied:
                await self._copy(draft)

    async def _copy(self, draft: Draft) -> None:
        key = key_of(draft.kind, draft.place)
        try:
            version = (await self._copies.put_draft(key, request(draft), draft.version or None)).version
        except Stale as stale:
            if isinstance(stale.current, wire.Draft) and (other := draft_of(stale.current)) is not None:
                self._found(self._settle(other))
            self._news.set()
            return
        except NotLoggedIn:
            raise
        except Refused:
            # Too long or too many for the service, or its copy went meanwhile: here it is kept all the same.
            version = 0
        now = self._book.get(draft.kind, draft.place)
        if now is not None:
            self._book.take(structs.replace(now, version=version, copied=draft.at))

    def _settle(self, theirs: Draft) -> int:
        """One place, two texts: the newest stands there, the other beside it where it says something else."""
        mine = self._book.get(theirs.kind, theirs.place)
        if mine is None:
            self._book.take(theirs)
            return 1
        if mine.version == theirs.version or mine.typed == theirs.typed:
            self._book.take(structs.replace(mine, version=theirs.version))
            return 0
        newer, older = (theirs, mine) if theirs.at > mine.at else (mine, theirs)
        # A copy bears the time it reached the service: what was typed on since the last one is not older for that.
        if _goes_on(older, newer):
            newer, older = older, newer
        copied = theirs.copied if newer is theirs else 0.0
        self._book.take(structs.replace(newer, version=theirs.version, copied=copied))
        if _goes_on(newer, older):
            return 0
        name = hashlib.sha256(repr(sorted(older.typed.items())).encode()).hexdigest()[:16]
        self._book.put_aside(older, name)
        return 1


def _goes_on(longer: Draft, shorter: Draft) -> bool:
    return all(longer.typed.get(name, "").startswith(text) for name, text in shorter.typed.items())


def key_of(kind: DraftKind, place: str) -> str:
    """The name of a copy: readable where the place is a plain id."""
    plain = f"{kind}:{place}"
    return plain if _KEY.fullmatch(plain) else f"{kind}:.{hashlib.sha256(place.encode()).hexdigest()[:32]}"


def request(draft: Draft) -> wire.DraftRequest:
    """A draft as the service keeps it."""
    base = draft.fields.get("base_version", "")
    return wire.DraftRequest(
        {PLACE: draft.place, **draft.fields}, draft.place if draft.kind == "ticket" else None, draft.label,
        int(base) if base.isdecimal() else None,
    )  # fmt: skip


def draft_of(copy: wire.Draft) -> Draft | None:
    """A copy as a draft again; None where its key is of no kind this desk knows."""
    kind = next((kind for kind in get_args(DraftKind) if kind == copy.key.partition(":")[0]), None)
    if kind is None:
        return None
    fields = {name: text for name, text in copy.content.items() if name != PLACE}
    at = copy.at.timestamp()
    return cleaned(Draft(kind, copy.content.get(PLACE, ""), copy.label, fields, at, copy.version, at))
