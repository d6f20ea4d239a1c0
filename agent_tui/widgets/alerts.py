"""What asks for a lead's attention, as the first lines of the figures: alarms in calm words and hot feeders."""

from typing import Final

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_number, language
from agent_tui.text.clean import clean
from agent_tui.widgets.line_model import Cell, Row

RARE: Final = 0.1
LEVELS: Final[dict[str, tuple[str, str, str]]] = {
    "act": ("▲", N_("act"), "bold $error"),
    "look": ("△", N_("look"), "$warning"),
}


def said(alert: wire.BoardAlert) -> str:
    """The alarm as the service says it, in the language of the desk."""
    return clean(alert.say.vi if language() == "vi" else alert.say.en)


def alert_row(alert: wire.BoardAlert) -> Row:
    """One alarm: glyph, word, sentence."""
    glyph, word, style = LEVELS[alert.level]
    return Row(f"alert:{alert.code}", (Cell(glyph, style), Cell(_(word), style), Cell(""), Cell(said(alert), style)))


def hot_words(hot: wire.HotFeeder) -> str:
    """`66 callers in 10 min, usually 0.4`."""
    usual = fmt_number(hot.usual, 1) if hot.usual >= RARE else f"<{fmt_number(RARE, 1)}"
    text = _("{n} callers / {minutes} min, usually {usual}")
    return text.format(n=fmt_number(hot.callers), minutes=fmt_number(hot.window_s / 60), usual=usual)


def hot_row(hot: wire.HotFeeder) -> Row:
    """One feeder with more callers than chance explains."""
    name = clean(hot.name or hot.feeder)
    cells = (Cell("▲", "$warning"), Cell(_("hot feeder"), "$warning"), Cell(""), Cell(f"{name} · {hot_words(hot)}"))
    return Row(f"hot:{hot.feeder}", cells)
