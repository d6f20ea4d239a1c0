"""What the agent decided and the service has not confirmed yet: sent in order, repeated until answered.

It survives a lost connection, a restarted service and, through its keeper (the journal), the end of the desk: an
intent stands on the disk before it is sent for the first time, and after a crash it is sent again under the same key,
which the service answers with its first answer. Taking, holding and asking for the next contact never come here: late,
they would be wrong.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from msgspec import UNSET, Struct, structs

from agent_tui.errors import (
    DeskError,
    NotLoggedIn,
    NotSent,
    Refused,
    ServiceBroken,
    ServiceUnreachable,
    Stale,
    TooManyRequests,
    WaitedTooLong,
)
from agent_tui.messages import Intent, IntentRefused, IntentSent, IntentVerb, OutboxChanged, Post, SessionEnded
from agent_tui.net.transport import new_key

BASE_S = 0.5
CAP_S = 15.0
BROKEN_TRIES = 6
REMEMBERED = 1000
KEY_GOOD_S = 23 * 3600.0
"""The service knows a key for a day; an older intent might have its effect twice."""


class Performer(Protocol):
    """Who carries intents out."""

    async def perform(self, intent: Intent) -> Struct:
        """Carry one intent out under its key; raises DeskError."""
        ...


class Keeper(Protocol):
    """Who keeps the outbox where it survives the desk."""

    def soon(self) -> None:
        """Something changed: write it within a moment."""
        ...

    async def safe(self) -> None:
        """Return when everything as it is now stands on the disk, or cannot."""
        ...


@dataclass(slots=True)
class _Entry:
    intent: Intent
    tries: int = 0
    not_before: float = 0.0
    safe: bool = False


class Outbox:
    """The unsent intents of this desk, oldest first, in order per lane."""

    def __init__(
        self,
        client: Performer,
        post: Post,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._post, self._clock, self._sleep, self._chance = client, post, clock, sleep, chance
        self._now = now
        self.keeper: Keeper | None = None
        self._entries: list[_Entry] = []
        self._refused: deque[str] = deque(maxlen=REMEMBERED)
        self._news = asyncio.Event()

    @property
    def count(self) -> int:
        """How many intents are not confirmed yet."""
        return len(self._entries)

    @property
    def unsent(self) -> tuple[Intent, ...]:
        """The intents not confirmed yet, oldest first."""
        return tuple(entry.intent for entry in self._entries)

    def put(
        self,
        verb: IntentVerb,
        target: str,
        body: Struct,
        *,
        lane: str | None = None,
        needs: Intent | None = None,
        version: int | None = None,
    ) -> Intent:
        """Queue a new intent under a fresh key and return it; see `Intent` for the arguments."""
        key = new_key()
        needed = needs.key if needs is not None else None
        intent = Intent(verb, target, body, lane or target or key, key, needed, version, self._now())
        self.enqueue(intent)
        return intent

    def holds(self, verb: IntentVerb, target: str, body: Struct) -> bool:
        """Whether the same is on its way already."""
        return any((one.verb, one.target, one.body) == (verb, target, body) for one in self.unsent)

    def enqueue(self, intent: Intent) -> None:
        """Queue an intent; the same key twice is one intent."""
        if any(entry.intent.key == intent.key for entry in self._entries):
            return
        self._entries.append(_Entry(intent))
        self._changed()

    def restore(self, intents: Iterable[Intent]) -> None:
        """Take in what earlier desks left unsent, before everything of this one and in their order."""
        known = {entry.intent.key for entry in self._entries}
        # A desk that died while it took over another's file left the same intent in both.
        unknown = {intent.key: intent for intent in intents if intent.key not in known}
        left = [_Entry(intent, safe=True) for intent in unknown.values()]
        if left:
            self._entries[:0] = left
            self._changed()

    def wake(self) -> None:
        """Try everything now: the link is live again, or somebody logged in."""
        for entry in self._entries:
            entry.not_before = 0.0
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled; returns when the session ends (what is unsent stays, run again after login)."""
        while True:
            self._news.clear()
            entry = self._sendable()
            if entry is None:
                await self._wait()
                continue
            try:
                await self._send(entry)
            except NotLoggedIn as ended:
                self._post(SessionEnded(ended))
                return

    def _sendable(self) -> _Entry | None:
        now, blocked = self._clock(), set()
        for entry in self._entries:
            if entry.intent.lane not in blocked and entry.not_before <= now:
                return entry
            blocked.add(entry.intent.lane)
        return None

    async def _wait(self) -> None:
        due = min((entry.not_before for entry in self._entries), default=None)
        waits = [asyncio.create_task(_awaited(self._news.wait()))]
        if due is not None:
            waits.append(asyncio.create_task(_awaited(self._sleep(max(0.0, due - self._clock())))))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _send(self, entry: _Entry) -> None:
        intent = entry.intent
        if intent.needs is not None and intent.needs in self._refused:
            self._refuse(entry, NotSent())
            return
        if intent.at and self._now() - intent.at > KEY_GOOD_S:
            self._refuse(entry, WaitedTooLong())
            return
        if self.keeper is not None and not entry.safe:
            await self.keeper.safe()
            entry.safe = True
        try:
            answer = await self._client.perform(intent)
        except (ServiceUnreachable, TooManyRequests, ServiceBroken) as trouble:
            self._postpone(entry, trouble)
        except Stale as stale:
            if entry.tries and stale.current is not None and _is_done(intent.body, stale.current):
                # The try before had its effect and only its answer was lost.
                self._done(entry, IntentSent(intent, stale.current))
            else:
                self._refuse(entry, stale)
        except Refused as refused:
            self._refuse(entry, refused)
        else:
            self._done(entry, IntentSent(intent, answer))

    def _postpone(self, entry: _Entry, trouble: DeskError) -> None:
        entry.tries += 1
        hopeless = isinstance(trouble, ServiceBroken) and not trouble.passing
        if hopeless and entry.tries >= BROKEN_TRIES:
            self._refuse(entry, trouble)
            return
        asked = trouble.retry_after if isinstance(trouble, TooManyRequests | ServiceBroken) else None
        window = min(CAP_S, BASE_S * 2.0 ** min(entry.tries - 1, 10))
        until = self._clock() + (asked or 0.0) + self._chance() * window
        entry.not_before = until
        if isinstance(trouble, ServiceUnreachable | TooManyRequests):
            # The service as a whole is away: the others need not each find out.
            for other in self._entries:
                other.not_before = max(other.not_before, until)

    def _refuse(self, entry: _Entry, reason: DeskError) -> None:
        self._refused.append(entry.intent.key)
        self._done(entry, IntentRefused(entry.intent, reason))
        # At once, not in their turn: a crash in between would forget why they must not go.
        for other in [other for other in self._entries if other.intent.needs == entry.intent.key]:
            self._refuse(other, NotSent())

    def _done(self, entry: _Entry, result: IntentSent | IntentRefused) -> None:
        self._entries.remove(entry)
        self._post(result)
        self._changed()

    def _changed(self) -> None:
        self._news.set()
        if self.keeper is not None:
            self.keeper.soon()
        self._post(OutboxChanged(self.count))


async def _awaited(waiting: Awaitable[object]) -> None:
    await waiting


def _is_done(body: Struct, current: Struct) -> bool:
    """Tell whether every field a PATCH sent already stands in the current resource (`fields` entries merge)."""
    for name, wanted in structs.asdict(body).items():
        if wanted is UNSET:
            continue
        have = getattr(current, name, None)
        if isinstance(wanted, dict) and isinstance(have, dict):
            if any(have.get(key, "") != value for key, value in wanted.items()):
                return False
        elif have != wanted:
            return False
    return True
