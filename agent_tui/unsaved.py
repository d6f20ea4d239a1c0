"""What was typed and not sent outlives the desk: its journal, and the offer to go on with it at the next start."""

from typing import TYPE_CHECKING, Final, cast

from textual.app import App

from agent_tui import wire
from agent_tui.crash import state_path
from agent_tui.desk.drafts import DraftBook, DraftKind
from agent_tui.i18n import _
from agent_tui.launch import Launch
from agent_tui.messages import IntentRefused, IntentSent, IntentVerb
from agent_tui.net.journal import DraftJournal
from agent_tui.screens.texts import ticket_place
from agent_tui.widgets.safe import toast

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk


KINDS: Final[dict[IntentVerb, DraftKind]] = {"finish": "wrap_up", "message": "message", "create_ticket": "new_ticket"}


class KeepsDrafts(App[None]):
    """Mixin for App: `drafts` is the one place for unsent text of the user who is logged in."""

    launch: Launch
    drafts: DraftBook
    _journal: DraftJournal | None = None
    _left = False
    """Texts of an earlier desk wait to be offered."""

    def now(self) -> float:
        """Epoch seconds UTC."""
        raise LookupError("the live side knows the time")

    def open_drafts(self, user: wire.User) -> None:
        """Another user begins: their own drafts, read from their own file."""
        self.close_drafts()
        book = DraftBook(self.now, self._typed)
        folder = state_path(self.launch.state_dir) / "drafts"
        self._journal = DraftJournal(folder, f"{self.launch.server} {user.id}", book, self._not_saved)
        self.drafts = book
        self._journal.open()
        self._left = len(book) > 0

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

        if self._left:
            self._left = False
            await go_on(cast("Desk", self))

    def settle_draft(self, news: IntentSent | IntentRefused) -> None:
        """What was on its way has arrived, or comes back to where it was typed."""
        intent = news.intent
        kind = KINDS.get(intent.verb)
        if kind is None:
            return
        if isinstance(news, IntentSent):
            self.drafts.drop(kind, intent.key)
        else:
            self.drafts.come_back(kind, intent.key, intent.target or ticket_place(intent.body))

    def on_unmount(self) -> None:
        """The desk ends, whatever the reason."""
        self.close_drafts()

    def _typed(self) -> None:
        if self._journal is not None:
            self._journal.soon()

    def _not_saved(self, why: str) -> None:
        text = _("What you type cannot be saved on this machine ({why}); it would be lost with the desk.")
        toast(self, text.format(why=why), "warning")
