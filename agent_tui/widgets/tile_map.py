"""The tile map of the 34 provinces: one tile each, three letters and the customers without power."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.widgets import tile_layout as layout
from agent_tui.widgets.country_map import ISLANDS, CountryMap, compact

HEAVY = 1_000


class TileMap(CountryMap):
    """Provinces in their places, walkable with the arrows; numbers, not colours, carry the meaning."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tile-map--quiet",
        "tile-map--out",
        "tile-map--heavy",
        "tile-map--cursor",
        "tile-map--cursor-dim",
        "tile-map--inset",
    }
    PLACES = layout.PLACES

    def get_content_width(self, container: object, viewport: object) -> int:
        """The map's own width: six columns of tiles."""
        return layout.WIDTH

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """The map's own height: seventeen rows."""
        return layout.ROWS

    def at(self, row: int, col: int) -> str | None:
        """The province whose tile it is."""
        return next((code for code, place in self.PLACES.items() if place == (row, col // layout.PITCH)), None)

    def lines_of(self, codes: set[str]) -> set[int]:
        """A tile is one line high."""
        return {self.PLACES[code][0] for code in codes}

    def render_line(self, y: int) -> Strip:
        """One row of tiles, gaps and insets."""
        cells: dict[int, tuple[str, str]] = {}
        for tile in layout.TILES:
            if tile.row == y:
                cells[tile.col] = self._tile(tile)
        for inset in layout.INSETS:
            if y - inset.row in (0, 1):
                cells[inset.col] = ("tile-map--inset", (ISLANDS, inset.name)[y - inset.row].center(layout.PITCH))
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
        out = self.out(tile.code)
        number = compact(out) if out else "·"
        heavy = "▲" if out >= HEAVY else " "
        text = f"{tile.short}{heavy}{number:>{layout.TILE - 4}}"
        if tile.code == self.cursor:
            return ("tile-map--cursor" if self.has_focus else "tile-map--cursor-dim"), text
        if not out:
            return "tile-map--quiet", text
        return ("tile-map--heavy" if out >= HEAVY else "tile-map--out"), text
