"""The keys of the call on every view: what each does is the flow's affair, unless the view knows better."""

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen


class CallDeeds(Screen[None]):
    """Base of the views: one method for each action of the call."""

    async def _deed(self, action: str) -> None:
        await cast("Desk", self.app).flow.act(action, cast("DeskScreen", self))

    async def act_identify(self) -> None:
        """The customer on screen is the caller."""
        await self._deed("identify")

    async def act_take(self) -> None:
        """Take the offered contact, else the selected or the next one."""
        await self._deed("take")

    async def act_find(self) -> None:
        """Go to the customers view and its search field."""
        await self._deed("find")

    async def act_new_ticket(self) -> None:
        """New ticket for the customer on screen."""
        await self._deed("new_ticket")

    async def act_attach(self) -> None:
        """Attach to the outage, or report or choose one."""
        await self._deed("attach")

    async def act_look_closer(self) -> None:
        """History, differences, transcript."""
        await self._deed("look_closer")

    async def act_commit(self) -> None:
        """Save; in a contact, save and wrap up."""
        await self._deed("commit")

    async def act_state(self) -> None:
        """Change my state."""
        await self._deed("state")

    async def act_hold(self) -> None:
        """Hold or resume."""
        await self._deed("hold")

    async def act_callbacks(self) -> None:
        """The promised calls."""
        await self._deed("callbacks")

    async def act_trouble(self) -> None:
        """Trouble codes, and the danger among them."""
        await self._deed("trouble")

    async def act_hand_on(self) -> None:
        """Ask for help, or hand the contact on."""
        await self._deed("hand_on")

    async def act_more_time(self) -> None:
        """A longer wrap-up."""
        await self._deed("more_time")

    async def act_dangers(self) -> None:
        """The open dangers."""
        await self._deed("dangers")

    async def act_hand_over(self) -> None:
        """The end of a shift."""
        await self._deed("hand_over")

    async def act_merge_tickets(self) -> None:
        """Merge tickets; only the tickets view has any to mark."""

    async def act_save_view(self) -> None:
        """Save the list of tickets on screen; only the tickets view has one."""

    async def act_delete_view(self) -> None:
        """Delete it again."""

    async def act_undo(self) -> None:
        """Undo the last committed action."""
        await self._deed("undo")
