"""A customer's record as the Customers view shows it: one text for each tab but the bills."""

from collections.abc import Collection, Sequence
from datetime import datetime

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import ZONE, _, fmt_time, ngettext
from agent_tui.widgets.bill_table import owed
from agent_tui.widgets.contact_card import DISPOSITIONS, TARIFFS
from agent_tui.widgets.customer_rows import LOADS, state_words
from agent_tui.widgets.outage_rows import cause_word
from agent_tui.widgets.power_verdict import STATUS, device_name, device_words, target_line, verdict_lines
from agent_tui.widgets.queue_rows import CHANNELS, STATES, WHY
from agent_tui.widgets.safe import plain
from agent_tui.widgets.ticket_rows import brief_due, status_words

BLANK = Content("")


def _labelled(rows: list[tuple[str, Content]]) -> list[Content]:
    pad = max(len(label) for label, _text in rows) + 2
    return [plain(label.ljust(pad), "$muted") + text for label, text in rows]


def head(record: wire.CustomerRecord) -> Content:
    """Title, name and code, meter and first phone: who this is, above every tab."""
    name = " ".join(part for part in (record.title, record.name) if part)
    facts = [record.code, _("meter {number}").format(number=record.meter_no or "–"), *record.phones[:1]]
    line = plain(name, "bold") + plain("  " + " · ".join(facts))
    state, style = state_words(record.status, record.priority_load)
    return line + Content.styled(f" · {state}", style) if state else line


def places(record: wire.CustomerRecord) -> list[Content]:
    """The address of today and, on a line of its own, the one of before 2025."""
    lines = [plain(record.address)]
    if record.old_address:
        lines.append(plain(_("formerly: {address}").format(address=record.old_address), "$muted"))
    return lines


def supply(record: wire.CustomerRecord, now: datetime) -> list[Content]:
    """Phones, meter, contract, tariff, way to the substation, priority load and what is owed, as labelled lines."""
    households = ngettext("{n} household", "{n} households", record.households).format(n=record.households)
    path = " › ".join(device_words(device.kind, device.name or device.code) for device in record.network)
    rows = [
        (_("Phone"), plain(" · ".join(record.phones) or "–")),
        (_("Meter"), plain(f"{record.meter_no or '–'} · {_('contract')} {record.contract_no or '–'}")),
        (_("Tariff"), plain(f"{_(TARIFFS.get(record.tariff, record.tariff))} · {households}")),
        (_("Network"), plain(path or "–")),
    ]
    if record.priority_load:
        word = _(LOADS.get(record.priority_load, record.priority_load))
        rows.append((_("Priority"), plain(f"✚ {word}", "bold $warning")))
    rows.append((_("Balance"), owed(record, now.astimezone(ZONE).date())))
    return _labelled(rows)


def tickets(record: wire.CustomerRecord, now: datetime) -> list[Content]:
    """Open tickets with their clocks."""
    lines = [
        plain(ticket.number, "bold")
        + plain(f"  {ticket.title}")
        + plain(f" · {status_words(ticket.status)}", "$muted")
        + brief_due(ticket, now, "$muted")
        for ticket in record.open_tickets
    ]
    return lines or [plain(_("no open ticket"), "$muted")]


def contacts(record: wire.CustomerRecord, now: datetime) -> list[Content]:
    """The last contacts with what became of them, newest first."""
    lines = []
    for contact in record.recent_contacts:
        glyph, word = CHANNELS.get(contact.channel, ("·", contact.channel))
        end = DISPOSITIONS.get(contact.disposition or "") or STATES.get(contact.state, contact.state)
        about = _(WHY.get(contact.queue, contact.queue))
        lines.append(plain(f"{fmt_time(contact.at, now).ljust(13)}{glyph} {_(word)} · {about} · {_(end)}"))
    return lines or [plain(_("no contact yet"), "$muted")]


def verdict(
    power: wire.Power | None, outage: wire.Outage | None, now: datetime, failed: Content | None = None
) -> list[Content]:
    """Whether the power is out; while it is asked for, or why it did not come."""
    if power is None:
        return [failed or Content.styled(_("asking whether the power is out …"), "$muted")]
    return verdict_lines(power, outage, now, cause_word(outage.cause if outage else None))


def overview(
    record: wire.CustomerRecord,
    power: wire.Power | None,
    outage: wire.Outage | None,
    now: datetime,
    failed: Content | None = None,
) -> Content:
    """All of it in short: verdict, addresses, supply, open tickets, the last contacts."""
    return Content("\n").join([
        *places(record), BLANK, *verdict(power, outage, now, failed), BLANK, *supply(record, now), BLANK,
        plain(_("TICKETS"), "bold $muted"), *tickets(record, now), BLANK,
        plain(_("CONTACTS"), "bold $muted"), *contacts(record, now),
    ])  # fmt: skip


def on_the_path(record: wire.CustomerRecord, outages: Sequence[wire.Outage], also: str | None) -> list[wire.Outage]:
    """The outages, open or planned, of a device between this customer and the substation."""
    path = set(record.network_path)
    return [outage for outage in outages if outage.device in path or outage.id == also]


def power_page(
    record: wire.CustomerRecord,
    power: wire.Power | None,
    outages: Sequence[wire.Outage],
    now: datetime,
    failed: Content | None = None,
) -> Content:
    """The verdict, the way from the transformer to the substation, and every outage on it."""
    about = next((o for o in outages if power is not None and o.id == power.outage), None)
    lines = [*verdict(power, about, now, failed), BLANK, plain(_("NETWORK"), "bold $muted")]
    for depth, device in enumerate(reversed(record.network)):
        lines.append(plain("  " * depth + device_words(device.kind, device.name or device.code)))
    if not record.network:
        lines.append(plain(_("no transformer on file"), "$muted"))
    touched = on_the_path(record, outages, power.outage if power else None)
    lines += [BLANK, plain(_("OUTAGES ON THIS WAY"), "bold $muted")]
    for outage in touched:
        since = _("since {time}").format(time=fmt_time(outage.started_at, now)) if outage.started_at else ""
        facts = " · ".join(filter(None, (device_name(outage), _(STATUS.get(outage.status, outage.status)), since)))
        lines.append(plain(facts) + Content(" · ") + target_line(outage, now))
    lines += [] if touched else [plain(_("none, open or planned"), "$muted")]
    return Content("\n").join([*lines, *earlier(record, {outage.id for outage in touched}, now)])


def earlier(record: wire.CustomerRecord, shown: Collection[str], now: datetime) -> list[Content]:
    """The outages and works on the way that are over or still to come, newest first; none that is `shown` already."""
    lines = []
    for outage in record.outages:
        if outage.id in shown:
            continue
        until = fmt_time(outage.until, now) if outage.until else "…"
        kind = _("planned work") if outage.kind == "planned" else cause_word(outage.cause)
        what = " · ".join(filter(None, (outage.device_name or outage.device, kind, _(STATUS[outage.status]))))
        lines.append(plain(f"{fmt_time(outage.since, now)} → {until}  ") + plain(what, "$muted"))
    return [BLANK, plain(_("OTHER OUTAGES AND WORKS"), "bold $muted"), *lines] if lines else []


def page(lines: Sequence[Content]) -> Content:
    """Lines as one text."""
    return Content("\n").join(lines)
