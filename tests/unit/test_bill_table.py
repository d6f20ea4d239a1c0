"""The bill on screen: its figures are the bill's, its sums add up, and what it asks for follows from it."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from agent_tui import wire
from agent_tui.i18n import fmt_number, set_language
from agent_tui.text.clean import clean_tree
from agent_tui.widgets.bill_table import (
    FLAGS,
    STATUS,
    draft_ticket,
    facts,
    how_to_pay,
    offer,
    owed,
    ratio_words,
    say,
    table,
)
from tests.unit.bill_samples import PERIODS, SAY, bill, check, record, thirteen

LAST = PERIODS[-1]
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
BEFORE_DUE = date(2026, 10, 10)


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


def amounts(text: str) -> list[int]:
    """The last figure of every line between the heading and the readings."""
    return [int(line.split()[-1].replace(",", "")) for line in text.splitlines()[1:-1]]


def test_the_worked_example_of_350_kwh_is_979560():
    shown = table(bill("2026-06", 350)).plain
    *tiers, before_vat, vat, total = amounts(shown)
    assert tiers == [99_200, 102_500, 238_000, 299_800, 167_500]
    assert (before_vat, vat, total) == (907_000, 72_560, 979_560)
    assert sum(tiers) == before_vat
    assert "VAT 8 %" in shown


@pytest.mark.parametrize("kwh", [0, 1, 50, 51, 400, 401, 123_456])
def test_every_total_equals_the_lines_above_it(kwh):
    lines = table(bill("2026-06", kwh)).plain.splitlines()
    *tiers, before_vat, vat, total = amounts("\n".join(lines))
    assert sum(tiers) == before_vat
    assert before_vat + vat == total
    assert len({len(line) for line in lines[:-1]}) == 1


def test_many_households_keep_the_columns_straight():
    wide = [wire.Tier(1, 5000, 5000, 1984, 9_920_000), wire.Tier(5001, 10000, 12, 2050, 24_600)]
    lines = table(bill("2026-06", 5012, tiers=wide)).plain.splitlines()
    assert len({len(line) for line in lines[:-1]}) == 1
    assert "2  5001-10000" in lines[2]


def test_a_price_change_within_the_period_begins_a_block_of_its_own():
    split = [
        wire.Tier(1, 15, 15, 1893, 28_395, date(2025, 4, 20)), wire.Tier(1, 35, 35, 1984, 69_440, date(2025, 5, 10))
    ]  # fmt: skip
    shown = table(bill("2025-05", 50, tiers=split)).plain
    assert shown.index("prices from 20 Apr 2025") < shown.index("1  1-15")
    assert shown.index("1  1-15") < shown.index("prices from 10 May 2025") < shown.index("1  1-35")


def test_a_flat_price_is_named_so():
    flat = [wire.Tier(1, None, 100, 3152, 315_200)]
    assert "one price" in table(bill("2026-06", 100, tiers=flat)).plain


def test_hours_that_were_not_told_apart_are_said_with_their_prices():
    shown = table(msgspec.structs.replace(bill("2026-06", 350), hours=(1987, 1300, 3640))).plain
    assert "! one register: all at the normal hour\nnormal 1,987 · off-peak 1,300 · peak 3,640" in shown
    assert "one register" not in table(bill("2026-06", 350)).plain


def test_paid_unpaid_and_overdue_say_so_in_words():
    def told(**changes: object) -> str:
        return facts([bill("2026-06", 100, **changes)], "2026-06", None).plain

    assert told().startswith("06/2026 · 217,836 đ ✓ paid 20 Jun 2026 · 30 days")
    assert "○ not paid yet · due 28 Jun 2026" in told(status="unpaid", paid_on=None)
    assert "▲ OVERDUE · due 28 Jun 2026" in told(status="overdue", paid_on=None)
    assert set(STATUS) == {"paid", "unpaid", "overdue"}


def test_the_readings_behind_the_bill_and_how_they_were_got():
    assert table(bill("2026-06", 100)).plain.splitlines()[-1] == "meter 12,000 → 12,100 (read on site)"
    assert "(estimated)" in table(bill("2026-06", 100, reading_kind="estimated")).plain
    assert "→" not in table(bill("2026-06", 100, reading_to=None)).plain


def test_support_is_told_apart_from_the_bill():
    assert "59,520 đ" in table(bill("2026-06", 40, support=59_520)).plain.splitlines()[-1]


def test_the_facts_name_days_use_a_day_ratios_and_flags():
    first, second = facts(thirteen(), LAST, check()).plain.splitlines()
    assert first == "10/2026 · 1,205,302 đ ○ not paid yet · due 28 Oct 2026 · 30 → 33 days"
    assert second == (
        "▲ 1.46x the month before · 1.47x the same month last year · 9.4 → 12.5 kWh a day · a higher tier"
    )


def test_odd_readings_are_marked_and_others_are_not():
    text = facts(thirteen(), LAST, check(flags=["estimated", "reading_falls", "holiday"], recheck_due=None)).plain
    assert "! estimated reading · ! reading falls · holidays in it" in text
    assert "▲" not in text


def test_every_flag_of_the_contract_has_words():
    assert set(FLAGS) == set(wire.BillFlag.__args__)


def test_a_first_bill_has_nothing_to_compare():
    alone = [bill(LAST, 100)]
    text = facts(alone, LAST, check(ratio=None, year_ratio=None, flags=["no_previous"], recheck_due=None)).plain
    assert text.splitlines()[1] == "3.3 kWh a day · no bill for the month before"
    assert "→" not in text
    assert ratio_words(check(ratio=None, year_ratio=None)) == []
    assert facts([], "", None).plain == ""


def test_the_paragraph_is_the_services_in_the_desks_language():
    assert SAY.en in say(check()).plain
    set_language("vi")
    assert SAY.vi in say(check()).plain


def test_the_rule_prefills_a_re_read_request():
    ticket = draft_ticket(record(), thirteen(), LAST, check(), BEFORE_DUE)
    assert (ticket.type, ticket.customer, ticket.fields) == ("METER.RECHECK", "PC08GG0044121", {"period": LAST})
    assert ticket.title == "Re-read the meter, bill 10/2026"
    assert "412 kWh in 33 days" in ticket.note
    assert "282 kWh in 30 days" in ticket.note
    assert "1.46x" in ticket.note
    told = offer(ticket.type, check(), NOW).plain
    assert told == "YOU CAN  F4 re-read the meter (from 1.3x on; answer by 23 Nov 14:05)"


def test_without_the_rule_nothing_is_offered():
    assert draft_ticket(record(), thirteen(), LAST, check(recheck_due=None), BEFORE_DUE) is None
    assert draft_ticket(record(), thirteen(), LAST, None, BEFORE_DUE) is None
    assert draft_ticket(record(), [], "", None, TODAY) is None
    assert offer("", None, NOW).plain == ""
    assert offer("METER.RECHECK", None, NOW).plain == ""


def overdue() -> list[wire.Bill]:
    return [bill(LAST, 412, status="overdue", paid_on=None), *thirteen()[1:]]


def test_an_overdue_bill_offers_paid_but_dunned_unless_the_rule_holds():
    plain = check(recheck_due=None)
    ticket = draft_ticket(record(), overdue(), LAST, plain, TODAY)
    assert ticket.type == "PAY.RECON"
    assert "overdue since 28 Oct 2026" in ticket.note
    assert "F4" in offer(ticket.type, plain, NOW).plain
    assert draft_ticket(record(), overdue(), LAST, check(), TODAY).type == "METER.RECHECK"


def test_who_was_cut_off_for_debt_is_offered_reconnection_first():
    assert draft_ticket(record(status="suspended"), overdue(), LAST, check(), TODAY).type == "PAY.RECON"


def test_what_is_owed_says_since_when_and_is_an_alarm_only_when_late():
    assert owed(record(), TODAY).plain == "▲ owes 1,205,302 đ · overdue since 28 Oct 2026"
    assert owed(record(), BEFORE_DUE).plain == "owes 1,205,302 đ · due 28 Oct 2026"
    assert owed(record(balance=0, owed_since=None), TODAY).plain == "✓ nothing owed"
    assert owed(record(balance=None), TODAY).plain == "no bills on file"


def test_several_open_bills_are_listed_and_add_up():
    two = [bill("2026-09", 282, status="overdue", paid_on=None), bill(LAST, 412, status="unpaid", paid_on=None)]
    text = owed(record(balance=sum(b.total for b in two)), TODAY, two).plain
    assert all(f"{b.period[5:]}/2026 {fmt_number(b.total)} đ" in text for b in two)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("centre", "site"), [("EVNCPC", "cskh.cpc.vn"), ("EVNHANOI", "evnhanoi.vn")])
def test_how_to_pay_names_code_and_site(lang, centre, site):
    set_language(lang)
    text = how_to_pay(record(centre=centre)).plain
    assert "PC08GG0044121" in text
    assert site in text


def test_hostile_text_in_an_explanation_is_letters():
    hostile = "[/b] [@click=app.quit]x[/]"
    assert hostile in say(check(explanation=wire.Say(hostile, hostile))).plain


def test_a_paragraph_to_read_aloud_is_not_cut_on_its_way_to_the_desk():
    long = wire.Say("một câu dài. " * 80, "one long sentence. " * 80)
    came = clean_tree(check(explanation=long))
    assert came.explanation == long
    assert "\x1b" not in clean_tree(check(explanation=wire.Say("\x1b]52;", "x"))).explanation.vi
