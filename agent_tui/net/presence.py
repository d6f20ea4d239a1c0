"""Tells the service which ticket is on screen here and what is done with it, and renews that while it lasts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from agent_tui import wire
from agent_tui.errors import DeskError, NotLoggedIn

RENEW_S: Final = 10.0
"""A third of the service's lease: two renewals may be lost before colleagues no longer see us."""
GAP_S: Final = 0.3
"""Between two messages: somebody who runs through the fields is told of where they stay."""


class Leases(Protocol):
    """Who keeps the leases: the client."""

    async def hold_ticket(self, ticket: str, doing: wire.PresenceRequest) -> wire.TicketPresence:
        """Take or renew the lease."""
        ...

    async def leave_ticket(self, ticket: str) -> wire.TicketPresence:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """What is on screen: the ticket, what is done with it, and which field has the focus."""

    ticket: str
    doing: Literal["viewing", "editing"]
    field: str | None = None


class Presence:
    """One desk's lease: `at` says where it is, `run` tells the service."""

    def __init__(
        self, leases: Leases, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep, renew: float = RENEW_S
    ) -> None:
        self._leases, self._sleep, self._renew = leases, sleep, renew
        self._here: Here | None = None
        self._told: Here | None = None
        self._news = asyncio.Event()

    def at(self, here: Here | None) -> None:
        """The agent is here now; None is at no ticket."""
        if here != self._here:
            self._here = here
            self._news.set()

    async def run(self) -> None:
        """Tell every change and renew until cancelled; returns when the session ends."""
        while True:
            self._news.clear()
            try:
                await self._tell(self._here)
            except NotLoggedIn:
                return
            except DeskError:
                # Nobody is told for now: the lease ends by itself, and the next renewal takes it again.
                self._told = None
            await self._sleep(GAP_S)
            if not self._news.is_set():
                try:
                    await asyncio.wait_for(self._news.wait(), self._renew if self._here is not None else None)
                except TimeoutError:
                    continue

    async def _tell(self, here: Here | None) -> None:
        left, self._told = self._told, here
        if left is not None and (here is None or here.ticket != left.ticket):
            await self._leases.leave_ticket(left.ticket)
        if here is not None:
            await self._leases.hold_ticket(here.ticket, wire.PresenceRequest(here.doing, here.field))
