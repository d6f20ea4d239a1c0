"""What the agent typed and the service does not have yet: one book for all of it. Pure: no I/O, no clock.

`net.journal` writes the book to disk. The outbox is not in it: what waits there lives in memory until it gets a journal
of its own, but the text of an intent stays in this book, marked as on its way, until the service has answered.
"""

from collections.abc import Callable, Iterable
from typing import Final, Literal

from msgspec import Struct, structs

from agent_tui.text.clean import TEXT_CAP, clean

DraftKind = Literal["wrap_up", "new_ticket", "message", "ticket"]
FIELD_CAP: Final = 65_536
"""Characters of one field; the same as the paste cap, so that nothing a field can hold is lost."""
MOST: Final = 40
KEEP_S: Final = 7 * 86_400.0
"""Texts about people do not lie about for longer than a week."""
_SHORT: Final = 512
_LONG_FIELDS: Final = frozenset({"note", "text"})
_ABOUT: Final = frozenset({"type", "auto_title", "customer", "contact", "outage", "on_its_way"})
"""Fields that say what the text is about: without any text they are no draft."""


class Draft(Struct, frozen=True):
    """Unsent text: `place` is the contact, ticket or customer it belongs to, `at` epoch seconds of the last key."""

    kind: DraftKind
    place: str
    label: str
    fields: dict[str, str]
    at: float

    @property
    def on_its_way(self) -> bool:
        """It was handed to the outbox and nobody has answered yet."""
        return "on_its_way" in self.fields

    @property
    def text(self) -> str:
        """What was typed, the longest field first."""
        typed = (value for name, value in self.fields.items() if name not in _ABOUT)
        return max(typed, key=len, default="")


class DraftBook:
    """The drafts of one user, by kind and place; `changed` hears of every change, `now` is epoch seconds."""

    def __init__(self, now: Callable[[], float], changed: Callable[[], None] = lambda: None) -> None:
        self._now, self._changed = now, changed
        self._drafts: dict[tuple[DraftKind, str], Draft] = {}

    def __len__(self) -> int:
        return len(self._drafts)

    @property
    def all(self) -> tuple[Draft, ...]:
        """Every draft, the newest first."""
        return tuple(sorted(self._drafts.values(), key=lambda draft: -draft.at))

    def get(self, kind: DraftKind, place: str) -> Draft | None:
        """The draft of this place."""
        return self._drafts.get((kind, place))

    def text(self, kind: DraftKind, place: str, field: str) -> str:
        """One field of a draft, empty without one."""
        draft = self.get(kind, place)
        return draft.fields.get(field, "") if draft is not None else ""

    def keep(self, kind: DraftKind, place: str, label: str, fields: dict[str, str]) -> None:
        """Remember what stands in the fields now; fields without any text are no draft."""
        kept = {name: value[:FIELD_CAP] for name, value in fields.items() if value}
        if not any(value.strip() for name, value in kept.items() if name not in _ABOUT):
            self.drop(kind, place)
            return
        known = self.get(kind, place)
        if known is None or known.fields != kept:
            self._drafts[kind, place] = Draft(kind, place, label[:_SHORT], kept, self._now())
            self._forget_oldest()
            self._changed()

    def drop(self, kind: DraftKind, place: str) -> None:
        """It is sent, or the agent threw it away."""
        if self._drafts.pop((kind, place), None) is not None:
            self._changed()

    def send_off(self, kind: DraftKind, place: str, key: str) -> None:
        """It went into the outbox under this key: its place is free for the next text, it waits for the answer."""
        draft = self._drafts.pop((kind, place), None)
        if draft is not None:
            fields = {**draft.fields, "on_its_way": key}
            self._drafts[kind, key] = structs.replace(draft, place=key, fields=fields)
            self._changed()

    def come_back(self, kind: DraftKind, key: str, place: str) -> None:
        """The service refused it: it stands in its place again, unless something newer was typed there."""
        draft = self._drafts.pop((kind, key), None)
        if draft is not None:
            fields = {name: value for name, value in draft.fields.items() if name != "on_its_way"}
            home = key if (kind, place) in self._drafts else place
            self._drafts[kind, home] = structs.replace(draft, place=home, fields=fields)
            self._changed()

    def restore(self, drafts: Iterable[Draft]) -> None:
        """Take in what a journal held: cleaned, young enough, and never over what was typed since."""
        oldest = self._now() - KEEP_S
        for draft in drafts:
            known = self.get(draft.kind, draft.place)
            if draft.at >= oldest and (known is None or known.at < draft.at):
                self._drafts[draft.kind, draft.place] = _cleaned(draft)
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        for draft in self.all[MOST:]:
            del self._drafts[draft.kind, draft.place]


def fits(text: str) -> bool:
    """Whether the service takes a text of this length in one note."""
    return len(text) <= TEXT_CAP


def _cleaned(draft: Draft) -> Draft:
    fields = {
        clean(name, cap=40): clean(value, multiline=name in _LONG_FIELDS, cap=FIELD_CAP)
        for name, value in draft.fields.items()
    }
    return Draft(draft.kind, clean(draft.place, cap=_SHORT), clean(draft.label), fields, draft.at)
