"""The stays behind a figure: who came when, waited how long, and what became of it."""

from collections.abc import Mapping
from typing import Final

from agent_tui import wire
from agent_tui.desk.wallboard import still_waits
from agent_tui.i18n import N_, _, fmt_clock, fmt_duration
from agent_tui.text.clean import clean
from agent_tui.widgets.centre_rows import centre_name
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.queue_rows import CHANNELS, STATES, WHY, short_place, who

OUTCOMES: Final[dict[str, str]] = {
    "answered": N_("answered"),
    "abandoned": N_("gave up"),
    "timeout": N_("timed out"),
    "withdrawn": N_("took a call back"),
    "exit_key": N_("left by key"),
    "refused": N_("refused"),
    "overflowed": N_("moved on"),
    "lost_with_pbx": N_("line lost"),
}
COLUMNS: Final[tuple[Column, ...]] = (
    Column("channel", "", 1),
    Column("came", N_("came"), 5),
    Column("wait", N_("wait"), 8, align="right"),
    Column("who", N_("who"), 14, flex=2),
    Column("where", N_("where"), 8, flex=1, hide_below=84),
    Column("centre", N_("site"), 6, hide_below=70),
    Column("why", N_("why"), 9),
    Column("outcome", N_("outcome"), 13),
    Column("agent", N_("agent"), 10, flex=1, hide_below=70),
)


def row(stay: wire.Segment, contact: wire.Contact | None, names: Mapping[str, str], key: str) -> Row:
    """One stay as one line; `contact` is the live one where this desk may see it, `names` maps agents' ids to names."""
    waits, began = still_waits(stay), stay.joined_at.timestamp()
    wait = Cell((lambda now: fmt_duration(now - began)) if waits else fmt_duration(stay.wait_s))
    outcome = _(OUTCOMES[stay.outcome]) if stay.outcome else _("waiting") if waits else _("talking")
    if contact is not None and not waits and stay.outcome is None:
        outcome = _(STATES[contact.state])
    holder = stay.agent or ""
    return Row(
        key,
        (
            Cell(CHANNELS[stay.channel][0]),
            Cell(fmt_clock(stay.joined_at), "$muted"),
            wait,
            Cell(clean(who(contact)) if contact else clean(stay.contact), "" if contact else "$muted"),
            Cell(clean(short_place(contact.place or "")) if contact else ""),
            Cell(centre_name(stay.centre), "$muted"),
            Cell(clean(_(WHY.get(stay.queue, stay.queue)))),
            Cell(outcome, "bold" if waits else ""),
            Cell(clean(names.get(holder, holder)), "$muted"),
        ),
    )
