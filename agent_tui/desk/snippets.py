"""What is inserted while writing: `::` a text of the house, `??` knowledge with its source, `@@` a colleague. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from agent_tui import wire
from agent_tui.text.fold import fold

Mark = Literal["::", "??", "@@"]
SHOWN: Final = 30
_ASKED: Final = re.compile(r"(?P<mark>::|\?\?|@@)(?P<typed>(?<=\?\?)[^\n?:]{0,60}|[^\s:@?]{0,40})\Z")
_HOLE: Final = re.compile(r"\{([a-z]+\.[a-z_]+)\}")
HOTLINES: Final = {
    "EVNNPC": "19006769", "EVNHANOI": "19001288", "EVNCPC": "19001909", "EVNSPC": "19001006", "EVNHCMC": "1900545454",
}  # fmt: skip
"""The corporations' own customer service numbers (cskh pages of EVNNPC, EVNHANOI, EVNCPC, EVNSPC, EVNHCMC)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A mark and what was typed behind it, at the end of the text before the cursor; `length` characters of it."""

    mark: Mark
    typed: str
    length: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """One line of the list and the text it inserts; `whole` is what F7 shows, `warning` why it is not to be quoted."""

    id: str
    title: str
    hint: str
    text: str
    whole: str = ""
    warning: bool = False
    words: str = field(default="", repr=False)


def asked(before: str) -> Asked | None:
    """What the text before the cursor asks for, None where it asks for nothing."""
    found = _ASKED.search(before)
    if found is None:
        return None
    mark: Mark = "::" if found["mark"] == "::" else "??" if found["mark"] == "??" else "@@"
    return Asked(mark, found["typed"], len(found[0]))


def find(snippets: Iterable[Snippet], typed: str) -> list[Snippet]:
    """Those with every word typed, accents or not; the ones whose title begins so first."""
    wanted = fold(typed).split()
    ranked = [
        (not fold(one.title).startswith(tuple(wanted[:1])), sum(word not in fold(one.title) for word in wanted), i, one)
        for i, one in enumerate(snippets)
        if all(any(part.startswith(word) for part in one.words.split()) for word in wanted)
    ]
    return [one for *_rank, one in sorted(ranked, key=lambda entry: entry[:3])][:SHOWN]


def of_templates(templates: Sequence[wire.Template], english: bool, values: Mapping[str, str]) -> list[Snippet]:
    """The texts of the house with their placeholders filled in."""
    made = []
    for one in templates:
        text = fill(one.text.en if english else one.text.vi, values)
        title = one.title.en if english else one.title.vi
        words = fold(f"{one.title.vi} {one.title.en} {one.keywords} {one.code.replace('-', ' ')} {text}")
        made.append(Snippet(one.code, title, text, text, text, bool(holes(text)), words))
    return made


def of_articles(articles: Sequence[wire.Article], english: bool, unverified: str) -> list[Snippet]:
    """Knowledge as quotations with source and date; `unverified` is what is said of one nobody has looked up."""
    made = []
    for one in articles:
        text, title = (one.text.en, one.title.en) if english else (one.text.vi, one.title.vi)
        doubt = one.evidence in ("check", "secondary")
        source = f"{one.source}, {_day(one.effective_from)}" + (f"; {unverified}" if doubt else "")
        words = fold(f"{one.title.vi} {one.title.en} {one.keywords} {one.text.vi} {one.text.en} {one.source}")
        quote = f"{text} ({source})"
        whole = f"{title}\n\n{text}\n\n{source}"
        made.append(Snippet(one.id, title, source, quote, whole, doubt, words))
    return made


def of_colleagues(agents: Iterable[wire.Agent]) -> list[Snippet]:
    """The people of the centre, written as `@name`."""
    made = []
    for one in sorted(agents, key=lambda agent: agent.name):
        at = f"@{one.username}"
        made.append(Snippet(one.username, one.name, at, f"{at} ", words=fold(f"{one.name} {one.username}")))
    return made


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known in its placeholders; the others stay for the agent to see."""
    return _HOLE.sub(lambda hole: values.get(hole[1]) or hole[0], text)


def holes(text: str) -> list[str]:
    """The placeholders that are still open."""
    return _HOLE.findall(text)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
