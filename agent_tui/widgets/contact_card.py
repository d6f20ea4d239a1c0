"""The contact in hand: who is calling, the customer's record, the power verdict, and what is open for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, ZONE, _, fmt_day, fmt_duration, ngettext
from agent_tui.keys.keymap import hint
from agent_tui.widgets import danger_lines
from agent_tui.widgets.bill_table import owed
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.line_model import Cell, Column, Row
from agent_tui.widgets.outage_rows import cause_word
from agent_tui.widgets.power_verdict import verdict_lines
from agent_tui.widgets.queue_rows import CHANNELS, CLASSES, STATES, WAITING, why
from agent_tui.widgets.safe import SafeStatic, plain
from agent_tui.widgets.ticket_rows import brief_due

DISPOSITIONS: Final[dict[str, str]] = {
    "outage_attached": N_("attached to the outage"),
    "outage_reported": N_("outage reported"),
    "bill_explained": N_("bill explained"),
    "ticket_created": N_("ticket created"),
    "information": N_("information given"),
    "transferred": N_("transferred"),
    "callback_promised": N_("call back promised"),
    "wrong_number": N_("wrong number"),
    "nuisance": N_("nuisance"),
    "other": N_("other"),
}
TARIFFS: Final[dict[str, str]] = {
    "residential": N_("home"),
    "business": N_("business"),
    "production": N_("production"),
    "public": N_("public service"),
    "tenant": N_("tenant, flat price"),
}
LOADS: Final[dict[str, str]] = {
    "hospital": N_("hospital"),
    "water": N_("water supply"),
    "telecom": N_("telecom"),
    "life_support": N_("life support at home"),
    "government": N_("government"),
}
CANDIDATE_COLUMNS: Final = (
    Column("name", N_("name"), 16, flex=2),
    Column("code", N_("code"), 13),
    Column("address", N_("address"), 10, flex=3),
)
RECENT_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class CardView:
    """Everything the card draws; a `*_error` is the sentence to show, `as_of` the words of a lost link, `last` the
    candidate chosen the time before."""

    contact: wire.Contact | None = None
    mine: bool = False
    record: wire.CustomerRecord | None = None
    power: wire.Power | None = None
    outage: wire.Outage | None = None
    hits: tuple[wire.CustomerHit, ...] = ()
    loading: bool = False
    record_error: str = ""
    power_error: str = ""
    attached: str = ""
    identified: bool = False
    last: str = ""
    as_of: str = ""


def head_line(view: CardView, now: datetime) -> Content:
    """`IN HAND ☎ Hotline · talking 01:24`, or what the list's cursor stands on."""
    contact = view.contact
    if contact is None:
        return Content.styled(_("NO CONTACT IN HAND"), "bold $muted")
    glyph, word = CHANNELS.get(contact.channel, ("·", contact.channel))
    title = _("IN HAND") if view.mine else _("SELECTED")
    waits = contact.state in WAITING
    since = contact.joined_at if waits else contact.state_since
    state = "" if view.mine and contact.state == "connected" else _(STATES["queued" if waits else contact.state])
    parts = [
        Content.styled(f"{glyph} {_(word)}", "bold"),
        Content(f"{state} {fmt_duration((now - since).total_seconds())}".strip()),
        plain(why(contact)),
    ]
    if view.mine and contact.consulted is not None:
        parts.append(Content.styled("? " + _("help is asked"), "$accent"))
    if view.mine and contact.state == "wrap_up" and contact.wrap_up_until is not None:
        left = fmt_duration((contact.wrap_up_until - now).total_seconds())
        parts.append(Content.styled(_("{time} left").format(time=left), "$warning"))
    head = Content.styled(title, "bold $accent" if view.mine else "bold $muted") + Content(" ")
    if view.as_of:
        parts.insert(0, Content.styled(f"▲ {view.as_of}", "$warning"))
    return head + Content(" · ").join(parts)


