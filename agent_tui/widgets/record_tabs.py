"""The tabs of a customer's record."""

from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from agent_tui.i18n import N_, _

TABS: Final[tuple[tuple[str, str], ...]] = (
    ("overview", N_("Overview")),
    ("bills", N_("Bills")),
    ("power", N_("Power")),
    ("contacts", N_("Contacts")),
    ("tickets", N_("Tickets")),
)
NAMES: Final = tuple(name for name, _title in TABS)


class RecordTabs(Widget):
    """The tabs' names on one line; a click goes there."""

    @dataclass
    class Picked(Message):
        """A tab was clicked."""

        tab: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tab = ""
        self._spans: list[tuple[int, int, str]] = []

    def show(self, tab: str) -> None:
        """Mark this one; an empty name shows no tabs."""
        self._tab = tab
        self.refresh()

    def render(self) -> Content:
        """The chosen one stands in brackets, for eyes and terminals without colours; the keys where there is room."""
        parts: list[tuple[str, str]] = []
        x, self._spans = 0, []
        for name, title in TABS if self._tab else ():
            text = f"‹{_(title)}›" if name == self._tab else f" {_(title)} "
            parts.append((text, "bold $accent" if name == self._tab else "$muted"))
            self._spans.append((x, x + cell_len(text), name))
            x += cell_len(text)
        keys = _("← → tab · ↑ ↓ month") if self._tab == "bills" else _("← → tab") if self._tab else ""
        room = self.size.width - x - cell_len(keys)
        return Content.assemble(*parts, *((" " * room, (keys, "$muted")) if room > 1 else ()))

    def on_click(self, event: events.Click) -> None:
        """A click on a name goes there."""
        event.stop()
        for start, end, name in self._spans:
            if start <= event.x < end:
                self.post_message(self.Picked(name))
