"""The actions that belong to the desk itself: help, palette, views, lists, language, theme, leaving."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen

from agent_tui.i18n import _, ngettext
from agent_tui.keys.actions import views_of
from agent_tui.theme import dress, next_density, next_theme
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import Confirm

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen
    from agent_tui.screens.copying import Copied


class ShellActions(Screen[None]):
    """Mixed into every view."""

    VIEW: ClassVar[str] = ""
    _copied: "Copied | None" = None

    @property
    def desk(self) -> "Desk":
        """The app, typed."""
        raise LookupError("only a view has a desk")

    def read(self, reading: Coroutine[None, None, None], group: str, *, before_keys: bool) -> None:
        """Read in the background; `before_keys`: keys typed meanwhile act on what is read, so they wait for it."""
        release = self.desk.hold_keys() if before_keys else None

        async def run() -> None:
            try:
                await reading
            finally:
                if release is not None:
                    release()

        self.run_worker(run(), group=group, exit_on_error=False)

    async def act_help(self) -> None:
        """Every action with its key; the chosen one runs."""
        from agent_tui.screens.help import HelpScreen

        chosen = await self.app.push_screen_wait(HelpScreen(self.desk.keymap, self.desk.why_not))
        if chosen:
            self.desk.run_soon(chosen)

    async def act_palette(self) -> None:
        """The command palette."""
        from agent_tui.screens.commands import Palette

        chosen = await self.app.push_screen_wait(Palette(self.desk.keymap, self.desk.why_not))
        if chosen:
            self.desk.run_soon(chosen)

    async def act_next_view(self) -> None:
        """F6."""
        await self._step(1)

    async def act_previous_view(self) -> None:
        """Shift+F6."""
        await self._step(-1)

    async def _step(self, by: int) -> None:
        order = [name for name, _title in views_of(self.desk.state.user.role)]
        at = order.index(self.VIEW) if self.VIEW in order else 0
        await self.desk.show_view(order[(at + by) % len(order)])

    async def act_view_queue(self) -> None:
        """Go to the queue."""
        await self.desk.show_view("queue")

    async def act_view_customers(self) -> None:
        """Go to the customers."""
        await self.desk.show_view("customers")

    async def act_view_outages(self) -> None:
        """Go to the outages."""
        await self.desk.show_view("outages")

    async def act_view_tickets(self) -> None:
        """Go to the tickets."""
        await self.desk.show_view("tickets")

    async def act_language(self) -> None:
        """The other language, at once."""
        await self.desk.switch_language()

    async def act_theme(self) -> None:
        """The next theme."""
        dress(self.app, next_theme(self.app.theme))

    async def act_density(self) -> None:
        """More air, or more lines."""
        dress(self.app, self.app.theme, next_density(self.app))
        for found in self.query(LineList).results(LineList):
            found.redraw()

    async def act_copy(self) -> None:
        """Copy what the view is about; only this key writes to the clipboard."""
        from agent_tui.screens.copying import NOTHING, copy_next

        self._copied = copy_next(cast("DeskScreen", self), self._copied or NOTHING)

    async def act_drafts(self) -> None:
        """Texts that were typed and not sent."""
        from agent_tui.screens.left_texts import go_on

        await go_on(self.desk)

    async def act_leave(self) -> None:
        """Ask, then log out and end the desk."""
        unsent = self.desk.unsent
        question = _("Log out and leave the desk?")
        if unsent:
            text = ngettext(
                "{n} change is not sent yet; it goes out at your next login here. Log out and leave the desk?",
                "{n} changes are not sent yet; they go out at your next login here. Log out and leave the desk?",
                unsent,
            )
            question = text.format(n=unsent)
        if await self.app.push_screen_wait(Confirm(question, _("Log out"), _("Stay"))):
            await self.desk.leave()

    async def act_mark(self) -> None:
        """Mark the row of the list that has the focus."""
        if found := self._list():
            found.action_mark()

    async def act_mark_all(self) -> None:
        """Mark every row of the list that has the focus."""
        if found := self._list():
            found.action_mark_all()

    def _list(self) -> LineList | None:
        if isinstance(self.focused, LineList):
            return self.focused
        return next(iter(self.query(LineList).results(LineList)), None)
