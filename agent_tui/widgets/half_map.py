"""The map of Vietnam in half cells: colour says how many are without power, a digit says it again.

Hoàng Sa and Trường Sa are drawn as insets east of the coast. Where colours cannot be relied on, shades say it.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from agent_tui import wire
from agent_tui.i18n import _, fmt_number
from agent_tui.theme import REVERSED
from agent_tui.widgets.half_map_grid import CODES, GRID
from agent_tui.widgets.tile_layout import BY_CODE, INSETS
from agent_tui.widgets.tile_map import compact

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


def neighbour(code: str, rows: int, cols: int) -> str:
    """The province reached by one arrow key; stays where nothing lies in that direction."""
    here = LABELS[code]

    def distance(other: str) -> tuple[int, str]:
        there = LABELS[other]
        down, right = there[0] - here[0], there[1] - here[1]
        # A cell is twice as high as wide.
        along, across = (2 * abs(down), abs(right)) if rows else (abs(right), 2 * abs(down))
        return along + 3 * across, other

    ahead = [
        other
        for other, (row, col) in LABELS.items()
        if (rows and (row - here[0]) * rows > 0) or (cols and (col - here[1]) * cols > 0)
    ]
    return min(ahead, key=distance) if ahead else code


class HalfMap(Widget, can_focus=True):
    """The country in 34 rows and 46 columns, walkable with the arrows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*LOOKS, "half-map--cursor", "half-map--digit", "half-map--legend"}
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

        half_map: "HalfMap"
        code: str

    @dataclass
    class Chosen(Message):
        """A province was opened with Enter or a second click."""

        half_map: "HalfMap"
        code: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = "01"
        self._areas: dict[str, wire.Area] = {}

    def get_content_width(self, container: object, viewport: object) -> int:
        """The map and the archipelagos beside it."""
        return WIDTH

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line for two rows of the grid."""
        return ROWS

    def show(self, areas: list[wire.Area]) -> None:
        """Draw these areas."""
        fresh = {area.code: area for area in areas}
        if fresh != self._areas:
            self._areas = fresh
            self.refresh()

    def out(self, code: str | None) -> int:
        """Customers without power in a province, 0 where nothing is known."""
        area = self._areas.get(code or "")
        return area.customers_out if area else 0

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
                return ("  " + (" ∙ ∙∙ ∙  ", inset.name)[line].center(11)).ljust(WIDTH - MAP_COLS)[: WIDTH - MAP_COLS]
        return " " * (WIDTH - MAP_COLS)

    def move_to(self, code: str) -> None:
        """Put the cursor on a province."""
        if code in BY_CODE and code != self.cursor:
            self.cursor = code
            self.refresh()
            self.post_message(self.Walked(self, code))

    def action_walk(self, rows: int, cols: int) -> None:
        """One arrow key."""
        self.move_to(neighbour(self.cursor, rows, cols))

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
        """A click walks to a province, a second one opens it."""
        hit = province_at(2 * event.y, event.x) or province_at(2 * event.y + 1, event.x)
        if hit is None:
            return
        if hit == self.cursor:
            self.action_choose()
        self.move_to(hit)