def who_lines(view: CardView) -> Content:
    """The caller, then the customer's record; every state of it has a line."""
    contact = view.contact
    if contact is None:
        return Content.styled(hint(_("{take} takes the next customer; the arrows choose another one first.")), "$muted")
    lines: list[Content] = []
    text, style = CLASSES.get(contact.priority_class, ("", ""))
    if text:
        glyph, _sep, word = text.partition(" ")
        lines.append(Content.styled(f"{glyph} {_(word)}", style))
    if contact.priority_class == "danger":
        lines.append(Content.styled(_("Read the address back. Say: stay well away, let nobody near."), "bold $warning"))
    if view.record is not None:
        lines += _record_lines(view.record, contact)
    else:
        lines.append(plain(contact.name or contact.address, "bold"))
        lines.append(plain(" · ".join(filter(None, (contact.address, contact.place)))))
        lines.append(_without_record(view, contact))
    if contact.text_preview:
        lines.append(plain(f"“{contact.text_preview}”", "italic"))
    return Content("\n").join(lines)


def _without_record(view: CardView, contact: wire.Contact) -> Content:
    if view.record_error:
        return Content.styled("✗ " + view.record_error + " " + hint(_("{refresh} reads it again.")), "$error")
    if view.mine and view.loading and view.identified:
        return Content.styled(_("reading the customer's record …"), "$muted")
    if contact.customer and not view.mine:
        return Content.styled(_("known customer; the record opens when you take the contact"), "$muted")
    if contact.candidates and not view.identified:
        shared = ngettext(
            "{n} customer uses this number", "{n} customers share this number", len(contact.candidates)
        ).format(n=len(contact.candidates))
        ask = " · " + _("ask for the name, Tab and Enter choose") if view.mine else ""
        return Content.styled(shared + ask, "$warning")
    if not view.identified:
        return Content.styled(hint(_("unknown customer · {find} finds by name and place, code or meter")), "$muted")
    return Content("")


def _record_lines(record: wire.CustomerRecord, contact: wire.Contact) -> list[Content]:
    name = " ".join(filter(None, (record.title, record.name)))
    lines = [plain(name, "bold") + plain("  " + record.code) + plain("  " + " · ".join(record.phones), "$muted")]
    if contact.name and contact.name != record.name:
        lines.append(plain(_("calls as {name}").format(name=contact.name), "$warning"))
    lines.append(plain(record.address))
    if record.old_address:
        lines.append(plain("  " + _("formerly: {address}").format(address=record.old_address), "$muted"))
    facts = [_(TARIFFS.get(record.tariff, record.tariff))]
    facts.append(ngettext("{n} household", "{n} households", record.households).format(n=record.households))
    facts.append(_("meter {number}").format(number=record.meter_no))
    if record.status != "active":
        facts.append(_("SUSPENDED") if record.status == "suspended" else _("CLOSED"))
    line = plain(" · ".join(facts), "$muted")
    if record.priority_load:
        line += plain(" · ✚ " + _(LOADS.get(record.priority_load, record.priority_load)), "bold $warning")
    return [*lines, line]


def power_lines(view: CardView, now: datetime) -> Content:
    """The verdict and what F5 would do; loading, unknown and failed have their own lines."""
    if view.contact is None:
        return Content("")
    attached = Content.styled("✓ " + view.attached, "$success") if view.attached else Content("")
    if view.contact.priority_class == "danger":
        danger = danger_lines.line(view.contact.dispatch, now, view.mine)
        return Content("\n").join(part for part in (danger, _verdict(view, now, Content(""))) if part.plain)
    return _verdict(view, now, attached)


def _verdict(view: CardView, now: datetime, attached: Content) -> Content:
    contact = view.contact
    if contact is None or not view.identified:
        return attached
    if view.power is None:
        if view.power_error:
            return Content.styled("✗ " + view.power_error + " " + hint(_("{refresh} reads it again.")), "$error")
        asking = view.mine or view.loading
        return Content.styled(_("asking whether the power is out …") if asking else "", "$muted")
    cause = cause_word(view.outage.cause) if view.outage and view.outage.cause else ""
    lines = verdict_lines(view.power, view.outage, now, cause)
    if view.attached:
        lines.append(attached)
    elif contact.priority_class == "danger":
        pass
    elif view.mine and joins(view.power) is not None:
        lines.append(Content.styled(hint(_("{attach} attach and call back when the power is on")), "$muted"))
    elif view.mine and view.power.nested_of is not None:
        lines.append(Content.styled(hint(_("Still no power? {attach} reports it as left out.")), "$muted"))
    elif view.mine and view.power.verdict in ("neighbours_reporting", "only_you"):
        lines.append(Content.styled(hint(_("{attach} report or choose an outage · {new_ticket} new ticket")), "$muted"))
    return Content("\n").join(lines)


