"""The power verdict: is the power out at this customer, and the one sentence the agent may read aloud."""

from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_duration, fmt_number, fmt_time, language, ngettext
from agent_tui.text.fold import fold

OUT = frozenset({"planned_now", "known_outage", "predicted_outage"})


@dataclass(frozen=True, slots=True)
class Face:
    """How one verdict looks: glyph, word and theme colour, so that none of them stands alone."""

    glyph: str
    word: str
    colour: str


FACES: dict[str, Face] = {
    "planned_now": Face("◷", N_("PLANNED WORK NOW"), "$warning"),
    "planned_soon": Face("◷", N_("PLANNED WORK SOON"), "$accent"),
    "known_outage": Face("⚡", N_("KNOWN OUTAGE"), "$error"),
    "predicted_outage": Face("⚡", N_("LIKELY OUTAGE, not confirmed"), "$warning"),
    "cut_for_debt": Face("✂", N_("CUT FOR DEBT"), "$warning"),
    "neighbours_reporting": Face("◉", N_("NEIGHBOURS REPORT IT TOO"), "$warning"),
    "only_you": Face("○", N_("ONLY THIS HOUSE"), "$accent"),
    "supply_normal": Face("✓", N_("SUPPLY NORMAL"), "$success"),
}

CREW: dict[str, str] = {
    "none": N_("no crew yet"),
    "assigned": N_("crew assigned"),
    "enroute": N_("crew on the way"),
    "onsite": N_("crew on site"),
    "working": N_("crew working"),
    "held": N_("crew held up"),
    "done": N_("crew done"),
}

DEVICE: dict[str, str] = {
    "substation": N_("substation"),
    "feeder": N_("feeder"),
    "lateral": N_("lateral"),
    "transformer": N_("transformer"),
}

STATUS: dict[str, str] = {
    "predicted": N_("predicted"),
    "probable": N_("probable"),
    "confirmed": N_("confirmed"),
    "partially_restored": N_("part restored"),
    "restored": N_("restored"),
    "verified": N_("verified"),
    "closed": N_("closed"),
    "cancelled": N_("cancelled"),
    "draft": N_("draft"),
    "notified": N_("notified"),
    "renotified": N_("notified again"),
    "active": N_("active"),
    "postponed": N_("postponed"),
    "done": N_("done"),
}


def word_of(verdict: str) -> str:
    """The verdict in two or three words of the desk's language, without glyph."""
    face = FACES.get(verdict)
    return _(face.word) if face else verdict


def quotable(power: wire.Power, outage: wire.Outage | None, now: datetime) -> bool:
    """Whether the sentence may still be read aloud: no target in it that has passed since it was written."""
    if power.eta is not None and power.eta <= now:
        return False
    # The outage's live state may have moved on after the sentence was fetched.
    return not (power.eta is not None and outage is not None and outage.etr_state == "expired")


def target_line(outage: wire.Outage, now: datetime) -> Content:
    """The target time with its age; an expired one is named as expired and its time is left out."""
    if outage.etr is None or outage.etr_state == "none":
        return Content(_("no target yet"))
    if outage.etr_state == "expired" or outage.etr <= now:
        return Content.styled(_("▲ target EXPIRED, do not quote"), "bold $warning")
    text = _("target {time}").format(time=fmt_time(outage.etr, now))
    if outage.etr_set_at is not None:
        age = fmt_duration((now - outage.etr_set_at).total_seconds())
        text += " " + _("(set {age} ago)").format(age=age)
    return Content.styled(text, "bold")


def device_words(kind: str, name: str) -> str:
    """Kind and name of a device, unless the name says the kind itself (`TBA Ea Kar 5`, `Nhánh 01`)."""
    word = _(DEVICE[kind]) if kind in DEVICE else ""
    told = fold(name).split()[:1] == fold(word).split()[:1]
    return name if told or not word else f"{word} {name}"


