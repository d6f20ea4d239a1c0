"""Who has a danger, in words: not handed over, handed over, acknowledged, escalated, over; each with its age."""

from datetime import datetime

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _, fmt_duration
from agent_tui.keys.keymap import hint


def state_of(dispatch: wire.Dispatch | None) -> str:
    """Where a danger stands: none, sent, escalated, acked or closed."""
    if dispatch is None:
        return "none"
    if dispatch.closed_at is not None:
        return "closed"
    if dispatch.acked_at is not None:
        return "acked"
    return "escalated" if dispatch.escalated_at is not None else "sent"


def short(dispatch: wire.Dispatch | None, now: float) -> tuple[str, str]:
    """Glyph, word and age for one cell, and its style; `now` is epoch seconds."""
    state = state_of(dispatch)
    if dispatch is None:
        return "▲ " + _("no unit yet"), "bold $error"
    since = {"acked": dispatch.acked_at, "escalated": dispatch.escalated_at, "closed": dispatch.closed_at}.get(state)
    age = fmt_duration(now - (since or dispatch.at).timestamp())
    glyph, word, style = {
        "sent": ("◷", _("sent"), "$warning"),
        "escalated": ("▲", _("escalated"), "bold $error"),
        "acked": ("✓", _("unit has it"), "$success"),
        "closed": ("✓", _("over"), "$muted"),
    }[state]
    return f"{glyph} {word} {age}", style


def line(dispatch: wire.Dispatch | None, now: datetime, mine: bool) -> Content:
    """The sentence on the card."""
    if dispatch is None:
        text = _("▲ No field unit has it yet.") + (hint(_(" {trouble} hands it over.")) if mine else "")
        return Content.styled(text, "bold $error")
    age = fmt_duration((now - dispatch.at).total_seconds())
    state = state_of(dispatch)
    if state == "acked":
        text = _("✓ {unit} has it, handed over {age} ago").format(unit=dispatch.unit, age=age)
        return Content.styled(text, "bold $success")
    if state == "escalated":
        text = _("▲ ESCALATED to the lead: {unit} did not answer for {age}. Call them.")
        return Content.styled(text.format(unit=dispatch.unit, age=age), "bold $error")
    if state == "closed":
        return Content.styled(_("✓ This danger is over."), "$success")
    text = _("◷ Handed to {unit} {age} ago, not acknowledged yet").format(unit=dispatch.unit, age=age)
    return Content.styled(text, "bold $warning")
