"""The live side of the App: the replica, the link, what is unsent, and the workers that feed them."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from textual.message import Message

from agent_tui import wire
from agent_tui.desk.store import DeskState, Diff, Gap
from agent_tui.desk.undo_stack import UndoStack
from agent_tui.errors import Stale
from agent_tui.i18n import _
from agent_tui.messages import (
    Arrived,
    IntentRefused,
    IntentSent,
    Link,
    LinkChanged,
    OutboxChanged,
    SessionEnded,
)
from agent_tui.messages import Message as News
from agent_tui.net.client import DeskClient
from agent_tui.net.outbox import Outbox
from agent_tui.net.presence import Presence
from agent_tui.net.sync import LiveSource, ServiceSource, Sync
from agent_tui.screens.base import VIEW_NAMES, Desk, DeskScreen
from agent_tui.screens.conflict import meet
from agent_tui.screens.flow import Flow
from agent_tui.unsaved import KeepsDrafts
from agent_tui.widgets.safe import toast

TURN_S: Final = 0.008
SHOW_S: Final = 0.1


@dataclass
class Heard(Message, bubble=False):
    """A worker has news."""

    news: News


class LiveData(KeepsDrafts):
    """Mixin for App: workers post, these handlers own the state."""

    state: DeskState
    client: DeskClient
    outbox: Outbox
    link: Link
    flow: Flow
    undo: UndoStack
    presence: Presence
    unsent = 0
    retry_at = 0.0
    """When the next try to connect begins, on the monotonic clock."""
    _sync: Sync | None = None
    _backlog: deque[wire.Event]
    """Events that came and are not in the replica yet: a flood is taken in by turns, with keys in between."""
    _unshown = Diff()
    _shown_at = 0.0
    _hurry: asyncio.Event

    def monotonic(self) -> float:
        """Seconds of the clock that `Link` counts in."""
        return time.monotonic()

    def now(self) -> float:
        """Epoch seconds UTC on the service's clock, as far as the last snapshot told."""
        local = datetime.now(UTC)
        return (self.state.service_time(local) if self.live else local).timestamp()

    @property
    def live(self) -> bool:
        """Somebody is logged in and the replica exists."""
        return "state" in self.__dict__

    def start_live(self, user: wire.User, source: LiveSource | None = None) -> None:
        """Follow the service for this user; a login after a lost session keeps what is unsent."""
        if not self.live or self.state.user.id != user.id:
            self.state = DeskState(user)
            self.undo = UndoStack()
            self._backlog = deque()
            self.outbox = Outbox(self.client, self.hear)
            self.open_drafts(user, self.outbox)
        self._hurry = asyncio.Event()
        self._sync = Sync(source or ServiceSource(self.client), self.hear, clock=self.monotonic, sleep=self._nap)
        self.link = self._sync.link
        self.run_worker(self._sync.run(), name="sync", group="sync", exit_on_error=False, exclusive=True)
        self.run_worker(self.outbox.run(), name="outbox", group="outbox", exit_on_error=False, exclusive=True)
        self.copy_drafts()
        self.presence = Presence(self.client)
        self.run_worker(self.presence.run(), name="presence", group="presence", exit_on_error=False, exclusive=True)

    def reconnect(self) -> None:
        """Try now, and read everything again."""
        if self._sync is not None:
            self._sync.resync()
            self._hurry.set()
            self.outbox.wake()

    async def _nap(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), seconds)
        self._hurry.clear()

    def hear(self, news: News) -> None:
        """What workers call to report; handled in the App's own turn, but for the drafts: those go with the outbox."""
        if isinstance(news, IntentSent | IntentRefused):
            self.settle_draft(news)
        self.post_message(Heard(news))

    def on_heard(self, event: Heard) -> None:
        """Let news change the state."""
        if not self.is_running:
            # The desk is closing: its widgets are going one by one.
            return
        match event.news:
            case Arrived(snapshot=snapshot, events=events):
                self._arrived(snapshot, events)
            case LinkChanged(link=link):
                self._link_changed(link)
            case OutboxChanged(unsent=unsent):
                self.unsent = unsent
                self.changed(Diff())
            case IntentSent(answer=answer) as sent:
                self.changed(self.state.absorb(answer))
                self._tell_views(lambda view: view.outbox_news(sent))
            case IntentRefused(reason=reason) as refused:
                if refused.intent.verb == "patch_ticket" and isinstance(reason, Stale):
                    self.run_worker(meet(cast("Desk", self), refused), group="conflict", exit_on_error=False)
                else:
                    toast(self, reason.say(), "error")
                self._tell_views(lambda view: view.outbox_news(refused))
            case SessionEnded(reason=reason):
                self.session_ended(reason.say())

    def session_ended(self, why: str) -> None:
        """Ask for the password again; the App says how."""

    def changed(self, diff: Diff) -> None:
        """Tell the call's rules and the view on screen that the replica changed."""
        if diff:
            self.flow.live_changed(diff)
        if (view := self.view_on_screen()) is not None:
            if diff:
                view.live_changed(diff)
            view.refresh_chrome()

    def view_on_screen(self) -> DeskScreen | None:
        """The view on screen, also under a dialog."""
        stack = self._screen_stacks.get(self.current_mode, [])
        return stack[0] if stack and isinstance(stack[0], DeskScreen) and stack[0].is_mounted else None

    def view(self, name: str) -> DeskScreen | None:
        """The view's screen if it was opened already."""
        stack = self._screen_stacks.get(name, [])
        return stack[0] if stack and isinstance(stack[0], DeskScreen) else None

    def _tell_views(self, tell: Callable[[DeskScreen], None]) -> None:
        for name in VIEW_NAMES:
            if (view := self.view(name)) is not None and view.is_mounted:
                tell(view)

    def _arrived(self, snapshot: wire.Snapshot | None, events: tuple[wire.Event, ...]) -> None:
        if snapshot is not None:
            self._backlog.clear()
            self._unshown |= self.state.take_snapshot(snapshot, datetime.now(UTC))
        self._backlog.extend(events)
        began = self.monotonic()
        try:
            while self._backlog and self.monotonic() - began < TURN_S:
                self._unshown |= self.state.apply(self._backlog.popleft())
        except Gap:
            # What came before the hole is good; the snapshot that follows brings the rest.
            self._backlog.clear()
            if self._sync is not None:
                self._sync.resync()
        if self._backlog:
            # Behind whatever else is ready: a message to oneself would overtake every other widget.
            asyncio.get_running_loop().call_soon(self.hear, Arrived())
        if not self._backlog or began - self._shown_at >= SHOW_S:
            diff, self._unshown, self._shown_at = self._unshown, Diff(), self.monotonic()
            self.changed(diff)

    def _link_changed(self, link: Link) -> None:
        was, self.link = self.link, link
        self.retry_at = self.monotonic() + link.retry_in
        if link.is_live and not was.is_live:
            self.outbox.wake()
        if link.is_live and was.phase == "lost":
            toast(self, _("Connected again."))
        if (view := self.view_on_screen()) is not None:
            view.link_changed(link)
            view.refresh_chrome()
