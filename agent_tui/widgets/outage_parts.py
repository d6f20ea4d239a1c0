"""Pieces that the card and the full picture of an outage share: priority loads, steps, targets, remarks, calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_number, fmt_time, language, ngettext
from agent_tui.widgets.safe import plain

LOADS: Final[dict[str, str]] = {
    "hospital": N_("hospital"),
    "water": N_("water"),
    "telecom": N_("telecom"),
    "life_support": N_("life support"),
    "government": N_("government"),
}
SOURCES: Final[dict[wire.EtrSource, str]] = {
    "crew": N_("the crew"),
    "dispatcher": N_("the dispatcher"),
    "default": N_("experience with such faults"),
}


def say(text: wire.Say | None) -> str:
    """The sentence in the desk's language."""
    return "" if text is None else text.en if language() == "en" else text.vi


def label(word: str) -> Content:
    """A label with its value behind it: `Places  …`; what follows hangs below the value."""
    return Content.styled(f"{word}  ", "$muted")


def loads(outage: wire.Outage, most: int) -> list[Content]:
    """Customers whose supply comes first, pinned above everything else."""
    lines = []
    for load in outage.priority_loads[:most]:
        kind = _(LOADS[load.kind]) if load.kind in LOADS else load.kind
        lines.append(Content.styled(f"✚ {kind} ", "bold $warning") + plain(f"{load.name} · {load.customer}"))
    if len(outage.priority_loads) > most:
        lines.append(plain("✚ " + _("and {n} others").format(n=len(outage.priority_loads) - most), "$warning"))
    return lines


def step_line(step: wire.OutageStep, now: datetime) -> Content:
    """`09:10–11:45  820 customers · TBA-1, TBA-2`."""
    until = fmt_time(step.restored_at, now) if step.restored_at else "…"
    span = Content.styled(f"{fmt_time(step.out_at, now)}–{until}  ", "$muted")
    count = ngettext("{n} customer", "{n} customers", step.customers).format(n=fmt_number(step.customers))
    word = _("back") if step.restored_at else _("out")
    where = " · " + ", ".join(step.devices[:6]) if step.devices else ""
    return span + plain(f"{count} {word}{where}", "" if step.restored_at else "bold")


def target_entry(entry: wire.EtrEntry, now: datetime) -> Content:
    """`14:02  target 15:30 · the crew · minh`."""
    told = _("target {time}").format(time=fmt_time(entry.etr, now)) if entry.etr else _("target taken back")
    source = " · " + _(SOURCES[entry.source]) if entry.source in SOURCES else ""
    return Content.styled(f"{fmt_time(entry.at, now)}  ", "$muted") + plain(f"{told}{source} · {entry.by}")


def note_line(note: wire.OutageNote, now: datetime) -> Content:
    """`14:03  Minh: the crew is there`."""
    return Content.styled(f"{fmt_time(note.at, now)}  ", "$muted") + plain(f"{note.author}: {note.text}")


def call_line(contact: wire.Contact, now: datetime) -> Content:
    """`14:03  Nguyễn Văn Ty · Đồng Xuân · call back`."""
    facts = [contact.name or contact.customer or contact.address, contact.place or ""]
    facts += [_("call back") if contact.callback else ""]
    when = Content.styled(f"{fmt_time(contact.joined_at, now)}  ", "$muted")
    return when + plain(" · ".join(fact for fact in facts if fact))


def section(title: str, lines: Sequence[Content]) -> list[Content]:
    """A heading over its lines; nothing without lines."""
    return [Content(""), Content.styled(title, "bold $accent"), *lines] if lines else []
