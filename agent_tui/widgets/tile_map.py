"""The tile map of the 34 provinces: one tile each, three letters and the customers without power."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from agent_tui import wire
from agent_tui.i18n import fmt_number
from agent_tui.widgets import tile_layout as layout

HEAVY = 1_000


def compact(n: int) -> str:
    """A count in at most four cells, rounded down: 402, 1.9k, 12k, 1.2M (decimal sign of the language)."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if n >= 10 * unit:
            return f"{n // unit}{name}"
        if n >= unit:
            return f"{fmt_number(n * 10 // unit / 10, 1)}{name}"
    return str(n)


class TileMap(Widget, can_focus=True):
    """Provinces in their places, walkable with the arrows; numbers, not colours, carry the meaning."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tile-map--quiet",
        "tile-map--out",
        "tile-map--heavy",
        "tile-map--cursor",
        "tile-map--cursor-dim",
        "tile-map--inset",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1, 0)", show=False),
        Binding("down", "walk(1, 0)", show=False),
        Binding("left", "walk(0, -1)", show=False),
        Binding("right", "walk(0, 1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    @dataclass
    class Walked(Message):
        """The cursor stands on another province."""

        tile_map: "TileMap"
        code: str

    @dataclass
    class Chosen(Message):
        """A province was opened with Enter or a second click."""

        tile_map: "TileMap"
        code: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = "01"
        self._areas: dict[str, wire.Area] = {}

    def get_content_width(self, container: object, viewport: object) -> int:
        """The map's own width: six columns of tiles."""
        return layout.WIDTH

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """The map's own height: seventeen rows."""
        return layout.ROWS

    def show(self, areas: list[wire.Area]) -> None:
        """Draw these areas; only the lines that changed are painted."""
        fresh = {area.code: area for area in areas}
        rows = {tile.row for tile in layout.TILES if fresh.get(tile.code) != self._areas.get(tile.code)}
        self._areas = fresh
        for row in rows:
            self.refresh(Region(0, row, self.size.width, 1))

    def area(self, code: str) -> wire.Area | None:
        """What is known of a province."""
        return self._areas.get(code)

    def render_line(self, y: int) -> Strip:
        """One row of tiles, gaps and insets."""
        cells: dict[int, tuple[str, str]] = {}
        for tile in layout.TILES:
            if tile.row == y:
                cells[tile.col] = self._tile(tile)
        for inset in layout.INSETS:
            if y - inset.row in (0, 1):
                cells[inset.col] = ("tile-map--inset", (" ∙ ∙∙ ∙  ", inset.name)[y - inset.row].center(layout.PITCH))
        base = self.rich_style
        segments: list[Segment] = []
        at = 0
        for col, (component, text) in sorted(cells.items()):
            if col * layout.PITCH > at:
                segments.append(Segment(" " * (col * layout.PITCH - at), base))
            style = self.get_component_rich_style(component) if component else Style.null()
            segments.append(Segment(text, base + style))
            at = col * layout.PITCH + len(text)
        strip = Strip(segments, at)
        return strip.adjust_cell_length(self.size.width, base)

    def _tile(self, tile: layout.Tile) -> tuple[str, str]:
        area = self._areas.get(tile.code)
        out = area.customers_out if area else 0
        number = compact(out) if out else "·"
        heavy = "▲" if out >= HEAVY else " "
        text = f"{tile.short}{heavy}{number:>{layout.TILE - 4}}"
        if tile.code == self.cursor:
            return ("tile-map--cursor" if self.has_focus else "tile-map--cursor-dim"), text
        if not out:
            return "tile-map--quiet", text
        return ("tile-map--heavy" if out >= HEAVY else "tile-map--out"), text

    def move_to(self, code: str) -> None:
        """Put the cursor on a province."""
        if code not in layout.BY_CODE or code == self.cursor:
            return
        before, self.cursor = self.cursor, code
        for row in {layout.BY_CODE[before].row, layout.BY_CODE[code].row}:
            self.refresh(Region(0, row, self.size.width, 1))
        self.post_message(self.Walked(self, code))

    def action_walk(self, rows: int, cols: int) -> None:
        """One arrow key."""
        self.move_to(layout.neighbour(self.cursor, rows, cols))

    def action_choose(self) -> None:
        """Open the province under the cursor."""
        self.post_message(self.Chosen(self, self.cursor))

    def on_focus(self) -> None:
        """The cursor is drawn only where keys go."""
        self.refresh()

    def on_blur(self) -> None:
        """See on_focus."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click walks to a tile, a second one opens it."""
        row, col = event.y, event.x // layout.PITCH
        hit = next((tile for tile in layout.TILES if (tile.row, tile.col) == (row, col)), None)
        if hit is None:
            return
        if hit.code == self.cursor:
            self.action_choose()
        self.move_to(hit.code)
