"""One outage in full: everything that is known of it, in the order in which it is asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import _, ngettext
from agent_tui.widgets.outage_parts import call_line, note_line, section, step_line, target_entry
from agent_tui.widgets.outage_rows import summary
from agent_tui.widgets.safe import plain

CALLS_SHOWN: Final = 30


def detail(
    outage: wire.Outage,
    calls: Sequence[wire.Contact] | None,
    inside: Sequence[wire.Outage],
    now: datetime,
    possible: int = 0,
) -> Content:
    """The whole outage; `calls` None while they are being read, `inside` are the outages nested in this one.

    `possible` callers known only by their commune may mean it: they are in no count.
    """
    lines = summary(outage, now, inside=inside, possible=possible)
    lines += section(_("Steps"), [step_line(step, now) for step in outage.steps])
    # An expired target stays in the history: it is what callers were told.
    lines += section(_("Targets given"), [target_entry(entry, now) for entry in reversed(outage.etr_history)])
    lines += section(_("Remarks"), [note_line(note, now) for note in reversed(outage.notes)])
    if calls is None:
        lines += section(_("Calls"), [Content.styled(_("reading …"), "$muted")])
    else:
        lines += section(_("Calls"), [call_line(contact, now) for contact in calls[:CALLS_SHOWN]])
    if outage.tickets_open:
        told = ngettext("{n} ticket may be closed now", "{n} tickets may be closed now", len(outage.tickets_open))
        lines += section(_("Tickets"), [plain(told.format(n=len(outage.tickets_open)))])
    return Content("\n").join(lines)
