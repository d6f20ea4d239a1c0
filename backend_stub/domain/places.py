"""Recognising places in the words people use: names of today and of before July 2025, with or without their kinds.

A place is said from the small to the large (`p 5 tuy hoa phu yen`), rarely the other way round; each further name must
hold the ones before it, whichever reform they belong to: `dong xuan, dak lak` and `dong xuan, phu yen` are the same.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_PLACES = 400
MAX_UNITS = 60
_LONGEST = 5
_GLUED = re.compile(r"(tp|tx|tt|[pqhx])([0-9]{1,2}|hcm)")

# What may stand before a name, and the kinds it then has; a single word first, two words joined by a space.
_KINDS: dict[str, frozenset[str]] = {
    "p": frozenset({"phuong"}), "phuong": frozenset({"phuong"}), "f": frozenset({"phuong"}),
    "x": frozenset({"xa"}), "xa": frozenset({"xa"}),
    "tt": frozenset({"thi tran"}), "thi tran": frozenset({"thi tran"}),
    "q": frozenset({"quan"}), "quan": frozenset({"quan"}),
    "h": frozenset({"huyen"}), "huyen": frozenset({"huyen"}),
    "tx": frozenset({"thi xa"}), "thi xa": frozenset({"thi xa"}),
    "tp": frozenset({"thanh pho"}), "thanh pho": frozenset({"thanh pho"}),
    "t": frozenset({"tinh"}), "tinh": frozenset({"tinh"}),
    "dac khu": frozenset({"dac khu"}),
}  # fmt: skip
# How people write names that the tables spell otherwise.
ALIASES = {
    "hcm": "ho chi minh", "sai gon": "ho chi minh", "sg": "ho chi minh", "tphcm": "ho chi minh", "hn": "ha noi",
    "brvt": "ba ria vung tau", "br vt": "ba ria vung tau", "thua thien hue": "hue", "tt hue": "hue", "tth": "hue",
    "dac lac": "dak lak", "dac lak": "dak lak", "daklak": "dak lak", "dak nong": "dak nong", "dac nong": "dak nong",
    "daknong": "dak nong", "kontum": "kon tum", "gialai": "gia lai", "bac can": "bac kan", "bmt": "buon ma thuot",
    "buon me thuot": "buon ma thuot", "ban me thuot": "buon ma thuot", "qui nhon": "quy nhon", "dn": "da nang",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One unit, old or new: folded `name` and `kind`, `key` its own, `above` the keys of all that hold it.

    `communes` are the codes of today; `old` tells the world before July 2025.
    """

    key: str
    name: str
    kind: str
    communes: tuple[str, ...]
    above: frozenset[str]
    old: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What words were read as: the `communes` meant, how many names were said, and whether a kind was said."""

    communes: tuple[str, ...]
    names: int
    said_kind: bool

    @property
    def strong(self) -> bool:
        """Whether these words can hardly be anything but a place."""
        return self.names > 1 or self.said_kind


@dataclass(frozen=True, slots=True)
class _Mention:
    """A run of words that names units, before the word with index `end`."""

    end: int
    units: tuple[Unit, ...]
    said_kind: bool


def split_glued(terms: Iterable[str]) -> tuple[str, ...]:
    """Return words with kinds taken off what they are glued to: `q1` -> `q 1`."""
    out: list[str] = []
    for term in terms:
        match = _GLUED.fullmatch(term)
        out += match.groups() if match else (term,)
    return tuple(out)


class Places:
    """The names of all units, to read words as a place."""

    def __init__(self, units: Iterable[Unit]) -> None:
        """Take every unit; a name that is only a number is found with its kind alone (`quan 1`)."""
        named: dict[str, list[Unit]] = {}
        for unit in units:
            named.setdefault(_bare(unit), []).append(unit)
        for alias, name in ALIASES.items():
            if name in named:
                named[alias] = [*named.get(alias, ()), *named[name]]
        self._named = {name: tuple(found) for name, found in named.items()}
        self._sorted = sorted(self._named)
        # Words of no place are no place: what is typed mostly has one.
        self._words = frozenset(word for text in (*self._sorted, *_KINDS) for word in text.split())
        # How many words the longest name that begins with a word has: most words begin none.
        self._longest: dict[str, int] = {}
        for name in self._sorted:
            first, length = name.partition(" ")[0], name.count(" ") + 1
            self._longest[first] = max(length, self._longest.get(first, 0))

    def read(self, terms: Sequence[str], *, prefix: bool = False, old_first: bool = False) -> Place | None:
        """Read all the words as one place, None when they are none; with `prefix` the last may be half typed."""
        words = split_glued(terms)
        if not self._words.issuperset(words[:-1] if prefix else words):
            return None
        for half_typed in (False, True) if prefix else (False,):
            for mention in self._mentions(words, 0, half_typed):
                for units in _worlds(mention.units, old_first):
                    if (found := self._rest(words, mention.end, units, half_typed, 1)) is not None:
                        return Place(_union(found[0]), found[1], mention.said_kind)
        return None

    def _rest(
        self, words: Sequence[str], start: int, below: tuple[Unit, ...], half_typed: bool, names: int
    ) -> tuple[tuple[Unit, ...], int] | None:
        if start >= len(words):
            return below, names
        for mention in self._mentions(words, start, half_typed):
            kept = _fitting(below, mention.units)
            if kept and (found := self._rest(words, mention.end, kept, half_typed, names + 1)) is not None:
                return found
        return None

    def _mentions(self, words: Sequence[str], start: int, half_typed: bool) -> list[_Mention]:
        """Return what may be named from this word on, the longest name first, said kinds before bare names."""
        found: list[_Mention] = []
        for skip in (2, 1, 0):
            kinds = _KINDS.get(" ".join(words[start : start + skip])) if skip else frozenset[str]()
            if kinds is None or start + skip >= len(words):
                continue
            first = start + skip
            longest = self._longest.get(words[first], 0)
            if half_typed and first + _LONGEST >= len(words):
                longest = _LONGEST
            for end in range(min(len(words), first + longest), first, -1):
                name = " ".join(words[first:end])
                units = self._half_typed(name) if half_typed and end == len(words) else self._named.get(name, ())
                fitting = tuple(unit for unit in units if _may_be(unit, name, kinds))
                if fitting:
                    found.append(_Mention(end, fitting, bool(kinds)))
        return found

    def _half_typed(self, name: str) -> tuple[Unit, ...]:
        if len(name) < 2:
            return ()
        start = bisect_left(self._sorted, name)
        found: list[Unit] = []
        for known in self._sorted[start : start + MAX_UNITS]:
            if not known.startswith(name):
                break
            found += self._named[known]
        return tuple(found[:MAX_UNITS])


def _worlds(units: tuple[Unit, ...], old_first: bool) -> tuple[tuple[Unit, ...], ...]:
    """Return what to try one after the other: where old names are expected, those alone, then all."""
    old = tuple(unit for unit in units if unit.old) if old_first else ()
    return (old, units) if old and len(old) < len(units) else (units,)


def _bare(unit: Unit) -> str:
    """Return the name without the kind that numbered units carry in it: `quan 1` -> `1`."""
    rest = unit.name.removeprefix(f"{unit.kind} ")
    return rest if rest.isdigit() else unit.name


def _may_be(unit: Unit, name: str, kinds: frozenset[str]) -> bool:
    return unit.kind in kinds if kinds else not name.isdigit()


def _fitting(below: tuple[Unit, ...], units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Return which of the units named first lie in those named next, or the other way round."""
    keys = {unit.key for unit in units}
    inside = tuple(unit for unit in below if not keys.isdisjoint(unit.above))
    if inside:
        return inside
    keys = {unit.key for unit in below}
    return tuple(unit for unit in units if not keys.isdisjoint(unit.above))


def _union(units: Iterable[Unit]) -> tuple[str, ...]:
    """Return the communes of the units, the smallest units first."""
    ordered = sorted(units, key=lambda unit: len(unit.communes))
    return tuple(dict.fromkeys(code for unit in ordered for code in unit.communes))[:MAX_PLACES]


def resolve(places: Places, parts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the communes an address of before July 2025 may lie in: one when it is certain, none when it says nothing.

    `parts` are its folded words between the commas. The longest end of it that is a place counts, and only with two
    names; where no kind was said with the first (`Trần Phú, TP Hà Giang`), it may be a street and decides nothing.
    """
    for start, part in enumerate(parts):
        for skip in (0, *(i for i in range(1, len(part)) if _is_kind(part, i))):
            rest = [*part[skip:], *(word for later in parts[start + 1 :] for word in later)]
            place = places.read(rest, old_first=True)
            if place is None or place.names < 2:
                continue
            if place.said_kind:
                return place.communes
            wider = resolve(places, parts[start + 1 :])
            return wider or place.communes if len(place.communes) > 1 or wider else ()
    return ()


def _is_kind(words: Sequence[str], i: int) -> bool:
    return words[i] in _KINDS or " ".join(words[i : i + 2]) in _KINDS
