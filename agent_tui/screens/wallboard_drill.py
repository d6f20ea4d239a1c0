"""What stands behind a figure of the wallboard: the very agents or stays it counts, to mark and to act on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.desk.wallboard import ALL, Behind, agents_behind, midnight, stays_behind
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _, fmt_clock, fmt_number
from agent_tui.keys.keymap import hint
from agent_tui.screens.base import Desk
from agent_tui.screens.lead_acts import read_stays
from agent_tui.screens.pane_state import settle
from agent_tui.text.clean import clean
from agent_tui.widgets import agent_rows, stay_rows
from agent_tui.widgets.centre_rows import centre_name
from agent_tui.widgets.figure_rows import STATE_WORDS
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.queue_rows import who
from agent_tui.widgets.safe import SafeStatic, plain

TITLES = {
    "waiting": N_("WAITING"),
    "offered": N_("OFFERED TODAY"),
    "answered": N_("ANSWERED TODAY"),
    "abandoned": N_("GAVE UP TODAY"),
    "on_hand": N_("AGENTS ON HAND"),
    "known_outage": N_("WAITING, OUTAGE KNOWN"),
    "hot": N_("CALLERS OF THE FEEDER"),
}
# These change with every contact; a day's thousands of stays stand as read.
LIVE: Final = ("waiting", "known_outage", "hot")
DAYS_S: Final = 30.0


class Drill(Vertical):
    """Head and list of what is behind one figure; hidden while there is none."""

    @dataclass
    class Read(Message):
        """The stays of a figure came, or did not."""

        behind: Behind
        stays: list[wire.Segment]
        error: DeskError | None = None

    class Kept(Message):
        """How agents keep their plans came."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.behind: Behind | None = None
        self._stays: dict[str, wire.Segment] = {}
        self._read_at: float | None = None
        self._failed = ""
        self._reading: Behind | None = None
        self._days: dict[str, wire.AgentRow] = {}
        self._days_at = float("-inf")

    def compose(self) -> ComposeResult:
        """A head, the list of agents, the list of stays."""
        yield SafeStatic(id="drill-head", classes="pane-head")
        yield LineList(agent_rows.COLUMNS, id="agents")
        yield LineList(stay_rows.COLUMNS, id="stays")

    @property
    def rows(self) -> LineList:
        """The list that is shown."""
        agents = self.behind is None or self.behind.kind == "agents"
        return self.query_one("#agents" if agents else "#stays", LineList)

    def open(self, behind: Behind) -> None:
        """Show what is behind this figure."""
        fresh = self.behind is None or self.behind.kind != behind.kind
        self.behind, self._stays, self._read_at, self._failed = behind, {}, None, ""
        for other in self.query(LineList).results(LineList):
            other.display = other is self.rows
            other.clear_marks()
        self.display = True
        if fresh or not self.rows.has_focus:
            self.rows.focus()

    def close(self) -> None:
        """Nothing is open any more."""
        self.behind, self.display = None, False

    @property
    def lives(self) -> bool:
        """Whether what is open changes with agents and contacts."""
        return self.behind is not None and (self.behind.kind == "agents" or self.behind.figure in LIVE)

    async def read(self, desk: Desk) -> None:
        """Read the stays of the figure that is open, or how agents, who are in the replica, keep their plans."""
        behind = self.behind
        if behind is None or self._reading == behind:
            return
        if behind.kind == "agents":
            await self._read_days(desk, behind)
            return
        self._reading = behind
        try:
            found = await self._stays_of(desk, behind)
        except DeskError as error:
            self.post_message(self.Read(behind, [], error))
        else:
            self.post_message(self.Read(behind, found))
        finally:
            if self._reading == behind:
                self._reading = None

    async def _stays_of(self, desk: Desk, behind: Behind) -> list[wire.Segment]:
        if behind.figure == "hot":
            return await desk.client.feeder_callers(behind.feeder)
        if behind.figure == "known_outage":
            return await desk.client.known_outage(behind.centre)
        # Who waits since yesterday waits too.
        waiting = behind.figure == "waiting"
        since = None if waiting else midnight(datetime.fromtimestamp(desk.now(), UTC))
        return await read_stays(desk, behind.centre, since, "open" if waiting else None)

    async def _read_days(self, desk: Desk, behind: Behind) -> None:
        if desk.now() - self._days_at < DAYS_S:
            return
        self._days_at = desk.now()
        try:
            day = await desk.client.agents_day(behind.centre)
        except DeskError:
            # Only an addition to a list that stands by itself: it is asked for again.
            return
        self._days |= {one.id: one for one in day.items}
        if self.is_mounted:
            self.draw(desk)
            self.post_message(self.Kept())

    def take(self, read: "Drill.Read", desk: Desk) -> None:
        """Show what was read, if it is still wanted."""
        if read.behind != self.behind:
            return
        self._failed = read.error.say() if read.error else ""
        if read.error is None:
            found = stays_behind(read.stays, read.behind)
            # A contact may have been in queues more than once today.
            self._stays = {f"{stay.contact} {stay.queue} {stay.joined_at} {stay.ended_at}": stay for stay in found}
            self._read_at = desk.now()
        self.draw(desk)

    def draw(self, desk: Desk) -> None:
        """Draw head and rows as they are now."""
        if self.behind is None:
            return
        agents = self.behind.kind == "agents"
        count = self._draw_agents(desk, self.behind) if agents else self._draw_stays(desk)
        title = TITLES.get(self.behind.figure) or STATE_WORDS[self.behind.figure]
        where = clean(self.behind.feeder) or centre_name(self.behind.centre or ALL)
        known = agents or self._read_at is not None
        head = Content.styled(f"{_(title).upper()} {fmt_number(count) if known else '–'}", "bold") + plain(
            f" · {where}"
        )
        if marked := len(self.rows.marked):
            head += Content.styled(" · " + _("marked {n}").format(n=fmt_number(marked)), "bold $accent")
        if self._read_at is not None and self.behind.figure not in LIVE:
            head += plain(" · " + _("as of {time}").format(time=fmt_clock(self._read_at)), "$muted")
        self.query_one("#drill-head", SafeStatic).say(head)

    def _draw_agents(self, desk: Desk, behind: Behind) -> int:
        found = agents_behind(desk.state.agents.values(), behind)
        held = {one.agent: who(one) for one in desk.state.contacts.values() if one.agent}
        listed = self.query_one("#agents", LineList)
        listed.set_rows([agent_rows.row(one, held.get(one.id, ""), self._days.get(one.id)) for one in found])
        settle(listed, desk, rows=bool(found), empty=hint(_("No agent here now; {back} goes back.")))
        return len(found)

    def _draw_stays(self, desk: Desk) -> int:
        names = {agent.id: agent.name for agent in desk.state.agents.values()}
        listed = self.query_one("#stays", LineList)
        contacts = desk.state.contacts
        listed.set_rows(
            [stay_rows.row(stay, contacts.get(stay.contact), names, key) for key, stay in self._stays.items()]
        )
        loading = "" if self._read_at is not None else _("reading who is behind this figure …")
        empty = hint(_("Nobody here now; {back} goes back."))
        settle(listed, desk, rows=bool(self._stays), loading=loading, failed=self._failed, empty=empty)
        return len(self._stays)

    def kept_words(self) -> str:
        """How the agent under the cursor keeps the plan, as a sentence; nothing over a list of stays."""
        here = self.rows.highlighted
        if self.behind is None or self.behind.kind != "agents" or here is None:
            return ""
        return agent_rows.kept_words(self._days.get(here))

    # What is chosen in it

    def chosen_agents(self, desk: Desk) -> list[wire.Agent]:
        """The marked agents, else the one under the cursor."""
        if self.behind is None or self.behind.kind != "agents":
            return []
        return [desk.state.agents[one] for one in self._picked() if one in desk.state.agents]

    def chosen_contacts(self, desk: Desk) -> list[wire.Contact]:
        """The live contacts of the marked stays (else of the one under the cursor); of an agent the one in hand."""
        if self.behind is None:
            return []
        contacts = desk.state.contacts
        if self.behind.kind == "agents":
            here = self.rows.highlighted
            return [one for one in contacts.values() if here is not None and one.agent == here][:1]
        stays = [self._stays[key].contact for key in self._picked() if key in self._stays]
        return [contacts[one] for one in dict.fromkeys(stays) if one in contacts]

    def _picked(self) -> list[str]:
        marked = self.rows.marked
        if marked:
            return [one for one in self.rows.row_ids if one in marked]
        return [self.rows.highlighted] if self.rows.highlighted else []
