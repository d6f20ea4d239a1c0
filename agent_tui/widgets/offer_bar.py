"""One line over any view: the contact that rings, with its countdown; typing goes on undisturbed."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Offer:
    """What the line says: title, who, facts in order of weight, the key, and when it ends (epoch seconds)."""

    contact: str
    title: str
    who: str
    facts: tuple[str, ...]
    key: str
    until: float | None
    danger: bool = False


class OfferBar(Widget):
    """Hidden without an offer; a click takes it."""

    @dataclass
    class Pressed(Message):
        """Somebody clicked the offer."""

        contact: str

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
        self._now = now
        if offer is not None:
            self.refresh()

    def render(self) -> Content:
        """`☎ OFFER who · facts · F2 take · 17 s`."""
        if self.offer is None:
            return Content("")
        parts = [(f" {self.offer.title} ", "bold"), (self.offer.who, "bold")]
        parts += [(f" · {fact}", "") for fact in self.offer.facts if fact]
        parts.append((f" · {self.offer.key}", "bold"))
        if self.offer.until is not None:
            parts.append((f" · {max(0, round(self.offer.until - self._now))} s", ""))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """A click takes the offer."""
        event.stop()
        if self.offer is not None:
            self.post_message(self.Pressed(self.offer.contact))
