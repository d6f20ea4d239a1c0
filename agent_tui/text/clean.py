"""The gate: every text from outside passes `clean` before anybody stores, compares or shows it."""

import re
import unicodedata
from typing import TypeVar, cast

from msgspec import Struct, structs

REPLACEMENT = "\ufffd"
NEWLINE_SIGN = "\u23ce"
LINE_CAP = 512
TEXT_CAP = 20_000
MAX_MARKS = 8
MULTILINE_FIELDS = frozenset({"text", "note", "notes", "body", "transcript", "comment", "description"})
# A paragraph in every language: each string inside is a text.
PARAGRAPH_FIELDS = frozenset({"explanation"})

T = TypeVar("T")

# Letters of Vietnamese and Western Europe are one code point each and in NFC: nothing to do for them.
_PLAIN = re.compile("[ -~\u00a1-\u00ac\u00ae-\u02ff\u1ea0-\u1ef9\u2013\u2014\u2018-\u201d\u2026\u20ab]*")
_PLANE_ENDS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\ufdd0-\ufdef\ue000-\uf8ff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
    + _PLANE_ENDS
    + "]"
)
# A run of combining marks is always a run of characters outside the Latin blocks: only then look at each one.
_MAYBE_MARKS = re.compile(f"[^\x00-\u02ff\u1e00-\u1eff\u2010-\u2027]{{{MAX_MARKS + 1}}}")


def clean(s: str, *, multiline: bool = False, cap: int = LINE_CAP) -> str:
    """Return `s` in NFC, at most `cap` characters, with everything that steers a terminal visibly replaced.

    Control, format, private-use and non-characters, lone surrogates and runs of more than eight combining marks become
    U+FFFD; a single-line text shows its line breaks as U+23CE. Joiners (U+200C, U+200D) stay for emoji. Idempotent.
    """
    if len(s) <= cap and _PLAIN.fullmatch(s):
        return s
    # Composing shrinks a text at most fourfold, so what lies beyond can be cut unread: cost stays bounded.
    limit = 4 * cap + 64
    cut = len(s) > limit
    out = _squash_marks(s[:limit].replace("\r\n", "\n").replace("\t", " "))
    if not unicodedata.is_normalized("NFC", out):
        out = _squash_marks(unicodedata.normalize("NFC", out))
    out = _BAD.sub(REPLACEMENT, out)
    if not multiline:
        out = out.replace("\n", NEWLINE_SIGN)
    if cut or len(out) > cap:
        out = out[: cap - 1] + "\u2026"
    return out


def clean_tree(obj: T) -> T:
    """Return `obj` (Structs, dicts, lists, tuples, strings) with every string cleaned.

    Fields named in `MULTILINE_FIELDS` keep their line breaks; an untouched Struct is returned as it is.
    """
    return cast(T, _node(obj, multiline=False))


def _node(obj: object, *, multiline: bool) -> object:
    if isinstance(obj, str):
        return clean(obj, multiline=True, cap=TEXT_CAP) if multiline else clean(obj)
    if isinstance(obj, Struct):
        return _struct(obj)
    if isinstance(obj, dict):
        return {
            _node(key, multiline=False): _node(value, multiline=key in MULTILINE_FIELDS) for key, value in obj.items()
        }
    if isinstance(obj, list):
        return [_node(item, multiline=multiline) for item in obj]
    if isinstance(obj, tuple):
        return tuple(_node(item, multiline=multiline) for item in obj)
    return obj


def _struct(obj: Struct, *, multiline: bool = False) -> Struct:
    changed: dict[str, object] = {}
    for field in obj.__struct_fields__:
        value = getattr(obj, field)
        if isinstance(value, str | list | dict | tuple | Struct):
            if isinstance(value, Struct):
                new: object = _struct(value, multiline=field in PARAGRAPH_FIELDS)
            else:
                new = _node(value, multiline=multiline or field in MULTILINE_FIELDS)
            if new is not value:
                changed[field] = new
    return structs.replace(obj, **changed) if changed else obj


def _squash_marks(s: str) -> str:
    if not _MAYBE_MARKS.search(s):
        return s
    out: list[str] = []
    run: list[str] = []
    for char in s:
        if char > "\u02ff" and unicodedata.category(char) in ("Mn", "Me"):
            run.append(char)
            continue
        if run:
            out.append("".join(run) if len(run) <= MAX_MARKS else REPLACEMENT)
            run.clear()
        out.append(char)
    if run:
        out.append("".join(run) if len(run) <= MAX_MARKS else REPLACEMENT)
    return "".join(out)
