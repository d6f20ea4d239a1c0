"""The acts of a team lead as every view knows them: a view that is not the wallboard goes there first."""

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from agent_tui.i18n import _
from agent_tui.keys.actions import FOR_LEADS, LEADS

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk


def why_no_lead(desk: "Desk", action: str) -> str | None:
    """Why somebody who is no lead cannot do what leads do, or None."""
    if action in FOR_LEADS and desk.state.user.role not in LEADS:
        return _("The wallboard and what is done there are the team leads'.")
    return None


class LeadKeys(Screen[None]):
    """Mixed into every view; the wallboard overrides `lead_deed`, and `why_not` with it."""

    async def act_view_wallboard(self) -> None:
        """Go to the wallboard."""
        await cast("Desk", self.app).show_view("wallboard")

    async def lead_deed(self, action: str) -> None:
        """Go to the wallboard, where the act has its meaning."""
        desk = cast("Desk", self.app)
        await desk.show_view("wallboard")
        desk.run_soon(action)

    async def act_centre_state(self) -> None:
        """Surge mode, announcement, offer of a call back."""
        await self.lead_deed("centre_state")

    async def act_move_agents(self) -> None:
        """Other skills or another state for the marked agents."""
        await self.lead_deed("move_agents")

    async def act_reassign(self) -> None:
        """The marked contacts ring at another agent."""
        await self.lead_deed("reassign")

    async def act_take_over(self) -> None:
        """Take a contact out of an agent's hands."""
        await self.lead_deed("take_over")

    async def act_what_if(self) -> None:
        """What a load needs and what each lever buys."""
        await self.lead_deed("what_if")

    async def act_export_csv(self) -> None:
        """Reports of today into a file."""
        await self.lead_deed("export_csv")
