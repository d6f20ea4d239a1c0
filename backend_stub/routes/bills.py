"""A customer's bills and why one of them is what it is: opened for a reason and on record, as the record is."""

import re
from datetime import date

from agent_tui import wire
from backend_stub.clock import opt_to_wire
from backend_stub.domain import bill_check, bill_say, bills, tariff
from backend_stub.domain.bill_check import Period
from backend_stub.domain.bills import BillFact
from backend_stub.domain.deadlines import due_at
from backend_stub.domain.localtime import local
from backend_stub.errors import Invalid, NotFound
from backend_stub.reference import working_days
from backend_stub.reference.catalogue import request_types
from backend_stub.reference.prices import prices
from backend_stub.routes import reasons
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import bills as store
from backend_stub.store import customers
from backend_stub.store.customers import CustomerBrief
from backend_stub.store.engine import Tx

_PERIOD = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_RECHECK = "METER.RECHECK"


def _customer(tx: Tx, call: Call) -> CustomerBrief:
    reasons.check(tx.conn, call)
    customer = customers.brief(tx.conn, call.path["code"].upper())
    if customer is None:
        raise NotFound("customer")
    return customer


def listed(tx: Tx, call: Call) -> Answer:
    """Return the last 13 billed periods, newest first; who looked and why goes into the audit log, hence a write."""
    customer = _customer(tx, call)
    found = store.latest(tx.conn, customer.id)
    readings = store.readings(tx.conn, customer.id, found[-1].usage.first) if found else []
    today = local(call.now).date()
    items = [bills.to_wire(fact, tariff.charge(prices(), fact.usage), readings, prices(), today) for fact in found]
    return Answer(wire.Page[wire.Bill](items))


def check(tx: Tx, call: Call) -> Answer:
    """Tell why a bill (`period`, else the latest) is what it is, and whether a re-read must be offered."""
    customer = _customer(tx, call)
    fact = _asked(tx, call, customer.id)
    before = _period(store.of_period(tx.conn, customer.id, _month_before(fact.period)))
    year_ago = _period(store.of_period(tx.conn, customer.id, f"{int(fact.period[:4]) - 1}{fact.period[4:]}"))
    readings = store.readings(tx.conn, customer.id, fact.usage.first)
    found = bill_check.examine(Period(fact, tariff.charge(prices(), fact.usage)), before, year_ago, readings, prices())
    rule = request_types()[_RECHECK].deadline
    due = due_at(rule, call.now, working_days.vietnam()) if "recheck_offer" in found.flags else None
    return Answer(
        wire.BillCheck(
            ratio=_fraction(found.ratio), days_ratio=_fraction(found.days_ratio), flags=list(found.flags),
            explanation=bill_say.say(found, int(rule.partition(":")[2])),
            recheck_due=opt_to_wire(due), period=fact.period,
            compared_with=before.fact.period if before else None, year_ratio=_fraction(found.year_ratio),
        )
    )  # fmt: skip


def _asked(tx: Tx, call: Call, customer: int) -> BillFact:
    period = call.query.get("period")
    if period is None:
        newest = store.latest(tx.conn, customer, 1)
        if not newest:
            raise NotFound("bill")
        return newest[0]
    if not _PERIOD.fullmatch(period):
        raise Invalid("period", "bad_period", "A period is written YYYY-MM, such as 2026-10.")
    fact = store.of_period(tx.conn, customer, period)
    if fact is None:
        raise NotFound("bill")
    return fact


def _period(fact: BillFact | None) -> Period | None:
    return None if fact is None else Period(fact, tariff.charge(prices(), fact.usage))


def _month_before(period: str) -> str:
    first = date(int(period[:4]), int(period[5:]), 1)
    return f"{first.year - 1}-12" if first.month == 1 else f"{first.year}-{first.month - 1:02}"


def _fraction(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


_BILLS = "/v1/customers/{code}/bills"
_CHECK = "/v1/customers/{code}/bill-check"
ROUTES: tuple[Route, ...] = (
    Route("GET", _BILLS, "customer.bills", "write", listed, None, wire.Page[wire.Bill]),
    Route("GET", _CHECK, "customer.bill_check", "write", check, None, wire.BillCheck, query=("period",)),
)
