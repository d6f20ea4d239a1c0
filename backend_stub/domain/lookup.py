"""What a typed look-up asks for: pure rules from the text to codes, numbers, words and places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Literal

from agent_tui.text import phone
from agent_tui.text.clean import clean
from agent_tui.text.fold import fold
from agent_tui.text.telex import strip

MAX_TERMS = 16
MAX_TERM = 32
MAX_STREET = 6
# Joins two words into one; a letter to the full text, and in no word of ours.
PAIR = "\u00b7"
MAX_PAIRED = 24

_WORD = re.compile(r"[^\W_]+")
_GLUE = re.compile(r"[\s.\-()/+\u2010-\u2015]+")
_CODE = re.compile(r"P[A-Z](?=.*[0-9])[0-9A-Z]{1,11}")
_WHOLE = re.compile(r"P[A-Z][0-9A-Z]{9,11}")
_TAIL = re.compile(r"(?=.*[0-9])[0-9A-Z]{4,12}")
_DIGIT = re.compile(r"[0-9]")
_DIGITS = re.compile(r"[0-9]{3,20}")
# What is written before a number: it says which number it is, and the number says that too.
_LABEL = re.compile(
    r"(?:s[oố] )?(?:sđt|sdt|đt|dt|tel|phone|mã kh|ma kh|mkh|makh|công tơ|cong to)[\s.:]+(?=[\d+(p])", re.I
)
# Words that name the kind of a place, spoken and abbreviated: they narrow nothing.
_KINDS = frozenset({
    "xa", "phuong", "thi", "tran", "tt", "tx", "tp", "thanh", "pho", "quan", "huyen", "tinh", "p", "q", "h", "x", "khu",
})  # fmt: skip
_HOUSE = re.compile(r"(?:so nha |nha so |so |nha )?([0-9]+[a-z]?(?:[/.\-][0-9]+[a-z]?)*)(?![0-9a-z])\W*")
_STREET = re.compile(r"(?:duong|d\.|pho) +")


@dataclass(frozen=True, slots=True)
class Lookup:
    """One look-up: `code` a code or its beginning, `tail` the end of a code or a meter number, `numbers` phone digits,
    `terms` folded words, `folded` the whole text."""

    code: str | None = None
    tail: str | None = None
    numbers: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    folded: str = ""


def words(s: str) -> list[str]:
    """Return the folded words of a text: the units of the search on both sides."""
    return _WORD.findall(fold(s))


def name_key(name: str) -> str:
    """Return the form of a name that is indexed: its folded words, one space between."""
    # Word by word from memory: the same few ten thousand words make up the names of millions.
    return " ".join(filter(None, map(_folded_word, name.split())))


@lru_cache(65_536)
def _folded_word(word: str) -> str:
    return " ".join(_WORD.findall(fold(word)))


def street_key(address: str) -> tuple[str, str]:
    """Return house and street as indexed, from the address up to its first comma: `12/3 Đ. Trần Phú` -> `12 3`,
    `tran phu`; both are empty where there is nothing."""
    line = address.partition(",")[0]
    # Most houses are a plain number before a street many share.
    number, _, street = line.partition(" ")
    if number.isascii() and number.isdigit() and street and not street[0].isdigit():
        return number, _street_alone(street)
    return house_and_street(fold(line))


@lru_cache(65_536)
def _street_alone(street: str) -> str:
    return house_and_street(f"0 {fold(street)}")[1]


def house_and_street(folded: str, most: int = MAX_STREET) -> tuple[str, str]:
    """Return the same of a text already folded, the street with so many words at most."""
    house = ""
    if match := _HOUSE.match(folded):
        house, folded = " ".join(_WORD.findall(match[1])), folded[match.end() :]
    if match := _STREET.match(folded):
        folded = folded[match.end() :]
    return house, " ".join(_WORD.findall(folded)[:most])


def whole(q: str) -> tuple[str, Literal["code", "number"]] | None:
    """Return a code or a number typed whole and plain, None for all else: the quick way for what is asked most."""
    if q.isdecimal() and q.isascii():
        return (q, "number") if 8 <= len(q) <= 14 else None
    return (q, "code") if _WHOLE.fullmatch(q) else None


def plan(q: str) -> Lookup:
    """Return what `q` may mean; every text is acceptable, an empty plan finds nothing."""
    text = clean(q).strip()
    if not _DIGIT.search(text):
        # Neither a number nor a code: nearly every look-up by name, and none of the work of telling those apart.
        folded = fold(text)
        return Lookup(None, None, (), tuple(_capped(_WORD.findall(folded))), folded)
    text = _LABEL.sub("", text, count=1)
    compact = _GLUE.sub("", text).upper()
    if compact.isascii() and _DIGITS.fullmatch(compact):
        return Lookup(tail=compact, numbers=tuple(phone.spellings(compact)))
    if _CODE.fullmatch(compact):
        return Lookup(compact, None, (), _terms(text), fold(text))
    if _TAIL.fullmatch(compact) and len(text.split()) == 1:
        return Lookup(None, compact, (), _terms(text), fold(text))
    folded = fold(text)
    return Lookup(None, None, (), tuple(_capped(_WORD.findall(folded))), folded)


def indexed(name_f: str) -> str:
    """Return what the full text holds of a folded name: its words, and every two of them as one word.

    Any two words of a name are far rarer than either, so that words in any order need no long lists intersected.
    """
    known = sorted(set(name_f.split()))[:MAX_PAIRED]
    return " ".join([name_f, *map(PAIR.join, combinations(known, 2))])


def match_expression(terms: Sequence[str], *, half_typed: bool = True) -> str:
    """Return the FTS5 query for names with these words in any order: each term quoted, nothing is syntax.

    The last word may be half typed, and a single letter stands for every word it begins (`n v ty`).
    """
    begun = {term for i, term in enumerate(terms) if _begins(i, terms, half_typed)}
    whole = sorted(set(terms) - begun)
    pairs = list(map(PAIR.join, pairwise(whole) if len(whole) > 4 else combinations(whole, 2))) or whole
    return " ".join([*(f'"{term}"' for term in pairs), *(f'"{term}"*' for term in sorted(begun))])


def _begins(i: int, terms: Sequence[str], half_typed: bool) -> bool:
    return len(terms[i]) == 1 or (half_typed and i == len(terms) - 1)


def all_words(terms: Sequence[str], *, half_typed: bool = False) -> str:
    """Return the FTS5 query for streets with these words in any order, the last half typed or not."""
    return " ".join(f'"{term}"' for term in terms) + ("*" if half_typed and terms else "")


def holds(terms: Sequence[str], *, half_typed: bool = True) -> tuple[str, list[str]]:
    """Return the same rule as an SQL condition on `name_f` and its values, for a slice that is scanned anyway."""
    tests, values = [], []
    for i, term in enumerate(terms):
        begins = _begins(i, terms, half_typed)
        tests.append("instr(' ' || name_f, ?)" if begins else "instr(' ' || name_f || ' ', ?)")
        values.append(f" {term}" if begins else f" {term} ")
    return " AND ".join(tests), values


def splits(terms: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    """Yield the ways to read words as something and a place: (something, place, place is last), longest place first."""
    for i in range(1, len(terms)):
        yield terms[:i], terms[i:], True
    for i in range(len(terms) - 1, 0, -1):
        yield terms[i:], terms[:i], False


def says_place(terms: tuple[str, ...]) -> bool:
    """Say whether words that are somebody's name may still be a name and a place: so many, or with a place's kind."""
    return len(terms) >= 5 or not _KINDS.isdisjoint(terms[1:])


def untyped(lookup: Lookup) -> Lookup | None:
    """Return the look-up with input-method keys removed from its words, or None when that changes nothing."""
    terms = tuple(strip(word) for word in lookup.terms)
    if terms == lookup.terms:
        return None
    return Lookup(terms=terms, folded=_WORD.sub(lambda word: strip(word[0]), lookup.folded))


def after(prefix: str) -> str:
    """Return the least text above every text that begins with `prefix`, for a half-open range of an index."""
    return prefix + "\U0010ffff"


def _terms(text: str) -> tuple[str, ...]:
    return tuple(_capped(words(text)))


def _capped(terms: list[str]) -> list[str]:
    return [term[:MAX_TERM] for term in terms[:MAX_TERMS]]
