"""Rows of the promised calls: since when they are due, from whom, who calls; ages tick by themselves at paint."""

from collections.abc import Mapping, Sequence
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_duration, fmt_number, fmt_time
from agent_tui.keys.keymap import hint
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.power_verdict import STATUS, device_name
from agent_tui.widgets.queue_rows import CHANNELS, WHY, short_place

COLUMNS: Final[tuple[Column, ...]] = (
    Column("due", N_("promise"), 14),
    Column("kind", N_("about"), 14),
    Column("who", N_("who"), 12, flex=3),
    Column("where", N_("where"), 8, flex=2, hide_below=74),
    Column("tries", N_("tries"), 6, align="right"),
    Column("state", N_("state"), 14, hide_below=64),
)


def due_cell(callback: wire.Callback) -> Cell:
    """`▲ late 12:04` once the promise has passed, else when it falls due."""
    due = callback.due_at.timestamp()

    def text(now: float) -> str:
        if now < due:
            return _("at {time}").format(time=fmt_time(callback.due_at, now))
        return "▲ " + _("due {age}").format(age=fmt_duration(now - due))

    return Cell(text, lambda now: "bold $warning" if now >= due else "$muted")


def kind_word(callback: wire.Callback) -> str:
    """From an outage, or what the customer wanted."""
    if callback.kind == "outage":
        return "⚡ " + _("power back")
    return "↺ " + (_(WHY[callback.queue]) if callback.queue in WHY else callback.queue)


def who(callback: wire.Callback) -> str:
    """The name, else the customer's code, else the masked number."""
    return callback.name or callback.customer or callback.address


def row(callback: wire.Callback, me: str, names: Mapping[str, str]) -> Row:
    """One promise as one line."""
    claimed = callback.claimed_by
    mine = claimed == me
    if claimed is None:
        state = Cell("")
    else:
        state = Cell(
            "● " + (_("you call") if mine else names.get(claimed, claimed)), "bold $accent" if mine else "$muted"
        )
    return Row(
        callback.contact,
        (
            due_cell(callback),
            Cell(kind_word(callback)),
            Cell(who(callback), "bold" if mine else ""),
            Cell(short_place(callback.place or "")),
            Cell(fmt_number(callback.attempts) if callback.attempts else "–", "$muted"),
            state,
        ),
        style_key="mine" if mine else "muted" if claimed else "",
    )


def totals(found: Sequence[wire.Callback], now: float, more: bool) -> Content:
    """`PROMISED CALLS 12 · due 5 · oldest 12:04`; `more` when the list goes on behind its last row."""
    count = fmt_number(len(found)) + ("+" if more else "")
    parts = [Content.styled(_("PROMISED CALLS {n}").format(n=count), "bold")]
    late = [now - callback.due_at.timestamp() for callback in found if callback.due_at.timestamp() <= now]
    if late:
        parts.append(Content.styled("▲ " + _("due now {n}").format(n=fmt_number(len(late))), "$warning"))
        parts.append(Content(_("oldest {age}").format(age=fmt_duration(max(late)))))
    return Content(" · ").join(parts)


def about(callback: wire.Callback | None, outage: wire.Outage | None, now: float) -> Content:
    """More about the promise under the cursor, and what the keys do with it."""
    if callback is None:
        return Content("")
    glyph, word = CHANNELS.get(callback.channel, ("·", callback.channel))
    first = " · ".join(
        part for part in (who(callback), callback.address, callback.customer or "", callback.place or "") if part
    )
    came = _("{channel} at {time}").format(channel=f"{glyph} {_(word)}", time=fmt_time(callback.joined_at, now))
    lines = [Content.styled(first, "bold"), Content.styled(came, "$muted")]
    if outage is not None:
        status = _(STATUS.get(outage.status, outage.status))
        lines.append(Content(f"⚡ {device_name(outage)} · {status}"))
    lines.append(
        Content.styled(hint(_("Enter or {take} calls; nobody else can then call the same customer.")), "$muted")
    )
    return Content("\n").join(lines)
