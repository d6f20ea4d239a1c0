"""A bill line by line, what changed in it, what to say and what can be asked for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from textual.content import Content

from agent_tui import wire
from agent_tui.i18n import N_, _, fmt_date, fmt_money, fmt_number, fmt_time, language
from agent_tui.keys.keymap import hint
from agent_tui.widgets.bill_chart import compared
from agent_tui.widgets.safe import plain

STATUS: Final[dict[str, tuple[str, str]]] = {
    "paid": (N_("✓ paid"), "$success"),
    "unpaid": (N_("○ not paid yet"), ""),
    "overdue": (N_("▲ OVERDUE"), "bold $warning"),
}
FLAGS: Final[dict[str, str]] = {
    "recheck_offer": N_("re-read rule"),
    "no_previous": N_("no bill for the month before"),
    "more_days": N_("more days"),
    "fewer_days": N_("fewer days"),
    "more_use": N_("more use a day"),
    "less_use": N_("less use a day"),
    "year_up": N_("above last year"),
    "year_down": N_("below last year"),
    "tier_up": N_("a higher tier"),
    "tier_down": N_("a lower tier"),
    "price_up": N_("prices rose"),
    "price_down": N_("prices fell"),
    "price_mid_period": N_("prices changed within the period"),
    "vat_changed": N_("VAT changed"),
    "late_reading": N_("read late"),
    "estimated": N_("estimated reading"),
    "holiday": N_("holidays in it"),
    "reading_falls": N_("reading falls"),
    "reading_gap": N_("a reading is missing"),
    "reading_double": N_("read twice"),
    "reading_differs": N_("readings do not fit the bill"),
    "one_register": N_("hours not told apart"),
}
KINDS: Final[dict[str, str]] = {
    "actual": N_("read on site"),
    "remote": N_("read from afar"),
    "customer": N_("read by the customer"),
    "estimated": N_("estimated"),
}
# A fault of the readings, not of the household: the agent should not defend such a bill.
ODD: Final = frozenset({
    "estimated", "late_reading", "reading_falls", "reading_gap", "reading_double", "reading_differs", "one_register",
})  # fmt: skip
# The figures beside them say it already.
TOLD: Final = frozenset({
    "recheck_offer", "more_days", "fewer_days", "more_use", "less_use", "year_up", "year_down",
})  # fmt: skip
SITES: Final[dict[str, str]] = {
    "EVNNPC": "cskh.npc.com.vn",
    "EVNHANOI": "evnhanoi.vn",
    "EVNCPC": "cskh.cpc.vn",
    "EVNSPC": "cskh.evnspc.vn",
    "EVNHCMC": "cskh.evnhcmc.vn",
}
KWH, PRICE, AMOUNT = 8, 8, 13


def day(of: date) -> str:
    """05/07/2026 in Vietnamese, 5 Jul 2026 in English."""
    return fmt_date(datetime(of.year, of.month, of.day, 5)).rpartition(" ")[0]


def period_word(period: str) -> str:
    """2026-06 as people say it: 06/2026."""
    year, _dash, month = period.partition("-")
    return f"{month}/{year}"


def _rows(tiers: Sequence[wire.Tier]) -> list[tuple[str, wire.Tier | None]]:
    """Each tier with its label; where a new price begins, a line that says so."""
    rows: list[tuple[str, wire.Tier | None]] = []
    number, since = 0, None
    for tier in tiers:
        if tier.since is not None and tier.since != since:
            rows.append((_("prices from {day}").format(day=day(tier.since)), None))
            number, since = 0, tier.since
        number += 1
        reach = f"{tier.first}+" if tier.to is None else f"{tier.first}-{tier.to}"
        rows.append((_("one price") if tier.to is None and number == 1 else f"{number}  {reach}", tier))
    return rows


def table(bill: wire.Bill) -> Content:
    """Tiers with kWh, price and amount; before VAT, VAT, total; the readings behind it."""
    rows = _rows(bill.tiers)
    sums = (_("before VAT"), _("VAT {n} %").format(n=bill.vat_pct), _("TOTAL (đ)"))
    label = max(len(text) for text in (*sums, *(text for text, tier in rows if tier is not None)))

    def line(text: str, kwh: str, price: str, amount: str, style: str = "") -> Content:
        return plain(f"{text.ljust(label)}{kwh.rjust(KWH)}{price.rjust(PRICE)}{amount.rjust(AMOUNT)}", style)

    lines = [line(_("tier"), "kWh", _("price"), _("amount"), "$muted")]
    for text, tier in rows:
        figures = (tier.kwh, tier.price, tier.amount) if tier is not None else None
        lines.append(line(text, *map(fmt_number, figures)) if figures else plain(text, "$muted"))
    lines += [
        line(sums[0], fmt_number(bill.kwh), "", fmt_number(bill.amount), "$muted"),
        line(sums[1], "", "", fmt_number(bill.vat), "$muted"),
        line(sums[2], "", "", fmt_number(bill.total), "bold"),
    ]
    if meter := readings(bill):
        lines.append(plain(meter, "$muted"))
    if bill.hours is not None:
        normal, off_peak, peak = map(fmt_number, bill.hours)
        lines.append(plain(_("! one register: all at the normal hour"), "$warning"))
        by_hours = _("normal {normal} · off-peak {off_peak} · peak {peak}")
        lines.append(plain(by_hours.format(normal=normal, off_peak=off_peak, peak=peak), "$muted"))
    if bill.support:
        told = _("a poor household gets {sum} a month from the state").format(sum=fmt_money(bill.support))
        lines.append(plain(told, "$muted"))
    return Content("\n").join(lines)


def _state(bill: wire.Bill) -> Content:
    word, style = STATUS[bill.status]
    if bill.paid_on is not None:
        return Content.styled(_(word), style) + Content(" " + day(bill.paid_on))
    return Content.styled(_(word), style) + Content(" · " + _("due {time}").format(time=day(bill.due)))


def ratio_words(check: wire.BillCheck) -> list[str]:
    """`1.46x last month`, `1.31x the same month last year`: those that can be compared."""
    words = []
    if check.ratio is not None:
        words.append(_("{n}x the month before").format(n=fmt_number(check.ratio, 2)))
    if check.year_ratio is not None:
        words.append(_("{n}x the same month last year").format(n=fmt_number(check.year_ratio, 2)))
    return words


def readings(bill: wire.Bill) -> str:
    """`meter 12.871 → 13.283`, with how the last figure was got; empty where no readings are on file."""
    if bill.reading_from is None or bill.reading_to is None:
        return ""
    kind = _(KINDS[bill.reading_kind]) if bill.reading_kind else ""
    text = f"{fmt_number(bill.reading_from)} → {fmt_number(bill.reading_to)}"
    return _("meter {number}").format(number=text) + (f" ({kind})" if kind else "")


def changed(before: str | None, now: str) -> str:
    """`30 → 31`, or `31` where there is nothing to compare or nothing changed."""
    return now if before in (None, now) else f"{before} → {now}"


def facts(bills: Sequence[wire.Bill], chosen: str, check: wire.BillCheck | None) -> Content:
    """The period: total, whether it is paid, days; then how much more it is, the use a day, and what else changed."""
    bill, before = compared(bills, chosen)
    if bill is None:
        return Content("")
    days = _("{n} days").format(n=changed(str(before.days) if before else None, str(bill.days)))
    head = Content.styled(f"{period_word(bill.period)} · {fmt_money(bill.total)} ", "bold") + _state(bill)
    a_day = changed(_a_day(before) if before else None, _a_day(bill))
    parts = [Content(_("{n} kWh a day").format(n=a_day))]
    if check is not None:
        how = Content(" · ").join(Content(word) for word in ratio_words(check))
        if check.recheck_due is not None:
            how = Content.styled("▲ ", "bold $warning") + how.stylize("bold $warning")
        parts = [how, *parts, *[_flag(flag) for flag in check.flags if flag not in TOLD]]
    return head + Content(f" · {days}\n") + Content(" · ").join([part for part in parts if part.plain])


def _a_day(bill: wire.Bill) -> str:
    return fmt_number(bill.kwh / max(1, bill.days), 1)


def _flag(flag: str) -> Content:
    odd = flag in ODD
    return Content.styled(("! " if odd else "") + _(FLAGS.get(flag, flag)), "$warning" if odd else "")


def say(check: wire.BillCheck) -> Content:
    """The paragraph that can be read aloud, in the desk's language."""
    text = check.explanation.en if language() == "en" else check.explanation.vi
    return Content.styled(_("SAY") + "  ", "bold $accent") + plain(f"“{text}”", "bold", multiline=True)


