"""Draws a line list: only the lines on screen, and of those only the spans that changed since they were painted."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar, Final, Literal, Protocol, runtime_checkable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style
from textual.timer import Timer
from textual.widget import Widget

from agent_tui.i18n import _
from agent_tui.keys.keymap import Keymap
from agent_tui.theme import COMFORTABLE
from agent_tui.widgets.line_model import Cell, Column, Lines, Spans, fit, lay_out, pieces, value

Placeholder = Literal["loading", "empty", "failed", "data", "stale"]
FLUSH_S: Final = 0.1
GUTTER: Final = 2
NOTHING: Final = Cell("")
TINTS: Final = {"mine": "bold", "danger": "bold $error", "late": "$warning", "muted": "$muted"}


@runtime_checkable
class HasKeys(Protocol):
    """An app with the desk's clock and keys."""

    keymap: Keymap

    def now(self) -> float:
        """Epoch seconds."""
        ...


@dataclass(frozen=True, slots=True)
class _Painted:
    """What stands on one line of the screen."""

    frame: tuple[str, bool, bool, str, str]
    cells: tuple[tuple[str, str, Spans], ...]


class LineCanvas(Widget):
    """The painting half of LineList; the model is `_lines`, the state `_state` and its `_text`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-list--header",
        "line-list--cursor",
        "line-list--cursor-dim",
        "line-list--thumb",
        "line-list--muted",
        "line-list--mark",
        "line-list--failed",
    }

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str | None = None,
        classes: str | None = None,
        header: bool = True,
        marks: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self._header, self._marks, self._clock = int(header), marks, clock
        self._lines = Lines()
        self._state: Placeholder = "loading"
        self._text = ""
        self._painted: dict[int, _Painted] = {}
        self._thumb = (0, 0)
        self._flushing: Timer | None = None
        self._layout: list[tuple[int, int, int]] = []
        self._looks: dict[str, RichStyle] = {}

    def redraw(self) -> None:
        """Draw every line again: the language, the density or the size changed."""
        gap = 2 if self.app.has_class(COMFORTABLE) else 1
        self._layout = lay_out(self.columns, self.size.width - GUTTER - 1, gap)
        self._repaint()

    def _on_focus(self, event: events.Focus) -> None:
        super()._on_focus(event)
        self._repaint()

    def _on_blur(self, event: events.Blur) -> None:
        super()._on_blur(event)
        self._repaint()

    def _on_resize(self, event: events.Resize) -> None:
        seen = self._lines.top <= self._lines.at < self._lines.top + self._lines.height
        if self._lines.height == 1:
            # Before it was laid out one row was all that could be revealed.
            self._lines.top = 0
        self._lines.height = max(1, event.size.height - self._header)
        if seen:
            self._lines.reveal()
        self.redraw()

    def notify_style_update(self) -> None:
        """Colours changed."""
        super().notify_style_update()
        self._looks.clear()
        self._painted.clear()

    def _repaint(self) -> None:
        self._painted.clear()
        self.refresh()

    def _flush_soon(self) -> None:
        if self._flushing is None and self.is_mounted:
            self._flushing = self.set_timer(FLUSH_S, self._flush)
        elif not self.is_mounted:
            self._painted.clear()

    def _flush(self) -> None:
        """Compare each visible line with what stands there and repaint the spans that differ."""
        if self._flushing is not None:
            self._flushing.stop()
            self._flushing = None
        if not self._drawn() or not self._painted:
            self._repaint()
            return
        now, regions = self._now(), []
        for y in range(self._lines.height):
            new, old = self._line(y, now), self._painted.get(y)
            if new != old:
                regions += self._changes(y + self._header, old, new)
        if self._lines.thumb() != self._thumb:
            regions.append(Region(self.size.width - 1, self._header, 1, self._lines.height))
        if regions:
            self.refresh(*regions)

    def _changes(self, y: int, old: _Painted | None, new: _Painted | None) -> list[Region]:
        if old is None or new is None or old.frame != new.frame or len(old.cells) != len(new.cells):
            return [Region(0, y, self.size.width, 1)]
        return [
            Region(GUTTER + x, y, width, 1)
            for (_index, x, width), was, now in zip(self._layout, old.cells, new.cells, strict=True)
            if was != now
        ]

    def _drawn(self) -> bool:
        return bool(self._lines.rows) and self._state != "failed"

    def _now(self) -> float:
        return self.app.now() if isinstance(self.app, HasKeys) else self._clock()

    def _line(self, y: int, now: float) -> _Painted | None:
        index = self._lines.top + y
        if index >= len(self._lines.rows):
            return None
        row = self._lines.rows[index]
        cursor, marked = row.id == self._lines.cursor, row.id in self._lines.marked
        look = ("cursor" if self.has_focus else "cursor-dim") if cursor else ""
        cells = tuple(
            (value(cell.text, now), value(cell.style, now), cell.spans)
            for cell in (row.cells[i] if i < len(row.cells) else NOTHING for i, _x, _width in self._layout)
        )
        return _Painted((row.id, cursor, marked, row.style_key, look), cells)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        if y < self._header and (self._drawn() or self._state != "failed"):
            return self._header_line(width)
        if not self._drawn():
            return self._placeholder_line(y - self._header, width)
        painted = self._line(y - self._header, self._now())
        if painted is None:
            self._painted.pop(y - self._header, None)
            return Strip([Segment(" " * width, self._look(""))], width)
        self._painted[y - self._header] = painted
        return self._row_line(painted, y - self._header, width)

    def _row_line(self, painted: _Painted, y: int, width: int) -> Strip:
        _id, cursor, marked, tint, look = painted.frame
        edge = "▌" if cursor and self.has_focus else " "
        segments = [
            Segment(edge, self._look("", "mark", look)),
            Segment("✓" if marked else " ", self._look("", "mark", look)),
        ]
        at = GUTTER
        for (index, x, size), (text, style, spans) in zip(self._layout, painted.cells, strict=True):
            if GUTTER + x > at:
                segments.append(Segment(" " * (GUTTER + x - at), self._look("", "", look)))
            tinted = f"{TINTS.get(tint, '')} {style}".strip()
            shown = fit(text, size, self.columns[index].align)
            segments += [Segment(piece, self._look(how, "", look)) for piece, how in pieces(shown, tinted, spans)]
            at = GUTTER + x + size
        segments.append(Segment(" " * max(0, width - 1 - at), self._look("", "", look)))
        self._thumb = start, size = self._lines.thumb()
        segments.append(Segment("▐" if start <= y < start + size else " ", self._look("", "thumb")))
        return Strip(segments, width)

    def _header_line(self, width: int) -> Strip:
        style = self._look("", "header")
        note = fit(f" {self._text} ", min(width, cell_len(self._text) + 2)) if self._state == "stale" else ""
        room = width - cell_len(note)
        text = " " * GUTTER
        for index, x, size in self._layout:
            column = self.columns[index]
            title = fit(_(column.title), size, column.align)
            # The age of the list takes the place of whole titles.
            if GUTTER + x + cell_len(title.rstrip()) < room or not note:
                text += " " * (GUTTER + x - cell_len(text)) + title
        # Blanks behind the last title are no title: cut off, they must not leave a sign.
        return Strip([Segment(fit(text.rstrip(), room), style), Segment(note, self._look("$warning"))], width)

    def _placeholder_line(self, y: int, width: int) -> Strip:
        text = self._text or {"loading": _("Loading ..."), "failed": _("This could not be read.")}.get(
            self._state, _("Nothing here.")
        )
        words = wrap(("✕ " if self._state == "failed" else "") + text, max(10, width - 4))
        line = words[y - 1] if 0 <= y - 1 < len(words) else ""
        look = self._look("", "failed" if self._state == "failed" else "muted")
        return Strip([Segment(fit("  " + line, width), look)], width)

    def _look(self, style: str, component: str = "", under: str = "") -> RichStyle:
        key = f"{style}|{component}|{under}"
        if (look := self._looks.get(key)) is None:
            full: Style = self.visual_style
            for name in (under, component):
                if name:
                    full += self.get_visual_style(f"line-list--{name}", partial=True)
                    # Textual 8.2.8 loses an opaque background and the text style in a partial style.
                    rules = self.get_component_styles(f"line-list--{name}")
                    if rules.background.a:
                        full += Style(background=rules.background)
                    text = rules.text_style
                    full += Style(bold=text.bold, reverse=text.reverse, underline=text.underline)
            full = full + Style.parse(style) if style else full
            if under and full.reverse:
                # Reversed, each ink would be a ground of its own: the cursor is one bar, words tell the rest.
                full += Style(foreground=self.visual_style.foreground)
            look = self._looks[key] = full.rich_style
        return look
