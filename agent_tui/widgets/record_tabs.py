"""The tabs of a pane: those of a customer's record, unless others are given."""

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

    def __init__(self, id: str | None = None, tabs: tuple[tuple[str, str], ...] = TABS) -> None:
        super().__init__(id=id)
        self._tabs, self._tab, self._more = tabs, "", ""
        self._spans: list[tuple[int, int, str]] = []

    def show(self, tab: str, more: str = "") -> None:
        """Mark this one; an empty name shows no tabs; `more` stands at the right, before the keys."""
        self._tab, self._more = tab, more
        self.refresh()

    def render(self) -> Content:
        """The chosen one stands in brackets, for eyes and terminals without colours; the keys where there is room."""
        parts: list[tuple[str, str]] = []
        x, self._spans = 0, []
        for name, title in self._tabs if self._tab else ():
            text = f"‹{_(title)}›" if name == self._tab else f" {_(title)} "
            parts.append((text, "bold $accent" if name == self._tab else "$muted"))
            self._spans.append((x, x + cell_len(text), name))
            x += cell_len(text)
        keys = _("← → tab · ↑ ↓ month") if self._tab == "bills" else _("← → tab") if self._tab else ""
        if self._more:
            keys = self._more if self.size.width - x <= cell_len(f"{self._more} · {keys}") else f"{self._more} · {keys}"
        room = self.size.width - x - cell_len(keys)
        return Content.assemble(*parts, *((" " * room, (keys, "$muted")) if room > 1 else ()))

    def on_click(self, event: events.Click) -> None:
        """A click on a name goes there."""
        event.stop()
        for start, end, name in self._spans:
            if start <= event.x < end:
                self.post_message(self.Picked(name))