def device_name(outage: wire.Outage) -> str:
    """The failed device as people call it: kind and name, or its code."""
    return device_words(outage.device_kind, outage.device_name or outage.device)


def _headline(power: wire.Power, outage: wire.Outage | None, now: datetime) -> Content:
    face = FACES.get(power.verdict, Face("?", power.verdict, "$warning"))
    head = Content.styled(f"{face.glyph} {_(face.word)}", f"bold {face.colour}")
    facts: list[str] = []
    if outage is not None:
        facts.append(device_name(outage))
    since = outage.started_at if outage is not None else power.since
    if since is not None:
        word = _("from {time}") if since > now else _("since {time}")
        facts.append(word.format(time=fmt_time(since, now)))
    if outage is not None and outage.customers_out:
        facts.append(
            ngettext("{n} customer out", "{n} customers out", outage.customers_out).format(
                n=fmt_number(outage.customers_out)
            )
        )
    return head + Content("  " + " · ".join(facts)) if facts else head


def _facts(power: wire.Power, outage: wire.Outage | None, now: datetime, cause: str) -> Content | None:
    parts: list[Content] = []
    if outage is not None:
        if cause:
            parts.append(Content(cause))
        if outage.kind != "planned":
            parts.append(Content(_(CREW[outage.crew])))
        parts.append(target_line(outage, now))
    elif power.eta is not None and power.eta > now:
        parts.append(Content.styled(_("target {time}").format(time=fmt_time(power.eta, now)), "bold"))
    if power.neighbours_calling:
        parts.append(
            Content(
                ngettext("{n} neighbour calling", "{n} neighbours calling", power.neighbours_calling).format(
                    n=power.neighbours_calling
                )
            )
        )
    return Content(" · ").join(parts) if parts else None


def sentence(power: wire.Power, outage: wire.Outage | None, now: datetime) -> Content:
    """What to read aloud, in quotation marks; withheld where its target has passed."""
    if not quotable(power, outage, now):
        return passed()
    return Content.styled(f"“{said(power.say)}”", "bold")


def passed() -> Content:
    """What stands in place of a sentence whose target has passed."""
    return Content.styled(_("The target in this sentence has passed: do not read it aloud."), "$warning")


def said(say: wire.Say) -> str:
    """What is said, in the desk's language."""
    return say.en if language() == "en" else say.vi


def explanation(power: wire.Power, outage: wire.Outage | None) -> Content | None:
    """From which calls an outage was predicted; a confirmed one needs no reason any more."""
    if outage is None or outage.explanation is None or power.verdict != "predicted_outage":
        return None
    return Content.styled("  " + _("predicted from: {why}").format(why=said(outage.explanation)), "$muted")


def restored_line(power: wire.Power, now: datetime) -> Content | None:
    """That this customer's part of an outage is back, whatever else is true of the supply."""
    if power.restored_at is None:
        return None
    text = _("↺ THIS PART IS BACK since {time}; ask whether the power is on").format(
        time=fmt_time(power.restored_at, now)
    )
    return Content.styled(text, "bold $success")


def script_lines(power: wire.Power) -> list[Content]:
    """What to go through with the caller, in its order, each line numbered."""
    if not power.script:
        return []
    head = Content.styled(_("Go through it with the caller:"), "$accent")
    return [head, *(Content(f" {n}. {said(step)}") for n, step in enumerate(power.script, 1))]


def verdict_lines(power: wire.Power, outage: wire.Outage | None, now: datetime, cause: str = "") -> list[Content]:
    """The verdict as lines: glyph and word with since and size, the facts, the sentence to read aloud, what to check.

    `cause` is the outage's cause in words.
    """
    facts = _facts(power, outage, now, cause)
    optional = (
        restored_line(power, now),
        _headline(power, outage, now),
        Content("  ") + facts if facts is not None else None,
        explanation(power, outage),
        sentence(power, outage, now),
    )
    return [line for line in optional if line is not None] + script_lines(power)
