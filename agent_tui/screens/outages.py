"""The outages: the map of the provinces beside what is out now, what is planned, and the storm board."""

from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content

from agent_tui import wire
from agent_tui.desk.outage_acts import ACTS, ORDERS, Order, in_order
from agent_tui.desk.store import Diff
from agent_tui.i18n import N_, _, fmt_number
from agent_tui.messages import Link
from agent_tui.screens import outage_deeds
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.outage_lists import OutageLists
from agent_tui.screens.outage_map import MapPane
from agent_tui.screens.pane_state import SIDE_BY_SIDE
from agent_tui.screens.pick import Entry, Offered, Pick
from agent_tui.screens.plan_deeds import plan_menu
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.record_tabs import RecordTabs
from agent_tui.widgets.tile_map import TileMap

SORTS: Final[dict[Order, str]] = {
    "minutes": N_("customer-minutes"),
    "out": N_("customers out"),
    "calls": N_("most calls"),
    "newest": N_("newest"),
    "target": N_("next target"),
}


class OutagesScreen(DeskScreen):
    """Map, lists and card; where there is no room for all, Tab changes between map and list."""

    VIEW = "outages"
    CSS_PATH = ["outages.tcss"]
    AUTO_FOCUS = "#outage-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other_pane", show=False),
        Binding("left", "tab(-1)", show=False),
        Binding("right", "tab(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._province: str | None = None
        self._order: Order = "minutes"

    def body(self) -> ComposeResult:
        """The map on the left, the lists on the right."""
        with Horizontal(id="outages"):
            yield MapPane(id="map-pane")
            yield OutageLists(id="list-pane")

    def on_mount(self) -> None:
        """The acts know the desk."""
        self._deeds = outage_deeds.OutageDeeds(self.desk)

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where both fit."""
        self.set_class(event.size.width < SIDE_BY_SIDE, "-narrow")

    @property
    def lists(self) -> OutageLists:
        """The right half."""
        return self.query_one(OutageLists)

    @property
    def map(self) -> MapPane:
        """The left half."""
        return self.query_one(MapPane)

    # Live state

    def live_changed(self, diff: Diff) -> None:
        """New figures: list, card and, soon after, the provinces."""
        if diff.everything or diff.outages:
            self._draw()
            self.map.read()
            self.lists.changed()

    def link_changed(self, link: Link) -> None:
        """An old picture says how old it is."""
        self._draw()
        if link.is_live:
            self.map.read()

    def tick(self, now: float) -> None:
        """Ages and targets that expire."""
        if self.is_mounted:
            self.lists.tick()
            if not self.desk.link.is_live:
                self.map.draw()

    def totals(self) -> Content | str:
        """Customers without power, for the status line."""
        shown = list(self.desk.state.outages.values())
        return _("out {n}").format(n=fmt_number(sum(outage.customers_out for outage in shown)))

    def language_changed(self) -> None:
        """Words everywhere, typed text untouched."""
        super().language_changed()
        self._draw()

    def selected_outage(self) -> wire.Outage | None:
        """The outage under the cursor."""
        return self.lists.outage

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.desk.now(), UTC)

    def _draw(self) -> None:
        found = (
            outage
            for outage in self.desk.state.outages.values()
            if (self._province is None or self._province in outage.provinces) and self.lists.filter.fits(outage)
        )
        self.lists.show(
            in_order(found, self._order, self._now()),
            place=self.map.name_of(self._province),
            communes=self.map.places_of(self._province),
            sort=_("sort: {order}").format(order=_(SORTS[self._order])),
        )
        self.map.draw()

    # What the fingers do

    @on(TileMap.Chosen)
    def drill(self, event: TileMap.Chosen) -> None:
        """Only this province's outages."""
        self._province = event.code
        self.map.open(event.code)
        self._show_list("now")

    @on(MapPane.Opened)
    @on(OutageLists.Found)
    def came(self) -> None:
        """What was asked for the list came."""
        self._draw()

    @on(LineList.Highlighted)
    def moved(self) -> None:
        """What the keys can do depends on the row."""
        self.lists.draw_card()
        self.refresh_bar()

    @on(LineList.Chosen, "#outage-list")
    async def open_row(self, event: LineList.Chosen) -> None:
        """Enter looks closer."""
        event.stop()
        await self.desk.act("look_closer")

    @on(LineList.Chosen, "#plan-list")
    async def open_plan(self, event: LineList.Chosen) -> None:
        """Enter on a plan: what can be done with it."""
        event.stop()
        await self.desk.act("outage_menu")

    @on(TextField.Changed, "#outage-filter")
    def filter_list(self, event: TextField.Changed) -> None:
        """Filter as typed."""
        self.lists.filter.type(event.value)
        self._draw()

    @on(TextField.Submitted, "#outage-filter")
    def leave_filter(self) -> None:
        """Enter goes to the rows found."""
        self.lists.focus_tab()

    @on(RecordTabs.Picked)
    def tab_clicked(self, event: RecordTabs.Picked) -> None:
        """A click on a tab."""
        event.stop()
        self._show_list(event.tab)

    def action_tab(self, by: int) -> None:
        """The arrows go from tab to tab."""
        self._show_list(self.lists.beside(by))

    def action_other_pane(self) -> None:
        """Tab: between map and list; the hidden one takes the screen where there is room for one."""
        if self.query_one(TileMap).has_focus:
            self._show_list(self.lists.tab)
        else:
            self.add_class("-map")
            self.query_one(TileMap).focus()
            self.refresh_bar()

    def _show_list(self, tab: str) -> None:
        self.remove_class("-map")
        self.lists.go(tab)
        self._draw()
        self.refresh_bar()

    # What can be done

    def face(self, action: str) -> str:
        """With nothing in hand the commit key changes what is under the cursor."""
        if action == "commit" and self.desk.flow.hand is None:
            return "outage"
        return super().face(action)

    def why_not(self, action: str) -> str | None:
        """The acts need something under the cursor that they fit."""
        if action == "commit" and self.desk.flow.hand is None:
            return self.why_not("outage_menu")
        if action == "look_closer":
            on_map = self.query_one(TileMap).has_focus
            return None if on_map or self.lists.chosen else _("Choose an outage in the list first.")
        if action == "outage_menu":
            return None if self.lists.chosen else _("Choose an outage in the list first.")
        for act in ACTS:
            if act == action:
                outage = self.selected_outage()
                none = _("Choose an outage in the list first.")
                return none if outage is None else outage_deeds.why_not(self.desk, act, outage)
        reason = super().why_not(action)
        if action == "attach" and reason is None and self.selected_outage() is None:
            return _("Choose an outage in the list first.")
        return reason

    async def act_commit(self) -> None:
        """In a contact it wraps up; else it changes what is under the cursor."""
        if self.desk.flow.hand is None:
            await self.outage_deed("outage_menu")
        else:
            await super().act_commit()

    async def act_look_closer(self) -> None:
        """On the map the storm board, on an outage all of it."""
        if self.query_one(TileMap).has_focus:
            self._show_list("storm")
        elif (outage := self.selected_outage()) is not None:
            await self._deeds.look(outage)
        else:
            await self.outage_deed("outage_menu")

    async def outage_deed(self, action: str) -> None:
        """One of the acts of the registry, on what is under the cursor."""
        if action in ("planned_works", "storm_board"):
            self._show_list("plans" if action == "planned_works" else "storm")
        elif action == "outage_sort":
            await self._sort()
        elif self.lists.tab == "plans" and (plan := self.lists.plan) is not None:
            if (after := await plan_menu(self.desk, plan)) is not None:
                self.lists.took(after)
                self._draw()
        elif (outage := self.selected_outage()) is not None:
            for act in ACTS:
                if act == action:
                    await self._deeds.do(act, outage)
            if action == "outage_menu":
                await self._deeds.menu(outage)

    async def _sort(self) -> None:
        def offered() -> Offered:
            return _("Sort the outages by"), [Entry(order, _(word)) for order, word in SORTS.items()]

        chosen = await self.app.push_screen_wait(Pick(offered, self._order))
        self._order = next((order for order in ORDERS if order == chosen), self._order)
        self._draw()

    async def act_attach(self) -> None:
        """The contact in hand belongs to the outage under the cursor."""
        if (outage := self.selected_outage()) is not None:
            self.desk.flow.attach_to(outage.id)

    async def act_filter(self) -> None:
        """The filter line over the list."""
        self.remove_class("-map")
        self.lists.open_filter()

    async def act_refresh(self) -> None:
        """Read what is on screen again."""
        await super().act_refresh()
        self.map.read()
        self.lists.read(at_once=True)

    async def act_back(self) -> None:
        """Esc: first the filter goes, then the province, then the other tab, then the map."""
        if not self.lists.close_filter():
            if self._province:
                self._province = None
            elif not self.query_one(TileMap).has_focus:
                self.lists.go("now")
        self._show_list(self.lists.tab)
