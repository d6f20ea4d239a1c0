"""Text that wraps as a typesetter would: facts stay whole where they can, and what goes on hangs below its beginning.

A line of facts (`474 · since 13:22 · 1,240 customers`) breaks between facts, a labelled line (`Phone  0905 ...`) goes
on below its value, a quotation below its first letter (behind a label it takes the whole width); prose wraps at words.
"""

import re
from typing import Final

from rich.cells import cell_len, get_character_cell_size
from textual import events
from textual.content import Content
from textual.widget import Widget

from agent_tui.widgets.safe import SafeStatic, as_content

LABEL: Final = re.compile(r"\S.*? {2,}(?=\S)")
LABEL_MOST: Final = 15
FACTS: Final = re.compile(r" · |(?<=\S) {2,}(?=\S)")
NARROW: Final = 24
"""Cells: with less room than this nothing hangs."""


def hung(content: Content, width: int) -> Content:
    """The text in lines of at most `width` cells."""
    if width <= 0 or all(cell_len(line) <= width for line in content.plain.split("\n")):
        return content
    lines: list[Content] = []
    for line in content.split("\n", allow_blank=True):
        lines += [line] if line.cell_length <= width else _folded(line, width)
    return Content("\n").join(lines)


def hang_of(text: str) -> int:
    """How many cells the second line of a long line is set in."""
    lead = len(text) - len(text.lstrip(" "))
    if lead:
        return lead
    if text.startswith("“"):
        return 1
    label = LABEL.match(text)
    if label and text.startswith("“", label.end()):
        # It is read aloud as a whole: under its label its end would be below the fold of 24 lines.
        return 0
    if label and cell_len(label[0]) <= LABEL_MOST:
        return cell_len(label[0])
    return 2 if FACTS.search(text) else 0


def _folded(line: Content, width: int) -> list[Content]:
    text = line.plain
    hang = hang_of(text) if width >= NARROW else 0
    lines: list[Content] = []
    at, indent = 0, 0
    while at < len(text):
        end, after = _end(text, at, width - indent, hang if not lines else 0)
        lines.append(Content(" " * indent) + line[at:end])
        at, indent = after, hang
    return lines


def _end(text: str, at: int, room: int, label: int) -> tuple[int, int]:
    """Where the line that begins at `at` ends, and where the next one begins."""
    full = _fitting(text, at, room)
    if full >= len(text):
        return len(text), len(text)
    facts = [found for found in FACTS.finditer(text, at) if found.start() > at + label]
    before = [found for found in facts if found.start() < full]
    if before:
        last = before[-1]
        rest = next((found.start() for found in facts if found.start() > last.start()), len(text))
        # A fact that would fill more than half a line is broken like prose.
        if cell_len(text[last.end() : rest]) <= room // 2:
            # The dot says that something follows; where it does not fit, the line's end says so.
            return (last.start() + 2 if "·" in last[0] and last.start() + 2 <= full else last.start()), last.end()
    space = text.rfind(" ", at + 1, full + 1)
    if space <= at or not text[at:space].strip():
        return max(full, at + 1), max(full, at + 1)
    return space, space + 1


def _fitting(text: str, at: int, room: int) -> int:
    """The first place behind `at` that `room` cells do not reach."""
    cells = 0
    for i in range(at, len(text)):
        cells += get_character_cell_size(text[i])
        if cells > room:
            return i
    return len(text)


class Flowing(SafeStatic):
    """A SafeStatic that sets its text anew for every width."""

    def say(self, content: Content | str, layout: bool = False) -> None:
        """Show this instead, as wide as the widget is."""
        self._whole = as_content(content)
        super().say(hung(self._whole, self.content_size.width or self._room()), layout)

    def _room(self) -> int:
        """How wide a widget that was not laid out yet will be: as wide as what is around it."""
        around = self.parent
        return around.scrollable_content_region.width - self.gutter.width if isinstance(around, Widget) else 0

    def on_resize(self, event: events.Resize) -> None:
        """Another width: other lines."""
        if "_whole" in self.__dict__:
            self.say(self._whole, layout=True)
            # Asked for while the screen is laid out, a new height may be forgotten: fewer lines would leave a hole.
            self.call_after_refresh(self.refresh, layout=True)
