"""Two to four desks (client, outbox, merge, drafts) on one service: cuts, lost answers, takeovers, merges, undo.

The model knows what each editor was shown. Whatever the steps: an acknowledged note stands in its ticket once, every
saved field replaced a value that its writer had been shown, and what the service refused stands in the writer's drafts.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

import httpx
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from agent_tui import wire
from agent_tui.desk import conflicts, settling
from agent_tui.desk.drafts import DraftBook
from agent_tui.desk.merge import patch_from, values_of
from agent_tui.errors import DeskError, Stale
from agent_tui.messages import Intent, IntentRefused, IntentSent
from agent_tui.net.client import DeskClient
from agent_tui.net.outbox import Outbox
from backend_stub.clock import ManualClock
from tests.asgi_stream import AppTransport
from tests.contract import grid
from tests.full import count
from tests.service import PASSWORD, running_service

WHO, WHICH = st.integers(0, 3), st.integers(0, 1)
NAMES = ["an", "binh", "chi", "lead"]
FIELDS = ("title", "fields.place", "priority")
PRIORITIES = ("low", "normal", "high", "urgent")


class Line(AppTransport):
    """A line that can be away, or lose the answers of writes."""

    away = losing = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        answer = await super().handle_async_request(request)
        if self.losing and request.method != "GET":
            raise httpx.ReadError("answer lost")
        return answer


class Editor:
    """One desk: what it shows of each ticket, what was typed, what it was shown of each field."""

    def __init__(self, name: str, line: Line) -> None:
        self.name, self.line = name, line
        self.client = DeskClient("http://localhost", line)
        self.client.terminal = None
        self.book = DraftBook(lambda: 0.0)
        self.outbox = Outbox(self.client, self.hear, clock=lambda: 0.0, chance=lambda: 0.0)
        self.base: dict[str, wire.Ticket] = {}
        self.shown: dict[str, set[tuple[str, str | None]]] = {}
        self.acknowledged: list[tuple[str, str]] = []
        self.tokens: list[str] = []
        self.late: list[IntentRefused] = []
        self.answer = "mine"

    def show(self, ticket: wire.Ticket) -> None:
        self.base[ticket.id] = ticket
        known = self.shown.setdefault(ticket.id, set())
        known.update((name, value or None) for name, value in ({"fields.place": None} | values_of(ticket)).items())

    def hear(self, news: object) -> None:
        if isinstance(news, IntentSent):
            intent = news.intent
            settling.sent(self.book, intent.verb, intent.key, intent.target, intent.body, more=False)
            if isinstance(intent.body, wire.NewNote):
                self.acknowledged.append((intent.target, intent.body.text))
            elif isinstance(news.answer, wire.TicketDetail):
                if news.answer.undo:
                    self.tokens.append(news.answer.undo)
                # The screen merges what came: a field that the agent has typed in since is not replaced unseen.
                self.show(news.answer)
        elif isinstance(news, IntentRefused):
            self.refused(news)

    def refused(self, news: IntentRefused) -> None:
        intent = news.intent
        settling.refused(self.book, intent.verb, intent.key, intent.target, intent.body, "why")
        for name, value in settling.parts(intent.body).items():
            kept = [draft.fields for draft in self.book.all if draft.home == intent.target]
            there = [fields[name] for fields in kept if name in fields]
            assert value in there or (there and name != "note"), "a refused text is back, unless its field was retyped"
        if isinstance(news.reason, Stale):
            self.late.append(news)

    def meet(self, intent: Intent, stale: Stale) -> None:
        """What the conflict dialog does: theirs is shown, then mine, theirs or a third is chosen."""
        current = stale.current
        assert isinstance(current, wire.Ticket)
        assert isinstance(intent.body, wire.PatchTicket)
        merge = conflicts.three_way(intent.body, intent.version or 0, current, stale.since, self.name)
        known = self.shown.setdefault(current.id, set())
        known.update((conflict.name, conflict.theirs) for conflict in merge.conflicts)
        known.update((name, merge.values[name]) for name in merge.from_them)
        for conflict in merge.conflicts:
            third = conflict.mine if conflict.name == "priority" else f"{conflict.mine} {conflict.theirs}"[:100]
            chosen = {"mine": conflict.mine, "theirs": conflict.theirs, "third": third}[self.answer]
            merge = merge.decide(conflict.name, chosen)
        patch = patch_from(merge.values, current)
        self.base[current.id] = current
        if patch is not None:
            self.outbox.put("patch_ticket", current.id, patch, version=current.version)

    async def drain(self) -> None:
        """Send until the outbox is empty or the line is away."""
        for _turn in range(60):
            if self.late and not self.line.away:
                news = self.late.pop(0)
                self.meet(news.intent, news.reason)  # type: ignore[arg-type]
            entry = self.outbox._sendable()
            if entry is None or self.line.away:
                return
            await self.outbox._send(entry)


class Together(RuleBasedStateMachine):
    @initialize(editors=st.integers(2, 4))
    def open(self, editors: int) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="desk-model-"))
        self.loop = asyncio.new_event_loop()
        self.serial = 0
        self.run(self._open(editors))

    async def _open(self, editors: int) -> None:
        self.service = running_service(self.dir, ManualClock(1_795_000_000.0), grid.PATIENT)
        self.svc = await self.service.__aenter__()
        await grid.set_up(self.svc)
        self.editors = []
        for name in NAMES[4 - editors :]:
            if name != "lead":
                await self.svc.add_user(name)
            editor = Editor(name, Line(self.svc.app))
            await editor.client.login(name, PASSWORD)
            self.editors.append(editor)
        first = self.editors[0].client
        self.tickets = [(await first.create_ticket(wire.NewTicket("OTHER", f"phiếu {n}"))).id for n in range(2)]
        for editor in self.editors:
            for ticket in self.tickets:
                editor.show(await editor.client.ticket(ticket))

    def run(self, task):
        return self.loop.run_until_complete(task)

    def editor(self, who: int) -> Editor:
        return self.editors[who % len(self.editors)]

    def word(self) -> str:
        self.serial += 1
        return f"chữ{self.serial}"

    @rule(who=WHO, which=WHICH)
    def read(self, who: int, which: int) -> None:
        editor = self.editor(who)
        if not editor.line.away and not editor.outbox.count:
            editor.show(self.run(editor.client.ticket(self.tickets[which])))

    @rule(who=WHO, which=WHICH, what=st.sampled_from(FIELDS), also=st.sampled_from(FIELDS))
    def save(self, who: int, which: int, what: str, also: str) -> None:
        editor, ticket = self.editor(who), self.tickets[which]
        if ticket not in editor.base or any(news.intent.target == ticket for news in editor.late):
            return
        base = editor.base[ticket]
        values = dict(values_of(base))
        for name in {what, also}:
            values[name] = PRIORITIES[self.serial % 4] if name == "priority" else self.word()
        patch = patch_from(values, base)
        if patch is not None:
            # What is typed next goes on from this.
            for name, value in conflicts.patched(patch).items():
                editor.shown.setdefault(ticket, set()).add((name, value or None))
            editor.book.keep("ticket", ticket, "T", conflicts.draft_fields(patch, base))
            editor.outbox.put("patch_ticket", ticket, patch, version=base.version)
            self.run(editor.drain())

    @rule(who=WHO, which=WHICH)
    def note(self, who: int, which: int) -> None:
        editor, text = self.editor(who), self.word()
        editor.outbox.put("note", self.tickets[which], wire.NewNote(text), lane=self.tickets[which])
        self.run(editor.drain())

    @rule(who=WHO, answer=st.sampled_from(("mine", "theirs", "third")))
    def change_of_mind(self, who: int, answer: str) -> None:
        self.editor(who).answer = answer

    @rule(who=WHO)
    def cut(self, who: int) -> None:
        self.editor(who).line.away = True

    @rule(who=WHO)
    def lose_answers(self, who: int) -> None:
        self.editor(who).line.losing = True

    @rule(who=WHO)
    def back(self, who: int) -> None:
        editor = self.editor(who)
        editor.line.away = editor.line.losing = False
        editor.outbox.wake()
        self.run(editor.drain())

    @rule(which=WHICH, to=WHO)
    def taken_over(self, which: int, to: int) -> None:
        lead, ticket = self.editors[-1].client, self.tickets[which]
        if self.editors[-1].line.away or self.editors[-1].line.losing:
            return
        now = self.run(lead.ticket(ticket))
        self.run(lead.patch_ticket(ticket, now.version, assignee=self.editor(to).name))

    @rule(who=WHO)
    def take_back(self, who: int) -> None:
        editor = self.editor(who)
        if editor.tokens and not editor.line.away and not editor.line.losing:
            try:
                self.run(editor.client.call("POST", f"/v1/undo/{editor.tokens.pop()}", wire.Undone))
            except DeskError:
                return

    def teardown(self) -> None:
        if not hasattr(self, "svc"):
            return
        for _round in range(2):
            for editor in self.editors:
                editor.line.away = editor.line.losing = False
                editor.outbox.wake()
                self.run(editor.drain())
        try:
            self.run(self._check())
        finally:
            self.run(self._close())
            self.loop.close()

    async def _check(self) -> None:
        editors = {editor.name: editor for editor in self.editors}
        for ticket in self.tickets:
            reader = self.editors[0].client
            notes = [note.text for note in (await reader.ticket(ticket)).notes]
            for editor in self.editors:
                assert editor.outbox.count == 0
                for text in [text for where, text in editor.acknowledged if where == ticket]:
                    assert notes.count(text) == 1
            for step in await reader.ticket_history(ticket):
                if step.kind != "changed":
                    continue
                for change in step.changes:
                    if change.field in FIELDS:
                        known = editors[step.author].shown.get(ticket, set())
                        assert (change.field, change.before or None) in known, f"{change} replaced a value unseen"

    async def _close(self) -> None:
        for editor in self.editors:
            await editor.client.aclose()
        await self.service.__aexit__(None, None, None)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        shutil.rmtree(self.dir, ignore_errors=True)


Together.TestCase.settings = settings(
    max_examples=count(6, 150), stateful_step_count=count(25, 40), deadline=None, database=None,
    phases=(Phase.generate,),
)  # fmt: skip
TestDesksTogether = Together.TestCase
