"""The line-drawn list under every live table: rows anchored to their ids, keys, marks and mouse.

New rows are in the model at once (keys act on what is true), painted at most every 100 ms; ages are derived at paint.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.message import Message

from agent_tui.keys.keymap import Keymap
from agent_tui.widgets.line_canvas import LineCanvas, Placeholder
from agent_tui.widgets.line_model import Cell, Column, Lines, Row

__all__ = ["Cell", "Column", "LineList", "Placeholder", "Row"]


class LineList(LineCanvas, can_focus=True):
    """A list of rows anchored to their ids; see `set_rows` and `placeholder`."""

    @dataclass
    class Chosen(Message):
        """Enter, or a click on the highlighted row."""

        list: "LineList"
        id: str

        @property
        def control(self) -> "LineList":
            """The list it came from."""
            return self.list

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another row (None: no rows); `by_hand` when the agent moved it."""

        list: "LineList"
        id: str | None
        by_hand: bool = False

        @property
        def control(self) -> "LineList":
            """The list it came from."""
            return self.list

    @dataclass
    class Marked(Message):
        """The set of marked rows changed."""

        list: "LineList"
        ids: frozenset[str]

        @property
        def control(self) -> "LineList":
            """The list it came from."""
            return self.list

    # What screens call

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows in this order; painted at the next flush (<= 100 ms), cursor and viewport keep their ids."""
        before, marks = self._lines.cursor, len(self._lines.marked)
        self._lines.replace(rows)
        if self._lines.cursor != before:
            self.post_message(self.Highlighted(self, self._lines.cursor))
        if len(self._lines.marked) != marks:
            self._tell_marks()
        self._flush_soon()

    def placeholder(self, state: Placeholder, text: str = "") -> None:
        """Which of the five states to draw; `text` says what to do (empty, failed) or how old (stale)."""
        if (state, text) != (self._state, self._text):
            self._state, self._text = state, text
            self._repaint()

    @property
    def highlighted(self) -> str | None:
        """Id under the cursor."""
        return self._lines.cursor

    @property
    def at(self) -> int:
        """The number of the row under the cursor, 0 without rows."""
        return self._lines.at

    @property
    def marked(self) -> frozenset[str]:
        """Ids marked with Space or `*`, those that still exist."""
        return frozenset(self._lines.marked)

    @property
    def row_ids(self) -> tuple[str, ...]:
        """Ids in the order shown."""
        return tuple(row.id for row in self._lines.rows)

    def highlight(self, id: str) -> bool:
        """Put the cursor on this row and show it; False when there is no such row."""
        if id not in self._lines.index:
            return False
        self._go(self._lines.index[id])
        return True

    def walk(self, by: int) -> None:
        """Put the cursor so many rows on, for a field beside the list that has the keys; the ends hold."""
        self._go(self._lines.at + by)

    def clear_marks(self) -> None:
        """No row is marked."""
        self.mark_only(())

    def mark_only(self, ids: Iterable[str]) -> None:
        """These rows are marked, as far as they are there, and no others."""
        wanted = self._lines.index.keys() & set(ids)
        if wanted != self._lines.marked:
            self._lines.marked = wanted
            self._tell_marks()

    def tick(self) -> None:
        """Repaint what the passing of time changed (the screen's one-second tick calls it)."""
        self._flush()

    def action_mark(self) -> None:
        """Mark the row under the cursor and go to the next."""
        if self._marks and self._lines.rows:
            self._lines.toggle()
            self._tell_marks()
            self._go(self._lines.at + 1, by_hand=True)

    def action_mark_all(self) -> None:
        """Mark all rows, or none when all are marked."""
        if self._marks and self._lines.rows:
            self._lines.toggle_all()
            self._tell_marks()

    # Keys and mouse: handled here and at once, so that they keep their order without a fence

    def takes_at_once(self, event: events.Key) -> bool:
        """Moving the cursor is done when the list has handled it; Enter is not."""
        return event.key in _MOVES

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Space and `*` are the list's own while it has the focus."""
        return self._marks and key in (*self._keys("mark"), *self._keys("mark_all"))

    def _keys(self, action: str) -> tuple[str, ...]:
        # Asked some thirty times for each key: whether the app is a desk is not looked up member by member here.
        keymap: object = getattr(self.app, "keymap", None)
        return (keymap if isinstance(keymap, Keymap) else Keymap.default()).of(action)

    async def _on_key(self, event: events.Key) -> None:
        lines = self._lines
        if (move := _MOVES.get(event.key)) is not None:
            self._go(move(lines), by_hand=True)
        elif event.key == "enter":
            if lines.cursor is None:
                return
            self.post_message(self.Chosen(self, lines.cursor))
        elif self._marks and event.key in self._keys("mark"):
            self.action_mark()
        elif self._marks and event.key in self._keys("mark_all"):
            self.action_mark_all()
        else:
            return
        event.stop()
        event.prevent_default()

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        index = self._lines.top + event.y - self._header
        if event.y < self._header or not self._drawn() or index >= len(self._lines.rows):
            return
        if self._lines.rows[index].id == self._lines.cursor:
            self.post_message(self.Chosen(self, self._lines.rows[index].id))
        else:
            self._go(index, by_hand=True)

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        if self._lines.scroll(3):
            self._repaint()

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        if self._lines.scroll(-3):
            self._repaint()

    def _go(self, index: int, by_hand: bool = False) -> None:
        top = self._lines.top
        moved = self._lines.move_to(index)
        if self._lines.top != top:
            self._repaint()
        elif moved:
            self._flush()
        if moved:
            self.post_message(self.Highlighted(self, self._lines.cursor, by_hand))

    def _tell_marks(self) -> None:
        self._flush()
        self.post_message(self.Marked(self, self.marked))


_MOVES: Final[dict[str, Callable[[Lines], int]]] = {
    "up": lambda lines: lines.at - 1,
    "down": lambda lines: lines.at + 1,
    "pageup": lambda lines: lines.at - lines.height,
    "pagedown": lambda lines: lines.at + lines.height,
    "home": lambda lines: 0,
    "end": lambda lines: len(lines.rows) - 1,
}
