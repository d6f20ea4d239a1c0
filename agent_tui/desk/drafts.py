"""What the agent typed and the service has not taken yet: one book for all of it. Pure: no I/O, no clock.

`net.journal` writes the book to disk together with the outbox, so that a text is either still a draft or on its way;
`net.draft_sync` keeps a copy of it on the service, for this agent's other terminals.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct, structs

from agent_tui.text.clean import TEXT_CAP, clean

DraftKind = Literal["wrap_up", "new_ticket", "message", "ticket"]
FIELD_CAP: Final = 65_536
"""Characters of one field; the same as the paste cap, so that nothing a field can hold is lost."""
MOST: Final = 40
KEEP_S: Final = 7 * 86_400.0
"""Texts about people do not lie about for longer than a week."""
BASE: Final = "base."
"""`base.title` is the title that stood there when `title` was begun."""
_SHORT: Final = 512
_LONG_FIELDS: Final = frozenset({"note", "text"})
_ABOUT: Final = frozenset(
    {"type", "auto_title", "customer", "contact", "outage", "on_its_way", "refused", "home", "base_version"}
)
"""Fields that say what the text is about: without any text they are no draft."""


class Draft(Struct, frozen=True):
    """Unsent text: `place` is the contact, ticket or customer it belongs to, `at` epoch seconds of the last key.

    `version` is the service's of its copy (0: none), which holds the text as it was at `copied`.
    """

    kind: DraftKind
    place: str
    label: str
    fields: dict[str, str]
    at: float
    version: int = 0
    copied: float = 0.0

    @property
    def on_its_way(self) -> bool:
        """It was handed to the outbox and nobody has answered yet."""
        return "on_its_way" in self.fields

    @property
    def home(self) -> str:
        """Where it belongs: another text may stand there."""
        return self.fields.get("home", self.place)

    @property
    def refused(self) -> str:
        """Why the service did not take it; empty where it was never sent."""
        return self.fields.get("refused", "")

    @property
    def typed(self) -> dict[str, str]:
        """The fields somebody filled in."""
        return {name: text for name, text in self.fields.items() if name not in _ABOUT and not name.startswith(BASE)}

    @property
    def text(self) -> str:
        """What was typed, the longest field first."""
        return max(self.typed.values(), key=len, default="")


class DraftBook:
    """The drafts of one user, by kind and place; `changed` hears of every change, `now` is epoch seconds."""

    def __init__(self, now: Callable[[], float], changed: Callable[[], None] = lambda: None) -> None:
        self._now, self._changed = now, changed
        self._drafts: dict[tuple[DraftKind, str], Draft] = {}
        self.gone: set[tuple[DraftKind, str]] = set()
        """Places whose copy on the service is to be deleted."""

    def __len__(self) -> int:
        return len(self._drafts)

    @property
    def all(self) -> tuple[Draft, ...]:
        """Every draft, the newest first."""
        return tuple(sorted(self._drafts.values(), key=lambda draft: -draft.at))

    @property
    def waiting(self) -> tuple[Draft, ...]:
        """Those that wait for their agent; what is on its way needs nobody."""
        return tuple(draft for draft in self.all if not draft.on_its_way)

    def get(self, kind: DraftKind, place: str) -> Draft | None:
        """The draft of this place."""
        return self._drafts.get((kind, place))

    def text(self, kind: DraftKind, place: str, field: str) -> str:
        """One field of a draft, empty without one."""
        draft = self.get(kind, place)
        return draft.fields.get(field, "") if draft is not None else ""

    def keep(self, kind: DraftKind, place: str, label: str, fields: Mapping[str, str]) -> None:
        """Remember what stands in the fields now; fields without any text are no draft."""
        known = self.get(kind, place)
        kept = {name: value[:FIELD_CAP] for name, value in fields.items() if value or BASE + name in fields}
        draft = Draft(kind, place, label[:_SHORT], kept, self._now())
        if not any(value.strip() or BASE + name in kept for name, value in draft.typed.items()):
            self.drop(kind, place)
        elif known is None or known.fields != kept:
            self._put(draft)
            self._forget_oldest()
            self._changed()

    def drop(self, kind: DraftKind, place: str) -> None:
        """It is sent, or the agent threw it away."""
        if self._pop(kind, place) is not None:
            self._changed()

    def send_off(self, kind: DraftKind, place: str, key: str) -> None:
        """It went into the outbox under this key: its place is free for the next text, it waits for the answer."""
        draft = self._pop(kind, place)
        if draft is not None:
            fields = {name: value for name, value in draft.fields.items() if name != "refused"}
            self._put(structs.replace(draft, place=key, fields={**fields, "on_its_way": key}, version=0, copied=0.0))
            self._changed()

    def come_back(self, kind: DraftKind, key: str, place: str, why: str = "") -> None:
        """The service refused it: it stands in its place again, unless something newer was typed there."""
        draft = self._pop(kind, key)
        if draft is not None:
            fields = {name: value for name, value in draft.fields.items() if name not in ("on_its_way", "home")}
            fields |= {"refused": why} if why else {}
            home = key if (kind, place) in self._drafts and key != place else place
            fields |= {"home": place} if home != place else {}
            self._put(structs.replace(draft, place=home, fields=fields, version=0, copied=0.0))
            self._changed()

    def arrived(self, kind: DraftKind, place: str, parts: Mapping[str, str]) -> None:
        """The service took these fields: they leave the draft, what was typed since stays."""
        draft = self.get(kind, place)
        if draft is not None:
            fields = dict(draft.fields)
            for name, sent in parts.items():
                now = fields.get(name, "").strip()
                if now == sent.strip():
                    fields.pop(name, None)
                    fields.pop(BASE + name, None)
                elif name in _LONG_FIELDS:
                    fields[name] = now.removeprefix(sent.strip()).lstrip()
            self.keep(kind, place, draft.label, fields)

    def mark(self, kind: DraftKind, place: str, **about: str) -> None:
        """Say what became of it; an empty word takes the mark away."""
        draft = self.get(kind, place)
        if draft is not None:
            fields = {name: value for name, value in draft.fields.items() if name not in about}
            fields |= {name: value for name, value in about.items() if value}
            if fields != draft.fields:
                self._put(structs.replace(draft, fields=fields))
                self._changed()

    def swap(self, draft: Draft) -> Draft:
        """Put a text that stood aside where it belongs; what stands there goes aside. Returns it as it stands now."""
        if draft.place == draft.home:
            return draft
        self._pop(draft.kind, draft.place)
        other = self._pop(draft.kind, draft.home)
        if other is not None:
            aside = {**other.fields, "home": draft.home}
            self._put(structs.replace(other, place=draft.place, fields=aside, version=0, copied=0.0))
        fields = {name: value for name, value in draft.fields.items() if name != "home"}
        home = structs.replace(draft, place=draft.home, fields=fields, version=0, copied=0.0)
        self._put(home)
        self._changed()
        return home

    def restore(self, drafts: Iterable[Draft]) -> None:
        """Take in what a journal held: cleaned, young enough, and never over what was typed since."""
        oldest = self._now() - KEEP_S
        for draft in drafts:
            known = self.get(draft.kind, draft.place)
            if draft.at >= oldest and (known is None or known.at < draft.at):
                self._drafts[draft.kind, draft.place] = cleaned(draft)
        self._forget_oldest()

    def put_aside(self, draft: Draft, name: str) -> None:
        """Keep a text of another terminal beside the one that stands in its place."""
        fields = {**draft.fields, "home": draft.home}
        self._put(structs.replace(draft, place=name, fields=fields, version=0, copied=0.0))
        self._forget_oldest()
        self._changed()

    def take(self, draft: Draft) -> None:
        """Put in what the service holds, or note what it has of ours, without calling that a change of the text."""
        self._drafts[draft.kind, draft.place] = draft
        self._changed()

    def let_go(self, kind: DraftKind, place: str) -> None:
        """The copy was deleted at another terminal, and nothing was typed since: it goes here too."""
        if self._drafts.pop((kind, place), None) is not None:
            self._changed()

    def copy_gone(self, kind: DraftKind, place: str) -> None:
        """The service has no copy of it any more."""
        if (kind, place) in self.gone:
            self.gone.discard((kind, place))
            self._changed()

    def _put(self, draft: Draft) -> None:
        known = self._drafts.get((draft.kind, draft.place))
        if known is not None:
            draft = structs.replace(draft, version=known.version, copied=known.copied)
        self._drafts[draft.kind, draft.place] = draft

    def _pop(self, kind: DraftKind, place: str) -> Draft | None:
        draft = self._drafts.pop((kind, place), None)
        if draft is not None and draft.version:
            self.gone.add((kind, place))
        return draft

    def _forget_oldest(self) -> None:
        # What is on its way is bounded by the outbox.
        for draft in self.waiting[MOST:]:
            self._pop(draft.kind, draft.place)


def fits(text: str) -> bool:
    """Whether the service takes a text of this length in one note."""
    return len(text) <= TEXT_CAP


def cleaned(draft: Draft) -> Draft:
    """A draft from a file or from the service, safe to show."""
    fields = {
        clean(name, cap=80): clean(value, multiline=name in _LONG_FIELDS, cap=FIELD_CAP)
        for name, value in draft.fields.items()
    }
    place, label = clean(draft.place, cap=_SHORT), clean(draft.label)
    return structs.replace(draft, place=place, label=label, fields=fields)