def offer(ticket_type: str, check: wire.BillCheck | None, now: datetime) -> Content:
    """What F4 would open about this bill, with its rule and its clock; empty where nothing is offered."""
    if ticket_type == "METER.RECHECK" and check is not None and check.recheck_due is not None:
        text = hint(_("{new_ticket} re-read the meter (from {rule}x on; answer by {time})"), rule=fmt_number(1.3, 1),
                    time=fmt_time(check.recheck_due, now))  # fmt: skip
    elif ticket_type == "PAY.RECON":
        text = hint(_("{new_ticket} paid but dunned, or power back after a cut for debt"))
    else:
        return Content("")
    return Content.styled(_("YOU CAN") + "  ", "bold $accent") + Content(text)


def owed(record: wire.CustomerRecord, today: date, bills: Sequence[wire.Bill] = ()) -> Content:
    """What is owed and since when; with the bills also which ones. An alarm only where a due day has passed."""
    if record.balance is None:
        return Content.styled(_("no bills on file"), "$muted")
    if not record.balance:
        return Content.styled("✓ " + _("nothing owed"), "$success")
    text, due = _("owes {sum}").format(sum=fmt_money(record.balance)), record.owed_since
    late = due is not None and due < today
    if due is not None:
        since = _("overdue since {time}") if late else _("due {time}")
        text += " · " + since.format(time=day(due))
    line = Content.styled("▲ " + text, "bold $warning") if late else Content(text)
    open_ones = [f"{period_word(b.period)} {fmt_money(b.total)}" for b in bills if b.status != "paid"]
    return line + Content(" · " + " · ".join(open_ones)) if len(open_ones) > 1 else line


