"""How many parts a text message takes: the alphabet its letters ask for, counted as GSM 03.38 / 23.038 count them."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

# The basic character set of 3GPP TS 23.038 6.2.1, and its extension table, whose characters take two places.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
_PLACES = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)
# A longer message gives seven (160 -> 153) or three (70 -> 67) places of every part to the header that joins them.
_PLAIN = str.maketrans(
    {"đ": "d", "Đ": "D", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "·": "-"}
)
_ROOM = {"gsm7": (160, 153), "ucs2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Size:
    """The alphabet, the places used, and the number of parts that are sent and paid for."""

    encoding: Literal["gsm7", "ucs2"]
    places: int
    parts: int


def size(text: str) -> Size:
    """Count a message; one Vietnamese letter with an accent outside the basic set makes the whole message UCS-2."""
    encoding: Literal["gsm7", "ucs2"] = "gsm7" if all(letter in _PLACES for letter in text) else "ucs2"
    costs = [_PLACES[c] for c in text] if encoding == "gsm7" else [len(c.encode("utf-16-le")) // 2 for c in text]
    places = sum(costs)
    single, joined = _ROOM[encoding]
    if places <= single:
        return Size(encoding, places, 1 if text else 0)
    parts, used = 1, 0
    for cost in costs:
        # A character of two places is never cut in two by the end of a part.
        if used + cost > joined:
            parts, used = parts + 1, 0
        used += cost
    return Size(encoding, places, parts)


def unaccented(text: str) -> str:
    """Return the text as Vietnamese utilities send it to save parts: `Mất điện` becomes `Mat dien`, case kept."""
    letters = unicodedata.normalize("NFD", text.translate(_PLAIN))
    return "".join(c for c in letters if unicodedata.category(c) != "Mn")
