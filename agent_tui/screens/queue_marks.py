"""Marked contacts in the queue: what the keys do with all of them at once."""

from textual import on

from agent_tui.i18n import _
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.bulk_attach import attach_marked
from agent_tui.widgets.line_list import LineList


class QueueMarks(DeskScreen):
    """Base of the queue's view; with nothing marked every key means what it means elsewhere."""

    @property
    def listed(self) -> LineList:
        """The queue's list."""
        return self.query_one("#queue", LineList)

    def face(self, action: str) -> str:
        """F5 is about the marked contacts where there are any."""
        return "marked" if action == "attach" and self.listed.marked else super().face(action)

    def why_not(self, action: str) -> str | None:
        """Marked contacts need nobody in hand, only the service."""
        if action == "attach" and self.listed.marked:
            offline = _("Without the service nothing can be changed; wait for the connection.")
            return None if self.desk.link.is_live else offline
        return super().why_not(action)

    async def act_attach(self) -> None:
        """Marked contacts together, else the one in hand."""
        if marked := [id for id in self.listed.row_ids if id in self.listed.marked]:
            self.listed.mark_only(await attach_marked(self.desk, marked))
        else:
            await super().act_attach()

    @on(LineList.Marked, "#queue")
    def marks_changed(self) -> None:
        """The bar says what F5 does."""
        self.refresh_bar()
