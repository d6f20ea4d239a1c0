"""Password hashes: argon2id, computed outside the event loop, at most two at a time."""

import asyncio
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from secrets import token_bytes

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend_stub.errors import Invalid, Unavailable
from backend_stub.settings import Sessions

SHORTEST = 8
LONGEST = 256
# More than this many logins at once are no shift change but a flood.
MOST_WAITING = 2_000
COMMON = "common_passwords.txt"


@cache
def common() -> frozenset[str]:
    """Return the passwords that everybody guesses first, in lower case; read when one is chosen, not at the start."""
    text = resources.files("backend_stub.reference").joinpath(COMMON).read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


class Passwords:
    """Hashes and verifies; two threads are the limit on memory and cores that logins may take."""

    def __init__(self, settings: Sessions) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_time,
            memory_cost=settings.argon2_memory_kib,
            parallelism=settings.argon2_parallelism,
        )
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="password")
        self._waiting = 0
        # A well-formed hash of nothing, of the same cost: an unknown user takes exactly one verification too.
        salt, digest = (b64encode(token_bytes(size)).decode().rstrip("=") for size in (16, 32))
        cost = f"m={settings.argon2_memory_kib},t={settings.argon2_time},p={settings.argon2_parallelism}"
        self._dummy = f"$argon2id$v=19${cost}${salt}${digest}"

    def hash(self, password: str) -> str:
        """Return argon2id's encoded hash; raises Invalid on a password too short, too long or among the commonest."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Invalid("password", "weak_password", f"A password has {SHORTEST} to {LONGEST} characters.")
        if password.lower() in common():
            raise Invalid("password", "common_password", "This password is among the first that are guessed.")
        return self._hasher.hash(password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Say whether the password fits; an unknown user (None) costs the same time and is a no."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable("overloaded", "Too many people log in at once; try again.", 5)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._verify, encoded, password)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, encoded: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(encoded or self._dummy, password) and encoded is not None
        except (VerificationError, InvalidHashError):
            return False
