"""The agents behind a figure: who, what they do and since when, what they can."""

from collections.abc import Mapping
from typing import Final

from agent_tui import wire
from agent_tui.desk.wallboard import state_of
from agent_tui.i18n import N_, _, fmt_duration
from agent_tui.text.clean import clean
from agent_tui.widgets.centre_rows import centre_name, share
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
    Column("kept", N_("plan kept"), 9, align="right", hide_below=66),
    Column("skills", N_("serves"), 16, flex=3),
    Column("with", N_("with"), 12, flex=1, hide_below=100),
)


def skill_words(skills: Mapping[str, int]) -> str:
    """`no power 3 · bill 2`; somebody without skills takes anything."""
    if not skills:
        return _("everything")
    ranked = sorted(skills.items(), key=lambda entry: (-entry[1], entry[0]))
    return " · ".join(f"{clean(_(WHY.get(skill, skill)))} {level}" for skill, level in ranked)


def kept(day: wire.AgentRow | None) -> Cell:
    """How much of the plan was kept today; nothing for whom this lead may not see, or before it was read."""
    if day is None:
        return Cell("–", "$muted")
    if day.scheduled_s is None:
        return Cell(_("no plan"), "$muted")
    return Cell(share(day.adherence_ADH))


def kept_words(day: wire.AgentRow | None) -> str:
    """The same as a sentence, with the formula and where it comes from."""
    if day is None:
        return _("Whether the plan is kept is shown of agents of your own centre who worked or are planned today.")
    if day.scheduled_s is None or day.kept_s is None:
        return _("No plan for today: whether it is kept cannot be said.")
    text = _("Plan kept {share}: {kept} of {planned} planned so far (ADH, {of}).")
    return text.format(
        share=share(day.adherence_ADH), kept=fmt_duration(day.kept_s), planned=fmt_duration(day.scheduled_s),
        of="callcentrehelper.com",
    )  # fmt: skip


def row(agent: wire.Agent, talking_to: str = "", day: wire.AgentRow | None = None) -> Row:
    """One agent as one line; `talking_to` is who the contact in their hands is about, `day` today's own figures."""
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
            kept(day),
            Cell(skill_words(agent.skills)),
            Cell(clean(talking_to), "$muted"),
        ),
    )
