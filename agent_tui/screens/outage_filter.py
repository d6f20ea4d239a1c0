"""The filter over the outages: words of what is on the row, and streets, which the service looks up."""

from collections.abc import Callable
from typing import Final

from textual.timer import Timer

from agent_tui import wire
from agent_tui.desk.outage_acts import matches
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.net.client import DeskClient
from agent_tui.screens.outage_reader import Start
from agent_tui.text.fold import fold
from agent_tui.widgets.outage_rows import cause_word

# Streets are looked up when the typing rests, and again while outages come and go.
FIND_AFTER_S: Final = 0.2
FIND_AGAIN_S: Final = 2.0
MOST_TYPED: Final = 200
SetTimer = Callable[[float, Callable[[], None]], Timer]


class OutageFilter:
    """What was typed and what the service found for it; `changed` hears when an answer came."""

    def __init__(
        self, client: Callable[[], DeskClient], start: Start, set_timer: SetTimer, changed: Callable[[], None]
    ) -> None:
        self._client, self._start, self._set_timer, self._changed = client, start, set_timer, changed
        self.words: list[str] = []
        self._typed = ""
        self._found: dict[str, list[str]] = {}
        self._note = ""
        self._timer: Timer | None = None

    def type(self, typed: str) -> None:
        """Other words are in the field."""
        self._typed, self.words = typed[:MOST_TYPED], fold(typed).split()
        self._found, self._note = {}, ""
        self._ask(FIND_AFTER_S)

    def again(self) -> None:
        """Outages came or went."""
        if self._timer is None:
            self._ask(FIND_AGAIN_S)

    def fits(self, outage: wire.Outage) -> bool:
        """Whether the words are in what is known of an outage, or a street of its customers."""
        return outage.id in self._found or matches(outage, self.words, cause_word(outage.cause))

    def fits_plan(self, plan: wire.Plan) -> bool:
        """The same of a planned work."""
        text = fold(" ".join((plan.device, plan.device_name, *plan.places, plan.area, plan.reason)))
        return plan.id in self._found or all(word in text for word in self.words)

    def streets(self, found: str) -> list[str]:
        """The streets by which an outage or plan was found."""
        return self._found.get(found, [])

    @property
    def note(self) -> str:
        """What the list may miss, nothing where it is whole."""
        return self._note

    def _ask(self, after: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._set_timer(after, self._find) if self.words else None

    def _find(self) -> None:
        self._timer = None
        self._start(self._read(self._typed))

    async def _read(self, typed: str) -> None:
        try:
            hits = await self._client().find_outages(typed)
        except DeskError:
            found, note = self._found, _("streets not searched")
        else:
            found, note = {hit.id: hit.streets for hit in hits.items}, _("there may be more") if hits.more else ""
        # An answer to what is not in the field any more is no answer.
        if typed == self._typed:
            self._found, self._note = found, note
            self._changed()
