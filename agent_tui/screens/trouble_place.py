"""The place of a trouble report: what was found for what was typed, and what is known of the supply there."""

from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_number, ngettext
from agent_tui.text.clean import clean
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.power_verdict import DEVICE, FACES, Face, passed, said
from agent_tui.widgets.safe import plain

COLUMNS: Final = (
    Column("kind", "", 12),
    Column("name", "", 20, flex=1),
    Column("more", "", 28, flex=2, hide_below=62),
)
KINDS: Final = {"commune": N_("a commune"), "street": N_("a street")}
VERDICTS: Final[dict[wire.PlaceVerdict, Face]] = {
    "planned_now": FACES["planned_now"],
    "known_outage": FACES["known_outage"],
    "predicted_outage": FACES["predicted_outage"],
    "several_reported": Face("◉", N_("SEVERAL REPORT IT THERE"), "$warning"),
    "planned_soon": FACES["planned_soon"],
    "nothing_known": Face("○", N_("NOTHING KNOWN THERE"), "$accent"),
}


def label(hit: wire.PlaceHit) -> str:
    """A place in one line, as it stands in the field once it is taken."""
    name = clean(hit.name)
    if hit.kind == "commune":
        return f"{name}, {clean(hit.province_name)}"
    known = clean(hit.commune_name)
    code = f" ({clean(hit.device)})" if hit.kind == "device" and hit.device and hit.device != hit.name else ""
    return f"{name}{code}, {known}" if known else f"{name}{code}"


def row(hit: wire.PlaceHit) -> Row:
    """One place that was found: what it is, its name, where it lies or what it was called."""
    kind = KINDS.get(hit.kind) or DEVICE.get(hit.device_kind or "", hit.kind)
    where = hit.province_name if hit.kind == "commune" else f"{hit.commune_name}, {hit.province_name}"
    more = _("was {name}").format(name=hit.was) if hit.was else where
    name = hit.name if hit.kind != "device" or hit.device in (None, hit.name) else f"{hit.name} ({hit.device})"
    return Row(key(hit), (Cell(_(kind), "$muted"), Cell(clean(name), "bold"), Cell(clean(more), "$muted")))


def key(hit: wire.PlaceHit) -> str:
    """What tells one place from another."""
    return f"{hit.kind}:{hit.device if hit.kind == 'device' else hit.commune}:{hit.street or ''}"


def of_call(hit: wire.PlaceHit) -> dict[str, str]:
    """The fields that set a call's place."""
    if hit.kind == "device" and hit.device:
        return {"device": hit.device, **({"commune": hit.commune} if hit.commune else {})}
    return {"commune": hit.commune, **({"street": hit.street} if hit.street else {})}


def asked(hit: wire.PlaceHit, contact: str) -> wire.PlacePowerRequest:
    """The question about the supply there: at the device the place points at, else in the commune."""
    if hit.device:
        return wire.PlacePowerRequest(device=hit.device, contact=contact)
    return wire.PlacePowerRequest(commune=hit.commune, contact=contact)


def verdict_text(power: wire.PlacePower, now: datetime) -> Content:
    """Two lines or three: the verdict with its figures, the sentence to read aloud while its target lies ahead."""
    face = VERDICTS[power.verdict]
    head = Content.styled(f"{face.glyph} {_(face.word)}", f"bold {face.colour}")
    facts: list[str] = []
    if power.customers_out:
        text = _("{n} of {total} customers")
        facts.append(text.format(n=fmt_number(power.customers_out), total=fmt_number(power.customers)))
    if power.reporting:
        facts.append(ngettext("{n} other caller", "{n} other callers", power.reporting).format(n=power.reporting))
    head += Content("  " + " · ".join(facts)) if facts else Content("")
    late = power.eta is not None and power.eta <= now
    return Content("\n").join([head, passed() if late else plain(f"“{clean(said(power.say))}”")])
