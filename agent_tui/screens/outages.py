"""The outages: the tile map of the provinces beside the list of what is out, and one outage in full."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.desk.store import Diff
from agent_tui.errors import DeskError
from agent_tui.i18n import _, fmt_number
from agent_tui.keys.keymap import hint
from agent_tui.messages import Link
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.pane_state import SIDE_BY_SIDE, as_of, never_read, settle
from agent_tui.text.fold import fold
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.outage_rows import COLUMNS, card, cause_word, header, minutes_lost, row
from agent_tui.widgets.safe import SafeStatic
from agent_tui.widgets.tile_map import TileMap

REREAD_S = 1.0


class OutagesScreen(DeskScreen):
    """Map, list and card; where there is no room for all, Tab changes between map and list."""

    VIEW = "outages"
    CSS_PATH = ["outages.tcss"]
    AUTO_FOCUS = "#outage-list"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "other_pane", show=False)]

    @dataclass
    class AreasRead(Message):
        """The provinces' figures came, or did not."""

        areas: list[wire.Area]
        error: DeskError | None = None

    def __init__(self) -> None:
        super().__init__()
        self._areas: dict[str, wire.Area] = {}
        self._province: str | None = None
        self._filter = ""
        self._failed = ""
        self._reading = False
        self._again = False

    def body(self) -> ComposeResult:
        """The map on the left, the list over the card on the right."""
        with Horizontal(id="outages"):
            with Vertical(id="map-pane"):
                yield SafeStatic(id="map-head", classes="pane-head")
                yield TileMap(id="tiles")
                yield SafeStatic(id="map-foot")
            with Vertical(id="list-pane"):
                yield SafeStatic(id="outage-head", classes="pane-head")
                yield TextField(placeholder=_("device, place, cause"), id="outage-filter")
                yield LineList(COLUMNS, id="outage-list", marks=False)
                with VerticalScroll(id="outage-card-scroll"):
                    yield SafeStatic(id="outage-card")

    def on_mount(self) -> None:
        """The filter shows only when asked for."""
        self.query_one("#outage-filter").display = False

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where both fit."""
        self.set_class(event.size.width < SIDE_BY_SIDE, "-narrow")

    # Live state

    def live_changed(self, diff: Diff) -> None:
        """New figures: list, card and, soon after, the provinces."""
        if diff.everything or diff.outages:
            self._draw()
            self._read_areas()

    def link_changed(self, link: Link) -> None:
        """An old picture says how old it is."""
        self._draw()
        if link.is_live:
            self._read_areas()

    def tick(self, now: float) -> None:
        """Ages and targets that expire."""
        if self.is_mounted:
            self._draw_heads()

    def totals(self) -> Content | str:
        """Open outages and customers without power, for the status line."""
        shown = list(self.desk.state.outages.values())
        return _("out {n}").format(n=fmt_number(sum(outage.customers_out for outage in shown)))

    def language_changed(self) -> None:
        """Words everywhere, typed text untouched."""
        super().language_changed()
        self.query_one("#outage-filter", TextField).placeholder = _("device, place, cause")
        self._draw()

    def selected_outage(self) -> wire.Outage | None:
        """The outage under the cursor."""
        chosen = self.query_one("#outage-list", LineList).highlighted
        return self.desk.state.outages.get(chosen) if chosen else None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.desk.now(), UTC)

    def _shown(self) -> list[wire.Outage]:
        now = self._now()
        words = fold(self._filter).split()
        found = [
            outage
            for outage in self.desk.state.outages.values()
            if (self._province is None or self._province in outage.provinces) and _matches(outage, words)
        ]
        return sorted(found, key=lambda outage: (-minutes_lost(outage, now), outage.id))

    def _draw(self) -> None:
        listed = self.query_one("#outage-list", LineList)
        now = self._now()
        shown = self._shown()
        listed.set_rows([row(outage, now) for outage in shown])
        narrowed = bool(self._province or self._filter)
        settle(
            listed,
            self.desk,
            rows=bool(shown),
            loading="" if self.desk.state.me else _("reading the outages …"),
            failed=never_read(self.desk.state, self.desk.link),
            empty=hint(_("No outage here; {back} shows all.")) if narrowed else _("No open outage anywhere."),
        )
        self._draw_heads()
        self._draw_card()

    def _draw_heads(self) -> None:
        place = self._areas[self._province].name if self._province in self._areas else self._province
        # Before anything was read a zero would be a figure nobody counted.
        head = header(self._shown(), self._now(), place) if self.desk.state.me else _("OPEN –")
        self.query_one("#outage-head", SafeStatic).say(head)
        stale = as_of(self.desk)
        age = Content.styled(f" · ▲ {stale}", "$warning") if stale else Content("")
        self.query_one("#map-head", SafeStatic).say(Content.styled(_("CUSTOMERS OUT BY PROVINCE"), "bold") + age)
        self.query_one("#map-foot", SafeStatic).say(self._map_foot())

    def _map_foot(self) -> Content:
        if self._failed:
            return Content.styled("✗ " + self._failed + " " + hint(_("{refresh} reads it again.")), "$error")
        area = self._areas.get(self.query_one(TileMap).cursor)
        if area is None:
            return Content.styled(_("reading the provinces …"), "$muted")
        return Content.styled(area.name, "bold") + Content(
            " · "
            + _("{out} of {all} out").format(out=fmt_number(area.customers_out), all=fmt_number(area.customers_total))
            + " · "
            + _("outages {n}").format(n=area.outages)
            + " · "
            + _("planned {n}").format(n=area.planned_today)
        )

    def _draw_card(self) -> None:
        outage = self.selected_outage()
        self.query_one("#outage-card", SafeStatic).say(card(outage, self._now()) if outage else "", layout=True)

    # Provinces

    def _read_areas(self) -> None:
        if self._reading:
            self._again = True
            return
        self._reading = True
        self.read(self._fetch_areas(), "areas", before_keys=not self._areas)

    async def _fetch_areas(self) -> None:
        try:
            self.post_message(self.AreasRead(await self.desk.client.areas()))
        except DeskError as error:
            self.post_message(self.AreasRead([], error))

    @on(AreasRead)
    def take_areas(self, event: AreasRead) -> None:
        """Draw the map; changes that came meanwhile ask once more after a pause."""
        self._reading = False
        self._failed = event.error.say() if event.error else ""
        if not event.error:
            first = not self._areas
            self._areas = {area.code: area for area in event.areas}
            tiles = self.query_one(TileMap)
            tiles.show(event.areas)
            if first and (worst := max(event.areas, key=lambda area: area.customers_out, default=None)):
                tiles.move_to(worst.code)
        self._draw_heads()
        if self._again:
            self._again = False
            self.set_timer(REREAD_S, self._read_areas)

    # What the fingers do

    @on(TileMap.Walked)
    def show_province(self) -> None:
        """The line under the map names the province."""
        self.query_one("#map-foot", SafeStatic).say(self._map_foot())

    @on(TileMap.Chosen)
    def drill(self, event: TileMap.Chosen) -> None:
        """Only this province's outages."""
        self._province = event.code
        self._show_list()

    @on(LineList.Highlighted, "#outage-list")
    def show_card(self) -> None:
        """The card follows the cursor."""
        self._draw_card()

    @on(TextField.Changed, "#outage-filter")
    def filter_list(self, event: TextField.Changed) -> None:
        """Filter as typed."""
        self._filter = event.value
        self._draw()

    @on(TextField.Submitted, "#outage-filter")
    def leave_filter(self) -> None:
        """Enter goes to the rows found."""
        self.query_one("#outage-list").focus()

    def action_other_pane(self) -> None:
        """Tab: between map and list; the hidden one takes the screen where there is room for one."""
        if self.query_one(TileMap).has_focus:
            self._show_list()
        else:
            self.add_class("-map")
            self.query_one(TileMap).focus()

    def _show_list(self) -> None:
        self.remove_class("-map")
        self.query_one("#outage-list").focus()
        self._draw()

    def why_not(self, action: str) -> str | None:
        """F5 attaches to the outage under the cursor, so there must be one that goes on."""
        reason = super().why_not(action)
        if action == "attach" and reason is None and self.selected_outage() is None:
            return _("Choose an outage in the list first.")
        return reason

    async def act_attach(self) -> None:
        """The contact in hand belongs to the outage under the cursor."""
        if (outage := self.selected_outage()) is not None:
            self.desk.flow.attach_to(outage.id)

    async def act_filter(self) -> None:
        """The filter line over the list."""
        self.remove_class("-map")
        field = self.query_one("#outage-filter", TextField)
        field.display = True
        field.focus()

    async def act_refresh(self) -> None:
        """Read the provinces again."""
        self._read_areas()

    async def act_back(self) -> None:
        """Esc: first the filter goes, then the province, then the map."""
        field = self.query_one("#outage-filter", TextField)
        if field.display:
            field.value = ""
            field.display = False
        elif self._province:
            self._province = None
        self._show_list()


def _matches(outage: wire.Outage, words: list[str]) -> bool:
    if not words:
        return True
    text = fold(" ".join((outage.device, outage.device_name, *outage.places, cause_word(outage.cause))))
    return all(word in text for word in words)
