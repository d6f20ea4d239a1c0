"""The values behind a line list: rows, cells, columns and how columns share a width. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from rich.cells import cell_len

Align = Literal["left", "right"]
Spans = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Cleaned text and a style (a theme token such as `$error` or `bold $accent`); `text` may be derived at paint.

    A callable gets the current time (epoch seconds) and answers the text: waits and ages tick without new rows.
    `spans` are (start, end, style) of parts that stand out, in characters of `text`, in order; left-aligned cells only.
    """

    text: str | Callable[[float], str]
    style: str | Callable[[float], str] = ""
    spans: Spans = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line: `cells` in the order of the columns; `style_key` names its tint: mine, danger, late, muted or ""."""

    id: str
    cells: tuple[Cell, ...]
    style_key: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `width` fixed cells, or (`flex` > 0) at least `width` and a share of what is left over.

    `hide_below` drops the column when the list is narrower than that many cells; `title` is a msgid.
    """

    name: str
    title: str
    width: int
    flex: int = 0
    hide_below: int = 0
    align: Align = "left"


def lay_out(columns: Sequence[Column], width: int, gap: int = 1) -> list[tuple[int, int, int]]:
    """(index, x, width) of each column that is shown in `width` cells, left to right."""
    # A wider gap must not push the last column out: then the columns hide earlier.
    roomy = width - (gap - 1) * (len(columns) - 1)
    shown = [(i, c) for i, c in enumerate(columns) if roomy >= c.hide_below]
    left = width - sum(c.width for _, c in shown) - gap * max(0, len(shown) - 1)
    shares = sum(c.flex for _, c in shown)
    placed: list[tuple[int, int, int]] = []
    x = 0
    for index, column in shown:
        extra = 0
        if column.flex and shares and left > 0:
            extra = left * column.flex // shares
            left, shares = left - extra, shares - column.flex
        size = min(column.width + extra, max(0, width - x))
        if size > 0:
            placed.append((index, x, size))
        x += size + gap
    return placed


# Joiners, variation selectors, skin tones and the keycap: terminals disagree on the width of what they make.
_DISPUTED: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_FLAG_LETTERS: Final = {0x1F1E6 + i: chr(ord("A") + i) for i in range(26)}


@lru_cache(maxsize=8192)
def fit(text: str, width: int, align: Align = "left") -> str:
    """`text` in exactly `width` terminal cells: padded, or cut with an ellipsis; never half a wide character.

    What is as wide as the terminal likes is taken apart: a family is four people, a flag its two letters.
    """
    if not text.isascii():
        text = _DISPUTED.sub("", text).translate(_FLAG_LETTERS)
    size = cell_len(text)
    if size > width:
        kept, used = [], 0
        for char in text:
            step = cell_len(char)
            if used + step > width - 1:
                break
            kept.append(char)
            used += step
        text, size = "".join(kept) + ("…" if width > 0 else ""), used + min(1, width)
    blank = " " * (width - size)
    return blank + text if align == "right" else text + blank


def pieces(shown: str, style: str, spans: Spans) -> list[tuple[str, str]]:
    """A fitted text as (piece, style): what the cell was cut to keeps its spans, the padding behind it has none."""
    room, at = len(shown.rstrip()), 0
    cut: list[tuple[str, str]] = []
    for start, end, extra in spans:
        start, end = max(at, start), min(end, room)
        if start < end:
            cut += [(shown[at:start], style), (shown[start:end], f"{style} {extra}".strip())]
            at = end
    return [piece for piece in (*cut, (shown[at:], style)) if piece[0]]


def value(of: str | Callable[[float], str], now: float) -> str:
    """The text or style as it is at `now` (epoch seconds)."""
    return of if isinstance(of, str) else of(now)


class Lines:
    """The rows in order, where the cursor and the viewport stand, and what is marked; all anchored to ids.

    A row that leaves does not move what the agent is about to open; `height` is the number of lines on screen.
    """

    def __init__(self) -> None:
        self.rows: tuple[Row, ...] = ()
        self.index: dict[str, int] = {}
        self.cursor: str | None = None
        self.top = 0
        self.height = 1
        self.marked: set[str] = set()

    @property
    def at(self) -> int:
        """Index of the cursor, 0 without rows."""
        return self.index.get(self.cursor or "", 0)

    def replace(self, rows: Sequence[Row]) -> None:
        """Take these rows; cursor and first visible line keep their ids, or take the nearest that is left."""
        old, at, top = self.rows, self.at, self.top
        seen = self.cursor is None or top <= at < top + self.height
        self.rows = tuple(rows)
        self.index = {row.id: i for i, row in enumerate(self.rows)}
        self.marked &= self.index.keys()
        if self.cursor not in self.index:
            self.cursor = self._nearest(old, at)
        if top and (kept := next((row.id for row in old[top:] if row.id in self.index), None)):
            self.top = self.index[kept]
        self._clamp()
        if seen:
            self.reveal()

    def _nearest(self, old: Sequence[Row], at: int) -> str | None:
        for row in (*old[at:], *reversed(old[:at])):
            if row.id in self.index:
                return row.id
        return self.rows[0].id if self.rows else None

    def move_to(self, index: int) -> bool:
        """Put the cursor on this line (clamped) and show it; False when it stands there already."""
        if not self.rows:
            return False
        target = self.rows[max(0, min(index, len(self.rows) - 1))].id
        moved, self.cursor = target != self.cursor, target
        self.reveal()
        return moved

    def reveal(self) -> None:
        """Scroll so that the cursor is visible: half a page at an edge, for each scrolled line repaints all lines."""
        at, half = self.at, max(1, self.height // 2)
        if at < self.top:
            self.top = min(at, self.top - half) if self.top - at <= half else at
        elif at >= self.top + self.height:
            past = at - (self.top + self.height) + 1
            self.top += max(past, half)
        self._clamp()

    def scroll(self, lines: int) -> bool:
        """Move the viewport, not the cursor; False at the end."""
        before = self.top
        self.top += lines
        self._clamp()
        return self.top != before

    def _clamp(self) -> None:
        self.top = max(0, min(self.top, len(self.rows) - self.height))

    def toggle(self) -> None:
        """Mark the row under the cursor, or no longer."""
        if self.cursor is not None:
            self.marked ^= {self.cursor}

    def toggle_all(self) -> None:
        """Mark all rows, or none when all are marked."""
        every = set(self.index)
        self.marked = set() if self.marked == every else every

    def thumb(self) -> tuple[int, int]:
        """First line and number of lines of the scroll mark; (0, 0) when everything is visible."""
        total = len(self.rows)
        if total <= self.height:
            return 0, 0
        size = max(1, self.height * self.height // total)
        return round((self.height - size) * self.top / (total - self.height)), size
