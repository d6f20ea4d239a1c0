"""How far a list of tickets has been read: never all of fifty thousand, a page ahead of the cursor. Pure."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Final

from agent_tui.desk.ticket_lists import Key, View, key
from agent_tui.wire import Page, Ticket

PAGE: Final = 100
AHEAD: Final = 40
"""Rows below the cursor from which the next page is read."""
MOST: Final = 4_000
"""Tickets of one list that are read: the desk keeps no more, and nobody walks through them; words find the rest."""
Ask = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One page to read: the filters, the words and the cursor."""

    view: str
    words: str
    ask: Ask
    after: str | None


@dataclass(slots=True)
class Pages:
    """The reading of one list under one filter line.

    With `before`, what was read of it until now, it is read again: as far as before, and shown as far meanwhile.
    """

    view: View
    words: str = ""
    floor: Key | None = None
    found: set[str] = field(default_factory=set)
    count: int = 0
    before: InitVar["Pages | None"] = None
    _least: int = 0
    _left: list[tuple[Ask, str | None]] = field(default_factory=list)

    def __post_init__(self, before: "Pages | None") -> None:
        if before is not None:
            self.floor, self.found, self._least = before.floor, set(before.found), before.count
        self._left = [(ask, None) for ask in self.view.asks]

    @property
    def begun(self) -> bool:
        """A page was read."""
        return self._left != [(ask, None) for ask in self.view.asks]

    @property
    def whole(self) -> bool:
        """Nothing is left to read."""
        return not self._left

    @property
    def full(self) -> bool:
        """As much was read as the desk keeps, and there is more."""
        return not self.whole and self.count >= MOST

    def next(self, at: int, rows: int) -> Question | None:
        """The page to read now that the cursor stands on row `at` of `rows`; None when there is no need."""
        if self.whole or self.full:
            return None
        if self.begun and not self.view.by_due and self.count >= self._least and at < rows - AHEAD:
            return None
        ask, after = self._left[0]
        return Question(self.view.name, self.words, ask, after)

    def take(self, asked: Question, page: Page[Ticket]) -> None:
        """A page came."""
        if not self._left or self._left[0] != (asked.ask, asked.after):
            return
        self.count += len(page.items)
        if self.words:
            self.found |= {ticket.id for ticket in page.items}
        more = page.next is not None and bool(page.items)
        self._left = [*self._left[1:], (asked.ask, page.next)] if more else self._left[1:]
        if not self.view.by_due and (self.count >= self._least or not more):
            self.floor = key(page.items[-1]) if more else None
