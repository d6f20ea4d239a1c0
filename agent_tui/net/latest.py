"""One question in flight, the newest one waiting: look-up as you type without cancelling requests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from agent_tui.errors import DeskError

Q = TypeVar("Q")
A = TypeVar("A")


class LatestWins(Generic[Q, A]):
    """Asks only the latest question; an answer to an older one is dropped.

    Cancelling a request while it connects kills its place in the pool for good (performance.md 2.0, 4), so the one in
    flight is always left to finish.
    """

    def __init__(
        self,
        ask: Callable[[Q], Awaitable[A]],
        answered: Callable[[Q, A], object],
        failed: Callable[[Q, DeskError], object],
    ) -> None:
        self._ask, self._answered, self._failed = ask, answered, failed
        self._wanted: tuple[Q] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Tell whether an answer is still expected."""
        return self._wanted is not None and self._task is not None and not self._task.done()

    def want(self, question: Q) -> None:
        """Ask this now, or as soon as the question in flight is answered."""
        self._wanted = (question,)
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._work())

    def drop(self) -> None:
        """Want nothing any more: whatever still comes is thrown away."""
        self._wanted = None

    async def settled(self) -> None:
        """Wait until nothing is in flight."""
        while self._task is not None and not self._task.done():
            await asyncio.shield(self._task)

    async def _work(self) -> None:
        while self._wanted is not None:
            asked = self._wanted
            try:
                answer = await self._ask(asked[0])
            except DeskError as trouble:
                if self._finish(asked):
                    self._failed(asked[0], trouble)
            else:
                if self._finish(asked):
                    self._answered(asked[0], answer)

    def _finish(self, asked: tuple[Q]) -> bool:
        if self._wanted is not asked:
            return False
        self._wanted = None
        return True
