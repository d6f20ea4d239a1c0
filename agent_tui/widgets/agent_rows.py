"""The agents behind a figure: who, what they do and since when, what they can."""

from collections.abc import Mapping
from typing import Final

from agent_tui import wire
from agent_tui.desk.wallboard import state_of
from agent_tui.i18n import N_, _, fmt_duration
from agent_tui.text.clean import clean
from agent_tui.widgets.centre_rows import centre_name
from agent_tui.widgets.figure_rows import REASONS, STATE_WORDS
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.queue_rows import WHY

GLYPHS: Final[dict[str, tuple[str, str]]] = {
    "available": ("○", "$success"),
    "reserved": ("◔", "$accent"),
    "on_contact": ("●", ""),
    "wrap_up": ("◑", ""),
    "paused": ("‖", "$muted"),
    "not_responding": ("▲", "$warning"),
    "logged_out": ("✕", "$muted"),
}
COLUMNS: Final[tuple[Column, ...]] = (
    Column("glyph", "", 1),
    Column("name", N_("agent"), 14, flex=2),
    Column("centre", N_("site"), 6, hide_below=70),
    Column("state", N_("state"), 16),
    Column("since", N_("for"), 8, align="right"),
    Column("skills", N_("serves"), 20, flex=3),
    Column("with", N_("with"), 12, flex=1, hide_below=100),
)


def skill_words(skills: Mapping[str, int]) -> str:
    """`no power 3 · bill 2`; somebody without skills takes anything."""
    if not skills:
        return _("everything")
    ranked = sorted(skills.items(), key=lambda entry: (-entry[1], entry[0]))
    return " · ".join(f"{clean(_(WHY.get(skill, skill)))} {level}" for skill, level in ranked)


def row(agent: wire.Agent, talking_to: str = "") -> Row:
    """One agent as one line; `talking_to` is who the contact in their hands is about."""
    state = state_of(agent)
    glyph, style = GLYPHS[state]
    word = _(STATE_WORDS[state])
    reason = clean(_(REASONS.get(agent.reason or "", agent.reason or ""))) if state == "paused" else ""
    if agent.pending:
        word += " →" + _(STATE_WORDS.get(agent.pending, agent.pending))
    since = agent.since.timestamp()
    return Row(
        agent.id,
        (
            Cell(glyph, style),
            Cell(clean(agent.name)),
            Cell(centre_name(agent.centre), "$muted"),
            Cell(reason or word, style),
            Cell(lambda now: fmt_duration(now - since)),
            Cell(skill_words(agent.skills)),
            Cell(clean(talking_to), "$muted"),
        ),
    )
