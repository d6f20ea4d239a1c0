"""Rows of a look-up: name, phone and address in each, because homonyms are normal; what matched is marked."""

import re
from collections.abc import Sequence
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, ngettext
from agent_tui.text import phone
from agent_tui.text.fold import fold
from agent_tui.text.telex import strip_all
from agent_tui.widgets.line_model import Cell, Column, Row, Spans
from agent_tui.widgets.safe import plain

COLUMNS: Final[tuple[Column, ...]] = (
    Column("name", N_("name"), 18, flex=2),
    Column("phone", N_("phone"), 12),
    Column("address", N_("address"), 20, flex=4),
    Column("code", N_("code"), 13, hide_below=70),
    Column("meter", N_("meter"), 10, hide_below=100),
    Column("state", "", 18, hide_below=86),
)
LOADS: Final[dict[str, str]] = {
    "hospital": N_("hospital"),
    "water": N_("water works"),
    "telecom": N_("telecom"),
    "life_support": N_("life support"),
    "government": N_("government"),
}
STATUSES: Final[dict[str, str]] = {
    "active": N_("in supply"),
    "suspended": N_("cut off"),
    "closed": N_("contract ended"),
}
LANES: Final[dict[str, str]] = {
    "code": N_("by customer code"),
    "phone": N_("by phone"),
    "meter": N_("by meter"),
    "name": N_("by name"),
    "name_place": N_("by name and place"),
    "telex_retry": N_("by name, typing marks removed"),
}
# An underline as well as the accent: it is seen without colours too.
MARK: Final = "underline $accent"
_WORD: Final = re.compile(r"[^\W_]+")
_GLUE: Final = re.compile(r"[\s.\-()/+]+")


def folded(text: str) -> tuple[str, list[int]]:
    """The text folded letter by letter, and for each letter of it the position in `text` it came from."""
    letters: list[str] = []
    at: list[int] = []
    for i, char in enumerate(text):
        kept = " " if char.isspace() else fold(char)
        letters += kept
        at += [i] * len(kept)
    return "".join(letters), at


def marked_words(text: str, words: Sequence[str], half: str = "") -> tuple[Spans, set[str]]:
    """Where the (folded) words stand in the text, and which of them do.

    Only a single letter and `half`, the word that may be half typed, stand for every word they begin; as in the search.
    """
    plain, at = folded(text)
    spans: list[tuple[int, int, str]] = []
    found: set[str] = set()
    for match in _WORD.finditer(plain):
        held = match.group()
        fits = [word for word in words if held == word or (held.startswith(word) and (word == half or len(word) == 1))]
        if fits:
            found |= set(fits)
            last = match.start() + len(max(fits, key=len)) - 1
            spans.append((at[match.start()], _end(text, at[last]), MARK))
    return tuple(spans), found


def _end(text: str, last: int) -> int:
    """Behind the letter at `last` and the combining marks that belong to it."""
    end = last + 1
    while end < len(text) and not text[end].isspace() and not fold(text[end]):
        end += 1
    return end


def marked_ends(text: str, typed: Sequence[str]) -> Spans:
    """The beginning or the end of a code or number that was typed; a hidden digit (`*`) fits every digit."""
    for run in typed:
        for start in (0, len(text) - len(run)):
            part = text[start : start + len(run)]
            if run and start >= 0 and len(part) == len(run) and part.strip("*") and _fits(part, run):
                return ((start, start + len(run), MARK),)
    return ()


def _fits(shown: str, typed: str) -> bool:
    return all(a in ("*", b) for a, b in zip(shown.upper(), typed, strict=True))


def state_words(status: str, load: str) -> tuple[str, str]:
    """What is special about a customer, and its style: a priority load first, then a status other than active."""
    if load in LOADS:
        return "✚ " + _(LOADS[load]), "$warning"
    if status != "active":
        return "○ " + _(STATUSES.get(status, status)), "$warning"
    return "", ""


def head(hits: wire.CustomerHits | None, count: int) -> Content:
    """The line over the rows: how many were found, in which way; before anything is typed they are the caller's."""
    if hits is None:
        return Content.styled(_("CALLER") + " · " + _("Enter opens") if count else "", "bold $accent")
    line = Content.styled(ngettext("{n} found", "{n} found", count).format(n=count), "bold")
    if hits.more:
        line += Content.styled(" · " + _("there are more: type another word"), "$warning")
    line += Content.styled(" · " + _(LANES[hits.lane]), "$muted")
    return line + plain(f" · {hits.note}", "$warning") if hits.note else line


def row(hit: wire.CustomerHit, query: str = "", lane: str = "", last: str = "") -> Row:
    """One customer found as one line; `query` is what was typed, `last` the customer chosen before for this phone."""
    compact = _GLUE.sub("", query).upper()
    typed = [compact] if re.search("[0-9]", compact) else []
    numbers = phone.spellings(_GLUE.sub("", query)) if compact.isdigit() else []
    words = _WORD.findall(strip_all(fold(query)) if lane == "telex_retry" else fold(query))
    half = words[-1] if words else ""
    name, found = marked_words(hit.name, words, half)
    # Words that are the name mark no street of the same name.
    rest = [] if lane == "name" else [word for word in words if word not in found]
    address, where = _address(hit, rest, half)
    state, style = (
        ("✓ " + _("last time"), "$accent") if hit.code == last else state_words(hit.status, hit.priority_load)
    )
    return Row(
        id=hit.code,
        cells=(
            Cell(hit.name, "bold", name),
            Cell(hit.phone, "", marked_ends(hit.phone, numbers)),
            Cell(address, "", where),
            Cell(hit.code, "$muted", marked_ends(hit.code, typed)),
            Cell(hit.meter_no, "$muted", marked_ends(hit.meter_no, typed)),
            Cell(state, style),
        ),
    )


def _address(hit: wire.CustomerHit, words: Sequence[str], half: str) -> tuple[str, Spans]:
    """The address with its marks; the old one first where only that one holds what was typed."""
    if not hit.old_address:
        return hit.address, marked_words(hit.address, words, half)[0]
    new, old = marked_words(hit.address, words, half)[1], marked_words(hit.old_address, words, half)[1]
    text = f"{hit.old_address} → {hit.address}" if old - new else f"{hit.address} ({_('formerly')} {hit.old_address})"
    return text, marked_words(text, words, half)[0]
