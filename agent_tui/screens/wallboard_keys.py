"""What the keys do on the wallboard: the centre's state, moves, take-over, what-if, export; and why they cannot."""

from datetime import UTC, datetime
from typing import Final

from agent_tui import wire
from agent_tui.desk.wallboard import announcement
from agent_tui.i18n import _
from agent_tui.keys.actions import BY_NAME
from agent_tui.keys.keymap import hint
from agent_tui.screens import lead_acts
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.staffing import StaffingDialog
from agent_tui.screens.surge import CentreState, SurgeDialog
from agent_tui.screens.wallboard_drill import Drill

# The keys of the bar mean a lead's acts here.
MEANS: Final = {"state": "centre_state", "look_closer": "what_if"}
FACES: Final = {"state": "centre", "look_closer": "what_if"}


class WallboardKeys(DeskScreen):
    """Base of the wallboard: its acts, each by its own key and by name from the palette."""

    centre = ""
    _typed: wire.Say | None = None

    @property
    def drill(self) -> Drill:
        """What is behind a figure."""
        return self.query_one(Drill)

    @property
    def board(self) -> wire.Board | None:
        """The board of the chosen centre."""
        return None

    def reread(self, *, first: bool = False) -> None:
        """Read the wallboard; overridden."""

    # What a key means here, and why it cannot

    def _means(self, action: str) -> str:
        """The lead's act a key of the bar stands for here, else the action itself."""
        opened = self.drill.behind if self.is_mounted else None
        if action == "commit" and opened is not None:
            return "move_agents" if opened.kind == "agents" else "reassign"
        if action == "take" and self.desk.state.offer is None and opened is not None:
            return "take_over"
        return MEANS.get(action, action)

    def face(self, action: str) -> str:
        """The word under a key is what it does here."""
        meant = self._means(action)
        if meant == action:
            return super().face(action)
        return FACES.get(action) or {"move_agents": "move"}.get(meant, meant)

    def selected_contact(self) -> str | None:
        """The contact behind the figure under the cursor."""
        return next((one.id for one in self.drill.chosen_contacts(self.desk)), None)

    def why_not(self, action: str) -> str | None:
        """Acts need the service, and something to act on."""
        meant = self._means(action)
        if BY_NAME[meant].group != "lead":
            return super().why_not(action)
        if not self.desk.link.is_live:
            return _("Without the service nothing can be changed; wait for the connection.")
        if meant == "move_agents" and not self.drill.chosen_agents(self.desk):
            return _("Open the agents behind a figure with Enter and mark some first.")
        if meant == "reassign" and not self._waiting():
            return _("Open the contacts behind a figure with Enter; those of your own centre can be reassigned.")
        if meant == "take_over":
            return self._why_no_take_over()
        if meant == "what_if" and self.board is None:
            return _("The wallboard was not read yet.")
        return None

    def _waiting(self) -> list[wire.Contact]:
        opened = self.drill.behind
        return self.drill.chosen_contacts(self.desk) if opened is not None and opened.kind == "stays" else []

    def _why_no_take_over(self) -> str | None:
        hand = self.desk.flow.hand
        if hand is not None:
            return hint(_("A contact is in hand already; {view_queue} shows it."))
        if not self.drill.chosen_contacts(self.desk):
            return _("Choose somebody who waits or talks in your own centre first.")
        return None

    # The acts

    async def lead_deed(self, action: str) -> None:
        """Do it here."""
        contacts = self.drill.chosen_contacts(self.desk)
        if action == "centre_state":
            await self._centre_state()
        elif action == "move_agents":
            if await lead_acts.move_agents(self.desk, self.drill.chosen_agents(self.desk)):
                self.drill.rows.clear_marks()
        elif action == "reassign":
            if await lead_acts.reassign(self.desk, contacts):
                self.drill.rows.clear_marks()
        elif action == "take_over":
            await lead_acts.take_over(self.desk, contacts[0])
        elif action == "what_if" and (board := self.board) is not None:
            await self.app.push_screen_wait(StaffingDialog(board))
        elif action == "export_csv":
            await lead_acts.export(self.desk, self.centre)

    async def _key(self, action: str) -> bool:
        meant = self._means(action)
        if meant == action:
            return False
        await self.lead_deed(meant)
        return True

    async def act_take(self) -> None:
        """Take the contact behind the figure, else as everywhere."""
        if not await self._key("take"):
            await super().act_take()

    async def act_commit(self) -> None:
        """Move or reassign what is marked, else as everywhere."""
        if not await self._key("commit"):
            await super().act_commit()

    async def act_state(self) -> None:
        """The centre's state."""
        await self._key("state")

    async def act_look_closer(self) -> None:
        """What if."""
        await self._key("look_closer")

    async def _centre_state(self) -> None:
        desk = self.desk
        now = datetime.fromtimestamp(desk.now(), UTC)
        words = self._typed or self._standing() or announcement(desk.state.outages.values())

        def keep(typed: wire.Say) -> None:
            self._typed = typed

        chosen = await self.app.push_screen_wait(SurgeDialog(self._surge(), words, keep))
        if chosen is not None:
            await self._carry_out(chosen, now)
            self._typed = None

    def _surge(self) -> wire.Surge | None:
        known = self.desk.state
        return known.surge or (known.wallboard.surge if known.wallboard is not None else None)

    def _standing(self) -> wire.Say | None:
        holds = self._surge()
        return holds.announcement if holds is not None and holds.on else None

    async def _carry_out(self, chosen: CentreState, now: datetime) -> None:
        desk = self.desk
        await desk.client.put_surge(chosen.on, chosen.words if chosen.on else None, chosen.callback_offer)
        await desk.client.put_banner(chosen.words if chosen.on_desks else None, chosen.until(now))
        self.reread()
        told = _("Surge mode is on.") if chosen.on else _("Surge mode is off.")
        desk.toast(told + (" " + _("Every desk shows the announcement.") if chosen.on_desks else ""))
