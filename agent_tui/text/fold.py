"""Search keys and sort keys of Vietnamese text."""

import re
import unicodedata

# NFD leaves the stroke on the d; the other three only look like it and reach us through careless keyboards.
_STROKED_D = str.maketrans(dict.fromkeys("đĐÐðƉɖ", "d"))
_ALPHABET = " 0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_SPACES = re.compile(r"\s+")


def _fold_slow(s: str) -> str:
    # Casefolding can bring marks back (a dotted capital I), hence the second pass.
    folded = _drop_marks(_drop_marks(s).translate(_STROKED_D).casefold())
    return folded.translate(_STROKED_D)


def _drop_marks(s: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", s) if unicodedata.category(c) != "Mn")


def _build_table() -> dict[int, str]:
    codes = [*range(0xA1, 0x250), *range(0x1E00, 0x1F00)]
    table = {code: _fold_slow(chr(code)) for code in codes}
    table.update({code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})
    table.update(dict.fromkeys(range(0x300, 0x370), ""))
    return table


_TABLE = _build_table()
_COVERED = re.compile("[\x00-\x7f\xa0-\u024f\u0300-\u036f\u1e00-\u1eff]*")


def fold(s: str) -> str:
    """Return `s` without accents, case and stroked d, its white space collapsed: `Đặng  Văn Ty` -> `dang van ty`."""
    folded = s.translate(_TABLE) if _COVERED.fullmatch(s) else _fold_slow(s)
    return " ".join(folded.split())


def sort_key(s: str) -> str:
    """Return a key that orders Vietnamese names as a Vietnamese list does.

    Given name (last word) first, then family and middle names; letters before tones (a ă â ... d đ; level, grave,
    hook, tilde, acute, dot), case ignored. Characters outside the alphabet come last, by code point.
    """
    words = s.split()
    ordered = [*words[-1:], *words[:-1]]
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", " ".join(ordered)).lower():
        base, tone = _letter(char)
        letters.append(chr(_ALPHABET.index(base) + 2) if base in _ALPHABET else base)
        tones.append(str(tone))
    return "".join(letters) + "\x01" + "".join(tones)


def _letter(char: str) -> tuple[str, int]:
    if char < "\x80" or char in _ALPHABET:
        return char, 0
    parts = unicodedata.normalize("NFD", char)
    tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES)), tone
