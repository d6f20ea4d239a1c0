"""Who is logged in: opaque tokens, a cache so that a request costs no query, and logins with the brakes on them."""

import asyncio
import contextlib
import hashlib
import secrets
from dataclasses import dataclass
from weakref import WeakValueDictionary

from backend_stub.brakes import Brake
from backend_stub.clock import Clock
from backend_stub.errors import NotAuthenticated, Refused, TooMany
from backend_stub.passwords import Passwords
from backend_stub.policy import Principal
from backend_stub.settings import Sessions as SessionSettings
from backend_stub.store import sessions as stored
from backend_stub.store import users
from backend_stub.store.audit import Entry, Trail
from backend_stub.store.engine import Engine, Tx


def token_hash(token: str) -> bytes:
    """Return what is stored of a token: it has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(slots=True)
class Live:
    """A session in use; `ends` and `seen` by the monotonic clock."""

    user: Principal
    ends: float
    seen: float


@dataclass(slots=True)
class Watched:
    """Whose open streams wait for the end of a session."""

    user: Principal
    ends: "list[asyncio.Future[None]]"


class Sessions:
    """The sessions of one service; `on_end` is called when open streams must end."""

    def __init__(self, engine: Engine, clock: Clock, settings: SessionSettings, trail: Trail) -> None:
        self.passwords = Passwords(settings)
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._trail = trail
        self._names = Brake(clock, settings.failures, settings.failure_window_s)
        self._addresses = Brake(clock, settings.address_failures, settings.failure_window_s)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._live: dict[bytes, Live] = {}
        # Whose user is to be read again before the next request.
        self._stale: set[bytes] = set()
        self._watched: dict[bytes, Watched] = {}
        self._changes = 0
        self._review: asyncio.Task[None] | None = None

    async def login(
        self, username: str, password: str, request: str = "", terminal: str | None = None, peer: str = ""
    ) -> tuple[str, float, Principal]:
        """Return token, end (epoch seconds) and user; ends the terminal's session before it.

        Raises NotAuthenticated or TooMany.
        """
        usable = await self._admitted(username, password, request, peer)
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        expires_at = now + self._settings.absolute_s

        def begin(tx: Tx) -> list[bytes]:
            ended = [] if terminal is None else stored.end_terminal(tx.conn, terminal)
            stored.add(tx.conn, token_hash(token), usable.id, now, expires_at, terminal)
            self._note(tx, "session.begin", usable.id, request)
            return ended

        for key in await self._engine.write(begin):
            self._drop(key)
        return token, expires_at, usable.principal()

    async def _admitted(self, username: str, password: str, request: str, peer: str) -> users.UserRow:
        """Check a password, at most so often a name and an address."""
        name = username.casefold()
        # One after the other: many at once are no way round the count. An attempt counts as failed until it is not.
        async with self._turns.setdefault(name, asyncio.Lock()):
            await self._brake(self._addresses, peer, request)
            await self._brake(self._names, name, request)
            self._names.count(name)
            usable = await self._verified(username, password, request, peer)
            self._names.forget(name)
        return usable

    async def _verified(self, username: str, password: str, request: str, peer: str) -> users.UserRow:
        user = await self._engine.read(lambda conn: users.by_name(conn, username))
        usable = user if user is not None and not user.disabled else None
        fits = await self.passwords.verify(usable.password_hash if usable else None, password)
        # Nobody learns how an attempt went that was under way when its address was shut out.
        await self._brake(self._addresses, peer, request)
        if usable is None or not fits:
            self._addresses.count(peer)
            # Of an unknown name nothing is kept: people type passwords there.
            await self._engine.write(lambda tx: self._note(tx, "session.failed", user.id if user else "", request))
            raise NotAuthenticated("The user name or the password is wrong.", "wrong_credentials")
        return usable

    async def _brake(self, brake: Brake, key: str, request: str) -> None:
        """Refuse who has failed too often, and put on record, once, that it begins; raises TooMany."""
        try:
            brake.check(key)
        except TooMany:
            if brake.first_refusal(key):
                by_name = brake is self._names
                # A disk that is full lets nobody in either.
                with contextlib.suppress(Refused):
                    user = await self._engine.read(lambda conn: users.by_name(conn, key)) if by_name else None
                    who, why = user.id if user else "", '{"by":"name"}' if by_name else '{"by":"address"}'
                    await self._engine.write(lambda tx: self._note(tx, "session.locked", who, request, why))
            raise

    async def authenticate(self, token: str) -> Principal:
        """Return whose token this is and note that it was used; raises NotAuthenticated."""
        key = token_hash(token)
        live = self._live.get(key)
        if live is None or key in self._stale:
            live = await self._load(key)
        now = self._clock.monotonic()
        if self._is_over(live, now):
            self._drop(key)
            # Over is over also on a disk that takes no change: the row is as old at the next look.
            with contextlib.suppress(Refused):
                await self._engine.write(lambda tx: stored.end(tx.conn, key))
            raise NotAuthenticated("The session has ended; log in again.", "session_ended")
        live.seen = now
        return live.user

    def _is_over(self, live: Live, now: float) -> bool:
        return now >= live.ends or now - live.seen >= self._settings.idle_s

    async def end(self, token: str, who: str = "", request: str = "") -> None:
        """End a session because its user `who` (an id) says so."""
        key = token_hash(token)

        def finish(tx: Tx) -> None:
            stored.end(tx.conn, key)
            self._note(tx, "session.end", who, request)

        await self._engine.write(finish)
        self._drop(key)

    def forget(self) -> None:
        """Read every session's user anew: another process changed users; streams of those that are gone end at once."""
        # Their times stay: those of the rows are by the wall clock, which may have jumped since.
        self._stale.update(self._live)
        self._changes += 1
        if self._watched and self._review is None:
            self._review = asyncio.ensure_future(self._look_again())
            self._review.add_done_callback(self._reviewed)

    def watch(self, token: str, user: Principal) -> "asyncio.Future[None]":
        """Return a future that is done when the session ends or its user changes; give it back to `unwatch`."""
        ended = asyncio.get_running_loop().create_future()
        self._watched.setdefault(token_hash(token), Watched(user, [])).ends.append(ended)
        return ended

    def unwatch(self, token: str, ended: "asyncio.Future[None]") -> None:
        """Forget a future of `watch`."""
        key = token_hash(token)
        watched = self._watched.get(key)
        if watched is not None and ended in watched.ends:
            watched.ends.remove(ended)
            if not watched.ends:
                del self._watched[key]

    def _drop(self, key: bytes) -> None:
        self._changes += 1
        self._live.pop(key, None)
        self._stale.discard(key)
        watched = self._watched.pop(key, None)
        for ended in watched.ends if watched is not None else ():
            if not ended.done():
                ended.set_result(None)

    async def _look_again(self) -> None:
        seen = -1
        while seen != self._changes:
            seen = self._changes
            users_now = await self._engine.read(stored.users)
            for key, watched in list(self._watched.items()):
                if users_now.get(key) != watched.user:
                    self._drop(key)

    def _reviewed(self, review: "asyncio.Task[None]") -> None:
        self._review = None
        # What could not be read now is looked at with the streams' own checks.
        if not review.cancelled():
            review.exception()

    async def save_use(self) -> None:
        """Store when the sessions were last used, for a restart to keep idle times, and forget those that are over."""
        monotonic = self._clock.monotonic()
        offset = self._clock.now() - monotonic
        over = [key for key, live in self._live.items() if self._is_over(live, monotonic)]
        seen = [(live.seen + offset, key) for key, live in self._live.items()]
        if seen:

            def keep(tx: Tx) -> None:
                stored.touch(tx.conn, seen)
                stored.prune(tx.conn, over, tx.now)

            await self._engine.write(keep)
        for key in over:
            # Used again meanwhile it would be read anew, and its row is gone.
            self._drop(key)

    def _note(self, tx: Tx, verb: str, who: str, request: str, change: str = "") -> None:
        tx.audit(self._trail, Entry(tx.now, who, verb, request=request, change=change))

    async def _load(self, key: bytes) -> Live:
        changes = self._changes
        session = await self._engine.read(lambda conn: stored.get(conn, key))
        if session is None:
            if key in self._stale:
                self._drop(key)
            raise NotAuthenticated("The session has ended; log in again.", "session_ended")
        known = self._live.get(key)
        if known is not None:
            live = Live(session.user, known.ends, known.seen)
        else:
            offset = self._clock.now() - self._clock.monotonic()
            # A wall clock that was set back must not make a session seen in the future.
            seen = min(session.seen_at - offset, self._clock.monotonic())
            live = Live(session.user, session.expires_at - offset, seen)
        # Read while a session was being ended, this one may be it: good for this request, not for the next.
        if changes == self._changes:
            self._live[key] = live
            self._stale.discard(key)
        return live
