"""What was typed and not sent outlives the desk: its journal, its copy on the service, the offer to go on with it."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, cast

from textual.app import App

from agent_tui import wire
from agent_tui.crash import state_path
from agent_tui.desk import settling
from agent_tui.desk.drafts import DraftBook
from agent_tui.i18n import _, ngettext
from agent_tui.launch import Launch
from agent_tui.messages import IntentRefused, IntentSent
from agent_tui.net.client import DeskClient
from agent_tui.net.draft_sync import DraftSync
from agent_tui.net.journal import DraftJournal
from agent_tui.net.outbox import Outbox
from agent_tui.widgets.safe import toast

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

OTHER_DESK_S: Final = 1.0
"""How long a login waits to hear of texts from other terminals; later ones are only announced."""


class KeepsDrafts(App[None]):
    """Mixin for App: `drafts` is the one place for unsent text of the user who is logged in."""

    launch: Launch
    client: DeskClient
    drafts: DraftBook
    outbox: Outbox
    _journal: DraftJournal | None = None
    _copies: DraftSync | None = None
    _left = False
    """Texts of an earlier desk wait to be offered."""

    def now(self) -> float:
        """Epoch seconds UTC."""
        raise LookupError("the live side knows the time")

    def open_drafts(self, user: wire.User, outbox: Outbox) -> None:
        """Another user begins: their own drafts and unsent intents, read from their own file."""
        self.close_drafts()
        book = DraftBook(self.now, self._typed)
        folder = state_path(self.launch.state_dir) / "drafts"
        self._journal = DraftJournal(folder, f"{self.launch.server} {user.id}", book, self._not_saved, outbox)
        self.drafts = book
        outbox.keeper = self._journal
        self._journal.open()
        on_their_way = {name for intent in outbox.unsent for name in (intent.key, intent.target)}
        for draft in book.all:
            if draft.on_its_way and draft.place not in on_their_way:
                # It was answered, or never got into the outbox: nobody but its agent can send it now.
                book.come_back(draft.kind, draft.place, draft.fields.get("contact") or draft.place)
        for intent in outbox.unsent:
            if intent.verb in settling.OF_TICKET:
                book.mark("ticket", intent.target, on_its_way=intent.target)
        self._left = len(book.waiting) > 0

    def copy_drafts(self) -> None:
        """Follow the service's copies for as long as this session lasts."""
        self._copies = DraftSync(self.drafts, self.client, self._found)
        self.run_worker(self._copies.run(), name="drafts", group="drafts", exit_on_error=False, exclusive=True)

    def close_drafts(self) -> None:
        """Write what is left and let go of the file."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def save_typed(self) -> int:
        """Put what is typed on the disk at once; answers how many texts will be offered at the next start."""
        if self._journal is None:
            return 0
        self._journal.flush()
        return len(self.drafts)

    async def offer_drafts(self) -> None:
        """Ask what to do with texts that were left; what the agent does not open stays for later."""
        from agent_tui.screens.left_texts import go_on

        if not self._left and self._copies is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._copies.read.wait(), OTHER_DESK_S)
        if self._left:
            self._left = False
            await go_on(cast("Desk", self))

    def settle_draft(self, news: IntentSent | IntentRefused) -> None:
        """What was on its way has arrived, or comes back where it was typed; in the turn in which it was answered."""
        intent = news.intent
        if isinstance(news, IntentSent):
            more = any(other.target == intent.target for other in self.outbox.unsent)
            settling.sent(self.drafts, intent.verb, intent.key, intent.target, intent.body, more)
        else:
            settling.refused(self.drafts, intent.verb, intent.key, intent.target, intent.body, news.reason.say())

    def on_unmount(self) -> None:
        """The desk ends, whatever the reason."""
        self.close_drafts()

    def _typed(self) -> None:
        if self._journal is not None:
            self._journal.soon()
        if self._copies is not None:
            self._copies.changed()

    def _found(self, texts: int) -> None:
        if texts:
            self._left = True
            text = ngettext("A text from your other desk is here", "{n} texts from your other desks are here", texts)
            toast(self, text.format(n=texts) + ": " + _("the command “Unsaved texts” shows them."))

    def _not_saved(self, why: str) -> None:
        text = _("What you type cannot be saved on this machine ({why}); it would be lost with the desk.")
        toast(self, text.format(why=why), "warning")
