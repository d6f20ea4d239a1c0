"""The map of Vietnam in half cells: colour says how many are without power, a digit says it again.

Hoàng Sa and Trường Sa are drawn as insets east of the coast. Where colours cannot be relied on, shades say it.
"""

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from agent_tui.i18n import _, fmt_number
from agent_tui.theme import REVERSED
from agent_tui.widgets.country_map import ISLANDS, CountryMap, compact
from agent_tui.widgets.half_map_grid import CODES, GRID
from agent_tui.widgets.tile_layout import INSETS

MAP_COLS: Final = len(GRID[0])
ROWS: Final = len(GRID) // 2
WIDTH: Final = MAP_COLS + 13
INSET_COL: Final = MAP_COLS + 2
# The rows of the archipelagos' latitudes (16.5 and 10 degrees north).
INSET_ROWS: Final = {"HSa": 15, "TSa": 29}
LEVELS: Final = (1, 1_000, 10_000)
LOOKS: Final = ("half-map--quiet", "half-map--some", "half-map--many", "half-map--most")
SHADES: Final = "░▒▓█"
_FIRST: Final = ord("A")


def level(out: int) -> int:
    """0 nobody, 1 somebody, 2 a thousand, 3 ten thousand without power."""
    return sum(out >= least for least in LEVELS)


def province_at(row: int, col: int) -> str | None:
    """The province's code of a half cell (row 0 to 67), None at sea."""
    if not (0 <= row < len(GRID) and 0 <= col < MAP_COLS) or GRID[row][col] == ".":
        return None
    sign = GRID[row][col]
    return CODES[ord(sign) - _FIRST if sign.isupper() else ord(sign) - ord("a") + 26]


def _labels() -> dict[str, tuple[int, int]]:
    """The whole cell of each province nearest to its middle: there its digit stands."""
    cells: dict[str, list[tuple[int, int]]] = {}
    for row in range(len(GRID)):
        for col in range(MAP_COLS):
            if (code := province_at(row, col)) is not None:
                cells.setdefault(code, []).append((row, col))
    places: dict[str, tuple[int, int]] = {}
    # The smallest choose first: they have no second place to stand.
    for code, own in sorted(cells.items(), key=lambda item: len(item[1])):
        middle = sum(r for r, _c in own) / len(own), sum(c for _r, c in own) / len(own)
        free = [cell for cell in own if (cell[0] // 2, cell[1]) not in places.values()] or own
        row, col = min(free, key=lambda cell: (cell[0] - middle[0]) ** 2 + (cell[1] - middle[1]) ** 2)
        places[code] = (row // 2, col)
    return places


LABELS: Final = _labels()


class HalfMap(CountryMap):
    """The country in 34 rows and 46 columns, walkable with the arrows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*LOOKS, "half-map--cursor", "half-map--digit", "half-map--legend"}
    PLACES = LABELS
    # A cell is twice as high as wide.
    HEIGHT = 2

    def get_content_width(self, container: object, viewport: object) -> int:
        """The map and the archipelagos beside it."""
        return WIDTH

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line for two rows of the grid."""
        return ROWS

    def at(self, row: int, col: int) -> str | None:
        """The province drawn in a cell, in its upper half first."""
        return province_at(2 * row, col) or province_at(2 * row + 1, col)

    def legend(self) -> tuple[str, ...]:
        """What the digits mean, and the province under the cursor; they stand in the sea, south-west."""
        area = self._areas.get(self.cursor)
        digits = [f"1 <{fmt_number(LEVELS[1])}", f"2 <{fmt_number(LEVELS[2])}", f"3 ≥{fmt_number(LEVELS[2])}"]
        if area is None or not self.has_focus:
            return ("", "", "", *digits)
        return area.name, _("out {n}").format(n=compact(area.customers_out)), "", *digits

    def render_line(self, y: int) -> Strip:
        """One line: land by its colour, digits where somebody is out, the insets, the legend."""
        base = self.rich_style
        shaded = self.app.has_class(REVERSED)
        marks = {col: code for code, (row, col) in LABELS.items() if row == y}
        cells: list[tuple[str, Style]] = []
        for col in range(MAP_COLS):
            top, bottom = province_at(2 * y, col), province_at(2 * y + 1, col)
            code = marks.get(col)
            if code is not None and self.out(code):
                cells.append((str(level(self.out(code))), base + self._digit(code)))
            elif top is None and bottom is None:
                cells.append((" ", base))
            elif shaded:
                cells.append((SHADES[level(self.out(top or bottom))], base + self._look(top or bottom)))
            else:
                cells.append(self._half(top, bottom, base))
        self._write_legend(cells, y, base)
        cells += [(sign, base + self.get_component_rich_style("half-map--legend")) for sign in self._inset(y)]
        return (
            Strip([Segment(sign, style) for sign, style in cells], WIDTH)
            .simplify()
            .adjust_cell_length(self.size.width, base)
        )

    def _half(self, top: str | None, bottom: str | None, base: Style) -> tuple[str, Style]:
        if top is None:
            return "▄", base + self._look(bottom)
        if bottom is None:
            return "▀", base + self._look(top)
        below = self._look(bottom)
        return "▀", base + self._look(top) + Style(bgcolor=below.color)

    def _look(self, code: str | None) -> Style:
        if code == self.cursor and self.has_focus:
            return Style(color=self.get_component_rich_style("half-map--cursor").color)
        return Style(color=self.get_component_rich_style(LOOKS[level(self.out(code))]).color)

    def _digit(self, code: str) -> Style:
        known = self.get_component_rich_style("half-map--digit")
        return known + Style(bgcolor=self._look(code).color, bold=True)

    def _write_legend(self, cells: list[tuple[str, Style]], y: int, base: Style) -> None:
        lines = self.legend()
        first = ROWS // 2 - 1
        if first <= y < first + len(lines):
            style = base + self.get_component_rich_style("half-map--legend")
            for col, sign in enumerate(lines[y - first][:14]):
                if cells[col][0] == " ":
                    cells[col] = (sign, style)

    def _inset(self, y: int) -> str:
        for inset in INSETS:
            line = y - INSET_ROWS[inset.short]
            if line in (0, 1):
                return ("  " + (ISLANDS, inset.name)[line].center(11)).ljust(WIDTH - MAP_COLS)[: WIDTH - MAP_COLS]
        return " " * (WIDTH - MAP_COLS)
