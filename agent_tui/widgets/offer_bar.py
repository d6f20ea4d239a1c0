"""One line over any view: the contact that rings, with its countdown; typing goes on undisturbed."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Offer:
    """What the line says: title, who, facts in order of weight, the key, and when it ends (epoch seconds).

    `action` is what a click on it runs.
    """

    contact: str
    title: str
    who: str
    facts: tuple[str, ...]
    key: str
    until: float | None
    danger: bool = False
    action: str = "take"


class OfferBar(Widget):
    """Hidden without an offer; a click does what it says."""

    @dataclass
    class Pressed(Message):
        """Somebody clicked the offer."""

        action: str

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.offer: Offer | None = None
        self._now = 0.0

    def show(self, offer: Offer | None, now: float) -> None:
        """Show this offer, or none; only the countdown is repainted when nothing else changed."""
        if offer != self.offer:
            self.offer = offer
            self.display = offer is not None
            self.set_class(offer is not None and offer.danger, "danger")
            self.set_class(offer is not None and offer.action != "take", "calm")
        self._now = now
        if offer is not None:
            self.refresh()

    def render(self) -> Content:
        """`☎ OFFER who · facts · F2 take · 17 s`; a long name gives way to the key and the countdown."""
        if self.offer is None:
            return Content("")
        parts = [(f" {self.offer.title} ", "bold"), (self.offer.who, "bold")]
        facts = " · ".join(fact for fact in self.offer.facts if fact)
        parts.append((f" · {facts}" if facts and self.offer.who else facts, ""))
        tail = Content.styled(f" · {self.offer.key}", "bold")
        if self.offer.until is not None:
            tail += Content(f" · {max(0, round(self.offer.until - self._now))} s")
        room = max(0, self.size.width - tail.cell_length)
        return Content.assemble(*parts).truncate(room, ellipsis=True) + tail

    def on_click(self, event: events.Click) -> None:
        """A click does what the line says."""
        event.stop()
        if self.offer is not None:
            self.post_message(self.Pressed(self.offer.action))
