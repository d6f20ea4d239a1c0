"""The right half of the outages' view: what is out now, what is planned, the storm board; and one of them in short."""

from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.i18n import N_, _
from agent_tui.keys.keymap import hint
from agent_tui.screens.outage_filter import OutageFilter
from agent_tui.screens.outage_reader import OutageReader
from agent_tui.screens.pane_state import never_read, settle
from agent_tui.widgets import plan_rows, storm_board
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.outage_rows import COLUMNS, back_header, card, header, row
from agent_tui.widgets.record_tabs import RecordTabs
from agent_tui.widgets.safe import plain
from agent_tui.widgets.storm_board import StormBoard

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

TABS: Final[tuple[tuple[str, str], ...]] = (
    ("now", N_("Out now")),
    ("back", N_("Power back")),
    ("plans", N_("Planned works")),
    ("storm", N_("Storm board")),
)
NAMES: Final = tuple(name for name, _title in TABS)
FOCUS: Final = {"now": "#outage-list", "back": "#outage-list", "plans": "#plan-list", "storm": "#storm"}


class OutageLists(Vertical):
    """Four tabs over a card; `show` gives the outages to list."""

    class Found(Message):
        """Outages were found by their streets."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tab = NAMES[0]
        self._shown: list[wire.Outage] = []
        self._place: str | None = None
        self._narrowed = False
        self._sort = ""
        self._minute = 0
        self._head: Content | None = None
        self.filter = OutageFilter(lambda: self.desk.client, self._start, self.set_timer, self._found)
        self._reader = OutageReader(lambda: self.desk.client, self._start, self._came)

    @property
    def desk(self) -> "Desk":
        """The app, typed."""
        return cast("Desk", self.app)

    def compose(self) -> ComposeResult:
        """Head, tabs, filter, the three of which one is shown, the card."""
        yield Flowing(id="outage-head", classes="pane-head")
        yield RecordTabs(id="outage-tabs", tabs=TABS)
        yield TextField(placeholder=_("device, place, street, cause"), id="outage-filter")
        yield Flowing(id="communes")
        yield LineList(COLUMNS, id="outage-list", marks=False)
        yield LineList(plan_rows.COLUMNS, id="plan-list", marks=False)
        with VerticalScroll(id="storm-scroll", can_focus=False):
            yield StormBoard(id="storm")
        with VerticalScroll(id="outage-card-scroll"):
            yield Flowing(id="outage-card")

    def on_mount(self) -> None:
        """The filter shows only when asked for, and of the tabs one."""
        self.query_one("#outage-filter").display = False
        self._display()

    # What the screen asks

    @property
    def outage(self) -> wire.Outage | None:
        """The outage under the cursor."""
        chosen = self.query_one("#outage-list", LineList).highlighted
        if self.tab == "back":
            return (self._reader.back or {}).get(chosen or "")
        return self.desk.state.outages.get(chosen) if chosen and self.tab == "now" else None

    @property
    def plan(self) -> wire.Plan | None:
        """The planned work under the cursor."""
        chosen = self.query_one("#plan-list", LineList).highlighted
        return (self._reader.plans or {}).get(chosen or "") if self.tab == "plans" else None

    @property
    def chosen(self) -> bool:
        """Whether something stands under the cursor."""
        return self.outage is not None or self.plan is not None

    def beside(self, by: int) -> str:
        """The tab so many to the right; the ends do not wrap."""
        return NAMES[min(max(NAMES.index(self.tab) + by, 0), len(NAMES) - 1)]

    def go(self, tab: str) -> None:
        """Show this tab; what it needs is read."""
        self.tab = tab if tab in NAMES else NAMES[0]
        self._display()
        self.focus_tab()
        self.read()

    def focus_tab(self) -> None:
        """The keys go to what is shown."""
        self.query_one(FOCUS[self.tab]).focus()

    def open_filter(self) -> None:
        """The line to type into."""
        field = self.query_one("#outage-filter", TextField)
        field.display = True
        field.focus()

    def close_filter(self) -> bool:
        """Empty the filter and take it away; False when there was none."""
        field = self.query_one("#outage-filter", TextField)
        if not field.display:
            return False
        field.value = ""
        field.display = False
        return True

    def read(self, *, at_once: bool = False) -> None:
        """Read what the tab on screen needs, unless that was a moment ago."""
        now = self._now()
        if self.tab == "plans":
            self._reader.need_plans(now, at_once=at_once)
        elif self.tab == "back":
            self._reader.need_back(now, at_once=at_once)
        elif self.tab == "storm":
            faults = (o.started_at for o in self.desk.state.outages.values() if o.kind == "unplanned")
            self._reader.need_stats(now, min(faults, default=None), at_once=at_once)
        if self.tab in ("now", "back"):
            self._reader.need_possible(now)

    def changed(self) -> None:
        """Outages changed: those that are over are not in the live state, so they are read again."""
        if self.desk.link.is_live:
            self.read(at_once=self.tab == "back")
        self.filter.again()

    def took(self, plan: wire.Plan) -> None:
        """A plan as the service answered it."""
        self._reader.take(plan)

    def _start(self, reading: Coroutine[None, None, None]) -> None:
        self.screen.run_worker(reading, group="plans", exit_on_error=False)

    def _came(self) -> None:
        if self.is_mounted:
            self.draw()

    def _found(self) -> None:
        if self.is_mounted:
            self.post_message(self.Found())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.desk.now(), UTC)

    # Drawing

    def show(self, outages: Sequence[wire.Outage], *, place: str | None, communes: str, sort: str) -> None:
        """These outages in this order; `place` names the province they were narrowed to, `communes` its places hit."""
        self._shown, self._place, self._sort = list(outages), place, sort
        self.query_one("#outage-filter", TextField).placeholder = _("device, place, street, cause")
        drilled = self.query_one("#communes", Flowing)
        drilled.set_class(bool(communes) and self.tab == "now", "-open")
        drilled.say(communes, layout=True)
        self.draw()

    def tick(self) -> None:
        """What the passing of time changed; what no event tells of is read again now and then."""
        if self.tab in ("now", "storm") and self.desk.link.is_live:
            self.read()
        # The rows tell ages in minutes.
        if (minute := int(self.desk.now() // 60)) != self._minute:
            self._minute = minute
            self.draw()
        else:
            self._draw_head()

    def draw(self) -> None:
        """Everything of the tab on screen."""
        self.query_one(RecordTabs).show(self.tab, self._sort + " ▾" if self.tab == "now" and self._sort else "")
        if self.tab in ("now", "back"):
            self._draw_outages()
        elif self.tab == "plans":
            self._draw_plans()
        else:
            self.query_one(StormBoard).show(self._reader.stats, self._reader.failed.get("stats", ""))
        self._draw_head()
        self.draw_card()

    def _display(self) -> None:
        self.query_one("#outage-list").display = self.tab in ("now", "back")
        self.query_one("#plan-list").display = self.tab == "plans"
        self.query_one("#storm-scroll").display = self.tab == "storm"
        self.query_one("#outage-card-scroll").display = self.tab != "storm"

    def _draw_outages(self) -> None:
        listed, now = self.query_one("#outage-list", LineList), self._now()
        back = self.tab == "back"
        shown = self._back() if back else self._shown
        possible = self._reader.possible
        listed.set_rows([row(outage, now, possible.get(outage.id, 0)) for outage in shown])
        read = self._reader.back is not None if back else self.desk.state.me is not None
        none = _("No outage waits to be closed.") if back else _("No open outage anywhere.")
        settle(
            listed,
            self.desk,
            rows=bool(shown),
            loading="" if read else _("reading the outages …"),
            failed=self._reader.failed.get("back", "") if back else never_read(self.desk.state, self.desk.link),
            empty=hint(_("No outage here; {back} shows all.")) if self._place or self.filter.words else none,
        )

    def _back(self) -> list[wire.Outage]:
        """Where people still wait for a call first, then what came back last."""
        found = filter(self.filter.fits, (self._reader.back or {}).values())
        return sorted(found, key=lambda o: (-o.callbacks_open, -(o.restored_at or o.started_at).timestamp(), o.id))

    def _plans(self) -> list[wire.Plan]:
        return sorted(filter(self.filter.fits_plan, (self._reader.plans or {}).values()), key=plan_rows.urgency)

    def _draw_plans(self) -> None:
        listed, now, shown = self.query_one("#plan-list", LineList), self._now(), self._plans()
        listed.set_rows([plan_rows.row(plan, now) for plan in shown])
        read = self._reader.plans is not None
        settle(
            listed,
            self.desk,
            rows=bool(shown),
            loading="" if read else _("reading the planned works …"),
            failed=self._reader.failed.get("plans", ""),
            empty=hint(_("No planned work here; {back} shows all."))
            if self.filter.words
            else _("No planned work in the next two weeks."),
        )

    def _draw_head(self) -> None:
        if self.tab == "plans" and self._reader.plans is not None:
            head = plan_rows.header(self._plans())
        elif self.tab == "back" and self._reader.back is not None:
            head = back_header(self._back())
        elif self.tab == "storm" and self._reader.stats is not None:
            head = storm_board.headline(self._reader.stats.total)
        elif self.desk.state.me:
            head = header(self._shown, self._now(), self._place)
        else:
            # Before anything was read a zero would be a figure nobody counted.
            head = plain(_("OPEN –"))
        if self.filter.note:
            head += plain(f" · ▲ {self.filter.note}", "$warning")
        if head != self._head:
            self._head = head
            self.query_one("#outage-head", Flowing).say(head, layout=True)

    def draw_card(self) -> None:
        """What is under the cursor, in short."""
        text = plain("")
        if (outage := self.outage) is not None:
            possible = self._reader.possible.get(outage.id, 0)
            text = card(outage, self._now(), self.filter.streets(outage.id), possible)
        elif (plan := self.plan) is not None:
            text = plan_rows.card(plan, self._now(), self.filter.streets(plan.id))
        self.query_one("#outage-card", Flowing).say(text, layout=True)
