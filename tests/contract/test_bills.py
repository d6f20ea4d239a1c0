"""Bills, why they changed, what is owed and what a suspension says, over HTTP."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from agent_tui import wire
from backend_stub.clock import ManualClock
from backend_stub.store import bills
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.contract.desk import do, report
from tests.service import Running, running_service

NOW = grid.NOW
REASON = {"Access-Reason": "search"}
KWH = (300, 240, 230, 220, 260, 280, 330, 340, 320, 300, 270, 250, 350)
# The figures of a paragraph that are no dates.
FIGURES = re.compile(r"(?<![/\d.,])\d[\d.,]*\d(?![/\d])|(?<![/\d.,])\d(?![/\d.,]\d|\d)")


@pytest_asyncio.fixture
async def svc(svc: Running) -> Running:
    await svc.engine.write(history)
    return svc


def month(back: int) -> tuple[date, date]:
    """First and last day of the month so many before November 2026."""
    number = 2026 * 12 + 10 - back
    first = date(number // 12, number % 12 + 1, 1)
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def history(tx: Tx) -> None:
    """Fourteen bills of HOME with the readings of the last; its neighbour 2 has none."""
    payer = bills.payers(tx.conn, [grid.HOME])[grid.HOME]
    for back, kwh in enumerate(reversed((999, *KWH)), start=1):
        first, last = month(back)
        status = {1: "unpaid", 2: "overdue"}.get(back, "paid")
        due = last + timedelta(days=12)
        paid_on = due.isoformat() if status == "paid" else None
        row = (payer.id, f"{first:%Y-%m}", first.isoformat(), last.isoformat(), kwh, "residential", 1, status)
        bills.upsert_bills(tx.conn, [(*row, due.isoformat(), paid_on)])
    pairs = (("2026-09-30", 12_521), ("2026-10-31", 12_871))
    bills.upsert_readings(tx.conn, [(payer.id, "80000001", day, "remote", value) for day, value in pairs])


async def get(svc: Running, what: str, user: str = "agent", reason: str = "search", code: str = grid.HOME):
    return await (await svc.client(user)).get(f"/v1/customers/{code}/{what}", headers={"Access-Reason": reason})


async def listed(svc: Running) -> list[wire.Bill]:
    answer = await get(svc, "bills")
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.Page[wire.Bill]).items


async def checked(svc: Running, period: str = "") -> wire.BillCheck:
    answer = await get(svc, f"bill-check?period={period}" if period else "bill-check")
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.BillCheck)


async def test_thirteen_periods_newest_first_with_their_tiers(svc: Running) -> None:
    found = await listed(svc)
    assert [bill.kwh for bill in found] == list(reversed(KWH))
    assert [bill.period for bill in found][::12] == ["2026-10", "2025-10"]
    for bill in found:
        assert sum(tier.amount for tier in bill.tiers) == bill.amount
        assert sum(tier.kwh for tier in bill.tiers) == bill.kwh
        assert all(tier.kwh * tier.price == tier.amount for tier in bill.tiers)
        assert bill.amount + bill.vat == bill.total


async def test_a_bill_on_the_wire(svc: Running) -> None:
    newest = (await get(svc, "bills")).json()["items"][0]
    tiers = newest.pop("tiers")
    assert newest == {
        "period": "2026-10", "from": "2026-10-01", "to": "2026-10-31", "days": 31, "kwh": 350, "amount": 907_000,
        "vat": 72_560, "total": 979_560, "status": "overdue", "due": "2026-11-12", "paid_on": None, "vat_pct": 8,
        "reading_from": 12_521, "reading_to": 12_871, "reading_kind": "remote", "support": 59_520,
            "hours": None,
    }  # fmt: skip
    assert tiers[-1] == {"from": 301, "to": 400, "kwh": 50, "price": 3_350, "amount": 167_500, "since": None}
    assert [tier["from"] for tier in tiers] == [1, 51, 101, 201, 301]


async def test_why_it_changed(svc: Running, clock: ManualClock) -> None:
    found = await checked(svc)
    assert (found.period, found.compared_with) == ("2026-10", "2026-09")
    assert (found.ratio, found.days_ratio, found.year_ratio) == (1.4, 1.03, 1.16)
    assert found.flags == ["recheck_offer", "more_days", "more_use", "year_up", "tier_up"]
    assert found.recheck_due == NOW + timedelta(hours=24)
    clock.advance(3_600)
    assert (await checked(svc)).recheck_due == NOW + timedelta(hours=25)


async def test_the_figures_said_are_those_of_the_table(svc: Running) -> None:
    by_period = {bill.period: bill for bill in await listed(svc)}
    for period in sorted(by_period)[1:]:
        found = await checked(svc, period)
        shown = [by_period[key] for key in (period, found.compared_with) if key]
        year = by_period.get(f"{int(period[:4]) - 1}{period[4:]}")
        known = {n for bill in shown for n in (bill.total, bill.kwh, bill.days, bill.vat_pct)}
        known |= {n for tier in shown[0].tiers for n in (tier.kwh, tier.price)}
        known |= {(20 * bill.kwh + bill.days) // (2 * bill.days) / 10 for bill in shown}
        known |= {abs(shown[0].amount - shown[1].amount), abs(shown[0].days - shown[1].days), len(shown[0].tiers)}
        known |= {found.ratio, found.year_ratio, 1.3, 24, *((year.kwh, year.days) if year else ())}
        vi = {float(n.replace(".", "").replace(",", ".")) for n in FIGURES.findall(found.explanation.vi)}
        en = {float(n.strip(",").replace(",", "")) for n in FIGURES.findall(drop_years(found.explanation.en))}
        # What is left are the parts of the change, which add up to it (tests/unit/test_bill_check.py).
        parts = vi - known
        assert vi == en, (found.explanation.vi, found.explanation.en)
        assert len(parts) <= 4, (period, parts, found.explanation.vi)


def drop_years(text: str) -> str:
    return re.sub(r"(?<=[a-z]) 20\d\d", "", text)


async def test_no_offer_below_the_limit_and_nothing_to_compare(svc: Running) -> None:
    september = await checked(svc, "2026-09")
    assert (september.ratio, september.recheck_due) == (0.92, None)
    oldest = await checked(svc, "2025-09")
    assert (oldest.ratio, oldest.compared_with, oldest.flags) == (None, None, ["no_previous"])


@pytest.mark.parametrize("period", ["2026-13", "10-2026", "2026-1", "x", "2026-10-01"])
async def test_a_malformed_period(svc: Running, period: str) -> None:
    answer = await get(svc, f"bill-check?period={period}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "period")


async def test_bills_that_are_not_there(svc: Running) -> None:
    assert (await get(svc, "bill-check?period=2020-01")).status_code == 404
    assert (await get(svc, "bills", code="PC08GG9999999")).status_code == 404
    nothing = await get(svc, "bills", code="PC08GG0000002")
    assert (nothing.status_code, nothing.json()["items"]) == (200, [])
    assert (await get(svc, "bill-check", code="PC08GG0000002")).status_code == 404


@pytest.mark.parametrize("what", ["bills", "bill-check"])
async def test_bills_need_a_reason_and_leave_a_trace(svc: Running, what: str) -> None:
    client = await svc.client("agent")
    refused = await client.get(f"/v1/customers/{grid.HOME}/{what}")
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_required")
    assert (await get(svc, what, reason="contact:c-nobody")).json()["code"] == "reason_invalid"
    assert (await (await svc.channel()).get(f"/v1/customers/{grid.HOME}/{what}", headers=REASON)).status_code == 403
    assert (await svc.anonymous().get(f"/v1/customers/{grid.HOME}/{what}", headers=REASON)).status_code == 401
    verb = {"bills": "customer.bills", "bill-check": "customer.bill_check"}[what]
    sql = "SELECT reason, code FROM audit JOIN audit_subject ON object = '~' || audit_subject.id WHERE verb = ?"
    assert await svc.engine.read(lambda conn: conn.execute(sql, (verb,)).fetchall()) == []
    contact = await report(await svc.channel())
    await client.put("/v1/me/state", json={"state": "available"})
    await do(client, contact, "take")
    assert (await get(svc, what, reason=f"contact:{contact['id']}")).status_code == 200
    rows = await svc.engine.read(lambda conn: [tuple(row) for row in conn.execute(sql, (verb,))])
    assert rows == [(f"contact:{contact['id']}", grid.HOME)]


async def test_bills_count_as_openings(tmp_path: Path) -> None:
    few = msgspec.structs.replace(grid.PATIENT, limits=msgspec.structs.replace(grid.PATIENT.limits, openings_minute=2))
    async with running_service(tmp_path, ManualClock(NOW.timestamp()), few) as svc:
        await grid.set_up(svc)
        answers = [(await get(svc, "bills")).status_code for _ in range(3)]
        assert answers == [200, 200, 429]


async def test_the_record_tells_what_is_owed_and_since_when(svc: Running) -> None:
    record = (await (await svc.client("agent")).get(f"/v1/customers/{grid.HOME}", headers=REASON)).json()
    unpaid = [bill for bill in await listed(svc) if bill.status != "paid"]
    assert len(unpaid) == 2
    assert record["balance"] == sum(bill.total for bill in unpaid)
    assert record["owed_since"] == "2026-10-12"
    other = await (await svc.client("agent")).get("/v1/customers/PC08GG0000002", headers=REASON)
    assert (other.json()["balance"], other.json()["owed_since"]) == (None, None)
    await svc.engine.write(lambda tx: tx.conn.execute("UPDATE bill SET status = 'paid'"))
    paid = (await (await svc.client("agent")).get(f"/v1/customers/{grid.HOME}", headers=REASON)).json()
    assert (paid["balance"], paid["owed_since"]) == (0, None)


async def power(svc: Running) -> wire.Power:
    return msgspec.json.decode((await get(svc, "power")).content, type=wire.Power)


async def test_a_suspended_supply_is_told_with_the_way_back(svc: Running) -> None:
    await svc.engine.write(lambda tx: tx.conn.execute("UPDATE customer SET status = 'suspended'"))
    debt = await power(svc)
    assert debt.verdict == "cut_for_debt"
    assert "chưa thanh toán" in debt.say.vi
    assert "cấp điện trở lại" in debt.say.vi
    # Paid and still cut: no debt is claimed.
    await svc.engine.write(lambda tx: tx.conn.execute("UPDATE bill SET status = 'paid'"))
    paid = await power(svc)
    assert paid.verdict == "cut_for_debt"
    assert "chưa thanh toán" not in paid.say.vi
    assert "cấp điện trở lại" in paid.say.vi
    # An outage in the street is told first.
    lead = await svc.client("lead")
    await lead.post("/v1/outages", json={"device": "T1", "kind": "unplanned", "status": "confirmed"})
    assert (await power(svc)).verdict == "known_outage"


@pytest.mark.parametrize(("request_type", "hours"), [("METER.RECHECK", 24), ("PAY.RECON", 8), ("BILL.HIGH", 24)])
async def test_requests_about_bills_have_their_clocks(svc: Running, request_type: str, hours: int) -> None:
    body = {"type": request_type, "title": "Tháng 10", "customer": grid.HOME}
    made = (await (await svc.client("agent")).post("/v1/tickets", json=body)).json()
    assert datetime.fromisoformat(made["due_at"]) - NOW == timedelta(hours=hours)


async def test_what_is_imported_is_there_at_once(svc: Running) -> None:
    def pay(tx: Tx) -> None:
        row = (1, "2026-10", "2026-10-01", "2026-10-31", 350, "residential", 1, "paid", "2026-11-12", "2026-11-21")
        bills.upsert_bills(tx.conn, [row])

    await svc.engine.write(pay)
    newest = (await listed(svc))[0]
    assert (newest.status, newest.paid_on) == ("paid", date(2026, 11, 21))
