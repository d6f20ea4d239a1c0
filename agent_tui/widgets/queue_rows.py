"""Rows of the live queue: what one contact says in one line; waits and target bars tick by themselves at paint."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_duration, ngettext
from agent_tui.widgets.danger_lines import short
from agent_tui.widgets.line_model import Cell, Column, Row

CHANNELS: Final[dict[str, tuple[str, str]]] = {
    "hotline": ("☎", N_("Hotline")),
    "website": ("w", N_("Website")),
    "email": ("@", N_("E-mail")),
    "zalo": ("z", N_("Zalo")),
    "app": ("a", N_("App")),
    "webchat": ("c", N_("Webchat")),
    "facebook": ("f", N_("Facebook")),
}
TEXT_CHANNELS: Final = frozenset({"website", "email", "zalo", "app", "webchat", "facebook"})
WHY: Final[dict[str, str]] = {
    "outage": N_("no power"),
    "billing": N_("bill"),
    "service": N_("service"),
    "general": N_("question"),
}
CLASSES: Final[dict[str, tuple[str, str]]] = {
    "danger": ("▲ " + N_("DANGER"), "bold $error"),
    "life_support": ("✚ " + N_("life supp."), "bold $warning"),
    "hospital": ("✚ " + N_("hospital"), "$warning"),
    "repeat": ("↻ " + N_("again"), ""),
    "normal": ("", ""),
}
STATES: Final[dict[str, str]] = {
    "queued": N_("waiting"),
    "offered": N_("ringing"),
    "connected": N_("talking"),
    "held": N_("on hold"),
    "wrap_up": N_("wrap-up"),
    "callback_waiting": N_("call back"),
    "closed": N_("closed"),
    "abandoned": N_("hung up"),
    "timed_out": N_("timed out"),
    "refused": N_("refused"),
    "callback_failed": N_("no answer"),
    "lost_with_pbx": N_("line lost"),
}
WAITING: Final = frozenset({"queued", "offered"})
IN_HAND: Final = frozenset({"connected", "held", "wrap_up"})
# Seconds a customer should wait at most: a person on a line or a chat, a message, a letter.
TARGET_S: Final[dict[str, float]] = {"hotline": 240, "webchat": 240, "email": 14_400}
MESSAGE_TARGET_S: Final = 900.0
BAR: Final = 4
KINDS: Final = ("Xã ", "Phường ", "Đặc khu ", "Thị trấn ")

COLUMNS: Final[tuple[Column, ...]] = (
    Column("channel", "", 1),
    Column("channel_word", N_("channel"), 8, hide_below=104),
    Column("wait", N_("wait"), 7, align="right"),
    Column("target", N_("target"), 9),
    Column("class", N_("class"), 12, hide_below=46),
    Column("who", N_("who"), 12, flex=3),
    Column("where", N_("where"), 8, flex=2, hide_below=56),
    Column("why", N_("why"), 9, hide_below=64),
    Column("state", N_("state"), 21, hide_below=96),
)


def waits(contact: wire.Contact) -> bool:
    """Whether a customer waits here for somebody to answer."""
    return contact.state in WAITING


def target_of(contact: wire.Contact) -> float:
    """Seconds within which this channel should be answered."""
    return TARGET_S.get(contact.channel, MESSAGE_TARGET_S)


def bar(waited: float, target: float) -> str:
    """Four squares filling towards the target, and the word once it has passed: ■■□□, ■■■■ late."""
    filled = min(BAR, int(BAR * max(0.0, waited) / target))
    squares = "■" * filled + "□" * (BAR - filled)
    return f"{squares} {_('late')}" if waited >= target else squares


def who(contact: wire.Contact) -> str:
    """The name, else how many customers share the number, else the address (masked unless mine)."""
    if contact.name:
        return contact.name
    if contact.candidates and contact.customer is None:
        count = len(contact.candidates)
        return ngettext("({n} candidate)", "({n} candidates)", count).format(n=count)
    return contact.address


def short_place(place: str) -> str:
    """A commune without the word for its kind: Xã Đồng Xuân is Đồng Xuân."""
    kind = next((kind for kind in KINDS if place.startswith(kind)), "")
    return place[len(kind) :]


def why(contact: wire.Contact) -> str:
    """What the customer wants, in words; an unknown queue by its own name."""
    word = WHY.get(contact.queue)
    return _(word) if word else contact.queue


def class_of(contact: wire.Contact, mine: bool) -> tuple[str, str]:
    """Glyph and word of the class, and its style; a contact of mine says so unless it is a danger."""
    text, style = CLASSES.get(contact.priority_class, ("", ""))
    if mine and contact.priority_class not in ("danger", "life_support"):
        return "● " + _("mine"), "bold $accent"
    glyph, _sep, word = text.partition(" ")
    return (f"{glyph} {_(word)}" if word else ""), style


def _wait_cell(contact: wire.Contact) -> Cell:
    start = (contact.joined_at if waits(contact) else contact.state_since).timestamp()
    return Cell(lambda now: fmt_duration(now - start))


def _target_cell(contact: wire.Contact) -> Cell:
    if not waits(contact):
        return Cell(_(STATES[contact.state]), "$muted")
    start, target = contact.joined_at.timestamp(), target_of(contact)

    def style(now: float) -> str:
        share = (now - start) / target
        return "bold $error" if share >= 1 else "$warning" if share >= 0.75 else "$muted"

    return Cell(lambda now: bar(now - start, target), style)


def _dispatch_cell(dispatch: wire.Dispatch) -> Cell:
    return Cell(lambda now: short(dispatch, now)[0], lambda now: short(dispatch, now)[1])


def row(contact: wire.Contact, me: str, names: Mapping[str, str]) -> Row:
    """One contact as one line; `me` is my user id, `names` maps agents' ids to names."""
    mine = contact.agent == me and contact.state in IN_HAND
    glyph, word = CHANNELS.get(contact.channel, ("·", contact.channel))
    class_text, class_style = class_of(contact, mine)
    offered_to_me = contact.state == "offered" and contact.offered_to == me
    holder = contact.agent or contact.offered_to
    state = Cell(_(STATES[contact.state]) if mine or not holder else names.get(holder, holder), "$muted")
    if contact.consulted == me:
        state = Cell("? " + _("asks you"), "bold $accent")
    elif contact.dispatch is not None:
        state = _dispatch_cell(contact.dispatch)
    return Row(
        id=contact.id,
        cells=(
            Cell(glyph, "bold $accent" if mine or offered_to_me else ""),
            Cell(_(word), "$muted"),
            _wait_cell(contact),
            _target_cell(contact),
            Cell(class_text, class_style),
            Cell(who(contact), "bold" if mine else ""),
            Cell(short_place(contact.place or "")),
            Cell(why(contact)),
            state,
        ),
        style_key="mine" if mine else "danger" if contact.priority_class == "danger" else "",
    )


def haystack(contact: wire.Contact) -> str:
    """Every word of the row that a filter may match, not folded."""
    glyph_word = CHANNELS.get(contact.channel, ("", contact.channel))[1]
    return " ".join(
        filter(None, (_(glyph_word), class_of(contact, False)[0], who(contact), contact.name, contact.address,
                      contact.place, why(contact), contact.customer, contact.text_preview))
    )  # fmt: skip


def matches(contact: wire.Contact, words: list[str], fold: Callable[[str], str]) -> bool:
    """Whether every folded word stands somewhere in the row."""
    if not words:
        return True
    text = fold(haystack(contact))
    return all(word in text for word in words)


def longest_wait(contacts: list[wire.Contact], now: datetime) -> float:
    """Seconds the longest of the waiting contacts has waited; 0 when nobody waits."""
    return max(((now - c.joined_at).total_seconds() for c in contacts if waits(c)), default=0.0)
