"""What both maps of the provinces share: the cursor, the arrows that walk, Enter that opens, the figures they draw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from agent_tui import wire
from agent_tui.i18n import fmt_number

ISLANDS = " ∙ ∙∙ ∙  "
"""How an archipelago is drawn, above its name."""


def compact(n: int) -> str:
    """A count in at most four cells, rounded down: 402, 1.9k, 12k, 1.2M (decimal sign of the language)."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if n >= 10 * unit:
            return f"{n // unit}{name}"
        if n >= unit:
            return f"{fmt_number(n * 10 // unit / 10, 1)}{name}"
    return str(n)


def neighbour(places: Mapping[str, tuple[int, int]], code: str, rows: int, cols: int, height: int = 1) -> str:
    """The place (row, column) reached from `code` by one arrow key; stays where nothing lies in that direction.

    `height` is how much farther apart two rows are than two columns.
    """
    here = places[code]

    def distance(other: str) -> tuple[int, int, str]:
        down, right = height * abs(places[other][0] - here[0]), abs(places[other][1] - here[1])
        along, across = (down, right) if rows else (right, down)
        return along + 3 * across, across, other

    ahead = [
        other
        for other, (row, col) in places.items()
        if (rows and (row - here[0]) * rows > 0) or (cols and (col - here[1]) * cols > 0)
    ]
    return min(ahead, key=distance, default=code)


class CountryMap(Widget, can_focus=True):
    """Provinces in their places, walkable with the arrows; a subclass draws them and says where they are."""

    PLACES: ClassVar[Mapping[str, tuple[int, int]]]
    HEIGHT: ClassVar[int] = 1
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

        map: "CountryMap"
        code: str

    @dataclass
    class Chosen(Message):
        """A province was opened with Enter or a second click."""

        map: "CountryMap"
        code: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = "01"
        self._areas: dict[str, wire.Area] = {}

    def at(self, row: int, col: int) -> str | None:
        """The province drawn in a cell; overridden."""
        return None

    def lines_of(self, codes: set[str]) -> set[int]:
        """The lines that show something of these provinces; overridden where it is not all of them."""
        return set(range(self.size.height)) if codes else set()

    def show(self, areas: list[wire.Area]) -> None:
        """Draw these areas; only the lines that changed are painted."""
        before, self._areas = self._areas, {area.code: area for area in areas}
        self._paint({code for code in self.PLACES if self._areas.get(code) != before.get(code)})

    def out(self, code: str | None) -> int:
        """Customers without power in a province, 0 where nothing is known."""
        area = self._areas.get(code or "")
        return area.customers_out if area else 0

    def move_to(self, code: str) -> None:
        """Put the cursor on a province."""
        if code in self.PLACES and code != self.cursor:
            before, self.cursor = self.cursor, code
            self._paint({before, code})
            self.post_message(self.Walked(self, code))

    def action_walk(self, rows: int, cols: int) -> None:
        """One arrow key."""
        self.move_to(neighbour(self.PLACES, self.cursor, rows, cols, self.HEIGHT))

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
        hit = self.at(event.y, event.x)
        if hit is not None and hit == self.cursor:
            self.action_choose()
        elif hit is not None:
            self.move_to(hit)

    def _paint(self, codes: set[str]) -> None:
        for line in self.lines_of(codes):
            self.refresh(Region(0, line, self.size.width, 1))
