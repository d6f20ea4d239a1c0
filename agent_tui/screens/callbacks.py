"""Promised calls of all queues in one list, the oldest promise first: from colleagues and from outages."""

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from agent_tui import wire
from agent_tui.desk.store import Diff
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.messages import Link
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.call_result import CallResult
from agent_tui.screens.pane_state import as_of
from agent_tui.widgets.callback_rows import COLUMNS, about, row, totals
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import SafeStatic

PAGE: Final = 200
AGAIN_S: Final = 1.0


class CallbacksScreen(DeskScreen):
    """The list, and the one call this agent makes."""

    VIEW = "callbacks"
    TAB = "queue"
    AUTO_FOCUS = "#callbacks"
    CSS_PATH = "callbacks.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, wire.Callback] = {}
        self._more = self._busy = self._reading = False
        self._old, self._error = True, ""
        self._read_at = -AGAIN_S

    @property
    def listed(self) -> LineList:
        """The list of promises."""
        return self.query_one("#callbacks", LineList)

    def body(self) -> ComposeResult:
        """How many, the list, more about the one under the cursor."""
        with Vertical():
            yield SafeStatic(id="callbacks-head", classes="pane-head")
            yield LineList(COLUMNS, id="callbacks", marks=False)
            yield SafeStatic(id="callback-card")

    # Reading

    def live_changed(self, diff: Diff) -> None:
        """A promise, a claim or an outage may have changed: read again, at most once a second."""
        self._old = self._old or diff.everything or bool(diff.contacts or diff.outages)
        self._read_soon()
        self._draw()

    def link_changed(self, link: Link) -> None:
        """After a loss the list is read again."""
        self._old = self._old or link.is_live
        self._draw()

    def tick(self, now: float) -> None:
        """What changed since the last reading is read now; ages go on."""
        self._read_soon()
        self._draw_head()

    def _read_soon(self) -> None:
        now = self.desk.monotonic()
        if self._old and not self._reading and self.desk.link.is_live and now - self._read_at >= AGAIN_S:
            self._old, self._reading, self._read_at = False, True, now
            self.run_worker(self._read(), group="callbacks", exit_on_error=False)

    def on_mount(self) -> None:
        """Read at once."""
        self.listed.placeholder("loading", _("reading …"))
        self.tick(self.desk.now())

    async def _read(self) -> None:
        try:
            page = await self.desk.client.callbacks(limit=PAGE)
        except DeskError as error:
            self._error = error.say()
        else:
            self._error, self._more = "", page.next is not None
            self._found = {callback.contact: callback for callback in page.items}
        finally:
            self._reading = False
        self._draw()

    async def act_refresh(self) -> None:
        """Read again."""
        self._old, self._read_at = True, -AGAIN_S
        await super().act_refresh()

    # Drawing

    def _draw(self) -> None:
        state = self.desk.state
        names = {agent.id: agent.name for agent in state.agents.values()}
        self.listed.set_rows([row(callback, state.user.id, names) for callback in self._found.values()])
        if self._error:
            self.listed.placeholder("failed", self._error + " " + hint(_("{refresh} reads it again.")))
        elif stale := as_of(self.desk):
            self.listed.placeholder("stale", stale)
        elif self._found or not self._old:
            self.listed.placeholder(
                "data" if self._found else "empty", hint(_("Nobody waits for a call. {back} back."))
            )
        self._draw_head()
        self._draw_card()

    def _draw_head(self) -> None:
        head = totals(list(self._found.values()), self.desk.now(), self._more)
        self.query_one("#callbacks-head", SafeStatic).say(head)

    def _draw_card(self) -> None:
        found = self._found.get(self.listed.highlighted or "")
        outage = self.desk.state.outages.get(found.outage or "") if found is not None else None
        self.query_one("#callback-card", SafeStatic).say(about(found, outage, self.desk.now()), layout=True)

    def language_changed(self) -> None:
        """Every word again."""
        super().language_changed()
        self._draw()

    @on(LineList.Highlighted, "#callbacks")
    def _moved(self, event: LineList.Highlighted) -> None:
        event.stop()
        self._draw_card()
        self.refresh_bar()

    def customer_on_screen(self) -> str | None:
        """The customer under the cursor."""
        found = self._found.get(self.listed.highlighted or "")
        return found.customer if found is not None else None

    def selected_contact(self) -> str | None:
        """The contact under the cursor; one that ended long ago is not on this desk."""
        chosen = self.listed.highlighted
        return chosen if chosen in self.desk.state.contacts else None

    # Keys

    def face(self, action: str) -> str:
        """Taking is calling here, unless something rings."""
        if action == "take" and self.desk.state.offer is None and self._found:
            return "call"
        return super().face(action)

    def why_not(self, action: str) -> str | None:
        """A call somebody else makes is not made twice."""
        found = self._found.get(self.listed.highlighted or "") if action == "take" else None
        if found is not None and self.desk.state.offer is None and found.claimed_by not in (None, self._me):
            who = self.desk.state.agents.get(found.claimed_by or "")
            return _("{who} is calling already.").format(who=who.name if who else found.claimed_by)
        return super().why_not(action)

    @property
    def _me(self) -> str:
        return self.desk.state.user.id

    async def act_take(self) -> None:
        """Call the one under the cursor; what rings is taken first."""
        if self.desk.state.offer is not None or not self._found:
            await super().act_take()
        elif self.listed.highlighted:
            self._call_soon(self.listed.highlighted)

    @on(LineList.Chosen, "#callbacks")
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        if reason := self.why_not("take"):
            self.desk.toast(reason, "warning")
        else:
            self._call_soon(event.id)

    async def act_back(self) -> None:
        """Esc: the queue."""
        await self.desk.show_view("queue")

    def _call_soon(self, contact: str) -> None:
        # One call at a time: a second Enter must not dial whoever stands there next.
        if not self._busy and contact in self._found:
            self._busy = True
            self.run_worker(self._call(self._found[contact]), group="call", exit_on_error=False)

    async def _call(self, callback: wire.Callback) -> None:
        try:
            claimed = await self._claim(callback)
            result = await self.app.push_screen_wait(CallResult(claimed))
            if result is not None:
                await self._report(claimed, result)
        except DeskError as refused:
            self.desk.toast(refused.say(), "warning")
        finally:
            self._busy, self._old = False, True
            self._read_at = -AGAIN_S
            self._read_soon()

    async def _claim(self, callback: wire.Callback) -> wire.Callback:
        """The call is mine and its number whole; raises Conflict where a colleague was first."""
        desk = self.desk
        # Calling says "I am available", as taking does.
        if callback.kind == "agent" and desk.state.me is not None and desk.state.me.intent != "available":
            desk.changed(desk.state.absorb(await desk.client.set_state("available")))
        return await desk.client.dial(callback.contact)

    async def _report(self, callback: wire.Callback, result: wire.CallbackResult | str) -> None:
        desk = self.desk
        if callback.kind == "outage" and callback.outage is not None:
            await self._report_outage(callback.outage, callback.contact, result)
        elif result == "reached":
            desk.changed(desk.state.absorb(await desk.client.dialled(callback.contact, "reached")))
            await desk.show_view("queue")
        else:
            wrong = result == "wrong_number"
            after = await desk.client.dialled(callback.contact, "wrong_number" if wrong else "no_answer")
            desk.changed(desk.state.absorb(after))

    async def _report_outage(self, outage: str, contact: str, result: str) -> None:
        known: tuple[wire.CallbackResult, ...] = ("on", "still_out", "no_answer", "wrong_number")
        told = next(each for each in known if each == result)
        after = await self.desk.client.called_back(outage, contact, told)
        if after.nested is not None:
            self.desk.toast(_("Still out: reported as an outage of its own within the restored one."))
