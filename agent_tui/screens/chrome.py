"""The words of the chrome: top line, offer line and status line as pure functions of state, link and time."""

from datetime import datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.desk.store import DeskState
from agent_tui.i18n import N_, _, fmt_clock, fmt_day, fmt_duration, fmt_number, language
from agent_tui.keys.actions import views_of
from agent_tui.keys.keymap import Keymap
from agent_tui.messages import Link
from agent_tui.text.clean import clean
from agent_tui.widgets.figure_rows import REASONS
from agent_tui.widgets.offer_bar import Offer
from agent_tui.widgets.top_bar import TopLine

GLYPHS: Final[dict[wire.Channel, str]] = {
    "hotline": "☎", "website": "w", "email": "@", "zalo": "z", "app": "a", "webchat": "c", "facebook": "f",
}  # fmt: skip
LINK: Final = {
    "connecting": (N_("◌ connecting"), "$warning"),
    "live": (N_("● live"), "$success"),
    "stale": (N_("◐ stale"), "$warning"),
    "lost": (N_("✕ no connection"), "$error"),
}
STATE: Final = {
    ("available", "idle"): N_("ready"),
    ("available", "reserved"): N_("ringing"),
    ("paused", "idle"): N_("pause"),
    ("logged_out", "offline"): N_("not ready yet"),
}
ACTIVITY: Final = {
    "idle": N_("ready"),
    "reserved": N_("ringing"),
    "on_contact": N_("on contact"),
    "wrap_up": N_("wrap-up"),
    "not_responding": N_("not answering"),
    "offline": N_("offline"),
}
PENDING: Final = {
    "available": N_("ready"),
    "paused": N_("pause"),
    "logged_out": N_("logged out"),
}
WORDS: Final[dict[str, str]] = {
    "danger": N_("DANGER"),
    "life_support": N_("life support"),
    "hospital": N_("hospital"),
    "repeat": N_("calls again"),
}


def top_of(state: DeskState, link: Link, unsent: int, now: float, monotonic: float, view: str) -> TopLine:
    """The top line; `now` is epoch seconds, `monotonic` the clock the link counts in."""
    word, style = LINK[link.phase]
    age = link.age(monotonic)
    since = f" {fmt_number(age)} s" if age is not None and link.phase in ("stale", "lost") else ""
    name = clean(state.user.name)
    return TopLine(
        who=(f"{state.user.centre} · {name}", name, state.user.centre),
        tabs=tuple((name, _(title)) for name, title in views_of(state.user.role)),
        current=view,
        link=_(word) + since,
        link_style=style,
        unsent=_("↑ {n} unsent").format(n=fmt_number(unsent)),
        waits=unsent > 0,
        day=fmt_day(now),
        clock=fmt_clock(now, seconds=True),
    )


def offer_of(state: DeskState, keymap: Keymap) -> Offer | None:
    """The contact that rings for me, in words; None when nothing does."""
    contact = state.offer
    if contact is None:
        return _missed(state.me, keymap)
    if contact.direction == "out":
        return _calling(contact, keymap)
    facts = [clean(contact.place or "")]
    if contact.priority_class in WORDS:
        facts.insert(0, _(WORDS[contact.priority_class]))
    if contact.outage:
        facts.append(_("known outage"))
    title, take = _("OFFER"), _("take")
    return Offer(
        contact=contact.id,
        title=f"{GLYPHS[contact.channel]} {title}",
        who=clean(contact.name or contact.address),
        facts=tuple(facts),
        key=f"{keymap.shown('take')} {take}",
        until=contact.offer_until.timestamp() if contact.offer_until else None,
        danger=contact.priority_class in ("danger", "life_support"),
    )


def _missed(me: wire.AgentState | None, keymap: Keymap) -> Offer | None:
    """Nothing rings here any more after a missed call: why, and the key that says I am back."""
    if me is None or (me.intent, me.activity) != ("available", "not_responding"):
        return None
    since = _("nothing rings here since {time}").format(time=fmt_clock(me.since))
    back = _("I am back")
    return Offer(
        contact="", title="○ " + _("MISSED CALL"), who="", facts=(since,), key=f"{keymap.shown('state')} {back}",
        until=None, action="state",
    )  # fmt: skip


def _calling(contact: wire.Contact, keymap: Keymap) -> Offer:
    """The promised call this agent is making."""
    answered, result = _("they answered"), _("result")
    return Offer(
        contact=contact.id, title=f"{GLYPHS[contact.channel]} " + _("YOU CALL"),
        who=clean(contact.name or contact.address), facts=(clean(contact.place or ""),),
        key=f"{keymap.shown('take')} {answered} · {keymap.shown('callbacks')} {result}",
        until=contact.offer_until.timestamp() if contact.offer_until else None,
    )  # fmt: skip


def status_of(
    state: DeskState, link: Link, unsent: int, now: float, monotonic: float, retry_in: float, totals: Content | str
) -> tuple[Content, bool]:
    """The status line and whether it is an alarm: my state and its age, then the view's totals; or the lost link."""
    if link.phase == "lost":
        return Content(_lost(link, unsent, now, monotonic, retry_in)), True
    parts: list[Content | str | tuple[str, str]] = [" "]
    if state.me is not None:
        parts.append((my_state(state.me), "bold"))
        if state.me.intent != "logged_out":
            # Since when somebody did not work says nothing to who begins.
            parts.append(f" {fmt_duration(now - state.me.since.timestamp())}")
        if state.me.pending:
            parts.append((_(" · then {state}").format(state=_(PENDING[state.me.pending])), "$warning"))
    if state.data_gap:
        parts.append((_(" · figures have a gap"), "$warning"))
    if state.surge is not None and state.surge.on:
        parts.append((" · ◆ " + _("surge mode"), "$warning"))
        if state.surge.callback_offer:
            parts.append((" · " + _("offer a call back"), "$warning"))
    if words := _announced(state, now):
        parts.append((f" · ⚑ {words}", "bold $warning"))
    if totals:
        parts += ["  ", totals if isinstance(totals, Content) else Content(totals)]
    return Content.assemble(*parts), False


def my_state(me: wire.AgentState) -> str:
    """My state in one word or two: ready, pause (lunch), wrap-up."""
    word = _(STATE.get((me.intent, me.activity), ACTIVITY[me.activity]))
    reason = REASONS.get(me.reason or "", me.reason or "")
    return f"{word} ({clean(_(reason))})" if reason and me.intent == "paused" else word


def _announced(state: DeskState, now: float) -> str:
    banner = state.banner
    if banner is None or not _stands(banner.until, now):
        return ""
    return clean(banner.text.vi if language() == "vi" else banner.text.en)


def _stands(until: datetime | None, now: float) -> bool:
    return until is None or until.timestamp() > now


def _lost(link: Link, unsent: int, now: float, monotonic: float, left: float) -> str:
    heard = link.last_heard if link.last_heard is not None else link.since
    parts = [
        _(" ✕ Connection lost since {time}").format(time=fmt_clock(now - (monotonic - heard))),
        _("read and type on"),
        _("{n} unsent").format(n=fmt_number(unsent)),
    ]
    parts.append(_("again in {s} s").format(s=fmt_number(max(0, round(left)))) if left > 0 else _("trying now"))
    return " · ".join(parts)