def joins(power: wire.Power) -> str | None:
    """The outage, or the planned work under way, that a contact with this verdict belongs to."""
    return power.outage or (power.plan if power.verdict == "planned_now" else None)


def history_lines(view: CardView, now: datetime) -> Content:
    """Open tickets, last contacts, balance: aligned labels, one line each."""
    record = view.record
    if record is None:
        return Content("")
    rows = [(_("Tickets"), plain(_("none open"), "$muted"))]
    if record.open_tickets:
        rows = [(_("Tickets") if i == 0 else "", _ticket(t, now)) for i, t in enumerate(record.open_tickets)]
    recent = [
        f"{fmt_day(c.at)} {CHANNELS.get(c.channel, ('·', ''))[0]} {_(DISPOSITIONS.get(c.disposition or '', c.queue))}"
        for c in record.recent_contacts
        if view.contact is None or c.id != view.contact.id
    ]
    rows.append((_("Contacts"), plain(" · ".join(recent[:RECENT_SHOWN]) or _("none before"), "$muted")))
    balance = owed(record, now.astimezone(ZONE).date())
    if view.contact is not None and view.mine and view.contact.queue == "billing":
        balance += Content.styled(" · " + hint(_("{look_closer} opens the bills")), "$muted")
    rows.append((_("Balance"), balance))
    pad = max(len(label) for label, _text in rows) + 2
    return Content("\n").join(plain(label.ljust(pad), "$muted") + text for label, text in rows)


def _ticket(ticket: wire.TicketBrief, now: datetime) -> Content:
    return plain(f"{ticket.number} {ticket.title}") + brief_due(ticket, now)


class ContactCard(Vertical):
    """The right pane of the queue."""

    def compose(self) -> ComposeResult:
        """Head, then what scrolls: caller, candidates, verdict, history."""
        yield SafeStatic(id="card-head", classes="pane-head")
        with VerticalScroll(id="card-scroll"):
            yield Flowing(id="card-who")
            yield LineList(CANDIDATE_COLUMNS, id="candidates", header=False, marks=False)
            yield Flowing(id="card-power")
            yield Flowing(id="card-more")

    def on_mount(self) -> None:
        """Nothing in hand until the first view arrives."""
        self._view = CardView()
        self.query_one("#candidates").display = False

    def show(self, view: CardView, now: datetime) -> None:
        """Draw this; the candidates list keeps its cursor while its contact stays."""
        changed = view.contact is None or self._view.contact is None or view.contact.id != self._view.contact.id
        self._view = view
        self.query_one("#card-who", SafeStatic).say(who_lines(view), layout=True)
        self._show_candidates(view)
        more = self.query_one("#card-more", SafeStatic)
        more.display = view.record is not None
        more.say(history_lines(view, now), layout=True)
        if changed:
            self.query_one("#card-scroll").scroll_home(animate=False)
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """One second passed: waits, ages and a target that expires."""
        self.query_one("#card-head", SafeStatic).say(head_line(self._view, now))
        power = power_lines(self._view, now)
        widget = self.query_one("#card-power", SafeStatic)
        widget.display = bool(power.plain)
        widget.say(power, layout=True)

    def _show_candidates(self, view: CardView) -> None:
        listed = self.query_one("#candidates", LineList)
        contact = view.contact
        wanted = contact.candidates if contact and view.mine and not view.identified else []
        listed.display = bool(wanted)
        listed.styles.height = min(6, len(wanted)) or 1
        by_code = {hit.code: hit for hit in view.hits}
        first = sorted(wanted, key=lambda code: code != view.last)
        listed.set_rows([_candidate(code, by_code.get(code), code == view.last) for code in first])


def _candidate(code: str, hit: wire.CustomerHit | None, chosen_before: bool) -> Row:
    name, address = (hit.name, hit.address) if hit else ("…", "")
    mark = Cell("✓ " + _("last time"), "$accent") if chosen_before else Cell(code)
    return Row(code, (Cell(name, "bold"), mark, Cell(address)))
