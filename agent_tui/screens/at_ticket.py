"""Who else is at the ticket in the editor, and what the colleagues are told about this desk."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _
from agent_tui.net.presence import Here
from agent_tui.screens.ticket_form import TicketForm
from agent_tui.screens.ticket_history import Words
from agent_tui.widgets.field_form import FieldRow
from agent_tui.widgets.safe import plain

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen

BEAT_S: Final = 0.25


class AtTicket(TicketForm):
    """The editor's part that looks around and is seen."""

    _others: Sequence[wire.Presence] = ()
    _as_of = ""

    def on_mount(self) -> None:
        """Look several times a second: colleagues are to see each other within one."""
        self.set_interval(BEAT_S, self.beat)

    @property
    def waits_to_be_saved(self) -> bool:
        """Something was changed; overridden."""
        return False

    def beat(self) -> None:
        """Tell where the agent is, show who else is there."""
        desk = cast("Desk", self.app)
        here = self._here()
        desk.presence.at(here)
        others = self.others() if here is not None else ()
        if others != self._others:
            self.stale(self._as_of)

    def stale(self, as_of: str, here: Content | None = None) -> None:
        """The first line names the others too."""
        self._as_of, self._others = as_of, self.others()
        super().stale(as_of, self._said(self._others))

    def others(self) -> Sequence[wire.Presence]:
        """Everybody at this ticket but me."""
        state = cast("Desk", self.app).state
        known = state.tickets.get(self.ticket.id) if self.ticket is not None else None
        return [one for one in known.presence if one.user != state.user.username] if known is not None else []

    def _here(self) -> Here | None:
        desk = cast("Desk", self.app)
        if self.ticket is None or desk.view_on_screen() is not cast("DeskScreen", self.screen) or not self.size:
            return None
        if not self.waits_to_be_saved:
            return Here(self.ticket.id, "viewing")
        return Here(self.ticket.id, "editing", self._field())

    def _field(self) -> str | None:
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            return None
        row = next((one for one in focused.ancestors if isinstance(one, FieldRow)), None)
        return f"fields.{row.spec.name}" if row is not None else (focused.id or "").removeprefix("ticket-") or None

    def _said(self, others: Sequence[wire.Presence]) -> Content:
        desk = cast("Desk", self.app)
        names = {agent.username: agent.name for agent in desk.state.agents.values()}
        words = Words(desk.client.known_types, names)
        said = Content("")
        for one in others:
            name = names.get(one.user, one.user)
            if one.doing == "viewing":
                said += plain("  ◉ " + _("{name} is looking").format(name=name), "$muted")
            elif one.field:
                text = _("{name} is editing: {field}").format(name=name, field=_field_word(words, one.field))
                said += plain("  ● " + text, "bold $warning")
            else:
                said += plain("  ● " + _("{name} is editing").format(name=name), "bold $warning")
        return said


def _field_word(words: Words, field: str) -> str:
    return _("Note") if field == "note" else words.name(field)
