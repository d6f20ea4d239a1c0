"""What the agent decided and the service has not confirmed yet: sent in order, repeated until answered.

Held in memory: it survives a lost connection and a restarted service, not the end of the desk. (A journal on disk is a
piece of its own.) Taking, holding and asking for the next contact never come here: late, they would be wrong.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
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
)
from agent_tui.messages import Intent, IntentRefused, IntentSent, IntentVerb, OutboxChanged, Post, SessionEnded
from agent_tui.net.transport import new_key

BASE_S = 0.5
CAP_S = 15.0
BROKEN_TRIES = 6
REMEMBERED = 1000


class Performer(Protocol):
    """Who carries intents out."""

    async def perform(self, intent: Intent) -> Struct:
        """Carry one intent out under its key; raises DeskError."""
        ...


@dataclass(slots=True)
class _Entry:
    intent: Intent
    tries: int = 0
    not_before: float = 0.0


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
    ) -> None:
        self._client, self._post, self._clock, self._sleep, self._chance = client, post, clock, sleep, chance
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
        intent = Intent(verb, target, body, lane or target or key, key, needed, version)
        self.enqueue(intent)
        return intent

    def enqueue(self, intent: Intent) -> None:
        """Queue an intent; the same key twice is one intent."""
        if any(entry.intent.key == intent.key for entry in self._entries):
            return
        self._entries.append(_Entry(intent))
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

    def _done(self, entry: _Entry, result: IntentSent | IntentRefused) -> None:
        self._entries.remove(entry)
        self._post(result)
        self._changed()

    def _changed(self) -> None:
        self._news.set()
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
