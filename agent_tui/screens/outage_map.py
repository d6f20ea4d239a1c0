"""The map of the provinces with its head and foot; it reads its own figures, and again when outages change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

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
# Whoever walks over the map stops before the communes are asked for.
LOOK_AFTER_S: Final = 0.15
PLACES_SHOWN: Final = 6


class MapPane(Vertical):
    """Head, tiles, foot; the foot is about the province under the cursor."""

    @dataclass
    class Came(Message):
        """The provinces' figures came, or did not."""

        areas: list[wire.Area]
        error: DeskError | None = None

    @dataclass
    class Opened(Message):
        """The communes of a province came, or did not."""

        province: str
        communes: list[wire.CommuneOut]
        error: DeskError | None = None

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.areas: dict[str, wire.Area] = {}
        self.communes: dict[str, list[wire.CommuneOut]] = {}
        self._look: Timer | None = None
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

    def places_of(self, province: str | None, shown: int = PLACES_SHOWN) -> str:
        """The province's communes with their customers out; nothing while they are not known."""
        return places_out(self.communes.get(province or "", []), shown)

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
            # Where nobody is out any more nothing is asked again.
            self.communes = {code: known for code, known in self.communes.items() if self.areas[code].customers_out}
            tiles = self.query_one(TileMap)
            tiles.show(event.areas)
            if first and (worst := max(event.areas, key=lambda area: area.customers_out, default=None)):
                tiles.move_to(worst.code)
        self.look()
        if self._again:
            self._again = False
            self.set_timer(REREAD_S, self.read)

    @on(TileMap.Walked)
    def look(self) -> None:
        """The communes of the province under the cursor are read once the cursor rests on it."""
        self.draw()
        if self._look is not None:
            self._look.stop()
        area = self.areas.get(self.query_one(TileMap).cursor)
        if area is not None and area.customers_out:
            self._look = self.set_timer(LOOK_AFTER_S, lambda: self.open(area.code))

    def open(self, province: str) -> None:
        """Read the communes of a province."""
        cast("DeskScreen", self.screen).read(self._fetch_communes(province), "communes", before_keys=False)

    async def _fetch_communes(self, province: str) -> None:
        try:
            self.post_message(self.Opened(province, await self.desk.client.communes(province)))
        except DeskError as error:
            self.post_message(self.Opened(province, [], error))

    @on(Opened)
    def opened(self, event: Opened) -> None:
        """Draw them; those read before stay where the reading failed. The view draws them too."""
        if event.error is None:
            self.communes[event.province] = event.communes
        self.draw()

    # Drawing

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
        places = self.places_of(area.code)
        return head + plain(" · " + places, "$muted") if places else head


def places_out(communes: Sequence[wire.CommuneOut], shown: int = PLACES_SHOWN) -> str:
    """The communes with their customers out, most of them first: `Xã Đồng Xuân 402 · Phường Tuy Hòa 12 · +3`."""
    hit = [one for one in communes if one.customers_out]
    parts = [f"{one.name} {fmt_number(one.customers_out)}" for one in hit[:shown]]
    return " · ".join([*parts, *([f"+{len(hit) - shown}"] if len(hit) > shown else [])])
