"""The map of the provinces with its head and foot; it reads its own figures, and again when outages change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.i18n import _, fmt_number
from agent_tui.keys.keymap import hint
from agent_tui.screens.pane_state import as_of
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.safe import SafeStatic, plain
from agent_tui.widgets.tile_map import TileMap

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen

REREAD_S: Final = 1.0
PLACES_SHOWN: Final = 6


class MapPane(Vertical):
    """Head, tiles, foot; the foot is about the province under the cursor."""

    @dataclass
    class Came(Message):
        """The provinces' figures came, or did not."""

        areas: list[wire.Area]
        error: DeskError | None = None

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.areas: dict[str, wire.Area] = {}
        self._failed = ""
        self._reading = False
        self._again = False

    @property
    def desk(self) -> "Desk":
        """The app, typed."""
        return cast("Desk", self.app)

    def compose(self) -> ComposeResult:
        """The map between its two lines."""
        yield SafeStatic(id="map-head", classes="pane-head")
        yield TileMap(id="tiles")
        yield Flowing(id="map-foot")

    def name_of(self, province: str | None) -> str | None:
        """The province's name, its code while nothing was read."""
        return self.areas[province].name if province in self.areas else province

    # Reading

    def read(self) -> None:
        """Read the provinces; changes that come meanwhile ask once more after a pause."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        cast("DeskScreen", self.screen).read(self._fetch(), "areas", before_keys=not self.areas)

    async def _fetch(self) -> None:
        try:
            self.post_message(self.Came(await self.desk.client.areas()))
        except DeskError as error:
            self.post_message(self.Came([], error))

    @on(Came)
    def take(self, event: Came) -> None:
        """Draw the map; at first the cursor stands on the worst province."""
        event.stop()
        self._reading = False
        self._failed = event.error.say() if event.error else ""
        if not event.error:
            first = not self.areas
            self.areas = {area.code: area for area in event.areas}
            tiles = self.query_one(TileMap)
            tiles.show(event.areas)
            if first and (worst := max(event.areas, key=lambda area: area.customers_out, default=None)):
                tiles.move_to(worst.code)
        self.draw()
        if self._again:
            self._again = False
            self.set_timer(REREAD_S, self.read)

    # Drawing

    @on(TileMap.Walked)
    def draw(self) -> None:
        """Head and foot."""
        stale = as_of(self.desk)
        age = Content.styled(f" · ▲ {stale}", "$warning") if stale else Content("")
        self.query_one("#map-head", SafeStatic).say(Content.styled(_("CUSTOMERS OUT BY PROVINCE"), "bold") + age)
        self.query_one("#map-foot", SafeStatic).say(self._foot())

    def _foot(self) -> Content:
        if self._failed:
            return Content.styled("✗ " + self._failed + " " + hint(_("{refresh} reads it again.")), "$error")
        area = self.areas.get(self.query_one(TileMap).cursor)
        if area is None:
            return Content.styled(_("reading the provinces …"), "$muted")
        figures = (
            _("{out} of {all} out").format(out=fmt_number(area.customers_out), all=fmt_number(area.customers_total)),
            _("outages {n}").format(n=area.outages),
            _("planned {n}").format(n=area.planned_today),
        )
        head = Content.styled(area.name, "bold") + Content(" · " + " · ".join(figures))
        places = places_hit(area.code, self.desk.state.outages.values())
        return head + plain(" · " + places, "$muted") if places else head


def places_hit(province: str, outages: Iterable[wire.Outage]) -> str:
    """The communes of a province with open outages, most of them first: `Đồng Xuân (2), Tuy Hòa (1)`.

    Only of outages that lie in this province alone is it known which province their communes are in.
    """
    counted = Counter(
        place
        for outage in outages
        if outage.provinces == [province] and outage.customers_out
        for place in outage.places
    )
    shown = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    more = f" +{len(shown) - PLACES_SHOWN}" if len(shown) > PLACES_SHOWN else ""
    return ", ".join(f"{place} ({n})" for place, n in shown[:PLACES_SHOWN]) + more