def how_to_pay(record: wire.CustomerRecord) -> Content:
    """How and where to pay, to be read aloud."""
    text = _("To pay: customer code {code}; at {site} or in the customer app, in a bank's app or e-wallet, "
             "at a bank counter or a collection point. Never to a caller or into a private account.")  # fmt: skip
    site = SITES.get(record.centre, "cskh.evn.com.vn")
    return Content.styled(_("PAY") + "  ", "bold $accent") + plain(text.format(code=record.code, site=site))


def draft_ticket(
    record: wire.CustomerRecord, bills: Sequence[wire.Bill], chosen: str, check: wire.BillCheck | None, today: date
) -> wire.NewTicket | None:
    """The ticket this bill calls for: power back after a cut, a re-read by the 1.3x rule, paid but dunned; or none."""
    bill, before = compared(bills, chosen)
    if bill is None:
        return None
    when = period_word(bill.period)
    overdue = any(b.status == "overdue" for b in bills)
    if overdue and (record.status == "suspended" or check is None or check.recheck_due is None):
        return wire.NewTicket(
            type="PAY.RECON", customer=record.code, fields={"period": bill.period},
            title=_("Paid but dunned or cut, bill {period}").format(period=when),
            note=_("On file: {owed}.").format(owed=owed(record, today, bills).plain.lstrip("▲ ")) + " "
            + _("The customer says:"),
        )  # fmt: skip
    if check is None or check.recheck_due is None:
        return None
    lines = [_("{kwh} kWh in {days} days, {total}.").format(kwh=fmt_number(bill.kwh), days=bill.days,
                                                             total=fmt_money(bill.total))]  # fmt: skip
    if before is not None:
        lines.append(_("Before: {kwh} kWh in {days} days.").format(kwh=fmt_number(before.kwh), days=before.days))
    return wire.NewTicket(
        type="METER.RECHECK", customer=record.code, fields={"period": bill.period},
        title=_("Re-read the meter, bill {period}").format(period=when),
        note=" ".join([*lines, *[f"{word}." for word in ratio_words(check)]]),
    )  # fmt: skip
