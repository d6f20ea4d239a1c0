"""Lists of one's own: the list on screen with its words saved under a name, there again at the next start, deleted."""

import asyncio
from collections.abc import Callable, Iterable

from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui.desk.ticket_lists import VIEWS, View
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.dialog import Dialog
from agent_tui.screens.ticket_list import TicketList, title_of
from agent_tui.text.clean import clean
from agent_tui.view_file import NAME_CAP, BadViews, same, taken
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.safe import Confirm, SafeStatic, plain


class ViewName(Dialog[str]):
    """Asks for the name of a list that nobody else has."""

    def __init__(self, what: str, names: Iterable[str]) -> None:
        super().__init__()
        self._what, self._names = what, tuple(names)

    def compose(self) -> ComposeResult:
        """What is saved, its name, what is wrong with it, the keys."""
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("Save this list: {what}").format(what=self._what)), classes="title")
            yield SafeStatic(_("Its name"), classes="label")
            yield TextField(id="view-name", max_length=NAME_CAP)
            yield SafeStatic(classes="error", id="view-error")
            yield SafeStatic(hint(_("Enter or {commit} saves · {back} back")), classes="hint")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#view-name", TextField).focus()

    def on_input_submitted(self, event: TextField.Submitted) -> None:
        """Enter saves too."""
        event.stop()
        self.act_commit()

    def act_commit(self) -> None:
        """Answer the name, or say why it cannot be one."""
        name = clean(self.query_one("#view-name", TextField).value, cap=NAME_CAP).strip()
        used = any(same(name, other) for other in self._names)
        if name and not used:
            self.dismiss(name)
            return
        line = self.query_one("#view-error", SafeStatic)
        line.set_class(True, "on")
        line.say(taken(name) if used else _("A list needs a name."), layout=True)


class SavedViews(DeskScreen):
    """Base of the tickets view: saving and deleting the list on screen."""

    @property
    def _lists(self) -> TicketList:
        return self.query_one(TicketList)

    def why_not(self, action: str) -> str | None:
        """Without words a list is there already; only what was saved here is deleted here."""
        if action == "save_view":
            return (
                None
                if self._lists.typed
                else hint(_("This list is there already. Filter it with {filter}, then save it."))
            )
        if action == "delete_view":
            return self._why_not_delete(self._lists.view)
        return super().why_not(action)

    def _why_not_delete(self, view: View) -> str | None:
        if view.is_kept:
            return None
        if view in VIEWS:
            return _("Only a list that you saved can be deleted; ← → go to it.")
        return _("This list stands in the settings file; it is deleted there.")

    async def act_save_view(self) -> None:
        """Ask for a name, save the list with the words typed, and go to it."""
        lists = self._lists
        what = f"{title_of(lists.view)} · {lists.words}"
        name = await self.app.push_screen_wait(ViewName(what, map(title_of, lists.views)))
        if name is not None:
            view = lists.named(name)
            if await self._settle(lambda: self.desk.view_file.add(view), view):
                said = _("“{name}” is saved; ← → go to it.")
                # The demonstration has no settings of its own.
                brief = _("“{name}” is here until the desk is left; ← → go to it.")
                self.desk.toast((said if self.desk.view_file.lasts else brief).format(name=name))

    async def act_delete_view(self) -> None:
        """Ask, then delete the saved list on screen; its tickets stay."""
        view = self._lists.view
        question = _("Delete the list “{name}”? Its tickets stay.").format(name=view.title)
        sure = await self.app.push_screen_wait(Confirm(plain(question), _("Delete")))
        if sure and await self._settle(lambda: self.desk.view_file.remove(view), VIEWS[0]):
            self.desk.toast(_("“{name}” is deleted.").format(name=view.title))

    async def _settle(self, change: Callable[[], tuple[View, ...]], then: View) -> bool:
        """Change the file off the keys' thread and show `then`; False where it could not, which was said."""
        try:
            kept = await asyncio.to_thread(change)
        except BadViews as fault:
            self.desk.toast(str(fault), "error")
            return False
        self._lists.relist(kept, then)
        return True
