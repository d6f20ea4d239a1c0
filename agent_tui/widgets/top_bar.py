"""The top line: where and who, the views, how fresh the data is, what is unsent, the time."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

Parts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TopLine:
    """The words of the top line: `who` from long to short, `tabs` as (view, title), `link` with its style.

    `unsent` may be left out where nothing waits (`waits` false); `day` goes before the clock where there is room.
    """

    who: tuple[str, ...]
    tabs: tuple[tuple[str, str], ...]
    current: str
    link: str
    link_style: str
    unsent: str
    waits: bool
    day: str
    clock: str


class TopBar(Widget):
    """Tabs that can be clicked, and three facts that change: link, unsent, clock."""

    @dataclass
    class ViewPressed(Message):
        """Somebody clicked a view's tab."""

        view: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line: TopLine | None = None
        self._spans: list[tuple[int, int, str]] = []

    def show(self, line: TopLine) -> None:
        """Draw again if anything changed."""
        if line != self._line:
            self._line = line
            self.refresh()

    def render(self) -> Content:
        """Left: who and tabs; right: link, unsent, clock; what says least gives way first, and always as a whole."""
        line, width = self._line, self.size.width
        if line is None:
            return Content("")
        who, tabs, right = lay_out(line, width)
        parts: Parts = [(f" {who}  " if who else " ", "bold")]
        x, self._spans = cell_len(parts[0][0]), []
        for view, text in tabs:
            parts.append((text, "$tab-on" if view == line.current else "$tab-off"))
            self._spans.append((x, x + cell_len(text), view))
            x += cell_len(text)
        parts.append((" " * max(1, width - x - _size(right)), ""))
        return Content.assemble(*parts, *right)

    def on_click(self, event: events.Click) -> None:
        """A click on a tab goes there."""
        event.stop()
        for start, end, view in self._spans:
            if start <= event.x < end:
                self.post_message(self.ViewPressed(view))


def lay_out(line: TopLine, width: int) -> tuple[str, Sequence[tuple[str, str]], Parts]:
    """Who, tabs and right side that fit together: first the day goes, then `0 unsent`, the long names, the titles."""
    full = [(view, f" {n} {title} ") for n, (view, title) in enumerate(line.tabs, 1)]
    digits = [(view, text if view == line.current else text[:3]) for view, text in full]
    rights = (_right(line, True, True), _right(line, False, True), _right(line, False, line.waits))
    first, *others = line.who
    choices = [(first, full, right) for right in rights]
    choices += [(who, full, rights[-1]) for who in others]
    choices += [(who, digits, rights[-1]) for who in (*others, "")]
    for who, tabs, right in choices:
        if cell_len(who) + 3 + _size(tabs, 1) + 1 + _size(right) <= width:
            return who, tabs, right
    return "", digits, [(line.link, line.link_style), (" ", "")]


def _right(line: TopLine, day: bool, unsent: bool) -> Parts:
    parts = [(line.link, line.link_style)]
    if unsent:
        parts.append((f"  {line.unsent}", "bold $warning" if line.waits else "$muted"))
    return [*parts, (f"  {line.day} {line.clock} " if day else f"  {line.clock} ", "")]


def _size(parts: Sequence[tuple[str, str]], at: int = 0) -> int:
    return sum(cell_len(part[at]) for part in parts)
