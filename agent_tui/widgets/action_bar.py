"""The bottom line: what each function key does right now, greyed and dotted where it cannot, clickable."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class BarItem:
    """One key of the bar: its name, its word here, whether it can act, and a shorter word for a narrow terminal."""

    action: str
    key: str
    label: str
    able: bool
    short: str = ""


class ActionBar(Widget):
    """Key and word of each action; a click runs it like the key does."""

    @dataclass
    class Pressed(Message):
        """Somebody clicked an action."""

        action: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: tuple[BarItem, ...] = ()
        self._spans: list[tuple[int, int, str]] = []

    def show(self, items: Sequence[BarItem]) -> None:
        """Draw these items; nothing happens when they are what is drawn already."""
        if self._items != (new := tuple(items)):
            self._items = new
            self.refresh()

    def render(self) -> Content:
        """One line of whole words: `F5 Attach`, and `F8·Save` where the key cannot act."""
        parts: list[tuple[str, str]] = []
        self._spans, x = [], 0
        labels, gap = fit_labels(self._items, self.size.width)
        for i, (item, label) in enumerate(zip(self._items, labels, strict=True)):
            key = " " * (gap if i else 1) + item.key
            join = " " if item.able else "·"
            parts += [
                (key, "$bar-key bold" if item.able else "$bar-off"),
                (f"{join}{label}" if label else "", "$bar-word" if item.able else "$bar-off"),
            ]
            size = sum(cell_len(text) for text, _style in parts[-2:])
            self._spans.append((x, x + size, item.action))
            x += size
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """A click on a word is its key."""
        event.stop()
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(action))


def fit_labels(items: Sequence[BarItem], width: int) -> tuple[list[str], int]:
    """A label for each item and the gap between items: whole words only, short ones first, then none from the right."""
    labels = [item.label for item in items]
    keys = sum(cell_len(item.key) for item in items)

    def size(gap: int) -> int:
        return 1 + keys + gap * (len(items) - 1) + sum(cell_len(label) + 1 for label in labels if label)

    def saving(i: int) -> int:
        return cell_len(labels[i]) - cell_len(items[i].short or labels[i])

    if size(2) <= width:
        return labels, 2
    while size(1) > width and (best := max(range(len(labels)), key=saving, default=0)) >= 0 and saving(best) > 0:
        labels[best] = items[best].short
    for i in reversed(range(len(labels))):
        if size(1) <= width:
            break
        labels[i] = ""
    return labels, 1
