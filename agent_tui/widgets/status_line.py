"""The line above the keys: my state and its age, what the view counts; or, when the link is lost, what that means."""

from textual.content import Content
from textual.widget import Widget

PART = " · "
# What a lead announces is said as far as it goes: half a sentence tells more than none.
WORDS = "⚑ "
ROOM = 16


def whole_parts(line: Content, width: int) -> Content:
    """As many parts between dots as fit into `width` cells; no part but an announcement is cut, no dot left hanging."""
    while line.cell_length > width and PART in line.plain:
        at = line.plain.rindex(PART)
        if line.plain[at + len(PART) :].startswith(WORDS) and at + ROOM <= width:
            return line.truncate(width, ellipsis=True)
        line = line[:at]
    return line


class StatusLine(Widget):
    """One line, drawn again only when its words changed."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line = Content("")
        self._work: Content | None = None

    def work(self, line: Content | None) -> None:
        """Show this in place of the line while something is being done; None ends it. A lost link is more important."""
        self._work = line
        self.refresh()

    def show(self, line: Content, alarm: bool = False) -> None:
        """Show this line; `alarm` is the lost link."""
        self.set_class(alarm, "alarm")
        if line != self._line:
            self._line = line
            self.refresh()

    def render(self) -> Content:
        """The line as it was given, as far as there is room."""
        line = self._work if self._work is not None and not self.has_class("alarm") else self._line
        return whole_parts(line, self.size.width)
