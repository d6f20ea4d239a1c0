"""Templates and articles, read from the package's files on first use; the articles are found by folded words."""

import re
import tomllib
from datetime import date
from functools import cache
from importlib import resources

import msgspec

from agent_tui.wire import Article, Say, Template
from backend_stub.domain.lookup import words

# Every article was held against its source on the day the file was made; a change of the file renews it.
VERIFIED_ON = date(2026, 11, 22)
_PLACEHOLDER = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
TITLE_WEIGHT = 3


def _read(name: str, what: str) -> list[dict[str, object]]:
    text = resources.files("backend_stub.reference").joinpath(name).read_text("utf-8")
    rows: list[dict[str, object]] = tomllib.loads(text)[what]
    return rows


@cache
def templates() -> list[Template]:
    """The text templates, in their order."""
    return [
        Template(
            str(row["code"]), msgspec.convert(row["title"], Say), Say(str(row["vi"]), str(row["en"])),
            str(row["keywords"]), sorted(set(_PLACEHOLDER.findall(f"{row['vi']} {row['en']}"))),
        )
        for row in _read("templates.toml", "template")
    ]  # fmt: skip


@cache
def articles() -> list[Article]:
    """The articles, in their order."""
    return [
        msgspec.convert(
            {**row, "text": {"vi": row.pop("vi"), "en": row.pop("en")}, "verified_on": VERIFIED_ON}, Article
        )
        for row in _read("knowledge.toml", "article")
    ]


def search(q: str) -> list[Article]:
    """Return the articles with the words of `q`, without accents, each whole or begun; the best first.

    Of three words or more one may be missing: people ask in words a law does not use.
    """
    terms = words(q)
    needed = len(terms) - (len(terms) > 2)
    found = []
    for place, (title, text) in enumerate(_folded()):
        weights = [weight for term in terms if (weight := _best(term, title, text))]
        if len(weights) >= needed:
            found.append((len(weights), sum(weights), -place))
    return [articles()[-place] for _, _, place in sorted(found, reverse=True)]


@cache
def _folded() -> list[tuple[list[str], list[str]]]:
    return [
        (
            words(f"{one.title.vi} {one.title.en} {one.id} {one.keywords}"),
            words(f"{one.text.vi} {one.text.en} {one.source}"),
        )
        for one in articles()
    ]


def _best(term: str, title: list[str], text: list[str]) -> int:
    """Return 0 unless the term begins a word; whole words and words of the title count more."""
    heading = max((_weight(term, word) for word in title), default=0)
    return max(heading * TITLE_WEIGHT, max((_weight(term, word) for word in text), default=0))


def _weight(term: str, word: str) -> int:
    return 2 if word == term else int(word.startswith(term))
