"""The call as the views see it."""

from typing import TYPE_CHECKING, Protocol

from agent_tui import wire
from agent_tui.desk.store import Diff

if TYPE_CHECKING:
    from agent_tui.screens.base import DeskScreen


class Flow(Protocol):
    """The call's own rules: what take, attach, commit ... do on any view, and why they cannot right now."""

    def why_not(self, action: str, screen: "DeskScreen") -> str | None:
        """A sentence that says why the action cannot act on this screen now, or None."""

    def face(self, action: str, screen: "DeskScreen") -> str:
        """Which of its faces in the registry the action has now: what its key will do on this screen."""

    async def act(self, action: str, screen: "DeskScreen") -> None:
        """Do it (in a worker); an error of `agent_tui.errors` becomes a toast."""

    @property
    def hand(self) -> wire.Contact | None:
        """The contact the agent works on."""

    def name_of(self, contact: wire.Contact) -> str:
        """What a sentence calls the customer."""

    async def identify(self, customer: str) -> bool:
        """Say who the contact in hand is about; False without one."""

    def attach_to(self, outage: str) -> None:
        """Attach the contact in hand to this outage."""

    def live_changed(self, diff: Diff) -> None:
        """The replica changed, whatever view is on screen; called before the view."""
