"""The acts on an outage as every view knows them: a view without outages says where they are done."""

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk


class OutageKeys(Screen[None]):
    """Mixed into every view; the outages' own view overrides `outage_deed`, and `why_not` with it."""

    async def outage_deed(self, action: str) -> None:
        """Go to the outages, where the act has its meaning."""
        desk = cast("Desk", self.app)
        await desk.show_view("outages")
        desk.run_soon(action)

    async def act_outage_menu(self) -> None:
        """Everything that can be done with the outage under the cursor."""
        await self.outage_deed("outage_menu")

    async def act_outage_confirm(self) -> None:
        """It is real."""
        await self.outage_deed("outage_confirm")

    async def act_outage_etr(self) -> None:
        """When power is to be back."""
        await self.outage_deed("outage_etr")

    async def act_outage_crew(self) -> None:
        """What the crew is doing."""
        await self.outage_deed("outage_crew")

    async def act_outage_cause(self) -> None:
        """Why the power went out."""
        await self.outage_deed("outage_cause")

    async def act_outage_restore(self) -> None:
        """Power is back, for all or for some."""
        await self.outage_deed("outage_restore")

    async def act_outage_callbacks(self) -> None:
        """Call back who asked for it."""
        await self.outage_deed("outage_callbacks")

    async def act_outage_message(self) -> None:
        """What customers would be told."""
        await self.outage_deed("outage_message")

    async def act_outage_note(self) -> None:
        """A remark in its log."""
        await self.outage_deed("outage_note")

    async def act_outage_cancel(self) -> None:
        """It was none."""
        await self.outage_deed("outage_cancel")

    async def act_outage_close(self) -> None:
        """Everything about it is done."""
        await self.outage_deed("outage_close")

    async def act_outage_sort(self) -> None:
        """Another order of the list."""
        await self.outage_deed("outage_sort")

    async def act_planned_works(self) -> None:
        """The planned works."""
        await self.outage_deed("planned_works")

    async def act_storm_board(self) -> None:
        """The storm board."""
        await self.outage_deed("storm_board")
